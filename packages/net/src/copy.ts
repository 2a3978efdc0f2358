// Go: io.Copy and its neighbours, for what does not stay in the kernel. Serves any stream connection.
import type { CallOptions } from '@netfd/poll'
import { CanceledError, errorFrom } from '@netfd/poll/internal'
import { isMistake } from './arguments.js'
import { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { Guard } from './guard.js'
import { CHUNK, NoBytesError } from './pieces.js'
import type { Sink } from './sink.js'
import type { Tap } from './tap.js'

/** How a transfer may be limited and ended. */
export interface TransferOptions extends CallOptions {
  /** How many bytes are moved at most: a whole number, or Infinity, as by default. */
  limit?: number | undefined
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

/** How far a transfer has come, also when it fails. */
interface Progress {
  /** How many bytes were taken from the source. */
  read: number
  /** How many of them the destination has taken. */
  written: number
  /** Whether it is the other end that does something now, and not the connection. */
  elsewhere: boolean
}

/** One transfer between a connection and something else. */
export interface Transfer {
  readonly fd: NetFD
  readonly op: 'readfrom' | 'writeto'
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/** Takes up to `limit` bytes from a source into the connection. */
export async function copyFrom(
  t: Transfer,
  open: (guard: Guard, limit: number) => Tap,
): Promise<number> {
  const guard = new Guard(t.fd, 'w', t.signal)
  const progress = { read: 0, written: 0, elsewhere: true }
  try {
    guard.check()
    const tap = open(guard, t.limit)
    await drain(t, tap, guard, progress)
    return progress.written
  } catch (error) {
    throw failure(t, error, guard, progress)
  } finally {
    guard.leave()
  }
}

async function drain(t: Transfer, tap: Tap, guard: Guard, progress: Progress): Promise<void> {
  let rest = NOTHING
  let failed = true
  try {
    while (progress.written < t.limit) {
      guard.check()
      progress.elsewhere = true
      const left = t.limit - progress.written
      const piece = await tap.next(left)
      if (piece === null) break
      progress.elsewhere = false
      progress.read += piece.length
      const before = progress.written
      try {
        await send(t, piece.length > left ? piece.subarray(0, left) : piece, progress)
      } finally {
        rest = piece.subarray(progress.written - before)
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
async function send({ fd, signal }: Transfer, data: Uint8Array, progress: Progress): Promise<void> {
  try {
    progress.written += await fd.write(data, { signal })
  } catch (error) {
    progress.written += (error as { bytesWritten?: number }).bytesWritten ?? 0
    throw error
  }
}

/** Takes up to `limit` bytes from the connection to a destination. */
export async function copyTo(t: Transfer, open: (guard: Guard) => Sink): Promise<number> {
  const guard = new Guard(t.fd, 'r', t.signal)
  const progress = { read: 0, written: 0, elsewhere: true }
  try {
    await fill(t, open(guard), progress)
    return progress.written
  } catch (error) {
    throw failure(t, error, guard, progress)
  } finally {
    guard.leave()
  }
}

async function fill(t: Transfer, sink: Sink, progress: Progress): Promise<void> {
  try {
    sink.check?.()
    progress.elsewhere = false
    await pour(t, sink, progress)
    progress.elsewhere = true
    await sink.flush?.()
  } finally {
    progress.written = sink.written
    sink.leave?.()
  }
}

/**
 * A room for the next piece. A destination that keeps its pieces costs one for each, so it is not cleared;
 * and it is no Buffer, whose `slice` makes no copy.
 */
const newRoom = (most: number): Uint8Array =>
  new Uint8Array(Buffer.allocUnsafeSlow(Math.min(most, CHUNK)).buffer)

/** Piece by piece. What one read takes waits in no queue of ours. */
async function pour(
  { fd, limit, signal }: Transfer,
  sink: Sink,
  progress: Progress,
): Promise<void> {
  const o = signal === undefined ? undefined : { signal }
  let room = newRoom(limit)
  // Whether the destination gives rooms back.
  let reusable = false
  while (progress.read < limit) {
    const left = limit - progress.read
    const n = await fd.read(left < room.length ? room.subarray(0, left) : room, o)
    if (n === null) return
    progress.read += n
    // A small piece that is given away does not take its whole room along.
    const piece = reusable || n > room.length / 2 ? room.subarray(0, n) : room.slice(0, n)
    progress.elsewhere = true
    const answer = sink.put(piece)
    reusable = typeof answer === 'boolean' ? answer : await answer
    progress.elsewhere = false
    if (!reusable && piece.buffer === room.buffer) room = newRoom(left)
  }
}

/** What a transfer is rejected with: it says how far it came. */
function failure(
  { fd, op }: Transfer,
  thrown: unknown,
  guard: Guard,
  { read, written, elsewhere }: Progress,
): Error {
  const error = errorFrom(thrown)
  const counts = { bytesRead: read, bytesWritten: written }
  if (error instanceof NoBytesError) return Object.assign(error, counts)
  let cause = error
  if (error === guard.error) {
    // As Go has it, the error of the call that was to come.
    const call = op === 'readfrom' ? 'write' : 'read'
    if (!(error instanceof CanceledError)) cause = fd.opError(call, error)
  } else if (!elsewhere) {
    if (isMistake(error)) return error
    // Wherever the abort finds it, the signal's reason is in the same place.
    if ((error as OpError).code === 'ABORT_ERR') cause = (error as OpError).cause
  }
  // A TypeError of the other end is a failure of it, such as a web stream's that is in the wrong state.
  return new OpError(op, fd.net, fd.laddr, fd.raddr, cause, counts)
}
