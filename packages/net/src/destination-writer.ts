// Go: io.Writer. Whatever takes a piece and says what became of it.
import type { FileHandle } from 'node:fs/promises'
import { UnexpectedEOFError } from '@netfd/poll/internal'
import type { Guard } from './guard.js'
import type { Sink } from './sink.js'
import { countOf, isCount } from './taken.js'

interface AnyWriter {
  write(data: Uint8Array, o: { readonly signal: AbortSignal }): unknown
}

/** What `write` is given: a signal is made for the first writer that asks for it, for most never do. */
class GuardOptions {
  readonly #guard: Guard

  constructor(guard: Guard) {
    this.#guard = guard
  }

  get signal(): AbortSignal {
    return this.#guard.signal
  }
}

/** A Conn, or a Writer of the caller's own. */
export class WriterSink implements Sink {
  written = 0
  readonly #dst: AnyWriter
  readonly #guard: Guard
  readonly #options: GuardOptions
  readonly #consumes: boolean

  /** `consumes` tells whether a piece is done with when its promise has resolved. */
  constructor(dst: AnyWriter, guard: Guard, consumes: boolean) {
    this.#dst = dst
    this.#guard = guard
    this.#options = new GuardOptions(guard)
    this.#consumes = consumes
  }

  put(piece: Uint8Array): boolean | Promise<boolean> {
    let rest = piece
    for (let free = true; ; ) {
      // Asked before, for the writer may transfer the piece's memory away.
      const { length } = rest
      const answer = this.#write(rest, length)
      // What does not wait needs no promise of ours.
      if (typeof answer === 'object' && answer !== null) {
        return this.#wait(rest, length, answer, free)
      }
      // A room of which a part was kept is not free, whatever becomes of the rest.
      free &&= typeof answer === 'number'
      const n = this.#take(answer, length)
      if (n === length) return free
      rest = rest.subarray(n)
    }
  }

  #write(piece: Uint8Array, length: number): unknown {
    try {
      return this.#dst.write(piece, this.#options)
    } catch (error) {
      this.#takePart(error, length)
      throw error
    }
  }

  async #wait(piece: Uint8Array, length: number, answer: object, free: boolean): Promise<boolean> {
    const n = this.#take(await this.#answered(answer, length), length)
    const whole = free && this.#consumes
    return n === length ? whole : (await this.put(piece.subarray(n))) && whole
  }

  async #answered(answer: object, length: number): Promise<unknown> {
    try {
      // A Conn's write that is aborted settles at once, and says what went.
      return await (this.#consumes ? answer : this.#guard.race(answer))
    } catch (error) {
      this.#takePart(error, length)
      this.#guard.check()
      throw error
    }
  }

  /** Takes an answer in: how many bytes of a piece went. */
  #take(answer: unknown, length: number): number {
    const n = countOf(answer, length)
    this.written += n
    this.#guard.moved()
    if (n === 0) throw new UnexpectedEOFError()
    return n
  }

  /** A Conn says how much of the piece went before it failed. */
  #takePart(error: unknown, length: number): void {
    // Anything may be thrown, also what has no properties.
    const n = (error as { bytesWritten?: unknown } | null | undefined)?.bytesWritten
    if (isCount(n, length)) this.written += n
  }
}

/** An open file, from its own position on, which moves. */
export class FileSink implements Sink {
  written = 0
  readonly #file: FileHandle
  readonly #guard: Guard

  constructor(file: FileHandle, guard: Guard) {
    this.#file = file
    this.#guard = guard
  }

  async put(piece: Uint8Array): Promise<boolean> {
    // A disk that is nearly full takes a part, and says why not the rest only when it is asked again.
    for (let at = 0; at < piece.length; ) {
      const writing = this.#file.write(piece, at, piece.length - at, null)
      const { bytesWritten } = await this.#guard.race(writing)
      if (bytesWritten === 0) throw new UnexpectedEOFError()
      at += bytesWritten
      this.written += bytesWritten
      this.#guard.moved()
    }
    return true
  }
}
