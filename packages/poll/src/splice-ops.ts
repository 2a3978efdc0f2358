// Go: internal/poll/splice_linux.go, spliceDrain and splicePump. The two halves of a splice.
import { EINVAL, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from '@netfd/syscall'
import { UnexpectedEOFError } from './errors.js'
import { hook } from './hook.js'
import type { PARKED, PollCode } from './netpoll.js'
import { DEFERRED, Op } from './op.js'
import type { PollDesc, PollSide } from './poll-desc.js'

const FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK

/** Fills the pipe from the source: the bytes moved, 0 at the end. */
export class FillOp extends Op<number> {
  readonly #pipe: number
  readonly #most: number
  readonly #emptied: number
  #side: PollSide | null = null
  #n = 0
  /** Whether the kernel refuses to splice from this source at all. */
  unsupported = false

  /** A fill of fewer bytes than `emptied` has emptied the source. */
  constructor(pipe: number, most: number, emptied: number) {
    super()
    this.#pipe = pipe
    this.#most = most
    this.#emptied = emptied
  }

  get kind() {
    return 'r' as const
  }

  get name() {
    return 'readfrom'
  }

  get call() {
    return 'splice'
  }

  /** As a read does: after a fill that emptied the source the next one waits for an edge. */
  override begin(pd: PollDesc, side: PollSide): PollCode | typeof PARKED {
    this.#side = side
    return pd.beginRead(side, this)
  }

  attempt(fd: number): number {
    return hook.splice(fd, this.#pipe, this.#most, FLAGS)
  }

  advance(n: number): boolean {
    this.#n = n
    if (n > 0 && n < this.#emptied && this.#side !== null) this.#side.drained = true
    return true
  }

  override retry(errno: number): boolean {
    this.unsupported = errno === EINVAL
    return false
  }

  take(): number {
    return this.#n
  }
}

/** Empties the pipe into the destination. */
export class PumpOp extends Op<number> {
  readonly #pipe: number
  #left: number
  #sent = 0

  constructor(pipe: number, left: number) {
    super()
    this.#pipe = pipe
    this.#left = left
  }

  get kind() {
    return 'w' as const
  }

  get name() {
    return 'readfrom'
  }

  get call() {
    return 'splice'
  }

  /** What is still in the pipe. */
  get left(): number {
    return this.#left
  }

  attempt(fd: number): number {
    return hook.splice(this.#pipe, fd, this.#left, FLAGS)
  }

  advance(n: number): boolean {
    this.#left -= n
    this.#sent += n
    if (n === 0 && this.#left > 0) this.error = new UnexpectedEOFError()
    return this.#left === 0
  }

  take(): number {
    return this.#sent
  }

  /** The source has given these bytes: while there may be room for them, an abort does not stop them. */
  override aborted(): void {
    if (this.state !== DEFERRED) super.aborted()
  }
}
