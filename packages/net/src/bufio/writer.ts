// Go: bufio/bufio.go, Writer. Many small writes leave as one.
import type { Writer } from '@netfd/net'
import { TCPConn, UnexpectedEOFError } from '@netfd/net'
import { errorFrom, sizeOf, viewOf } from '@netfd/poll/internal'
import { kindOf } from '../arguments.js'
import { countOf, isCount } from '../taken.js'
import type { BufOptions } from './options.js'
import { sizeIn } from './options.js'
import { Turns } from './turns.js'

const NONE = Buffer.allocUnsafeSlow(0)

/**
 * Writes to a destination through a buffer; made by {@link bufWriter}. Calls are served one at a time in
 * their order. What fits is copied: one promise, which is resolved already, and no system call. Nothing
 * leaves before the buffer is full but by `flush`.
 *
 * The error of the destination is final, as Go has it, a deadline that passes too: every later call is
 * rejected with it. `buffered` says then how many bytes were kept.
 */
export class BufWriter {
  readonly #dst: Writer
  readonly #size: number
  readonly #turns = new Turns()
  #bytes = NONE
  #end = 0
  #error: Error | null = null
  /** Whether the destination has kept the memory of what it was given. */
  #kept = false

  /** @internal */
  constructor(dst: Writer, size: number) {
    this.#dst = dst
    this.#size = size
  }

  /** How many bytes fit until the next write of the destination. Go: `Available`. */
  get available(): number {
    return this.#size - this.#end
  }

  /** How many bytes wait to be flushed. Go: `Buffered`. */
  get buffered(): number {
    return this.#end
  }

  /**
   * Takes all of `data`, a string as UTF-8, and resolves to its length in bytes. When it does not fit, the
   * buffer is filled and flushed first; what is no smaller than an empty buffer goes straight to the
   * destination, uncopied.
   *
   * Rejects with the error of the destination, the first one for good, and with TypeError for what is
   * neither bytes nor text. Go: `Write`, `WriteString`.
   */
  write(data: Uint8Array | string): Promise<number> {
    try {
      const size = typeof data === 'string' ? Buffer.byteLength(data) : bytesIn(data)
      if (this.#error !== null || !this.#turns.free || size > this.available) {
        return this.#write(typeof data === 'string' ? Buffer.from(data, 'utf8') : data, size)
      }
      this.#put(data)
      return Promise.resolve(size)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Writes what is here to the destination. Rejects as `write` does. Go: `Flush`. */
  async flush(): Promise<void> {
    const turn = this.#turns.enter()
    if (turn !== null) await turn
    try {
      if (this.#error !== null) throw this.#error
      if (this.#end > 0) await this.#send(this.#held())
    } finally {
      this.#turns.leave()
    }
  }

  /** `write` of what does not fit, or has to wait for its turn. */
  async #write(data: Uint8Array, size: number): Promise<number> {
    const turn = this.#turns.enter()
    if (turn !== null) await turn
    try {
      if (this.#error !== null) throw this.#error
      let at = 0
      while (size - at > this.available) {
        const rest = viewOf(data, at)
        if (this.#end === 0) {
          await this.#send(rest)
          return size
        }
        at += this.#put(rest.subarray(0, this.available))
        await this.#send(this.#held())
      }
      this.#put(viewOf(data, at))
      return size
    } finally {
      this.#turns.leave()
    }
  }

  /** Takes what fits: how many bytes. */
  #put(data: Uint8Array | string): number {
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafeSlow(this.#size)
    const n =
      typeof data === 'string'
        ? this.#bytes.write(data, this.#end, 'utf8')
        : copy(viewOf(data), this.#bytes, this.#end)
    this.#end += n
    return n
  }

  #held(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#end)
  }

  /** Writes all of what is held, or of a caller's piece. An error is kept, for it is final. */
  async #send(piece: Uint8Array): Promise<void> {
    const { length } = piece
    let sent = 0
    this.#kept = false
    try {
      while (sent < length) {
        const n = countOf(await this.#give(piece.subarray(sent)), length - sent)
        if (n === 0) throw new UnexpectedEOFError()
        sent += n
      }
    } catch (error) {
      const { bytesWritten } = (error ?? {}) as { bytesWritten?: unknown }
      if (isCount(bytesWritten, length - sent)) sent += bytesWritten
      this.#error = errorFrom(error)
      throw this.#error
    } finally {
      if (piece.buffer === this.#bytes.buffer) this.#sent(sent)
    }
  }

  /** A Writer of the caller's keeps the memory of what it does not take at once; a connection keeps nothing. */
  #give(piece: Uint8Array): unknown {
    const answer = this.#dst.write(piece)
    if (typeof answer !== 'number' && !(this.#dst instanceof TCPConn)) this.#kept = true
    return answer
  }

  /** The first `n` bytes are gone. */
  #sent(n: number): void {
    const bytes = this.#bytes
    // The destination may have transferred its memory away.
    const rest = bytes.length === 0 ? NONE : bytes.subarray(n, this.#end)
    this.#end -= n
    if (this.#kept || bytes.length === 0) {
      this.#bytes = rest.length === 0 ? NONE : Buffer.allocUnsafeSlow(this.#size)
    }
    this.#bytes.set(rest)
  }
}

function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  to.set(from, at)
  return from.length
}

/** Throws TypeError for what is neither bytes nor text. */
function bytesIn(data: Uint8Array): number {
  try {
    return sizeOf(data)
  } catch (error) {
    throw new TypeError(`data must be bytes or a string: ${(error as Error).message}`)
  }
}

/**
 * Writes to a destination, as a rule a connection, through a buffer: small writes leave as one system
 * call. The last of them needs a `flush`. The destination is any Writer; what is written straight
 * belongs to one of the caller's own as after a `write` of it.
 *
 * Throws TypeError for what has no `write`, TypeError or RangeError for a wrong `size`. Go: `bufio.NewWriterSize`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { bufReader, bufWriter } from '@netfd/net/bufio'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await dial('tcp', String(listener.addr))
 * await using peer = await listener.accept()
 * const reader = bufReader(conn)
 * const writer = bufWriter(peer)
 * for (const word of ['one', 'two', 'three']) await writer.write(`${word}\n`)
 * await writer.flush()
 * console.assert((await reader.readLine()) === 'one')
 * console.assert(reader.buffered === 'two\nthree\n'.length)
 * ```
 */
export function bufWriter(dst: Writer, o: BufOptions = {}): BufWriter {
  const size = sizeIn('bufWriter', o)
  if (typeof (dst as Partial<Writer> | null | undefined)?.write !== 'function') {
    throw new TypeError(`dst must be a Conn or have a function write, got ${kindOf(dst)}`)
  }
  return new BufWriter(dst, size)
}
