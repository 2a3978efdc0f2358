// Go: internal/poll/splice_linux.go. From one socket to another without the bytes leaving the kernel.
import { EINVAL, SPLICE_F_MOVE, SPLICE_F_NONBLOCK } from '@netfd/syscall'
import { UnexpectedEOFError } from './errors.js'
import { hook } from './hook.js'
import type { PARKED, PollCode } from './netpoll.js'
import { Op } from './op.js'
import { putPipe, takePipe } from './pipe-pool.js'
import type { PollDesc, PollSide } from './poll-desc.js'
import type { TransferEnd } from './transfer.js'

const FLAGS = SPLICE_F_MOVE | SPLICE_F_NONBLOCK

/** Fills the pipe from the source: the bytes moved, 0 at the end. */
class FillOp extends Op<number> {
  readonly #pipe: number
  readonly #most: number
  #n = 0
  /** Whether the kernel refuses to splice from this source at all. */
  unsupported = false

  constructor(pipe: number, most: number) {
    super()
    this.#pipe = pipe
    this.#most = most
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

  override begin(pd: PollDesc, side: PollSide): PollCode | typeof PARKED {
    side.drained = false
    return pd.prepare(side)
  }

  attempt(fd: number): number {
    return hook.splice(fd, this.#pipe, this.#most, FLAGS)
  }

  advance(n: number): boolean {
    this.#n = n
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
 * to null when the kernel does not splice between the two, nothing having been moved then.
 */
export async function splice(
  dst: TransferEnd,
  src: TransferEnd,
  max: number,
): Promise<number | null> {
  await dst.lock('w')
  try {
    await src.lock('r')
    try {
      return await transfer(dst, src, max)
    } finally {
      src.unlock('r')
    }
  } finally {
    dst.unlock('w')
  }
}

async function transfer(dst: TransferEnd, src: TransferEnd, max: number): Promise<number | null> {
  const pipe = takePipe()
  let moved = 0
  let left = 0
  try {
    while (moved < max) {
      const fill = new FillOp(pipe.w, Math.min(max - moved, pipe.size))
      try {
        left = await src.step(fill)
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
