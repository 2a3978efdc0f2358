// Operations that no call has, for the calls to come.
import type { Op } from './op.js'

/** More of them are not kept: those of a burst of calls that waited all at once. */
const MOST = 64

/** The idle operations of one class in this thread. They hold nothing of any caller's. */
export class Spares<O extends Op<unknown>> {
  readonly #idle: O[] = []
  readonly #make: () => O

  constructor(make: () => O) {
    this.#make = make
  }

  /** One of them, or a new one. It is the caller's until it gives itself back. */
  get(): O {
    return this.#idle.pop() ?? this.#make()
  }

  /** The call is complete. */
  give(op: O): void {
    if (this.#idle.length < MOST) this.#idle.push(op)
  }
}
