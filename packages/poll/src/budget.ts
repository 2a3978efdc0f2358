// What one turn of the event loop may complete at once. Go needs nothing of the kind: its scheduler
// preempts.
//
// A loop of `await read()` on a fast peer completes again and again without ever leaving the microtask
// queue: no timer fires, no other connection is served. So each thread counts the operations and bytes
// that complete, and when the budget is spent the next operation waits for a setImmediate, which gives
// everything that was due before it its turn. The counts are not set back when a turn ends by itself:
// that would need a callback a turn, and so an operation is put off at most once a budget.
import { host } from './host.js'
import { report } from './report.js'

/** Completed operations and moved bytes between two turns. */
export const BUDGET_OPS = 256
export const BUDGET_BYTES = 4 * 1024 * 1024

/** Something that waits for the next turn. */
export interface Deferred {
  /** The next turn has come. */
  nextTurn(): void
}

/** The budget of one thread. */
export class Budget {
  #ops = 0
  #bytes = 0
  #queue: Deferred[] = []
  /** Whether the next operation must wait for the next turn. */
  spent = false
  readonly #refill = () => this.#nextTurn()

  /** An operation, or a part of one, has moved this many bytes; a batch counts as all that are in it. */
  charge(bytes: number, ops = 1): void {
    this.#ops += ops
    this.#bytes += bytes
    this.spent = this.#ops >= BUDGET_OPS || this.#bytes >= BUDGET_BYTES
  }

  /** Puts an operation off to the next turn. */
  defer(op: Deferred): void {
    if (this.#queue.push(op) === 1) host.setImmediate(this.#refill)
  }

  #nextTurn(): void {
    const queue = this.#queue
    const waiting = queue.length
    this.#ops = 0
    this.#bytes = 0
    this.spent = false
    let at = 0
    // Those that the new budget is not enough for keep their places, before all that is put off now: to ask
    // each of thousands in every turn would cost more than what they do.
    while (at < waiting && !this.spent) {
      try {
        queue[at++]?.nextTurn()
      } catch (error) {
        // The others are waiting as well.
        report(error)
      }
    }
    this.#queue = queue.slice(at)
    if (this.#queue.length > 0) host.setImmediate(this.#refill)
  }
}

/** The budget of this thread. */
export const budget = new Budget()

/** Counts a call. When the budget is spent, the turn that the call has to wait for; else null. */
export function turnFor(): Promise<void> | null {
  budget.charge(0)
  // A caller that tries again at once, whatever happens, would never leave the microtask queue.
  return budget.spent ? new Promise((resolve) => budget.defer({ nextTurn: resolve })) : null
}

/** The outcome of a call that never came to the kernel, in the next turn when the budget is spent. */
export function counted<T>(outcome: () => Promise<T>): Promise<T> {
  return turnFor()?.then(outcome) ?? outcome()
}
