// What ends a transfer from outside: that nothing moves any more, or that the other direction of a relay has
// failed. nginx: proxy_timeout.
//
// A byte that moves costs a look at the clock and a number: in the heap of deadlines the transfer stands under
// the earliest time at which it can be over, see timers.ts.
import { DeadlineExceededError } from './errors.js'
import { host } from './host.js'
import type { KnownKind } from './kind.js'
import type { Op, OpState } from './op.js'
import { DEFERRED, QUEUED, WAITING } from './op.js'
import { WriteOp } from './op-io.js'
import type { Timed } from './timers.js'
import { now, timers } from './timers.js'

/** The states in which an operation can be taken back. */
const WAITS: ReadonlySet<OpState> = new Set([QUEUED, WAITING, DEFERRED])

/** One direction in which bytes move. */
export interface Mover {
  /** The operation of a descriptor that it runs; it may be done, and something else waited for. */
  readonly op: Op<unknown> | null
  /** It is over, and what it waits for is no operation of a descriptor. */
  ended(error: Error): void
}

/** One direction, or the two of a relay, which end together, and when no byte has moved in either for so long. */
export class Flow implements Timed {
  due = 0
  // The heap of deadlines keeps these three.
  at = 0
  index = -1
  timed = false
  readonly #ms: number
  readonly #movers = new Set<Mover>()
  /** What ends the directions that begin after the end. */
  #over: (() => Error) | null = null
  readonly #look = () => this.#endIdle()

  /** How long nothing may move, in milliseconds; 0 is for ever. */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** A direction begins. */
  join(mover: Mover): void {
    this.#movers.add(mover)
    if (this.#over === null) this.moved()
    else mover.ended(this.#over())
  }

  /** It has ended. */
  leave(mover: Mover): void {
    this.#movers.delete(mover)
    if (this.#movers.size === 0) timers.remove(this)
  }

  /** A byte was taken from a source, or given to a destination. */
  moved(): void {
    if (this.#ms === 0) return
    this.due = now() + this.#ms
    if (!this.timed && this.#movers.size > 0) timers.enter(this)
  }

  /**
   * Nothing has moved for too long, as far as has been seen. The loop may have been busy for all that time, and
   * a socket that is written to raises no edge before a third of its buffer is free: so each operation tries
   * once more, and what has come for others is given a turn to arrive.
   */
  expire(): void {
    for (const { op } of [...this.#movers]) op?.host?.nudge(op)
    host.setImmediate(this.#look)
  }

  /** Ends all directions, and those that begin after this: each by an error of its own, which it adds to. */
  end(error: () => Error): void {
    this.#over ??= error
    for (const mover of [...this.#movers]) {
      const { op } = mover
      if (op !== null && WAITS.has(op.state)) op.host?.cancel(op, error())
      else mover.ended(error())
    }
  }

  #endIdle(): void {
    if (this.timed || this.#movers.size === 0) return
    const deferred = [...this.#movers].some(({ op }) => op?.state === DEFERRED)
    if (deferred) host.setImmediate(this.#look)
    else this.end(() => new DeadlineExceededError(`i/o timeout: nothing moved for ${this.#ms} ms`))
  }
}

/** A write of a transfer: each part of it that goes counts. */
export class GiveOp extends WriteOp {
  readonly #flow: Flow

  constructor(kind: KnownKind, flow: Flow) {
    super(kind)
    this.#flow = flow
  }

  override advance(n: number): boolean {
    this.#flow.moved()
    return super.advance(n)
  }
}
