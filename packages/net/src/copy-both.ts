// Go: two goroutines with an io.Copy each, and what has to be told between them. The two directions of a proxy.
import type { CallOptions } from '@netfd/poll'
import { CanceledError, errorFrom, Flow, signalOf } from '@netfd/poll/internal'
import { checkOptions, kindOf } from './arguments.js'
import type { TransferTerms } from './copy.js'
import { checkIdle } from './copy.js'
import { WriterSink } from './destination-writer.js'
import { OpError } from './errors.js'
import { Guard } from './guard.js'
import { looked } from './looked.js'
import type { Reader, StreamConn } from './net.js'
import { CHUNK } from './pieces.js'
import { ReaderTap } from './source-reader.js'
import { isStreamConn } from './stream-conn.js'

/** How the two directions of `copyBoth` may be ended. */
export interface CopyBothOptions extends CallOptions {
  /** After how many milliseconds in which nothing moves either way they end with `ETIMEDOUT`; 0 is never. */
  idleTimeout?: number | undefined
}

/**
 * An end of `copyBoth`: any stream connection, also one of your own. Without a `closeWrite` it is not told that
 * the other end has ended its side.
 */
export interface CopyEnd extends Reader, Pick<StreamConn, 'write'> {
  /** Ends writing: the peer reads to the end. */
  closeWrite?(): unknown
}

/**
 * Relays between two connections until both have ended: what arrives at one is written to the other, and the
 * end of a stream is passed on with `closeWrite`. Resolves to the bytes that went from `a` to `b` and from `b`
 * to `a`. Closes neither. Between TCPConns the bytes stay in the kernel.
 *
 * When one direction fails, the other is ended as well, and both are when `signal` is aborted or nothing has
 * moved either way for `idleTimeout`. It rejects with the first error once both have ended, and neither
 * connection is in use any more: an OpError as `readFrom` has it (`ETIMEDOUT` when idle, `ABORT_ERR`), or what
 * an end of your own has thrown, with `bytesAToB` and `bytesBToA`. Then half a stream may have been passed on,
 * which must not look like a whole one: reset both. TypeError or RangeError for wrong arguments.
 *
 * ```ts
 * import { copyBoth, dial, listen } from '@netfd/net'
 * await using target = await listen('tcp', '127.0.0.1:0')
 * const answered = target.accept().then(async (conn) => {
 *   for await (const piece of conn) await conn.write(piece)
 *   await conn.close()
 * })
 * await using front = await listen('tcp', '127.0.0.1:0')
 * const client = await dial('tcp', front.addr.toString())
 * await client.write('hello')
 * client.closeWrite()
 *
 * await using conn = await front.accept()
 * await using server = await dial('tcp', target.addr.toString())
 * const [up, down] = await copyBoth(conn, server, { idleTimeout: 300_000 })
 * console.assert(up === 5 && down === 5)
 * await Promise.all([client.close(), answered])
 * ```
 *
 * @category Connections
 */
export async function copyBoth(
  a: CopyEnd,
  b: CopyEnd,
  o: CopyBothOptions = {},
): Promise<[aToB: number, bToA: number]> {
  checkEnd('a', a)
  checkEnd('b', b)
  if (a === b) throw new TypeError('a and b must be two connections')
  checkOptions('copyBoth', o, ['signal', 'idleTimeout'])
  const flow = new Flow(checkIdle(o.idleTimeout))
  const terms = { limit: Number.MAX_SAFE_INTEGER, signal: signalOf(o), flow }
  let first: Error | null = null
  const failed = (error: Error): void => {
    first ??= error
    flow.end(() => new CanceledError(first))
  }
  const there = new Direction(a, b, terms)
  const back = new Direction(b, a, terms)
  await Promise.all([there.run(failed), back.run(failed)])
  if (first === null) return [there.moved, back.moved]
  // An error of another's own may be frozen, and is the first one all the same.
  Reflect.set(first, 'bytesAToB', there.moved)
  Reflect.set(first, 'bytesBToA', back.moved)
  throw first
}

function checkEnd(name: string, end: unknown): asserts end is CopyEnd {
  const { read, write } = (end ?? {}) as Partial<CopyEnd>
  if (typeof read === 'function' && typeof write === 'function') return
  throw new TypeError(`${name} must be a connection, got ${kindOf(end)}`)
}

/** One of the two. */
class Direction {
  readonly #src: CopyEnd
  readonly #dst: CopyEnd
  readonly #terms: TransferTerms
  /** How many bytes the destination has taken. */
  moved = 0

  constructor(src: CopyEnd, dst: CopyEnd, terms: TransferTerms) {
    this.#src = src
    this.#dst = dst
    this.#terms = terms
  }

  /** Until its source ends, or either direction fails. */
  async run(failed: (error: Error) => void): Promise<void> {
    try {
      this.moved = await this.#move()
      await this.#dst.closeWrite?.()
    } catch (thrown) {
      const error = errorFrom(thrown)
      const { bytesWritten } = looked(error)
      if (typeof bytesWritten === 'number') this.moved = bytesWritten
      failed(error)
    }
  }

  async #move(): Promise<number> {
    const src = this.#src
    const dst = this.#dst
    if (isStreamConn(dst)) return await dst.takeFrom(src, this.#terms)
    return isStreamConn(src)
      ? await src.giveTo(dst, this.#terms)
      : await copy(src, dst, this.#terms)
  }
}

/** Where neither end is a connection of this package. */
async function copy(src: Reader, dst: CopyEnd, { signal, flow }: TransferTerms): Promise<number> {
  const guard = new Guard(null, 'r', signal, flow)
  const tap = new ReaderTap(src, guard, CHUNK, false)
  const sink = new WriterSink(dst, guard, false)
  try {
    for (;;) {
      guard.check()
      const piece = await tap.next(CHUNK)
      if (piece === null) return sink.written
      guard.moved()
      // The memory of a piece may stay the writer's.
      if (piece.length > 0) await sink.put(piece.slice())
    }
  } catch (thrown) {
    const bytesWritten = sink.written
    const error = errorFrom(thrown)
    if (error === guard.error) throw new OpError('copy', '', null, null, error, { bytesWritten })
    Reflect.set(error, 'bytesWritten', bytesWritten)
    throw error
  } finally {
    guard.leave()
  }
}
