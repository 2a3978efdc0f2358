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
    // Asked before, for the writer may transfer the piece's memory away.
    const { length } = piece
    const answer = this.#dst.write(piece, this.#options)
    // What does not wait needs no promise of ours.
    if (answer === length) {
      this.written += length
      return true
    }
    if (typeof answer === 'object' && answer !== null) return this.#wait(piece, length, answer)
    return this.#rest(piece, length, answer, typeof answer === 'number')
  }

  async #wait(piece: Uint8Array, length: number, answer: object): Promise<boolean> {
    try {
      // A Conn's write that is aborted settles at once, and says what went.
      const n = await (this.#consumes ? answer : this.#guard.race(answer))
      return await this.#rest(piece, length, n, this.#consumes)
    } catch (error) {
      // A Conn says how much of the piece went.
      const { bytesWritten } = error as { bytesWritten?: unknown }
      if (isCount(bytesWritten, length)) this.written += bytesWritten
      this.#guard.check()
      throw error
    }
  }

  /** Takes an answer in, and whether the room is free with it; what it leaves is written as well. */
  #rest(
    piece: Uint8Array,
    length: number,
    answer: unknown,
    free: boolean,
  ): boolean | Promise<boolean> {
    const n = countOf(answer, length)
    this.written += n
    if (n === length) return free
    if (n === 0) throw new UnexpectedEOFError()
    const rest = this.put(piece.subarray(n))
    return free ? rest : kept(rest)
  }
}

/** A room of which a part was kept is not free, whatever becomes of the rest. */
async function kept(rest: boolean | Promise<boolean>): Promise<false> {
  await rest
  return false
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
    }
    return true
  }
}
