// Both directions of a channel as streams of the web, which own it.
import { NetClosingError } from '@netfd/net'
import type { WriteEvents } from './byte-sink.js'
import { ByteSink } from './byte-sink.js'
import type { ReadEvents } from './byte-source.js'
import { ByteSource } from './byte-source.js'
import type { Channel } from './channel.js'
import type { Chunk } from './chunk.js'
import { ROOM, readableOf, writableOf } from './streams.js'

/** How a pair behaves. */
export interface PairOptions {
  /** The error that streams and promises are to fail with. */
  readonly wrap: (error: unknown) => unknown
  /** Whether writing goes on after the peer has ended its side. */
  readonly allowHalfOpen: boolean
  /** Ends the wait for the channel. */
  readonly giveUp: () => void
}

/** A promise and what settles it. Its rejection counts as handled: a caller need not look at it. */
class Settled {
  readonly promise: Promise<void>
  resolve: () => void = () => undefined
  reject: (error: unknown) => void = () => undefined

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(() => undefined)
  }
}

/** Closes its channel when both directions are done. */
export class Pair implements ReadEvents, WriteEvents {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Chunk>
  readonly #opening: Channel | Promise<Channel>
  readonly #how: PairOptions
  readonly #source: ByteSource
  readonly #sink: ByteSink
  readonly #closed = new Settled()
  #reads = true
  #writes = true
  #closing = false
  #error: unknown = null

  constructor(opening: Channel | Promise<Channel>, how: PairOptions) {
    this.#opening = opening
    this.#how = how
    this.#source = new ByteSource(opening, ROOM, this)
    this.#sink = new ByteSink(opening, ROOM, this)
    this.readable = readableOf(this.#source)
    this.writable = writableOf(this.#sink)
    if (opening instanceof Promise) opening.catch((error) => this.readFailed(error))
  }

  /** Settles when both directions are done and the descriptor is free; rejects when one has failed. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  wrap(error: unknown): unknown {
    return this.#how.wrap(error)
  }

  readEnded(cancelled: boolean): void {
    this.#reads = false
    if (!cancelled && !this.#how.allowHalfOpen) this.#endWriting()
    this.#settle()
  }

  /** A connection that cannot be read any more is lost to its writers as well. */
  readFailed(error: unknown): void {
    // The reset of an abort ends reads too.
    if (!this.#reads) return
    this.#failed(error)
    this.#sink.fail(this.wrap(error))
  }

  writeAborted(): void {
    this.#reads = false
    this.#writes = false
    this.#how.giveUp()
  }

  writeEnded(): void {
    this.#writes = false
    this.#settle()
  }

  /** What the peer sent before it stopped reading can still be read. */
  writeFailed(error: unknown): void {
    this.#writes = false
    this.#error ??= error
    this.#settle()
  }

  /** Closes now: readers see the end, writers an error. Resolves when the descriptor is free. */
  async close(reason: unknown): Promise<void> {
    if (this.#closing) return await this.closed
    this.#source.end()
    this.#sink.fail(reason ?? this.wrap(new NetClosingError()))
    this.#reads = false
    this.#writes = false
    this.#settle()
    await this.closed
  }

  /** From now on another pair's end is this one's, and closes the channel. */
  follow(next: Promise<void>): void {
    this.#closing = true
    next.then(this.#closed.resolve, this.#closed.reject)
  }

  /** Leaves the channel to another pair. Resolves when no call is under way. */
  async leave(error: unknown): Promise<void> {
    await Promise.all([this.#source.leave(error), this.#sink.drained()])
    this.#sink.fail(error)
  }

  #failed(error: unknown): void {
    this.#reads = false
    this.#writes = false
    this.#error ??= error
    this.#settle()
  }

  /** A stream that no writer has is closed; else writing ends below it. */
  #endWriting(): void {
    if (!this.writable.locked) {
      // What comes of it, the sink tells.
      this.writable.close().catch(() => undefined)
      return
    }
    this.#sink.finish().then(
      () => this.writeEnded(),
      (error) => this.writeFailed(error),
    )
  }

  #settle(): void {
    if (this.#reads || this.#writes || this.#closing) return
    this.#closing = true
    this.#how.giveUp()
    this.#close().then(this.#closed.resolve, this.#closed.reject)
  }

  async #close(): Promise<void> {
    // That there was none is in `#error`, unless the wait was given up.
    const channel = await Promise.resolve(this.#opening).catch(() => null)
    await channel?.close()
    if (this.#error !== null) throw this.wrap(this.#error)
  }
}
