// The Streams standard: an underlying sink.
import type { QueuingStrategy, UnderlyingSink } from 'node:stream/web'
import type { Channel } from './channel.js'
import type { Chunk } from './chunk.js'
import { bytesOf, sizeOfChunk } from './chunk.js'

/** What the owner of a channel is told about its writing. */
export interface WriteEvents {
  /** The error that the stream is to fail with. */
  wrap(error: unknown): unknown
  /** The stream is aborted: a reset is to come, or the end of the wait for a channel. */
  writeAborted(): void
  /** The stream was closed, or aborted. */
  writeEnded(): void
  /** Writing has failed. */
  writeFailed(error: unknown): void
}

/** What a sink is given; the types of Node leave the signal out. */
interface Controller {
  readonly signal: AbortSignal
  error(error: unknown): void
}

/** Writes one chunk after the other. Room is counted in bytes. */
export class ByteSink implements UnderlyingSink<Chunk>, QueuingStrategy<Chunk> {
  readonly highWaterMark: number
  readonly #opening: Channel | Promise<Channel>
  readonly #events: WriteEvents | null
  #channel: Channel | null = null
  #controller: Controller | null = null
  #over = false
  /** Chunks that the stream has taken and the kernel has not. */
  #waiting = 0
  readonly #drains: (() => void)[] = []

  constructor(
    opening: Channel | Promise<Channel>,
    highWaterMark: number,
    events: WriteEvents | null = null,
  ) {
    this.#opening = opening
    this.highWaterMark = highWaterMark
    this.#events = events
  }

  /** Called once for each chunk that the stream takes. */
  readonly size = (chunk?: Chunk): number => {
    this.#waiting++
    return sizeOfChunk(chunk)
  }

  /** What it rejects with errors the stream; until it resolves, nothing is written. */
  async start(given: unknown): Promise<void> {
    const controller = given as Controller
    this.#controller = controller
    controller.signal.addEventListener('abort', this.#aborted, { once: true })
    this.#channel = await this.#opening
  }

  async write(chunk: Chunk, given: unknown): Promise<void> {
    const { signal } = given as Controller
    try {
      // Without the signal `abort()` would wait for a write that a peer who does not read keeps waiting.
      await (this.#channel as Channel).write(bytesOf(chunk), signal)
      this.#waiting--
      if (this.#waiting === 0) this.#wake()
    } catch (error) {
      if (signal.aborted || this.#over) throw error
      this.#leave()
      this.#events?.writeFailed(error)
      throw this.#events === null ? error : this.#events.wrap(error)
    }
  }

  async close(): Promise<void> {
    this.#leave()
    try {
      await this.#channel?.closeWrite()
    } catch (error) {
      this.#events?.writeFailed(error)
      throw this.#events === null ? error : this.#events.wrap(error)
    }
    this.#events?.writeEnded()
  }

  async abort(): Promise<void> {
    await this.#channel?.reset()
    this.#events?.writeEnded()
  }

  /** `abort` above is called when the write under way, or the wait for a channel, is over. */
  readonly #aborted = (): void => {
    this.#leave()
    this.#events?.writeAborted()
  }

  #leave(): void {
    this.#over = true
    this.#wake()
  }

  #wake(): void {
    for (const drained of this.#drains.splice(0)) drained()
  }

  /** Ends the stream with an error. */
  fail(error: unknown): void {
    if (this.#over) return
    this.#leave()
    this.#controller?.error(error)
  }

  /** Ends writing, behind what the stream has taken already; the stream itself stays as it is. */
  async finish(): Promise<void> {
    await this.drained()
    if (this.#over) return
    await this.#channel?.closeWrite()
  }

  /** Resolves when the kernel has all that the stream has taken, or will get no more of it. */
  async drained(): Promise<void> {
    if (this.#over || this.#waiting === 0) return
    await new Promise<void>((resolve) => this.#drains.push(resolve))
  }
}
