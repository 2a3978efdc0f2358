// One call at a time, first come, first served, as the reads of a connection are.
import type { Abortable, LockWaiter } from '@netfd/poll/internal'
import {
  CanceledError,
  FDMutex,
  NetClosingError,
  offAbort,
  onAbort,
  reasonOf,
} from '@netfd/poll/internal'

/** Stands for a call that finds the turn free: the mutex asks nothing of it. */
const AT_ONCE: LockWaiter = { next: null, prev: null, refused: () => undefined }

/** Whose turn it is. */
export class Turns {
  readonly #mutex = new FDMutex()

  /** Whether no call is under way: what does not wait need not queue. */
  get free(): boolean {
    return this.#mutex.refs === 0
  }

  /**
   * Takes the turn at once, and returns null; or resolves when it has come. Rejects with CanceledError
   * when the signal is aborted before that.
   */
  enter(signal?: AbortSignal): Promise<void> | null {
    if (this.free) {
      this.#mutex.lock('r', AT_ONCE)
      return null
    }
    return new Promise((resolve, reject) => {
      const turn = new Turn(this.#mutex, signal, { resolve, reject })
      this.#mutex.lock('r', turn)
      if (signal !== undefined) onAbort(signal, turn)
    })
  }

  /** The turn is over: it is the next call's. */
  leave(): void {
    const next = this.#mutex.unlock('r')
    if (next !== null) (next as Turn).come()
  }
}

interface Queued {
  resolve(): void
  reject(error: Error): void
}

/** A call that waits for its turn. */
class Turn implements LockWaiter, Abortable {
  next: LockWaiter | null = null
  prev: LockWaiter | null = null
  readonly #mutex: FDMutex
  readonly #signal: AbortSignal | undefined
  readonly #queued: Queued

  constructor(mutex: FDMutex, signal: AbortSignal | undefined, queued: Queued) {
    this.#mutex = mutex
    this.#signal = signal
    this.#queued = queued
  }

  come(): void {
    if (this.#signal !== undefined) offAbort(this.#signal, this)
    this.#queued.resolve()
  }

  aborted(): void {
    const signal = this.#signal as AbortSignal
    offAbort(signal, this)
    if (this.#mutex.leave('r', this)) this.#queued.reject(new CanceledError(reasonOf(signal)))
  }

  /** Never called, for the mutex is never closed. */
  refused(): void {
    this.#queued.reject(new NetClosingError())
  }
}
