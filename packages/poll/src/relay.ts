// Small pieces from one stream socket to another, through memory.
//
// A splice is two calls that move pages, and for a few bytes that costs more than to copy them. So once
// a transfer has turned out to be a conversation, its pieces are received and sent on in one step: no
// promise is made for a piece, and none waits for the next turn of the microtask queue.
import { EAGAIN, EINTR, SyscallError } from '@netfd/syscall'
import { budget } from './budget.js'
import { hook } from './hook.js'
import type { PARKED, PollCode } from './netpoll.js'
import { READY } from './netpoll.js'
import { DEFERRED, Op } from './op.js'
import { WriteOp } from './ops.js'
import type { PollDesc, PollSide } from './poll-desc.js'
import type { TransferEnd } from './transfer.js'

/** A piece that fills this much is not small: from here on splicing is the cheaper way. */
export const SMALL = 8 * 1024

/** One for all transfers of a thread: what is received is sent on, or copied out, before anything else. */
const room = new Uint8Array(SMALL)

/** Sends on what arrives, until the source ends, `most` bytes have gone, or a piece is not small. */
export class RelayOp extends Op<void> {
  readonly #dst: TransferEnd
  readonly #most: number
  readonly #stream: boolean
  #source: { pd: PollDesc; side: PollSide } | null = null
  /** How many bytes the destination took. */
  moved = 0
  /** What was received and did not go: the destination is full, closed or past its deadline. */
  rest: Uint8Array | null = null
  /** Whether the source has ended. */
  ended = false

  /** `stream` tells whether a short piece has emptied the source. */
  constructor(dst: TransferEnd, most: number, stream: boolean) {
    super()
    this.#dst = dst
    this.#most = most
    this.#stream = stream
  }

  get kind() {
    return 'r' as const
  }

  get name() {
    return 'readfrom'
  }

  // A transfer fails as it would if it spliced, whichever way the bytes go.
  get call() {
    return 'splice'
  }

  override begin(pd: PollDesc, side: PollSide): PollCode | typeof PARKED {
    this.#source = { pd, side }
    return pd.beginRead(side, this)
  }

  attempt(fd: number): number {
    // As before a read: after a piece that emptied the source the next one waits for an edge.
    if (this.#source?.pd.emptied(this.#source.side)) return -EAGAIN
    return hook.recv(fd, room, 0, this.#asked)
  }

  advance(n: number): boolean {
    if (n === 0) {
      this.ended = true
      return true
    }
    if (n < this.#asked && this.#source !== null) this.#source.side.drained = this.#stream
    const sent = this.#send(n)
    if (sent < 0) {
      this.error = new SyscallError(this.call, sent)
      return false
    }
    this.moved += sent
    if (sent < n) this.rest = room.slice(sent, n)
    return sent < n || n === room.length || this.moved >= this.#most
  }

  /** How many bytes the next piece may have. */
  get #asked(): number {
    return Math.min(room.length, this.#most - this.moved)
  }

  take(): void {
    // What there is to know stays in the fields.
  }

  /** How many bytes of the piece went, or a negated errno. Why none went is found by who sends the rest. */
  #send(n: number): number {
    const { pd, sysfd } = this.#dst
    if (pd === null || pd.check(pd.w) !== READY) return 0
    const sent = hook.send(sysfd, room, 0, n)
    if (sent === -EAGAIN || sent === -EINTR) return 0
    // Receiving the piece was charged by the loop; sending it is a second operation.
    if (sent > 0) budget.charge(sent)
    return sent
  }
}

/** Writes what a RelayOp could not send, and waits for room where it must. */
export class RestOp extends WriteOp {
  override get name() {
    return 'readfrom'
  }

  override get call() {
    return 'splice'
  }

  /** The source has given these bytes: while there may be room for them, an abort does not stop them. */
  override aborted(): void {
    if (this.state !== DEFERRED) super.aborted()
  }
}
