// Go: io.Copy and its neighbours, for what does not stay in the kernel. Serves any stream connection.
import type { CallOptions } from '@netfd/poll'
import type { GiveOp, Poured } from '@netfd/poll/internal'
import {
  CanceledError,
  CONSUMED,
  checkTimeout,
  errorFrom,
  Flow,
  HELD,
  KEPT,
  PourOp,
} from '@netfd/poll/internal'
import { isMistake } from './arguments.js'
import { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { Guard } from './guard.js'
import { NoBytesError } from './pieces.js'
import type { Sink } from './sink.js'
import type { Tap } from './tap.js'

/** How a transfer may be limited and ended. */
export interface TransferOptions extends CallOptions {
  /** How many bytes are moved at most: a whole number, or Infinity, as by default. */
  limit?: number | undefined
  /**
   * After how many milliseconds in which nothing moves the transfer ends with `ETIMEDOUT`: neither a byte taken
   * from the source nor one given to the destination. 0, as by default, is never.
   */
  idleTimeout?: number | undefined
}

const NOTHING: Uint8Array = new Uint8Array(0)

/** How many bytes a transfer moves at most. */
export function limitOf(limit: number | undefined): number {
  if (limit === undefined) return Number.MAX_SAFE_INTEGER
  if (typeof limit !== 'number') throw new TypeError(`limit must be a number, got ${typeof limit}`)
  if (limit === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER
  if (Number.isSafeInteger(limit)) return limit
  throw new RangeError(`limit must be a whole number of bytes, got ${limit}`)
}

/** How long nothing may move, 0 for ever. Throws TypeError or RangeError. */
export function checkIdle(ms = 0): number {
  checkTimeout(ms, 'idleTimeout')
  return ms
}

/** What ends a transfer in which nothing moves; undefined when nothing does. */
export function flowOf(ms: number | undefined): Flow | undefined {
  return checkIdle(ms) === 0 ? undefined : new Flow(ms as number)
}

/** How far a transfer has come, also when it fails. */
interface Progress {
  /** How many bytes were taken from the source. */
  taken: number
  /** How many of them the destination has taken. */
  given: number
  /** Whether it is the other end that does something now, and not the connection. */
  elsewhere: boolean
}

/** How much a transfer moves, and what ends it. */
export interface TransferTerms {
  readonly limit: number
  readonly signal: AbortSignal | undefined
  readonly flow: Flow | undefined
}

/** One transfer between a connection and something else. */
export interface Transfer extends TransferTerms {
  readonly fd: NetFD
  readonly op: 'readfrom' | 'writeto'
}

/** Takes up to `limit` bytes from a source into the connection. */
export async function copyFrom(
  t: Transfer,
  open: (guard: Guard, limit: number) => Tap,
): Promise<number> {
  const guard = new Guard(t.fd, 'w', t.signal, t.flow)
  const progress = { taken: 0, given: 0, elsewhere: true }
  try {
    guard.check()
    const tap = open(guard, t.limit)
    await drain(t, tap, guard, progress)
    return progress.given
  } catch (error) {
    throw failure(t, error, guard, progress)
  } finally {
    guard.leave()
  }
}

async function drain(t: Transfer, tap: Tap, guard: Guard, progress: Progress): Promise<void> {
  let rest = NOTHING
  let failed = true
  const give = t.flow === undefined ? null : t.fd.giving(t.flow)
  guard.op = give
  try {
    while (progress.given < t.limit) {
      guard.check()
      progress.elsewhere = true
      const left = t.limit - progress.given
      const piece = await tap.next(left)
      if (piece === null) break
      progress.elsewhere = false
      guard.moved()
      progress.taken += piece.length
      const before = progress.given
      try {
        await send(t, piece.length > left ? piece.subarray(0, left) : piece, progress, give)
      } finally {
        rest = piece.subarray(progress.given - before)
      }
    }
    failed = false
  } finally {
    const leaving = tap.leave(rest)
    if (!failed && leaving !== undefined) {
      progress.elsewhere = true
      await guard.race(leaving)
    }
  }
}

/** Writes a piece; of one that fails, what went counts too. */
async function send(
  ...[{ fd, signal }, data, progress, give]: [Transfer, Uint8Array, Progress, GiveOp | null]
): Promise<void> {
  try {
    const writing = give === null ? fd.write(data, { signal }) : fd.give(give, data, signal)
    progress.given += await writing
  } catch (error) {
    progress.given += (error as { bytesWritten?: number }).bytesWritten ?? 0
    throw error
  }
}

/** Takes up to `limit` bytes from the connection to a destination. */
export async function copyTo(t: Transfer, open: (guard: Guard) => Sink): Promise<number> {
  const guard = new Guard(t.fd, 'r', t.signal, t.flow)
  const copy = new CopyOp(t.limit)
  copy.flow = t.flow ?? null
  guard.op = copy
  try {
    await fill(t, open(guard), copy)
    return copy.given
  } catch (error) {
    throw failure(t, error, guard, copy)
  } finally {
    guard.leave()
  }
}

async function fill({ fd, signal }: Transfer, sink: Sink, copy: CopyOp): Promise<void> {
  copy.sink = sink
  try {
    sink.check?.()
    copy.elsewhere = false
    while (await fd.pour(copy, signal)) await copy.settled()
    await copy.settled()
    copy.elsewhere = true
    await sink.flush?.()
  } finally {
    copy.given = sink.written
    sink.leave?.()
  }
}

/** Piece by piece. What one read takes waits in no queue of ours, and no promise is made for it. */
class CopyOp extends PourOp implements Progress {
  sink: Sink | null = null
  given = 0
  elsewhere = true
  /** What the last piece waits for. */
  #waiting: Promise<boolean> | null = null
  #failed: { readonly error: unknown } | null = null

  protected put(piece: Uint8Array): Poured {
    this.elsewhere = true
    try {
      const answer = (this.sink as Sink).put(piece)
      if (typeof answer === 'boolean') {
        this.elsewhere = false
        const consumed: boolean = answer
        return consumed ? CONSUMED : KEPT
      }
      this.#waiting = answer
    } catch (error) {
      this.#failed = { error }
    }
    return HELD
  }

  /** The destination is done with the last piece, or throws. */
  async settled(): Promise<void> {
    if (this.#failed !== null) throw this.#failed.error
    if (this.#waiting !== null) {
      this.released(await this.#waiting)
      this.flow?.moved()
    }
    this.#waiting = null
    this.elsewhere = false
  }
}

/** What a transfer is rejected with: it says how far it came. */
function failure(
  { fd, op }: Transfer,
  thrown: unknown,
  guard: Guard,
  { taken, given, elsewhere }: Progress,
): Error {
  const error = errorFrom(thrown)
  const counts = { bytesRead: taken, bytesWritten: given }
  if (error instanceof NoBytesError) return Object.assign(error, counts)
  let cause = error
  if (error === guard.error) {
    // As Go has it, the error of the call that was to come.
    const call = op === 'readfrom' ? 'write' : 'read'
    if (!(error instanceof CanceledError || guard.stopped)) cause = fd.opError(call, error)
  } else if (!elsewhere) {
    if (isMistake(error)) return error
    // Wherever the abort finds it, the signal's reason is in the same place.
    if ((error as OpError).code === 'ABORT_ERR') cause = (error as OpError).cause
  }
  // A TypeError of the other end is a failure of it, such as a web stream's that is in the wrong state.
  return new OpError(op, fd.net, fd.laddr, fd.raddr, cause, counts)
}
