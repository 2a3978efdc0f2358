// Writable streams of Node: files, sockets, child processes, responses, whatever transforms.
import type { Guard } from './guard.js'
import type { NodeStream } from './node-stream.js'
import { Listening, prematureClose, streamError } from './node-stream.js'
import type { Sink } from './sink.js'

/** What is asked of a Writable. */
export interface NodeWritable extends NodeStream {
  write(piece: Uint8Array, done?: (error?: Error | null) => void): unknown
  /** An older stream has none of these, and calls nothing back. */
  readonly writableLength?: number
  readonly writableEnded?: boolean
  readonly writableCorked?: number
}

/** Writes while the stream has room, and waits for 'drain' when it has none. */
export class NodeSink implements Sink {
  readonly #dst: NodeWritable
  readonly #guard: Guard
  readonly #events: Listening
  readonly #callsBack: boolean
  /** How long the pieces are that the stream has not called back for, in order. */
  readonly #pending: number[] = []
  #given = 0
  #unflushed = 0
  #drained = false

  constructor(dst: NodeWritable, guard: Guard) {
    this.#dst = dst
    this.#guard = guard
    this.#callsBack = typeof dst.writableLength === 'number'
    this.#events = new Listening(dst, ['close', 'finish'])
    dst.on('drain', this.#drain)
    if (dst.destroyed === true) this.#events.error ??= prematureClose()
    if (dst.writableEnded === true) this.#events.error ??= writeAfterEnd()
  }

  /** What a stream that failed had in its buffer is lost; what one has that goes on is on its way. */
  get written(): number {
    return this.#events.error === null ? this.#given : this.#given - this.#unflushed
  }

  put(piece: Uint8Array): boolean | Promise<boolean> {
    this.check()
    this.#drained = false
    this.#given += piece.length
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length)
    if (!this.#callsBack) return this.#dst.write(bytes) === false ? this.#wait() : false
    this.#pending.push(piece.length)
    this.#unflushed += piece.length
    return this.#dst.write(bytes, this.#done) === false ? this.#wait() : false
  }

  /** Throws when the stream has failed, or can take nothing more. */
  check(): void {
    if (this.#events.error !== null) throw this.#events.error
  }

  async flush(): Promise<void> {
    while (this.#pending.length > 0 && !this.#dst.writableCorked) await this.#next()
    this.check()
  }

  leave(): void {
    this.#dst.removeListener('drain', this.#drain)
    this.#events.leave()
  }

  readonly #drain = (): void => {
    this.#drained = true
    this.#events.wake()
  }

  /** A stream calls back in order. After a failure it does so for what it has dropped. */
  readonly #done = (error?: Error | null): void => {
    if (error) {
      this.#events.fail(error)
    } else if (this.#events.error === null) {
      this.#unflushed -= this.#pending.shift() ?? 0
      this.#guard.moved()
      if (this.#pending.length === 0) this.#events.wake()
    }
  }

  async #wait(): Promise<boolean> {
    while (!this.#drained && !this.#dst.writableEnded) await this.#next()
    this.check()
    return false
  }

  async #next(): Promise<void> {
    if (this.#dst.destroyed === true) this.#events.fail(this.#dst.errored ?? prematureClose())
    this.check()
    await this.#guard.race(this.#events.next())
  }
}

const writeAfterEnd = (): Error => streamError('ERR_STREAM_WRITE_AFTER_END', 'write after end')
