// What ends a transfer that waits for its other end: a stream, a function of the caller's, a file. The
// connection's own calls end by themselves.
import type { LockKind } from '@netfd/poll'
import type { Abortable } from '@netfd/poll/internal'
import { CanceledError, offAbort, onAbort, reasonOf, wasAborted } from '@netfd/poll/internal'
import type { NetFD } from './fd.js'

/** Ends the waits of one transfer when its connection is closed, a deadline passes, or the caller gives up. */
export class Guard implements Abortable {
  /** Why the transfer is over, once it is. */
  error: Error | null = null
  readonly #signal: AbortSignal | undefined
  readonly #unguard: () => void
  #controller: AbortController | null = null
  #reject: ((error: Error) => void) | null = null

  /** The direction's deadline is the one that counts. The signal must have come out of `signalOf`. */
  constructor(fd: NetFD, kind: LockKind, signal: AbortSignal | undefined) {
    this.#signal = signal
    this.#unguard = fd.guard(kind, (error) => this.#end(error))
    if (signal === undefined) return
    if (wasAborted(signal)) this.aborted()
    else onAbort(signal, this)
  }

  /** A signal for the other end, so that it stops waiting as well. Made for the first who asks. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.error !== null) this.#controller.abort(this.error)
    return this.#controller.signal
  }

  /** Throws when the transfer is over. */
  check(): void {
    if (this.error !== null) throw this.error
  }

  /** Settles as `pending` does, unless the transfer is over before that. */
  race<T>(pending: PromiseLike<T> | T): Promise<T> {
    return new Promise((resolve, reject) => {
      Promise.resolve(pending).then(resolve, reject)
      if (this.error !== null) reject(this.error)
      else this.#reject = reject
    })
  }

  /** The signal was aborted. */
  aborted(): void {
    this.#end(new CanceledError(reasonOf(this.#signal as AbortSignal)))
  }

  /** The transfer is over, one way or another: nothing is listened to any more. */
  leave(): void {
    this.#unguard()
    if (this.#signal !== undefined) offAbort(this.#signal, this)
    this.#reject = null
  }

  #end(error: Error): void {
    if (this.error !== null) return
    this.error = error
    this.#reject?.(error)
    this.#controller?.abort(error)
  }
}
