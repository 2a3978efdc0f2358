// For the clients that never recover from a connector that rejects.
import { Duplex } from 'node:stream'
import { host } from '@netfd/poll/internal'

/**
 * A connection that never comes: it looks as if it were connecting, and is destroyed with the error when
 * the client has had time to listen. ioredis and postgres.js both send what they queued to the next one
 * then; had the promise rejected instead, they would never ask for a next one.
 */
export class FailedStream extends Duplex {
  readonly connecting = true
  readonly readyState = 'opening'
  readonly #error: Error
  #written: ((error: Error) => void) | null = null

  constructor(error: Error) {
    super({ emitClose: false })
    this.#error = error
    // postgres.js writes in an immediate of its own, and forgets to do so for its next connection when this
    // one is gone by then: it has to come first.
    host.setImmediate(() => host.setImmediate(() => this.destroy(error)))
  }

  override _read(): void {
    // Nothing comes.
  }

  /** What is written waits for the end of the stream. */
  override _write(_chunk: unknown, _encoding: string, written: (error: Error) => void): void {
    this.#written = written
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    callback(error)
    this.#written?.(this.#error)
    // As net.Socket does, which says whether there was an error.
    process.nextTick(() => this.emit('close', error !== null))
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
