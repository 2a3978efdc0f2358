// @ts-check
// Descriptors of every kind, with numbers far above those that Node makes for itself: a call that closes one
// of these closes nothing else.
import { execFileSync, spawn } from 'node:child_process'
import { constants, openSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeSockaddr, native } from '@netfd/syscall/internal'
import { compiled } from './compile.mjs'
import { pick, shuffled } from './random.mjs'

/** The lowest number of ours. */
export const OURS = 2000

const c = native.constants()
const [AF_INET, AF_UNIX, STREAM, DGRAM] = [c.AF_INET, c.AF_UNIX, c.SOCK_STREAM, c.SOCK_DGRAM].map(
  Number,
)
const NONBLOCK = Number(c.SOCK_NONBLOCK) | Number(c.SOCK_CLOEXEC)
const DUPFD = Number(c.F_DUPFD_CLOEXEC)

const loopback = () => encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })

/**
 * The result, or an exception.
 * @param {number} result
 */
const must = (result) => {
  if (result < 0) throw new Error(`a descriptor could not be made: errno ${-result}`)
  return result
}

/**
 * Moves one up to our numbers.
 * @param {number} fd
 */
const lift = (fd) => {
  if (fd >= OURS) return fd
  const high = must(native.fcntl(fd, DUPFD, OURS))
  native.close(fd)
  return high
}

const socket = (domain = AF_INET, type = STREAM) =>
  must(native.socket(Number(domain), Number(type) | NONBLOCK))

const listener = () => {
  const fd = socket()
  must(native.bind(fd, loopback()))
  must(native.listen(fd, 4))
  return fd
}

const connected = () => {
  const accepting = listener()
  const name = new Uint8Array(16)
  must(native.getsockname(accepting, name))
  const dialed = socket()
  native.connect(dialed, name)
  const accepted = must(native.accept4(accepting, NONBLOCK))
  return [dialed, accepted, accepting]
}

/** @param {number | undefined} type */
const pair = (type) => {
  const fds = new Int32Array(2)
  must(native.socketpair(Number(AF_UNIX), Number(type) | NONBLOCK, 0, fds))
  return [...fds]
}

const pipe = () => {
  const fds = new Int32Array(2)
  must(native.pipe2(NONBLOCK, fds))
  return [...fds]
}

const bound = () => {
  const fd = socket(AF_INET, DGRAM)
  must(native.bind(fd, loopback()))
  return fd
}

const epoll = () => {
  const epfd = must(native.epollCreate1(0))
  const event = must(native.eventfd(1, NONBLOCK))
  native.epollCtl(epfd, Number(c.EPOLL_CTL_ADD), event, Number(c.EPOLLIN))
  return [epfd, event]
}

const { O_RDWR, O_RDONLY, O_NOCTTY, O_NONBLOCK, O_CREAT, O_APPEND } = constants

/**
 * Makes what needs more than a call: a terminal, whose program ends with this process, and files.
 * @param {string} folder
 */
export const outside = async (folder) => {
  const program = spawn('script', ['-qfc', 'tty; exec sleep 99999', '/dev/null'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const tty = await /** @type {Promise<string>} */ (
    new Promise((resolve, reject) => {
      program.once('error', reject)
      program.stdout.once('data', (text) => resolve(String(text).trim()))
    })
  )
  program.stdout.resume()
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  const file = join(folder, 'file')
  writeFileSync(file, new Uint8Array(100_000))
  return { tty, fifo, file, folder, given: given() }
}

/** Words that start a program with descriptors which no entry of the addon makes. */
export const giving = () => [compiled('descriptors')]

/** What the program was given, by its kind. @returns {Record<string, number>} */
const given = () => {
  const words = (process.env.NETFD_ATTACK_FDS ?? '').split(',').filter((pair) => pair !== '')
  return Object.fromEntries(
    words.map((pair) => pair.split(' ')).map(([kind, fd]) => [kind, Number(fd)]),
  )
}

/** @typedef {Awaited<ReturnType<typeof outside>>} Outside */

/** Another number for what the program was given. @param {string} kind */
const another =
  (kind) =>
  (/** @type {Outside} */ { given: { [kind]: fd } }) => {
    if (fd === undefined) throw new Error(`${kind} was not given`)
    return must(native.fcntl(fd, DUPFD, OURS))
  }

/** @type {Record<string, (outside: Outside) => number | number[]>} */
const KINDS = {
  'a connection': connected,
  'a listener': listener,
  'an unconnected socket': () => socket(),
  'a UDP socket': bound,
  'an unbound UDP socket': () => socket(AF_INET, DGRAM),
  'a unix pair': () => pair(STREAM),
  'a unix pair of datagrams': () => pair(DGRAM),
  'a pipe': pipe,
  'a FIFO': ({ fifo }) => openSync(fifo, O_RDWR | O_NONBLOCK),
  'an eventfd': () => must(native.eventfd(3, NONBLOCK)),
  'an epoll set': epoll,
  'a terminal': ({ tty }) => openSync(tty, O_RDWR | O_NOCTTY | O_NONBLOCK),
  'the other side of a terminal': () => openSync('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK),
  'a file': ({ file }) => openSync(file, O_RDWR),
  'a file that grows': ({ file }) => openSync(`${file}-2`, O_RDWR | O_CREAT | O_APPEND),
  'a file to read': ({ file }) => openSync(file, O_RDONLY),
  '/dev/null': () => openSync('/dev/null', O_RDWR),
  'a timer': another('timer'),
  signals: another('signals'),
  'what happens to a file': another('inotify'),
  memory: another('memory'),
  'a process': another('process'),
  'a folder': ({ folder }) => openSync(folder, O_RDONLY),
}

/** The descriptors of one batch. */
export class Descriptors {
  /** @type {Map<number, string>} */
  #open = new Map()
  /** @type {number[]} */
  #closed = []
  #random
  #outside

  /**
   * @param {() => number} random
   * @param {Outside} made
   */
  constructor(random, made) {
    this.#random = random
    this.#outside = made
    this.makeAll()
  }

  /** One of each kind. */
  makeAll() {
    for (const kind of shuffled(this.#random, Object.keys(KINDS))) this.make(kind)
  }

  /** One more of a kind. */
  make(kind = pick(this.#random, Object.keys(KINDS))) {
    const made = KINDS[kind]?.(this.#outside) ?? []
    for (const fd of [made].flat()) this.keep(fd, kind)
  }

  /**
   * Ours from now on, with a number of ours.
   * @param {number} fd
   * @param {string} kind
   */
  keep(fd, kind) {
    this.#open.set(lift(fd), kind)
  }

  /** Those that are open. @param {RegExp} kind */
  all(kind) {
    return [...this.#open].flatMap(([fd, of]) => (kind.test(of) ? [fd] : []))
  }

  /** A number that is open, or was. @param {RegExp} [kind] */
  any(kind) {
    const open = kind === undefined ? [...this.#open.keys()] : this.all(kind)
    const list = this.#random() < 0.05 ? this.#closed : open
    return list.length === 0 ? OURS + 500 : pick(this.#random, list)
  }

  /** @param {number} fd */
  has(fd) {
    return this.#open.has(fd)
  }

  get size() {
    return this.#open.size
  }

  /** It was closed. @param {number} fd */
  gone(fd) {
    if (this.#open.delete(fd)) this.#closed.push(fd)
  }

  /** @param {unknown} fd */
  kindOf(fd) {
    return typeof fd === 'number' ? this.#open.get(fd) : undefined
  }

  closeAll() {
    for (const [fd, kind] of this.#open) {
      const failed = native.close(fd)
      if (failed < 0)
        throw new Error(`${kind}, number ${fd}, was closed by another: errno ${-failed}`)
    }
    this.#open.clear()
  }
}

/** The numbers below ours that are open. */
export const low = () =>
  readdirSync('/proc/self/fd')
    .map(Number)
    // The one of reading this very folder is listed, and gone.
    .filter((fd) => fd < OURS && native.fcntl(fd, Number(c.F_GETFD)) >= 0)

/** What is open in this process: the number, and what it is. */
export const openNow = () => {
  /** @type {string[]} */
  const all = []
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const link = readlinkSync(`/proc/self/fd/${fd}`)
      // The one of reading this very folder.
      if (!/\/fd$/.test(link)) all.push(`${fd} ${link}`)
    } catch {
      // As above: it was open while the folder was read.
    }
  }
  return all
}
