// How long a call on one side may take, counted from its start. Go has no name for it: a program there sets a
// deadline before each call.
//
// It is a number. A call that completes at once never asks for it; one that has to wait enters the heap of
// deadlines, by an entry that the side keeps for the next one.
import type { Op } from './op.js'
import type { Timed } from './timers.js'
import { now, timers } from './timers.js'

/** The time of one call that waits. */
class CallLimit implements Timed {
  due = 0
  // The heap of deadlines keeps these three.
  at = 0
  index = -1
  timed = false
  op: Op<unknown> | null = null

  expire(): void {
    this.op?.host?.expire(this.op)
  }
}

/** Throws TypeError or RangeError for what is no length of time. */
export function checkTimeout(ms: unknown, name = 'ms'): void {
  if (typeof ms !== 'number') throw new TypeError(`${name} must be a number, got ${typeof ms}`)
  if (ms >= 0 && Number.isFinite(ms)) return
  throw new RangeError(`${name} must be a finite number from 0 on, got ${ms}`)
}

/** The times of the calls on one side. */
export class CallLimits {
  /** How long a call may take in milliseconds, 0 for as long as it likes. */
  ms = 0
  /** The entry of the call that waits. The others queue for its lock, and each of them has its own. */
  readonly #own = new CallLimit()
  #queued: Map<Op<unknown>, CallLimit> | null = null

  /** The time of a call that waits begins, or begins anew. */
  start(op: Op<unknown>): void {
    if (this.ms === 0) {
      // A transfer may have had a time for its last piece, which does not count for the next one.
      this.done(op)
      return
    }
    const limit = this.#of(op)
    limit.due = now() + this.ms
    timers.enter(limit)
  }

  /** A call has ended, if it had a time at all. */
  done(op: Op<unknown>): void {
    if (this.#own.op === op) {
      this.#own.op = null
      timers.leave(this.#own)
      return
    }
    const limit = this.#queued?.get(op)
    if (limit === undefined) return
    this.#queued?.delete(op)
    timers.remove(limit)
  }

  /** The descriptor is closed. */
  remove(): void {
    timers.remove(this.#own)
  }

  #of(op: Op<unknown>): CallLimit {
    // A call that queued keeps the entry that it has.
    const had = this.#queued?.get(op)
    if (had !== undefined) return had
    const limit = this.#own.op === null || this.#own.op === op ? this.#own : new CallLimit()
    limit.op = op
    if (limit !== this.#own) {
      this.#queued ??= new Map()
      this.#queued.set(op, limit)
    }
    return limit
  }
}
