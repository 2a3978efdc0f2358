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
    await this.#alone(() => this.#flush())
  }

  /** Takes what fits. */
  #put(data: Uint8Array | string): void {
    if (this.#bytes.length === 0) this.#bytes = Buffer.allocUnsafeSlow(this.#size)
    if (typeof data === 'string') this.#end += this.#bytes.write(data, this.#end, 'utf8')
    else {
      const bytes = viewOf(data)
      this.#bytes.set(bytes, this.#end)
      this.#end += bytes.length
    }
  }

  async #write(data: Uint8Array, size: number): Promise<number> {
    await this.#alone(async () => {
      let at = 0
      while (size - at > this.available) {
        const rest = viewOf(data, at)
        if (this.#end === 0) {
          await this.#send(rest)
          return
        }
        const part = rest.subarray(0, this.available)
        this.#put(part)
        at += part.length
        await this.#flush()
      }
      this.#put(viewOf(data, at))
    })
    return size
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#turns.enter()
    if (turn !== null) await turn
    try {
      if (this.#error !== null) throw this.#error
      await work()
    } finally {
      this.#turns.leave()
    }
  }

  async #flush(): Promise<void> {
    if (this.#end === 0) return
    const bytes = this.#bytes
    const end = this.#end
    const sent = { n: 0, kept: false }
    try {
      await this.#send(new Uint8Array(bytes.buffer, 0, end), sent)
    } finally {
      bytes.copyWithin(0, sent.n, end)
      this.#end = end - sent.n
      if (sent.kept) this.#bytes = NONE
    }
  }

  /** Writes all of a piece, and says how far it has come, also when it fails. */
  async #send(piece: Uint8Array, sent = { n: 0, kept: false }): Promise<void> {
    const { length } = piece
    try {
      while (sent.n < length) {
        const rest = sent.n === 0 ? piece : piece.subarray(sent.n)
        const answer = this.#dst.write(rest)
        // A Writer of the caller's keeps what it does not take at once; a connection keeps nothing.
        if (typeof answer !== 'number' && !(this.#dst instanceof TCPConn)) sent.kept = true
        const n = countOf(typeof answer === 'number' ? answer : await answer, rest.length)
        if (n === 0) throw new UnexpectedEOFError()
        sent.n += n
      }
    } catch (error) {
      const { bytesWritten } = (error ?? {}) as { bytesWritten?: unknown }
      if (isCount(bytesWritten, length - sent.n)) sent.n += bytesWritten
      this.#error = errorFrom(error)
      throw this.#error
    }
  }
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
