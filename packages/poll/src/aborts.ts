// Go: context.Context's Done channel, which any number of goroutines may wait for.
//
// A server gives one signal to all its calls. A listener for each would have Node warn of a leak at the
// eleventh, and would make removing one a search. So a signal has one listener of ours, with a set of
// the calls that wait; it is removed with the last of them.
import { report } from './report.js'
import { addListener, removeListener } from './signals.js'

/** A call or a transfer to tell of an abort. */
export interface Abortable {
  /** The signal was aborted. */
  aborted(): void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

class Waiting extends Set<Abortable> {
  readonly #signal: AbortSignal

  constructor(signal: AbortSignal) {
    super()
    this.#signal = signal
    addListener(signal, this)
  }

  /** The listener is this object itself. A call that is told may leave, and take others along. */
  handleEvent(): void {
    for (const one of [...this]) {
      if (!this.has(one)) continue
      try {
        one.aborted()
      } catch (error) {
        report(error)
      }
    }
  }

  leave(one: Abortable): void {
    this.delete(one)
    if (this.size > 0) return
    waiting.delete(this.#signal)
    removeListener(this.#signal, this)
  }
}

/** Tells `one` when the signal is aborted, unless `offAbort` comes before. */
export function onAbort(signal: AbortSignal, one: Abortable): void {
  let all = waiting.get(signal)
  if (all === undefined) {
    all = new Waiting(signal)
    waiting.set(signal, all)
  }
  all.add(one)
}

/** `one` does not wait any more; the signal keeps nothing of it. */
export function offAbort(signal: AbortSignal, one: Abortable): void {
  waiting.get(signal)?.leave(one)
}
