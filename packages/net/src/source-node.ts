// Readable streams of Node: files, sockets, child processes, requests, whatever has been transformed.
import type { Guard } from './guard.js'
import type { NodeStream } from './node-stream.js'
import { Listening, prematureClose } from './node-stream.js'
import { CHUNK, PieceEncoder, textOf } from './pieces.js'
import type { Tap } from './tap.js'

/** What is asked of a Readable. */
export interface NodeReadable extends NodeStream {
  read(size?: number): unknown
  unshift(piece: unknown, encoding?: string): void
  readonly readableLength: number
  readonly readableObjectMode?: boolean
  readonly readableEncoding?: string | null
  readonly readableEnded?: boolean
}

/** Takes from a Readable without making it flow, so that what is not taken stays in it. */
export class NodeTap implements Tap {
  readonly #src: NodeReadable
  readonly #guard: Guard
  readonly #encoder = new PieceEncoder()
  readonly #events: Listening
  /** Whether the last piece was text. */
  #text = false
  #over = false

  constructor(src: NodeReadable, guard: Guard) {
    this.#src = src
    this.#guard = guard
    this.#events = new Listening(src, ['readable', 'end', 'close'])
  }

  async next(): Promise<Uint8Array | null> {
    while (!this.#over) {
      if (this.#events.error !== null) throw this.#events.error
      const piece = this.#take()
      if (piece !== null) {
        this.#text = typeof piece === 'string'
        return this.#encoder.bytes(piece)
      }
      this.#over = this.#src.readableEnded === true
      if (this.#over) break
      if (this.#src.destroyed === true) {
        this.#events.fail(this.#src.errored ?? prematureClose())
        continue
      }
      await this.#guard.race(this.#events.next())
    }
    const rest = this.#encoder.rest()
    return rest.length > 0 ? rest : null
  }

  /**
   * A stream that is asked for no more than it has does not yet find out that it has ended, and what
   * fails to go can still be put back.
   */
  #take(): unknown {
    const { readableLength, readableObjectMode } = this.#src
    if (readableLength === 0) return this.#src.read()
    return this.#src.read(readableObjectMode === true ? 1 : Math.min(readableLength, CHUNK))
  }

  leave(rest: Uint8Array): undefined {
    this.#putBack(rest)
    this.#events.leave()
    return undefined
  }

  #putBack(rest: Uint8Array): void {
    const { destroyed, readableEnded, readableEncoding } = this.#src
    if (destroyed === true || readableEnded === true || this.#events.error !== null) return
    const half = this.#encoder.takeHalf()
    if (this.#text) {
      const text = textOf(rest) + half
      if (text !== '') this.#src.unshift(text, readableEncoding ?? undefined)
    } else if (rest.length > 0) {
      this.#src.unshift(Buffer.from(rest.buffer, rest.byteOffset, rest.length))
    }
  }
}
