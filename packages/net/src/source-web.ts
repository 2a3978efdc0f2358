// The Streams standard: a ReadableStream, of bytes or not, and its readers.
import type { Guard } from './guard.js'
import { CHUNK, PieceEncoder } from './pieces.js'
import type { Tap } from './tap.js'

/**
 * A reader of the web's streams: the default one, or one that brings its own buffer (BYOB). Their `read`
 * is left out, so that the compiler knows what the `read` of a Reader of one's own is given.
 */
export interface WebReader {
  /** Settles when the stream has ended or failed. */
  readonly closed: Promise<unknown>
  /** Gives the stream back, which another may read then. */
  releaseLock(): void
}

interface AnyReader {
  read(view: Uint8Array): Promise<{ readonly done: boolean; readonly value?: unknown }>
  releaseLock(): void
}

/** A ReadableStream, whichever library declares its type. */
export interface WebReadable {
  /** Whether a reader has it. */
  readonly locked: boolean
  /** A reader, which locks the stream until it lets go. */
  getReader(o?: never): object
}

/** Takes what a reader gives. */
export class WebTap implements Tap {
  readonly #reader: AnyReader
  /** The stream whose lock is to be given back, null when the reader is the caller's. */
  readonly #stream: WebReadable | null
  readonly #guard: Guard
  readonly #encoder = new PieceEncoder()
  #room = new Uint8Array(CHUNK)
  #over = false

  constructor(reader: object, stream: WebReadable | null, guard: Guard) {
    this.#reader = reader as AnyReader
    this.#stream = stream
    this.#guard = guard
  }

  /** Locks the stream until the transfer is over. From a stream of bytes no more is taken than goes. */
  static of(stream: WebReadable, guard: Guard): WebTap {
    const { getReader } = stream as { getReader(o?: { mode: 'byob' }): object }
    let reader: object
    try {
      reader = getReader.call(stream, { mode: 'byob' })
    } catch {
      reader = getReader.call(stream)
    }
    return new WebTap(reader, stream, guard)
  }

  async next(most: number): Promise<Uint8Array | null> {
    if (this.#over) return null
    const room = this.#room.subarray(0, most)
    // The default reader takes no view, and leaves it alone.
    const { done, value } = await this.#guard.race(this.#reader.read(room))
    this.#over = done
    if (!done) {
      const bytes = this.#encoder.bytes(value)
      // A BYOB reader takes the room away, and hands it back under the bytes: they have gone by then.
      if (this.#room.length === 0) this.#room = new Uint8Array(bytes.buffer as ArrayBuffer)
      return bytes
    }
    const rest = this.#encoder.rest()
    return rest.length > 0 ? rest : null
  }

  /** Without cancelling: a piece that comes later stays in the stream, unless a reader of the caller's has asked. */
  leave(): undefined {
    if (this.#stream !== null) this.#reader.releaseLock()
    return undefined
  }
}
