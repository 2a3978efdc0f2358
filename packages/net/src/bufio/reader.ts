// Go: bufio/bufio.go, Reader. One read of the source for many small ones of the caller's.
import type { Reader } from '@netfd/net'
import { UnexpectedEOFError } from '@netfd/net'
import type { CallOptions } from '@netfd/poll'
import {
  CanceledError,
  errorFrom,
  reasonOf,
  sizeOf,
  viewOf,
  wasAborted,
} from '@netfd/poll/internal'
import { kindOf } from '../arguments.js'
import { Held } from './held.js'
import { LinesOf } from './lines.js'
import type { BufOptions, LineOptions } from './options.js'
import { checkCount, delimiterOf, lineLimits, signalIn, sizeIn } from './options.js'
import type { More } from './search.js'
import { MORE, takeLine, takeUntil } from './search.js'
import { Turns } from './turns.js'

/** How often a source may answer that it has read nothing, as Go has it. */
const MOST_EMPTY = 100

/** Takes what a call wants out of what is held, if that is enough; `ended` says that no more comes. */
type Take<T> = (ended: boolean) => T | More

/**
 * Reads from a source through a buffer; made by {@link bufReader}. Calls are served one at a time in their
 * order. While bytes are there a call makes one promise, which is resolved already, and no system call.
 *
 * Deadlines, aborts and errors are the source's. A call that fails takes nothing, but for `discard`: the
 * next one goes on where it began. A deadline that has passed does not keep back bytes that are here already.
 *
 * A loop over what is here leaves no room for other work of the process; it is as long as the buffer, for
 * every read of a connection is counted in its budget.
 */
export class BufReader implements Reader {
  readonly #src: Reader
  readonly #held: Held
  readonly #turns = new Turns()
  /** How many reads of the source have read nothing, one after the other. */
  #empty = 0

  /** @internal */
  constructor(src: Reader, size: number) {
    this.#src = src
    this.#held = new Held(size)
  }

  /** How many bytes are here, and need no read. Go: `Buffered`. */
  get buffered(): number {
    return this.#held.length
  }

  /**
   * The next line as UTF-8, without `\n` or `\r\n`; null at the end of the stream. Bytes before the end without
   * a line end are a line too. Without `max`, in bytes of the line, the peer decides how much memory it takes.
   *
   * Rejects as `read` of the source does, with LineTooLongError (`ERR_LINE_TOO_LONG`), and with TypeError or
   * RangeError for wrong options. Go: `ReadString`, `ReadLine`.
   */
  readLine(o?: LineOptions): Promise<string | null> {
    try {
      const { max, signal } = lineLimits('readLine', o)
      return this.#line(max, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * The bytes up to the next `delimiter` and with it: a byte, a text as UTF-8, or bytes. What the stream ends
   * with comes without one; null at the end. Rejects as `readLine` does; `max` counts the delimiter too.
   * Go: `ReadBytes`, `ReadSlice`.
   */
  readUntil(delimiter: number | string | Uint8Array, o?: LineOptions): Promise<Uint8Array | null> {
    try {
      const { max, signal } = lineLimits('readUntil', o)
      const bytes = delimiterOf(delimiter)
      return this.#serve((ended) => takeUntil(this.#held, bytes, max, ended), signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Reads what is here into `buf`, or waits for something: how many bytes, or null at the end. 0 only for an
   * empty `buf`. At most one read of the source; into `buf` itself when nothing is here and `buf` is no smaller
   * than the buffer. Rejects as `read` of the source does. Go: `Read`.
   */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null> {
    try {
      const size = sizeOf(buf)
      const signal = signalIn('read', o)
      if (isAborted(signal)) return this.#refused(signal)
      if (size === 0) return Promise.resolve(0)
      const held = this.#held
      if (!this.#turns.free || held.length === 0) return this.#read(buf, size, signal)
      return Promise.resolve(held.moveTo(buf, Math.min(size, held.length)))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Fills all of `buf` and resolves to its length. When the stream ends before that, rejects with
   * UnexpectedEOFError (`ERR_UNEXPECTED_EOF`): `bytesRead` of it are filled. Any other rejection is that of
   * the source's `read`: then nothing is taken, whatever `buf` holds. Go: `io.ReadFull`.
   */
  readFull(buf: Uint8Array, o?: CallOptions): Promise<number> {
    try {
      const size = sizeOf(buf)
      const signal = signalIn('readFull', o)
      if (isAborted(signal)) return this.#refused(signal)
      const held = this.#held
      if (this.#turns.free && held.length >= size) return Promise.resolve(held.moveTo(buf, size))
      if (size > held.size) return this.#fillLarge(buf, size, signal)
      return this.#wait((ended) => takeFull(held, buf, size, ended), signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * The next `n` bytes without taking them, fewer only at the end of the stream: a copy. More than the buffer
   * holds makes it grow. Rejects as `read` of the source does. Go: `Peek`.
   */
  peek(n: number, o?: CallOptions): Promise<Uint8Array> {
    try {
      checkCount(n)
      const held = this.#held
      const take = (ended: boolean) =>
        held.length >= n || ended ? held.copy(Math.min(n, held.length)) : MORE
      return this.#serve(take, signalIn('peek', o))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Passes over `n` bytes: how many, fewer only at the end of the stream. Rejects as `read` of the source does,
   * with the number as `bytesRead`: those are gone. Go: `Discard`.
   */
  discard(n: number, o?: CallOptions): Promise<number> {
    try {
      checkCount(n)
      const signal = signalIn('discard', o)
      if (isAborted(signal)) return this.#refused(signal)
      if (!this.#turns.free || this.#held.length < n) return this.#discard(n, signal)
      this.#held.drop(n)
      return Promise.resolve(n)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * `for await (const line of reader.lines())`: one `readLine` after the other until the end. Leaving the
   * loop, also while it waits, closes nothing and loses no byte. Throws for wrong options. Go: `bufio.Scanner`.
   */
  lines(o?: LineOptions): AsyncGenerator<string, void, undefined> {
    const { max, signal } = lineLimits('lines', o)
    return new LinesOf((end) => this.#line(max, end), signal)
  }

  /**
   * Takes out all that is here: for `toNetSocket` and `toDuplex`, whose option `unread` it is. Settle your
   * calls first; what one that waits has not got yet is here too.
   */
  unread(): Uint8Array {
    const bytes = this.#held.copy(this.#held.length)
    this.#held.drop(bytes.length)
    return bytes
  }

  #line(max: number, signal: AbortSignal | undefined): Promise<string | null> {
    return this.#serve((ended) => takeLine(this.#held, max, ended), signal)
  }

  /**
   * A call whose signal was aborted before: rejected by the source, whose error says which connection it was. A
   * read of nothing takes no byte where a source does not look at its signal.
   */
  async #refused(signal: AbortSignal): Promise<never> {
    await this.#src.read(NOTHING, { signal })
    throw new CanceledError(reasonOf(signal))
  }

  /** What is taken without waiting costs a promise that is resolved already. */
  #serve<T>(take: Take<T>, signal: AbortSignal | undefined): Promise<T> {
    if (isAborted(signal)) return this.#refused(signal)
    const got = this.#turns.free ? take(false) : MORE
    return got === MORE ? this.#wait(take, signal) : Promise.resolve(got as T)
  }

  /** The one path of calls that wait: no more promises than its own and those of the source. */
  async #wait<T>(take: Take<T>, signal: AbortSignal | undefined): Promise<T> {
    const turn = this.#turns.enter(signal)
    if (turn !== null) await turn
    const held = this.#held
    try {
      let got = take(false)
      while (got === MORE) got = take(!this.#filled(await this.#ask(held.lend(), signal)))
      return got as T
    } finally {
      held.takeBack()
      this.#turns.leave()
    }
  }

  /** `read` when nothing is here, or another call is under way. */
  async #read(
    buf: Uint8Array,
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<number | null> {
    const turn = this.#turns.enter(signal)
    if (turn !== null) await turn
    const held = this.#held
    try {
      while (held.length === 0) {
        if (size >= held.size) {
          const n = this.#count(await this.#ask(viewOf(buf), signal), size)
          if (n !== 0) return n
        } else if (!this.#filled(await this.#ask(held.lend(), signal))) return null
      }
      return held.moveTo(buf, Math.min(size, held.length))
    } finally {
      held.takeBack()
      this.#turns.leave()
    }
  }

  /** What is larger than the buffer goes straight into `buf`, and is put back when that fails. */
  async #fillLarge(
    buf: Uint8Array,
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const turn = this.#turns.enter(signal)
    if (turn !== null) await turn
    const held = this.#held
    let at = 0
    try {
      for (;;) {
        at += held.moveTo(viewOf(buf, at), Math.min(size - at, held.length))
        if (at === size) return size
        if (size - at >= held.size) {
          const n = this.#count(await this.#ask(viewOf(buf, at), signal), size - at)
          if (n === null) break
          at += n
        } else if (!this.#filled(await this.#ask(held.lend(), signal))) break
      }
    } catch (error) {
      held.takeBack()
      if (at > 0) held.putBack(viewOf(buf).subarray(0, at))
      throw error
    } finally {
      held.takeBack()
      this.#turns.leave()
    }
    throw new UnexpectedEOFError(at)
  }

  async #discard(n: number, signal: AbortSignal | undefined): Promise<number> {
    const held = this.#held
    let gone = 0
    try {
      return await this.#wait((ended) => {
        const here = Math.min(n - gone, held.length)
        held.drop(here)
        gone += here
        return gone === n || ended ? gone : MORE
      }, signal)
    } catch (error) {
      throw Object.assign(errorFrom(error), { bytesRead: gone })
    }
  }

  #ask(room: Uint8Array, signal: AbortSignal | undefined): Promise<number | null> {
    return this.#src.read(room, signal === undefined ? undefined : { signal })
  }

  /** Takes in what the source has read into the room of the buffer; false at its end. */
  #filled(answer: number | null): boolean {
    const n = this.#count(answer, this.#held.room)
    this.#held.add(n ?? 0)
    return n !== null
  }

  /** How many bytes the source has read, null at its end. Throws TypeError for what is no answer. */
  #count(n: number | null, most: number): number | null {
    if (n === null) return null
    if (!Number.isInteger(n) || n < 0 || n > most) {
      const got = typeof n === 'number' ? n : kindOf(n)
      throw new TypeError(
        `src.read must resolve to null or to a number of at most ${most} bytes, got ${got}`,
      )
    }
    this.#empty = n > 0 ? 0 : this.#empty + 1
    if (this.#empty < MOST_EMPTY) return n
    this.#empty = 0
    throw new TypeError(`src.read has read nothing ${MOST_EMPTY} times`)
  }
}

const NOTHING = new Uint8Array(0)

const isAborted = (signal: AbortSignal | undefined): signal is AbortSignal =>
  signal !== undefined && wasAborted(signal)

/** Fills `buf`, which is no larger than the buffer: until all of it is there nothing is taken. */
function takeFull(held: Held, buf: Uint8Array, size: number, ended: boolean): number | More {
  if (held.length >= size) return held.moveTo(buf, size)
  if (!ended) return MORE
  throw new UnexpectedEOFError(held.moveTo(buf, held.length))
}

/**
 * Reads from a source, as a rule a connection, through a buffer: lines, records, and many small reads for one
 * system call. The source is the reader's from then on; what was read ahead is `unread()`. A source of your own ends
 * a read when the signal that it was given is aborted, and has taken nothing then, as a connection does.
 *
 * Throws TypeError for what has no `read`, TypeError or RangeError for a wrong `size`. Go: `bufio.NewReaderSize`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { bufReader } from '@netfd/net/bufio'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await dial('tcp', String(listener.addr))
 * await using peer = await listener.accept()
 * await peer.write('HELLO world\r\n\0\0\0\x05bytes')
 * const reader = bufReader(conn)
 * console.assert((await reader.readLine({ max: 1024 })) === 'HELLO world')
 * const head = Buffer.alloc(4)
 * await reader.readFull(head)
 * const body = Buffer.alloc(head.readUInt32BE())
 * await reader.readFull(body)
 * console.assert(String(body) === 'bytes')
 * ```
 */
export function bufReader(src: Reader, o: BufOptions = {}): BufReader {
  const size = sizeIn('bufReader', o)
  if (typeof (src as Partial<Reader> | null | undefined)?.read !== 'function') {
    throw new TypeError(`src must be a Conn or have a function read, got ${kindOf(src)}`)
  }
  return new BufReader(src, size)
}
