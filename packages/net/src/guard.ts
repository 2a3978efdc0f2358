// What ends a transfer that waits for its other end: a stream, a function of the caller's, a file. The
// connection's own calls end by themselves.
import type { LockKind } from '@netfd/poll'
import type { Abortable, Flow, Mover } from '@netfd/poll/internal'
import { CanceledError, offAbort, onAbort, reasonOf, wasAborted } from '@netfd/poll/internal'
import type { NetFD } from './fd.js'

/** Ends the waits of one transfer when its connection is closed, time is over, or the caller gives up. */
export class Guard implements Abortable, Mover {
  /** Why the transfer is over, once it is. */
  error: Error | null = null
  readonly #signal: AbortSignal | undefined
  /** What the connection runs for it, where its flow has to know. */
  op: Mover['op'] = null
  /** Whether it is its flow that has ended it, and not the connection. */
  stopped = false
  readonly #flow: Flow | undefined
  readonly #unguard: () => void
  #controller: AbortController | null = null
  #reject: ((error: Error) => void) | null = null

  /** Without a connection it waits for others alone; the direction's deadline is the one that counts. The signal must have come out of `signalOf`. */
  constructor(fd: NetFD | null, kind: LockKind, signal: AbortSignal | undefined, flow?: Flow) {
    this.#signal = signal
    this.#flow = flow
    flow?.join(this)
    this.#unguard = fd?.guard(kind, (error) => this.#end(error)) ?? (() => undefined)
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

  /** Bytes were taken from the other end, or it has taken some. */
  moved(): void {
    this.#flow?.moved()
  }

  /** Mover: it is over while it waits for the other end. */
  ended(error: Error): void {
    this.stopped = this.error === null
    this.#end(error)
  }

  /** The signal was aborted. */
  aborted(): void {
    this.#end(new CanceledError(reasonOf(this.#signal as AbortSignal)))
  }

  /** The transfer is over, one way or another: nothing is listened to any more. */
  leave(): void {
    this.#unguard()
    this.#flow?.leave(this)
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
