// Go: runtime/time.go, as far as netpoll.go needs it. The deadlines of the calls that wait.
//
// A heap of sides ordered by time, and one host timer for the earliest. Most deadlines are moved or
// outlived long before they pass, so a side is not taken out of the heap when its waiter leaves, nor
// moved when its deadline moves to later: the heap's time for it is the earliest it can be. When that
// time comes the side is looked at, and dropped, put back, or expired. So setting a deadline costs a
// number, and the host's timer exists only while a call waits.
import type { Deferred } from './budget.js'
import { BUDGET_OPS, budget } from './budget.js'
import { host, startTimer } from './host.js'

/** What a heap entry must offer. */
export interface Timed {
  /** The deadline: a monotonic time in milliseconds, or not positive for none. */
  due: number
  /** The time under which the entry stands in the heap. */
  at: number
  /** Its place in the heap, -1 outside. */
  index: number
  /** Whether a call waits under this deadline. */
  timed: boolean
  /** The deadline has passed while a call waited. */
  expire(): void
}

/** Milliseconds on a clock that is never set back. */
export const now = (): number => host.now()

/**
 * The deadlines of one thread. Any number may pass at one instant, and each costs an error and the
 * caller's own code; so one turn of the event loop expires no more of them than its budget has operations.
 */
export class Timers implements Deferred {
  readonly #heap: Timed[] = []
  #waiting = 0
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  /** Whether the rest of what has passed is put off to the next turn. */
  #deferred = false
  readonly #fire = () => {
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#expireDue()
  }

  /** Whether a host timer exists. */
  get armed(): boolean {
    return this.#timer !== undefined
  }

  /** A call waits under this entry's deadline from now on, which may have moved since. */
  enter(entry: Timed): void {
    if (!entry.timed) this.#waiting++
    entry.timed = true
    if (entry.index < 0) this.#push(entry, entry.due)
    else if (entry.due < entry.at) this.#raise(entry.index, entry, entry.due)
    this.#arm()
  }

  /** The waiter has gone. */
  leave(entry: Timed): void {
    if (!entry.timed) return
    entry.timed = false
    if (--this.#waiting > 0) return
    for (const left of this.#heap) left.index = -1
    this.#heap.length = 0
    this.#disarm()
  }

  /** Forgets an entry for good. */
  remove(entry: Timed): void {
    this.leave(entry)
    if (entry.index < 0) return
    const hole = entry.index
    entry.index = -1
    const last = this.#heap.pop()
    if (last === undefined || last === entry) return
    // The last entry fills the hole and sinks or rises from there.
    this.#sink(hole, last)
    if (last.index === hole) this.#raise(hole, last, last.at)
  }

  /** Deferred: the next turn has come. */
  nextTurn(): void {
    this.#deferred = false
    this.#expireDue()
  }

  #expireDue(): void {
    const time = now()
    for (let steps = 0; ; steps++) {
      const first = this.#heap[0]
      // A host timer may be early by less than a millisecond: then it is armed once more.
      if (first === undefined || first.at > time) break
      if (steps === BUDGET_OPS || budget.spent) {
        this.#deferred = true
        budget.defer(this)
        return
      }
      // One that was moved has its new place first, so that what has passed expires in its order.
      if (first.timed && first.due > first.at) {
        first.at = first.due
        this.#sink(0, first)
        continue
      }
      const live = first.timed
      this.remove(first)
      if (live) first.expire()
    }
    if (this.#waiting > 0) this.#arm()
  }

  #arm(): void {
    const first = this.#heap[0]
    if (this.#deferred || first === undefined || first.at >= this.#timerAt) return
    this.#disarm()
    this.#timerAt = first.at
    this.#timer = startTimer(this.#fire, first.at - now())
    // What keeps the process alive is the call that waits, not its deadline.
    this.#timer.unref()
  }

  #disarm(): void {
    if (this.#timer === undefined) return
    host.clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  #push(entry: Timed, at: number): void {
    this.#heap.push(entry)
    this.#raise(this.#heap.length - 1, entry, at)
  }

  /** Puts an entry into the hole at `i`, or as far above as its time belongs. */
  #raise(i: number, entry: Timed, at: number): void {
    entry.at = at
    let hole = i
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = this.#heap[above] as Timed
      if (parent.at <= at) break
      this.#place(hole, parent)
      hole = above
    }
    this.#place(hole, entry)
  }

  /** Puts an entry into the hole at `i`, or as far below as its time belongs. */
  #sink(i: number, entry: Timed): void {
    let hole = i
    for (;;) {
      let below = 2 * hole + 1
      if (below >= this.#heap.length) break
      const right = below + 1
      if (right < this.#heap.length && this.#time(right) < this.#time(below)) below = right
      if (this.#time(below) >= entry.at) break
      this.#place(hole, this.#heap[below] as Timed)
      hole = below
    }
    this.#place(hole, entry)
  }

  #place(i: number, entry: Timed): void {
    this.#heap[i] = entry
    entry.index = i
  }

  #time(i: number): number {
    return (this.#heap[i] as Timed).at
  }
}

/** The deadlines of this thread. */
export const timers = new Timers()
