// The Streams standard: an underlying byte source.
import type {
  ReadableByteStreamController,
  ReadableStreamBYOBRequest,
  UnderlyingByteSource,
} from 'node:stream/web'
import type { Channel } from './channel.js'

/** What the owner of a channel is told about its reading. */
export interface ReadEvents {
  /** The error that the stream is to fail with. */
  wrap(error: unknown): unknown
  /** The peer has ended its side, or the stream was cancelled. */
  readEnded(cancelled: boolean): void
  /** Reading has failed. */
  readFailed(error: unknown): void
}

/** Reads into the buffer of the reader that asks, and never before one does. */
export class ByteSource implements UnderlyingByteSource {
  readonly type = 'bytes'
  readonly autoAllocateChunkSize: number
  readonly #opening: Channel | Promise<Channel>
  readonly #events: ReadEvents | null
  readonly #leaving = new AbortController()
  #channel: Channel | null = null
  #controller: ReadableByteStreamController | null = null
  #pulling: Promise<void> | null = null
  #over = false
  #cancelled = false

  constructor(
    opening: Channel | Promise<Channel>,
    chunkSize: number,
    events: ReadEvents | null = null,
  ) {
    this.#opening = opening
    this.autoAllocateChunkSize = chunkSize
    this.#events = events
  }

  /** What it rejects with errors the stream; until it resolves, nothing is pulled. */
  async start(controller: ReadableByteStreamController): Promise<void> {
    this.#controller = controller
    this.#channel = await this.#opening
    if (this.#cancelled) this.#channel.closeRead()
  }

  pull(controller: ReadableByteStreamController): Promise<void> {
    this.#pulling = this.#pull(controller)
    return this.#pulling
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    try {
      const request = controller.byobRequest as ReadableStreamBYOBRequest
      const view = request.view as Uint8Array
      const n = await (this.#channel as Channel).read(view, this.#leaving.signal)
      if (this.#over) return
      if (n !== null) return request.respond(n)
      this.#end()
      this.#events?.readEnded(false)
    } catch (error) {
      if (this.#over || this.#leaving.signal.aborted) return
      this.#over = true
      this.#events?.readFailed(error)
      throw this.#events === null ? error : this.#events.wrap(error)
    }
  }

  cancel(): void {
    this.#over = true
    this.#cancelled = true
    // The read that waits goes first, or it would take what is no longer the stream's.
    this.#leaving.abort()
    this.#channel?.closeRead()
    this.#events?.readEnded(true)
  }

  #end(): void {
    this.#over = true
    this.#controller?.close()
    // A reader that brought its buffer waits until it gets the buffer back.
    this.#controller?.byobRequest?.respond(0)
  }

  /** Ends the stream as if the peer had. */
  end(): void {
    if (this.#over) return
    this.#leaving.abort()
    try {
      this.#end()
    } catch {
      // Half of an element has been read: then the reader is told, by the stream.
    }
  }

  /** Ends the stream with an error. */
  fail(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#leaving.abort()
    this.#controller?.error(error)
  }

  /** Leaves the channel to another reader. Resolves when no read is under way. */
  async leave(error: unknown): Promise<void> {
    this.#leaving.abort()
    await this.#pulling?.catch(() => undefined)
    this.fail(error)
  }
}
