// Go: internal/poll/splice_linux.go, spliceDrain and splicePump. The operations of a transfer.
import {
  EAGAIN,
  EINTR,
  EINVAL,
  SPLICE_F_MOVE,
  SPLICE_F_NONBLOCK,
  SyscallError,
} from '@netfd/syscall'
import { budget } from './budget.js'
import { UnexpectedEOFError } from './errors.js'
import type { Flow } from './flow.js'
import { hook } from './hook.js'
import type { PollCode } from './netpoll.js'
import { READY } from './netpoll.js'
import { DEFERRED, describe, Op } from './op.js'
import type { Pipe } from './pipe-pool.js'
import { putPipe, takePipe } from './pipe-pool.js'
import type { PollDesc } from './poll-desc.js'
import type { PollSide } from './poll-side.js'
import type { TransferEnd } from './transfer.js'

const FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK

/** A piece of fewer bytes is small. */
export const SMALL = 8 * 1024

/**
 * Takes pieces from the source and sends each on in one step, until the source ends, all that was asked
 * for has gone, or the destination has no room: no promise is made for a piece, and what a piece needs
 * on its way is free again before the next one.
 */
export abstract class PieceOp extends Op<void> {
  static {
    // A transfer fails as it would if it spliced, whichever way the bytes go.
    describe(PieceOp, 'r', 'readfrom', 'splice')
  }

  protected readonly dst: TransferEnd
  readonly #most: number
  readonly #stream: boolean
  #source: PollSide | null = null
  /** A piece of fewer bytes has emptied a source that is a stream. */
  protected short = 0
  /** How many bytes the source has given. */
  taken = 0
  /** How many bytes the destination has taken. */
  moved = 0
  /** Whether the source has ended. */
  ended = false
  /** What is told of each piece. */
  flow: Flow | null = null

  /** `stream` tells whether a short piece has emptied the source. */
  constructor(dst: TransferEnd, most: number, stream: boolean) {
    super()
    this.dst = dst
    this.#most = most
    this.#stream = stream
  }

  override get mortal(): boolean {
    return true
  }

  override get renews(): boolean {
    return true
  }

  override begin(side: PollSide): PollCode {
    this.#source = side
    return side.pd.prepare(side, this)
  }

  attempt(fd: number): number {
    const source = this.#source
    if (source !== null) {
      // As before a read: after a piece that emptied the source the next one waits for an edge, and
      // before one is tried the edges that came until then are forgotten.
      if (source.pd.emptied(source)) return -EAGAIN
      source.edge = false
    }
    return this.lastAttempt(fd)
  }

  /** Whatever the last piece has shown: the deadline may have passed while the next was put off. */
  override lastAttempt(fd: number): number {
    return this.receive(fd, this.#most - this.moved)
  }

  advance(n: number): boolean {
    if (n === 0) {
      this.ended = this.#source === null || this.atEnd(this.#source)
      return this.ended
    }
    this.taken += n
    this.flow?.moved()
    if (n < this.short && this.#source !== null) this.#source.drained = this.#stream
    const sent = this.#pass(n)
    if (sent < 0) {
      this.error = new SyscallError(this.call, sent)
      return false
    }
    this.moved += sent
    return this.complete(n, sent) || this.moved >= this.#most
  }

  take(): void {
    // What there is to know stays in the fields.
  }

  /** Takes a piece of at most `most` bytes from the source: its length, or a negated errno. */
  protected abstract receive(fd: number, most: number): number

  /** Sends the piece of `n` bytes that was taken: how many of them went, or a negated errno. */
  protected abstract send(fd: number, n: number): number

  /** Whether no other piece may be taken after one of `n` bytes, of which `sent` went. */
  protected abstract complete(n: number, sent: number): boolean

  /** How many bytes of the piece went, or a negated errno. Why none went is found by who sends the rest. */
  #pass(n: number): number {
    const { pd, sysfd } = this.dst
    if (pd !== null && pd.check(pd.w) !== READY) return 0
    const sent = this.send(sysfd, n)
    if (sent === -EAGAIN || sent === -EINTR) return 0
    if (sent < 0) return -this.dst.failed(-sent)
    // Receiving the piece was charged by the loop; sending it is a second operation.
    budget.charge(sent)
    return sent
  }
}

/** Moves what is in a pipe to a socket: how many bytes went, or a negated errno. */
function give(pipe: Pipe, pd: PollDesc | null, fd: number): number {
  const sent = hook.splice(pipe.r, fd, pipe.left, FLAGS, false)
  if (sent > 0) pd?.cut(sent < pipe.left)
  return sent
}

/** Pieces through a pipe, which it has only from the moment that a piece is there until that has gone. */
export class SpliceOp extends PieceOp {
  readonly #conversation: number
  /** Where the piece is, or the rest of it that found no room. */
  pipe: Pipe | null = null
  /** How many small pieces came in a row. */
  row: number
  /** Whether there is no pipe, or the kernel refuses to splice from this source at all. */
  unsupported = false

  /** Ends after so many small pieces in a row as make a `conversation`; there were `row` before. */
  constructor(
    ...[dst, most, stream, row, conversation]: [TransferEnd, number, boolean, number, number]
  ) {
    super(dst, most, stream)
    this.row = row
    this.#conversation = conversation
  }

  protected receive(fd: number, most: number): number {
    const pipe = takePipe()
    if (typeof pipe === 'number') {
      this.unsupported = true
      return pipe
    }
    this.pipe = pipe
    const asked = Math.min(most, pipe.size)
    // A pipe is full when its bytes or its slots are used up, and a slot may hold a single byte. So only
    // what is less than the number of slots, and less than was asked for, came up short of the source.
    this.short = Math.min(asked, pipe.slots)
    const n = hook.splice(fd, pipe.w, asked, FLAGS, true)
    if (n > 0) pipe.left = n
    else this.leavePipe()
    return n
  }

  protected send(fd: number): number {
    const pipe = this.pipe as Pipe
    const sent = give(pipe, this.dst.pd, fd)
    if (sent > 0) pipe.left -= sent
    if (pipe.left === 0) this.leavePipe()
    return sent
  }

  protected complete(n: number, sent: number): boolean {
    this.row = n < SMALL ? this.row + 1 : 0
    return sent < n || this.row >= this.#conversation
  }

  override retry(errno: number): boolean {
    this.unsupported ||= errno === EINVAL
    // Not what the connection died of, whatever a kernel without pipes says.
    if (this.unsupported) this.error = new SyscallError(this.call, -errno)
    return false
  }

  /** Gives the pipe back, if there is one. */
  leavePipe(): void {
    if (this.pipe !== null) putPipe(this.pipe)
    this.pipe = null
  }
}

/** Empties the pipe into the destination. */
export class PumpOp extends Op<void> {
  static {
    describe(PumpOp, 'w', 'readfrom', 'splice')
  }

  readonly #pipe: Pipe
  readonly #pd: PollDesc | null
  /** What is told of each part that goes. */
  flow: Flow | null = null
  /** How many bytes the destination took. */
  sent = 0

  constructor(pipe: Pipe, { pd }: TransferEnd) {
    super()
    this.#pipe = pipe
    this.#pd = pd
  }

  override get mortal(): boolean {
    return true
  }

  attempt(fd: number): number {
    return give(this.#pipe, this.#pd, fd)
  }

  advance(n: number): boolean {
    this.#pipe.left -= n
    this.sent += n
    if (n > 0) this.flow?.moved()
    const { left } = this.#pipe
    if (n === 0 && left > 0) this.error = new UnexpectedEOFError()
    return left === 0
  }

  take(): void {
    // What there is to know stays in the fields.
  }

  /** The source has given these bytes: while there may be room for them, an abort does not stop them. */
  override aborted(): void {
    if (this.state !== DEFERRED) super.aborted()
  }
}
