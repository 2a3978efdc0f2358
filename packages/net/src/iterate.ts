// `for await` over connections and listeners: a loop that can be left while it waits.
//
// An async generator that is asked to end does so when it next yields: `return` would wait for the read
// that is under way, which a silent peer never ends, and what that reads would be lost. A stream that
// is destroyed (`Readable.from(conn).destroy()`) asks in just that way. It also makes two more promises
// for each value than a caller of `next` needs.

/** Whether a call was ended by `stop`: the calls of a loop have no signal that could. */
export const isLeft = (error: unknown): boolean =>
  (error as { code?: unknown }).code === 'ABORT_ERR'

/** The call before is complete; what it failed with is its own caller's. */
const settled = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined)

/** What a generator does: its calls of `next`, `return` and `throw` are answered in order, one at a time. */
export abstract class Loop<A, T> implements AsyncGenerator<T, void, undefined> {
  #ended = false
  /** The call that was asked for last, while calls are under way, and how many of them there are. */
  #last: Promise<unknown> | null = null
  #asked = 0

  /** Begins the one call that the next value takes. It is made only when the loop asks for one. */
  protected abstract ask(): Promise<A>

  /** The value that came of it, or null at the end. */
  protected abstract value(answer: A): T | null

  /** Ends the call that waits, and all later ones. */
  protected abstract stop(): void

  /** Whether to ask again after an error; throws what the loop is to end with. */
  protected again(error: unknown): boolean | Promise<boolean> {
    if (isLeft(error)) return false
    throw error
  }

  /** The loop has ended: called once or more. */
  protected over(): void {
    // As a rule there is nothing to let go of.
  }

  next(): Promise<IteratorResult<T, void>> {
    return this.#turn(this.#next(this.#last))
  }

  return(value?: void | PromiseLike<void>): Promise<IteratorResult<T, void>> {
    this.stop()
    return this.#turn(this.#end(this.#last, async () => ({ value: await value, done: true })))
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    this.stop()
    return this.#turn(this.#end(this.#last, () => Promise.reject(error)))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #turn<R>(call: Promise<R>): Promise<R> {
    this.#last = call
    return call
  }

  async #next(before: Promise<unknown> | null): Promise<IteratorResult<T, void>> {
    this.#asked++
    try {
      if (before !== null) await settled(before)
      while (!this.#ended) {
        try {
          const value = this.value(await this.ask())
          if (value !== null) return { value, done: false }
          this.#ended = true
        } catch (error) {
          this.#ended = true
          this.#ended = !(await this.again(error))
        }
      }
      return { value: undefined, done: true }
    } finally {
      this.#answered()
    }
  }

  async #end<R>(before: Promise<unknown> | null, answer: () => Promise<R>): Promise<R> {
    this.#asked++
    try {
      if (before !== null) await settled(before)
      this.#ended = true
      return await answer()
    } finally {
      this.#answered()
    }
  }

  #answered(): void {
    if (this.#ended) this.over()
    if (--this.#asked === 0) this.#last = null
  }
}

/** Reads without a buffer; what one has read is `piece`. */
interface Pieces {
  next(): Promise<number | null>
  piece(): Uint8Array
  stop(): void
}

/** What arrives, piece by piece, until the end of the stream. Leaving the loop loses nothing. */
export class PiecesOf extends Loop<number | null, Uint8Array> {
  readonly #reading: Pieces

  constructor(reading: Pieces) {
    super()
    this.#reading = reading
  }

  protected ask(): Promise<number | null> {
    return this.#reading.next()
  }

  protected value(n: number | null): Uint8Array | null {
    return n === null ? null : this.#reading.piece()
  }

  protected stop(): void {
    this.#reading.stop()
  }
}

/** Reads whole records: null at the end. */
interface Records {
  next(): Promise<Uint8Array | null>
  stop(): void
}

/** What arrives, record by record. Leaving the loop loses nothing. */
export class RecordsOf extends Loop<Uint8Array | null, Uint8Array> {
  readonly #reading: Records

  constructor(reading: Records) {
    super()
    this.#reading = reading
  }

  protected ask(): Promise<Uint8Array | null> {
    return this.#reading.next()
  }

  protected value(record: Uint8Array | null): Uint8Array | null {
    return record
  }

  protected stop(): void {
    this.#reading.stop()
  }
}
