// What a program acts on, and what the plain model knows of it: for each direction of a link, the list of what
// was sent and the list of what was got, in the order in which the calls were made.
import { Direction, Packets } from './direction.mjs'

/**
 * A connection or a bare FD: what it lacks, the program leaves out.
 * @typedef {object} Subject
 * @property {(buf: Uint8Array, o?: Options) => Promise<number | null>} read
 * @property {(data: Uint8Array, o?: Options) => Promise<number>} write
 * @property {(bufs: Uint8Array[], o?: Options) => Promise<number>} writev
 * @property {(data: Uint8Array) => number} tryWrite
 * @property {(t: number | null) => void} setDeadline
 * @property {(t: number | null) => void} setReadDeadline
 * @property {(t: number | null) => void} setWriteDeadline
 * @property {(ms: number) => void} setReadTimeout
 * @property {(ms: number) => void} setWriteTimeout
 * @property {() => number} dup
 * @property {() => number} detach
 * @property {() => Promise<void>} close
 * @property {(buf: Uint8Array, o?: Options) => Promise<number>} [readFull]
 * @property {(buf: Uint8Array, o?: Options & { min?: number }) => Promise<number>} [peek]
 * @property {(o?: Options) => Promise<void>} [waitRead]
 * @property {(o?: Options) => Promise<void>} [waitWrite]
 * @property {(src: unknown, o?: TransferOptions) => Promise<number>} [readFrom]
 * @property {(dst: unknown, o?: TransferOptions) => Promise<number>} [writeTo]
 * @property {() => void} [closeRead]
 * @property {() => void} [closeWrite]
 * @property {() => Promise<void>} [reset]
 * @property {() => AsyncGenerator<Uint8Array, void, undefined>} [iterate]
 */

/** @typedef {{ signal?: AbortSignal | undefined }} Options */

/** @typedef {Options & { limit?: number | undefined, idleTimeout?: number | undefined }} TransferOptions */

/**
 * What a link is made of.
 * @typedef {'tcp' | 'unix' | 'pipe' | 'udp' | 'udp-dialed' | 'tcp-fd' | 'unix-fd' | 'pipe-fd' | 'fifo-fd' | 'pty-fd' | 'tty-fd' | 'file-fd' | 'event-fd'} Kind
 */

/** @typedef {import('./direction.mjs').Sent} Sent */
/** @typedef {import('./direction.mjs').Got} Got */

/** What an eventfd counts: values are added, and a read takes all of it. */
class Counter {
  added = 0n
  taken = 0n
  /** How many values were added. */
  total = 0
  bytes = 0

  /** @param {boolean} whole whether all of it must have been taken */
  problems(whole) {
    const wrong = whole ? this.taken !== this.added : this.taken > this.added
    return wrong ? [`${this.taken} was taken of ${this.added}`] : []
  }
}

/** One direction of one end: who uses it, and what may happen to a call there. */
class Side {
  /** @type {Set<Call>} */
  calls = new Set()
  /** A call that gives its turn away between two pieces: no other may be made beside it. */
  get exclusive() {
    return [...this.calls].some((call) => call.exclusive)
  }
  get relayed() {
    return [...this.calls].some((call) => call.relay)
  }
  /** Whether it ever had a deadline, and whether it has one now. */
  hadDeadline = false
  hasDeadline = false
  /** How long each of its calls may take that starts now, in ms; 0 for ever. */
  timeout = 0
}

/** One end of a link. */
export class End {
  /** @type {Subject | null} */
  subject = null
  r = new Side()
  w = new Side()
  closed = false
  /** Whether a worker has it. */
  away = false
  /** Whether its descriptor was ever taken from one object to another. */
  moved = false
  /** @type {number[]} */
  dups = []
  /** What it has sent where no socket is, which the next call is told of. @type {Buffer[]} */
  provoked = []

  /**
   * @param {Link} link
   * @param {Direction | null} into
   * @param {Direction | null} from
   */
  constructor(link, into, from) {
    this.link = link
    this.into = into
    this.from = from
  }

  get open() {
    return !(this.closed || this.away) && this.subject !== null
  }
}

/** @type {ReadonlySet<Kind>} */
const TWO_WAY = new Set(['tcp', 'unix', 'pipe', 'tcp-fd', 'unix-fd'])

/** Whether what goes over it has bounds, and comes whole or not at all. @param {Kind} kind */
export const packetKind = (kind) => kind === 'udp' || kind === 'udp-dialed'

/** Whether it is a terminal. @param {Kind} kind */
export const terminalKind = (kind) => kind === 'pty-fd' || kind === 'tty-fd'

/** Two ends, and what goes between them. */
export class Link {
  /** Whether a call of either end may fail because of what the other end did. */
  disturbed = false
  /** Whether bytes under way may be lost: an end was closed or reset. */
  lossy = false
  /** Whether they are lost for sure, also when all is to be read. */
  broken = false

  /** What is counted, of an eventfd. */
  counter = new Counter()

  /** @param {Kind} kind */
  constructor(kind) {
    this.kind = kind
    const packets = packetKind(kind)
    const made = () => (packets ? new Packets() : new Direction())
    const [there, back] = [made(), made()]
    const oneWay = !(packets || TWO_WAY.has(kind))
    // Where a terminal is hung up, what its reader has not read is gone.
    there.endMeansNothing = kind === 'file-fd' || terminalKind(kind)
    this.directions = oneWay ? [there] : [there, back]
    this.a = new End(this, there, oneWay ? null : back)
    this.b = new End(this, oneWay ? null : back, there)
  }

  get ends() {
    return [this.a, this.b]
  }

  /** How much was sent in a direction: of an eventfd, how many values.
   * @param {Direction | null} direction
   */
  sent(direction) {
    return this.kind === 'event-fd' ? this.counter.total : (direction?.total ?? 0)
  }
}

/**
 * A call that was made.
 * @typedef {object} Call
 * @property {string} name
 * @property {boolean} exclusive
 * @property {boolean} relay
 * @property {boolean} renews whether it waits more than once
 * @property {AbortSignal | undefined} signal
 * @property {Promise<void>} done
 * @property {number} began
 * @property {number} least after how many ms its time may be over at the earliest; Infinity for never
 * @property {boolean} timed whether its own time ends it
 * @property {number | null} before of a wait: what the other end had sent when it began, if it must wake for more
 */

/** How long what follows upon a problem is waited for, in ms. */
const AFTER = 500

/** All that one program has made, and what it found. */
export class World {
  /** @type {Link[]} */
  links = []
  /** @type {Set<Call>} */
  calls = new Set()
  /** @type {AbortController[]} */
  controllers = []
  shared = new AbortController()
  /** What ends the calls that wait for readiness, which may not come. @type {AbortController[]} */
  waits = []
  /** @type {string[]} */
  problems = []
  /** @type {(() => unknown)[]} */
  last = []
  operations = 0
  ids = 0

  #patience

  /** @param {number} patience how long a call that must settle may take, in ms */
  constructor(patience) {
    this.#patience = patience
  }

  /** The same, in what follows upon a problem, is as good as none. */
  get patience() {
    return this.problems.length > 0 ? Math.min(this.#patience, AFTER) : this.#patience
  }

  get ends() {
    return this.links.flatMap(({ ends }) => ends)
  }

  /** @param {string} text */
  problem(text) {
    this.problems.push(text)
  }
}
