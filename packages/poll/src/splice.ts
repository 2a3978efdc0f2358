// Go: internal/poll/splice_linux.go. From one socket to another without the bytes leaving the kernel.
import {
  EINVAL,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
  SPLICE_F_MOVE,
  SPLICE_F_NONBLOCK,
} from '@netfd/syscall'
import { UnexpectedEOFError } from './errors.js'
import { hook } from './hook.js'
import type { PARKED, PollCode, Waiter } from './netpoll.js'
import { CLOSING } from './netpoll.js'
import { IDLE, Op } from './op.js'
import { putPipe, takePipe } from './pipe-pool.js'
import type { PollDesc, PollSide } from './poll-desc.js'
import type { TransferEnd } from './transfer.js'

const FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK

/** Fills the pipe from the source: the bytes moved, 0 at the end. */
class FillOp extends Op<number> {
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
class PumpOp extends Op<number> {
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
}

/**
 * Moves up to `max` bytes from src to dst, until src ends. Resolves to the bytes that reached dst, or
 * to null when the kernel does not splice between the two or has no pipe to give, nothing having been
 * moved then.
 */
export async function splice(
  dst: TransferEnd,
  src: TransferEnd,
  max: number,
): Promise<number | null> {
  // Both queues are joined at once: whoever calls after this comes after it, on either descriptor, and
  // two transfers cannot each hold what the other waits for.
  const locks = await Promise.allSettled([dst.lock('w'), src.lock('r')])
  try {
    for (const lock of locks) if (lock.status === 'rejected') throw lock.reason
    return await transfer(dst, src, max)
  } finally {
    if (locks[1].status === 'fulfilled') src.unlock('r')
    if (locks[0].status === 'fulfilled') dst.unlock('w')
  }
}

/** Ends the wait for the source when the destination is closed: its closer waits for the transfer. */
class CloseGuard implements Waiter {
  readonly #fill: FillOp
  readonly #dst: TransferEnd
  readonly #side: PollSide

  constructor(fill: FillOp, dst: TransferEnd, side: PollSide) {
    this.#fill = fill
    this.#dst = dst
    this.#side = side
    side.park(this)
  }

  wake(code: PollCode): void {
    if (code === CLOSING) this.#fill.host?.cancel(this.#fill, this.#dst.closingError())
    // An edge means nothing here, as the pump tries before it waits; a deadline is for writes alone.
    else this.#side.park(this)
  }

  leave(): void {
    if (this.#side.waiter === this) this.#side.unpark()
  }
}

async function fillPipe(dst: TransferEnd, src: TransferEnd, fill: FillOp): Promise<number> {
  if (dst.pd?.closing) throw dst.closingError()
  const filled = src.step(fill)
  if (fill.state === IDLE || dst.pd === null) return filled
  const guard = new CloseGuard(fill, dst, dst.pd.w)
  try {
    return await filled
  } finally {
    guard.leave()
  }
}

/** Only stream sockets: elsewhere messages would melt together, or the pipe could not be emptied. */
const isStream = (end: TransferEnd): boolean =>
  hook.getsockopt(end.sysfd, SOL_SOCKET, SO_TYPE) === SOCK_STREAM

async function transfer(dst: TransferEnd, src: TransferEnd, max: number): Promise<number | null> {
  if (!isStream(dst) || !isStream(src)) return null
  const pipe = takePipe()
  if (pipe === null) return null
  // A pipe is full when its bytes or its slots are used up, and a slot may hold a single byte. So only
  // what is less than the number of slots, and less than was asked for, came up short of the source.
  const slots = src.stream ? pipe.slots : 0
  let moved = 0
  let left = 0
  try {
    while (moved < max) {
      const most = Math.min(max - moved, pipe.size)
      const fill = new FillOp(pipe.w, most, Math.min(most, slots))
      try {
        left = await fillPipe(dst, src, fill)
      } catch (error) {
        if (fill.unsupported && moved === 0) return null
        throw error
      }
      if (left === 0) break
      const pump = new PumpOp(pipe.r, left)
      try {
        await dst.step(pump)
      } finally {
        moved += left - pump.left
        left = pump.left
      }
    }
    return moved
  } catch (error) {
    throw Object.assign(error as Error, { bytesWritten: moved })
  } finally {
    putPipe(pipe, left)
  }
}
