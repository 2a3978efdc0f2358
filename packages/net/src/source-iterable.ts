// Iterables, asynchronous or not, of bytes or of text.
import { isPromise } from 'node:util/types'
import type { Guard } from './guard.js'
import { PieceEncoder } from './pieces.js'
import type { Tap } from './tap.js'

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>

/** Takes what an iterator gives, as a `for await` loop would that can be left while it waits. */
export class IterableTap implements Tap {
  readonly #iterator: AnyIterator
  readonly #guard: Guard
  readonly #encoder = new PieceEncoder()
  /** Whether the iterator has ended or failed: it is not asked for anything then. */
  #over = false

  constructor(iterator: AnyIterator, guard: Guard) {
    this.#iterator = iterator
    this.#guard = guard
  }

  async next(): Promise<Uint8Array | null> {
    if (this.#over) return null
    const piece = await this.#next()
    if (!this.#over) return this.#encoder.bytes(piece)
    const rest = this.#encoder.rest()
    return rest.length > 0 ? rest : null
  }

  async #next(): Promise<unknown> {
    try {
      const { done, value } = await this.#guard.race(this.#iterator.next())
      this.#over = done === true
      // An iterable of promises: a `for await` loop waits for them as well.
      return isPromise(value) ? await this.#guard.race(value) : value
    } catch (error) {
      if (error !== this.#guard.error) this.#over = true
      throw error
    }
  }

  /** As when a loop is left: a generator runs its `finally`, after the piece it is waiting for. */
  leave(): Promise<unknown> | undefined {
    if (this.#over) return undefined
    this.#over = true
    try {
      const left = Promise.resolve(this.#iterator.return?.())
      left.catch(() => undefined)
      return left
    } catch (error) {
      const failed = Promise.reject(error)
      failed.catch(() => undefined)
      return failed
    }
  }
}
