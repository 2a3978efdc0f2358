// The Streams standard: a WritableStream. Its writer is a Writer like any other.
import type { Guard } from './guard.js'
import type { Sink } from './sink.js'

interface WebWriter {
  write(piece: Uint8Array): Promise<void>
  releaseLock(): void
}

/** A WritableStream, whichever library declares its type. */
export interface WebWritable {
  /** Whether a writer has it. */
  readonly locked: boolean
  /** A writer, which locks the stream until it lets go. */
  getWriter(): object
}

/** Writes piece by piece, each when the one before it has been taken: the stream queues no second one. */
export class WebSink implements Sink {
  written = 0
  readonly #writer: WebWriter
  readonly #guard: Guard

  /** Locks the stream until the transfer is over. */
  constructor(dst: WebWritable, guard: Guard) {
    this.#writer = dst.getWriter() as WebWriter
    this.#guard = guard
  }

  async put(piece: Uint8Array): Promise<boolean> {
    await this.#guard.race(this.#writer.write(piece))
    this.written += piece.length
    return false
  }

  leave(): void {
    this.#writer.releaseLock()
  }
}
