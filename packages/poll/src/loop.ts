// The calls of a loop that may be left while it waits.
import { CanceledError } from './errors.js'
import type { Op } from './op.js'
import type { Accepted } from './op-wait.js'

/** The calls of a loop, see `FD.reading`. */
export interface Loop<A extends unknown[], T> {
  next(...args: A): Promise<T>
  stop(): void
}

/** The calls of a loop that reads, always into a buffer of its own or always without one. */
export interface PieceLoop extends Loop<[buf?: Uint8Array], number | null> {
  /** What `next` without a buffer has read. */
  piece(): Uint8Array
}

/** The calls of a loop over a listener. */
export interface AcceptLoop extends Loop<[], Accepted> {
  /** Waits so many milliseconds, or until a descriptor of this thread is closed. */
  pause(ms: number): Promise<void>
}

/** Runs `op` for each call of `next`, one at a time; `stop` ends the one that waits, and all later ones. */
export function loopOf<A extends unknown[], T>(
  op: Op<T>,
  next: (...args: A) => Promise<T>,
): Loop<A, T> {
  let left: CanceledError | null = null
  return {
    // What is asked for after that was queued before it: it takes nothing.
    next: (...args) => (left === null ? next(...args) : Promise.reject(left)),
    stop: () => {
      left ??= new CanceledError(undefined)
      op.host?.cancel(op, left)
    },
  }
}
