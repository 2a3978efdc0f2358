// Go: pollDesc of runtime/netpoll.go, its fields for one mode. One direction of a descriptor.
//
// It is in one of three states:
//   nil      no edge is pending and no caller waits
//   ready    an edge came that no call has used up
//   waiting  a caller is parked
// Go has a fourth, for a waiter that has announced itself and is not parked yet. Between two
// statements of one thread nothing can happen, so that state cannot be seen here.
import { CallLimits } from './call-limit.js'
import { hasPassed, RAN_OUT } from './deadline.js'
import type { PollCode, Waiter } from './netpoll.js'
import { OVERDUE, READY } from './netpoll.js'
import type { PollDesc } from './poll-desc.js'
import { report } from './report.js'
import type { Timed } from './timers.js'
import { timers } from './timers.js'

const NO_DEADLINE = 0

/** When a side's calls fail. Most connections never have such a time, so it is made when one is first set. */
class SideDeadline implements Timed {
  /** Its due time, see deadline.ts. */
  due: number
  // The heap of deadlines keeps these three.
  at = 0
  index = -1
  timed = false
  /** How long each call may take; null until that was set. */
  limits: CallLimits | null = null
  readonly #side: PollSide

  constructor(side: PollSide, due: number) {
    this.#side = side
    this.due = due
  }

  /** Whether it has passed; from then on it stays passed until another one is set. */
  expired(): boolean {
    if (!hasPassed(this.due)) return false
    if (this.due > 0) this.due = RAN_OUT
    return true
  }

  /** It has run out while an operation was parked. */
  expire(): void {
    this.due = RAN_OUT
    this.#side.end(OVERDUE)
  }
}

/** Who is at a side besides the one that is parked. Hardly any side ever has a guard. */
const guards = new WeakMap<PollSide, Set<Waiter>>()

/** One direction of a descriptor. */
export class PollSide {
  /** Whether an edge is pending. Never true while a caller waits for one. */
  edge = false
  /** Whether the last read emptied the kernel's buffer: the next one need not try. */
  drained = false
  /** Who is parked here. One at a time: the read lock or the write lock sees to that. */
  waiter: Waiter | null = null
  /** Null until one was set. */
  deadline: SideDeadline | null = null
  readonly pd: PollDesc

  constructor(pd: PollDesc) {
    this.pd = pd
  }

  /** When its calls fail: a due time, see deadline.ts. */
  get due(): number {
    return this.deadline === null ? NO_DEADLINE : this.deadline.due
  }

  set due(due: number) {
    if (this.deadline !== null) this.deadline.due = due
    else if (due !== NO_DEADLINE) this.deadline = new SideDeadline(this, due)
  }

  /** Sets how long each call that starts from now on may take in milliseconds, 0 for no limit. */
  setTimeout(ms: number): void {
    if (ms === 0 && this.deadline === null) return
    this.deadline ??= new SideDeadline(this, NO_DEADLINE)
    this.deadline.limits ??= new CallLimits()
    this.deadline.limits.ms = ms
  }

  /** Its calls' own times. */
  get limits(): CallLimits | null {
    return this.deadline === null ? null : this.deadline.limits
  }

  /** Whether its deadline has passed by itself, and was not set into the past. */
  get ranOut(): boolean {
    return this.due === RAN_OUT
  }

  /** Parks the waiter until the next edge, deadline or close. */
  park(waiter: Waiter): void {
    if (this.waiter !== null) throw new Error('poll: double wait')
    this.waiter = waiter
    const { deadline } = this
    if (deadline !== null && deadline.due > 0) timers.enter(deadline)
    if (this.pd.keepAlive) this.pd.hold()
  }

  /** Takes the parked waiter out without waking it. */
  unpark(): void {
    if (this.waiter === null) return
    this.waiter = null
    if (this.deadline !== null && !this.guarded) timers.leave(this.deadline)
    if (this.pd.keepAlive) this.pd.release()
  }

  /** Whether there is a guard. */
  get guarded(): boolean {
    return this.pd.guarded && guards.has(this)
  }

  /** How many times this side holds the poller while waiters keep the process alive. */
  get holds(): number {
    return (this.waiter === null ? 0 : 1) + (this.guarded ? 1 : 0)
  }

  /**
   * Has `guard` woken by the deadline and by a close, and by nothing else, until `unguard`. It is for a
   * call that needs this side next and waits for something else now: it takes no lock and no edge, and
   * any number of them may be here beside the one that is parked.
   */
  guard(guard: Waiter): void {
    const all = guards.get(this)
    if (all !== undefined) {
      all.add(guard)
      return
    }
    guards.set(this, new Set([guard]))
    this.pd.guardedOnce()
    const { deadline } = this
    if (deadline !== null && deadline.due > 0) timers.enter(deadline)
    if (this.pd.keepAlive) this.pd.hold()
  }

  /** Takes a guard out. */
  unguard(guard: Waiter): void {
    const all = guards.get(this)
    if (all === undefined || !all.delete(guard) || all.size > 0) return
    guards.delete(this)
    if (this.deadline !== null && this.waiter === null) timers.leave(this.deadline)
    if (this.pd.keepAlive) this.pd.release()
  }

  /** The deadline has passed or the descriptor is closed, which concerns the waiter and all guards. */
  end(code: PollCode): void {
    this.wake(code)
    if (this.guarded) for (const guard of [...(guards.get(this) ?? [])]) tell(guard, code)
  }

  /**
   * Wakes the parked waiter, if there is one. Every event, deadline and close comes through here, most of
   * them in a batch: whatever the waiter throws, the rest of the batch goes on.
   */
  wake(code: PollCode): void {
    const waiter = this.waiter
    if (waiter === null) return
    this.unpark()
    tell(waiter, code)
  }

  /** An edge came: it is the parked waiter's, or is kept for the next one. */
  arrive(): void {
    if (this.waiter === null) this.edge = true
    else this.wake(READY)
  }
}

function tell(waiter: Waiter, code: PollCode): void {
  try {
    waiter.wake(code)
  } catch (error) {
    report(error)
  }
}
