// Lines and counted bytes out of a connection, whatever pieces they arrive in.
import type { CallOptions, Conn } from '@netfd/net'

const LINE_FEED = 10

/** A line that does not end. */
class LongLineError extends Error {
  readonly code = 'ERR_LONG_LINE'
}

/** Reads ahead of its caller, so nothing else may read from the connection. */
export class LineReader {
  readonly #conn: Conn
  readonly #limit: number
  #ahead: Uint8Array

  /** A peer that sends more than `limit` bytes without a line feed is refused. What was read before comes first. */
  constructor(conn: Conn, limit = 16 * 1024, ahead: Uint8Array = new Uint8Array(0)) {
    this.#conn = conn
    this.#limit = limit
    this.#ahead = ahead
  }

  /** What has come and was not asked for yet: who reads on instead of this reader begins with it. */
  get ahead(): Uint8Array {
    return this.#ahead
  }

  /** Whether part of the next line has come. */
  get begun(): boolean {
    return this.#ahead.length > 0
  }

  /** Waits until `begun`; false at the end of the stream. */
  async begin(o?: CallOptions): Promise<boolean> {
    return this.begun || (await this.#more(o))
  }

  /** The next line without its end, or null when the stream has ended. */
  async line(o?: CallOptions): Promise<string | null> {
    for (let searched = 0; ; ) {
      const end = this.#ahead.indexOf(LINE_FEED, searched)
      if (end >= 0) return text(this.#take(end + 1)).replace(/\r?\n$/, '')
      searched = this.#ahead.length
      if (searched > this.#limit)
        throw new LongLineError(`a line of more than ${this.#limit} bytes`)
      if (!(await this.#more(o))) return searched === 0 ? null : text(this.#take(searched))
    }
  }

  /** What has come, at most `most` bytes, or null when the stream has ended. */
  async some(most: number): Promise<Uint8Array | null> {
    return (await this.begin()) ? this.#take(Math.min(most, this.#ahead.length)) : null
  }

  async #more(o?: CallOptions): Promise<boolean> {
    const piece = new Uint8Array(4096)
    const n = await this.#conn.read(piece, o)
    if (n !== null) this.#ahead = Buffer.concat([this.#ahead, piece.subarray(0, n)])
    return n !== null
  }

  #take(n: number): Uint8Array {
    const taken = this.#ahead.subarray(0, n)
    this.#ahead = this.#ahead.subarray(n)
    return taken
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
