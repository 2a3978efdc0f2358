// Go: the loops of internal/poll/fd_unix.go, once. Runs operations on one descriptor.
//
// The order of every operation: lock → prepare → try → on EAGAIN wait and try again → unlock. `prepare` forgets
// an old edge and asks for a close and the deadline; after a short read it waits instead, for the kernel has
// nothing. What the caller owes is written into each Op: a read must go on until EAGAIN or a short read before
// it waits, since no second edge comes for the same data.
//
// Of an Op (op.ts) `attempt` tries once, `advance` takes in what came, and `take` gives the result; one that is
// `trivial` needs no kernel, and one that `keeps` leaves the lock taken. A PollDesc (poll-desc.ts) has a
// PollSide for reads and one for writes: an edge waits there for an Op, or an Op that is parked for an edge.
//
// What runs an operation answers whether it is complete. If so, its `error` says whether it failed; if not,
// it waits for an edge, a turn or the thread pool, and is settled when that has come.
import { EAGAIN, EINTR, SyscallError } from '@netfd/syscall'
import { budget, counted } from './budget.js'
import type { CallLimits } from './call-limit.js'
import { deadlineError, RAN_OUT } from './deadline.js'
import { canceled, errorFrom } from './errors.js'
import { FDErrors } from './fd-errors.js'
import type { LockKind } from './fd-mutex.js'
import { bare, showFrames } from './frames.js'
import { hook } from './hook.js'
import type { PollCode } from './netpoll.js'
import { CLOSING, OVERDUE, PARKED, READY, TIMEOUT } from './netpoll.js'
import type { Op } from './op.js'
import { DEFERRED, IDLE, QUEUED, RUNNING, WAITING } from './op.js'
import type { PollDesc } from './poll-desc.js'
import type { PollSide } from './poll-side.js'
import type { CallOptions } from './signals.js'
import { reasonOf, signalOf, wasAborted } from './signals.js'

const outOfTime = (): Error => bare(() => deadlineError(RAN_OUT))

/** Locks, readiness and the retry loop of one descriptor. */
export abstract class FDLoop extends FDErrors {
  /** How many calls the thread pool has, at most one for each direction. */
  #pooled = 0

  /**
   * Closes the descriptor: the last call has left it.
   * @internal
   */
  protected abstract destroy(): void

  /**
   * Starts an operation with what its caller gave, of which nothing is touched after this.
   * @internal
   */
  protected call<T>(op: Op<T>, o: CallOptions | undefined): Promise<T> {
    try {
      return this.start(op, signalOf(o))
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Starts an operation. It completes at once where it can. The signal comes out of `signalOf`.
   * @internal
   */
  protected start<T>(op: Op<T>, signal?: AbortSignal): Promise<T> {
    if (signal !== undefined && wasAborted(signal)) {
      return this.#reject(op, canceled(reasonOf(signal)))
    }
    if (this.mu.closed) {
      return this.#reject(
        op,
        bare(() => this.closingError()),
      )
    }
    op.host = this
    try {
      if (!this.mu.lock(op.mode, op)) {
        op.state = QUEUED
        this.#limits(op)?.start(op)
        return op.promise(signal)
      }
    } catch (error) {
      return this.#reject(op, error as Error)
    }
    return this.#promise(op, this.#enter(op), signal)
  }

  /**
   * Takes a lock and keeps it when the promise resolves, for the steps of a longer transfer.
   * @internal
   */
  protected takeLock(op: Op<void>, signal?: AbortSignal): Promise<void> {
    op.keeps = true
    return this.start(op, signal)
  }

  /**
   * Runs an operation under a lock that `takeLock` took; the lock stays taken.
   * @internal
   */
  protected step<T>(op: Op<T>, signal?: AbortSignal): Promise<T> {
    op.keeps = true
    op.host = this
    return this.#promise(op, this.#enter(op), signal)
  }

  /**
   * Drops a lock and runs the operations that were queued for it, until one has to wait.
   * @internal
   */
  protected unlock(kind: LockKind): void {
    for (;;) {
      const op = this.mu.unlock(kind) as Op<unknown> | null
      if (op === null) break
      if (!this.#enter(op)) return
      this.#settle(op)
      if (op.keeps) return
    }
    if (this.mu.allLeft) this.destroy()
  }

  /**
   * OpHost: an operation was parked, and something happened.
   * @internal
   */
  wake(op: Op<unknown>, code: PollCode): void {
    if (code === OVERDUE) {
      this.#finish(op, this.#lastTry(op))
    } else if (code !== READY) {
      this.#giveUp(op, this.codeError(code, this.#side(op)))
    } else if (op.state === DEFERRED) {
      // It waits for its turn, and not for an edge: that is still there for the one that does.
      const side = this.#side(op)
      side.edge = true
      side.park(op)
    } else {
      this.#finish(op, this.#loop(op, this.#side(op)))
    }
  }

  /**
   * OpHost: an operation was put off, and the next turn has come.
   * @internal
   */
  turn(op: Op<unknown>): void {
    const side = this.#side(op)
    side.unpark()
    const code = (this.pd as PollDesc).check(side)
    // Refused when it began: it fails now, unless a caller has lifted the deadline since.
    const refused = op.error !== null
    op.error = null
    if (code === READY) this.#finish(op, this.#loop(op, side))
    else if (!refused && code === TIMEOUT && side.ranOut) this.#finish(op, this.#lastTry(op))
    else this.#giveUp(op, this.codeError(code, side))
  }

  /**
   * OpHost: an operation was queued, and the descriptor was closed.
   * @internal
   */
  refuse(op: Op<unknown>): void {
    op.error = bare(() => this.closingError())
    this.#settle(op)
  }

  /**
   * OpHost: an operation's signal was aborted.
   * @internal
   */
  abort(op: Op<unknown>): void {
    this.cancel(op, canceled(op.reason))
  }

  /**
   * OpHost: whether another operation queues for a lock.
   * @internal
   */
  contended(kind: LockKind): boolean {
    return this.mu.contended(kind)
  }

  /**
   * OpHost: the time of an operation is over. It tries once more where it has the lock, as at a deadline.
   * @internal
   */
  expire(op: Op<unknown>): void {
    if (op.state === QUEUED) {
      this.cancel(op, outOfTime())
    } else if ((op.state === WAITING || op.state === DEFERRED) && op.error === null) {
      // One that was refused when it began, and has an error, fails in its turn.
      this.#side(op).unpark()
      this.#finish(op, this.#lastTry(op))
    }
  }

  /**
   * OpHost: has an operation try that waits for an edge.
   * @internal
   */
  nudge(op: Op<unknown>): void {
    if (op.state !== WAITING) return
    const side = this.#side(op)
    side.unpark()
    this.#finish(op, this.#loop(op, side))
  }

  /**
   * OpHost: ends an operation, if it waits for anything but the thread pool.
   * @internal
   */
  cancel(op: Op<unknown>, error: Error): void {
    if (op.state === QUEUED) {
      this.mu.leave(op.mode, op)
      op.error = error
      this.#settle(op)
    } else if (op.state === WAITING || op.state === DEFERRED) {
      this.#side(op).unpark()
      this.#giveUp(op, error)
    }
    // A call on the thread pool cannot be taken back: it sees the abort when it returns.
  }

  /** The promise of an operation that was entered: settled already when that has completed it. */
  #promise<T>(op: Op<T>, complete: boolean, signal: AbortSignal | undefined): Promise<T> {
    if (!complete) {
      // All that has happened since its start has taken no time.
      if (!op.renews) this.#limits(op)?.start(op)
      const promise = op.promise(signal)
      // The call itself may have aborted its signal, before its listener was there.
      if (op.givenUp) op.aborted()
      return promise
    }
    op.state = IDLE
    const error = this.errorOf(op)
    const result = op.take()
    if (!op.keeps) this.unlock(op.mode)
    if (error !== null) {
      showFrames(error, this.start)
      return Promise.reject(error)
    }
    return op.trivial ? counted(() => Promise.resolve(result)) : Promise.resolve(result)
  }

  #reject<T>(op: Op<T>, error: Error): Promise<T> {
    op.error = error
    const wrapped = this.errorOf(op) as Error
    showFrames(wrapped, this.start)
    op.take()
    return this.refused(wrapped)
  }

  #side(op: Op<unknown>): PollSide {
    const pd = this.pd as PollDesc
    return op.mode === 'r' ? pd.r : pd.w
  }

  /** The times of the calls in an operation's direction, where there are any. */
  #limits(op: Op<unknown>): CallLimits | null {
    return this.pd === null ? null : this.#side(op).limits
  }

  #settle(op: Op<unknown>): void {
    this.#limits(op)?.done(op)
    op.settle(this.errorOf(op))
  }

  /** Ends a call that waited, and is parked no more. */
  #giveUp(op: Op<unknown>, error: Error): void {
    // It may have taken an edge for the try that it now never makes: the next caller has it then.
    if (op.state === DEFERRED) this.#side(op).edge = true
    op.error = error
    this.#finish(op, true)
  }

  /** Settles an operation that waited, and unlocks: unless it waits again. */
  #finish(op: Op<unknown>, complete: boolean): void {
    if (!complete) return
    this.#settle(op)
    if (!op.keeps) this.unlock(op.mode)
  }

  /** An operation that has the lock: from here to its end, or to where it has to wait. */
  #enter(op: Op<unknown>): boolean {
    const queued = op.state === QUEUED
    op.state = RUNNING
    if (op.trivial) return true
    const pd = this.pd
    try {
      if (pd === null) return this.#unpolled(op)
      const side = op.mode === 'r' ? pd.r : pd.w
      const code = op.begin === undefined ? pd.prepare(side, op) : op.begin(side)
      if (code === READY) return this.#loop(op, side)
      if (!queued || code !== TIMEOUT || !side.ranOut) return this.#stop(op, side, code)
      // It waited for the call before it when the deadline ran out, and tries once as that one did.
      return budget.spent ? this.#defer(op, side) : this.#lastTry(op)
    } catch (error) {
      budget.charge(0)
      return this.#fail(op, error)
    }
  }

  /** The one retry loop. */
  #loop(op: Op<unknown>, side: PollSide): boolean {
    op.state = RUNNING
    try {
      for (;;) {
        if (budget.spent) return this.#defer(op, side)
        const n = op.attempt(this.fd)
        if (n !== -EAGAIN) {
          if (this.judge(op, n, side)) return true
          continue
        }
        if (op.givenUp) return this.#fail(op, canceled(op.reason))
        const code = side.pd.wait(side, op)
        if (code !== READY) return this.#stop(op, side, code)
      }
    } catch (error) {
      // A refused argument, or what a caller's own function threw.
      budget.charge(0)
      return this.#fail(op, error)
    }
  }

  /** A wait or a check did not answer READY: the operation is parked, or fails. */
  #stop(op: Op<unknown>, side: PollSide, code: PollCode): boolean {
    if (code === PARKED) {
      op.state = WAITING
      if (op.renews) side.limits?.start(op)
      return false
    }
    // Failing at once counts as completing at once: see budget.ts.
    budget.charge(0)
    op.error = this.codeError(code, side)
    return budget.spent && code !== CLOSING ? this.#defer(op, side) : true
  }

  /**
   * The time ran out while the operation waited. The loop may have been busy for longer than that, and
   * what came in time may lie in the kernel unseen: so it tries, exactly once.
   */
  #lastTry(op: Op<unknown>): boolean {
    const deferred = op.state === DEFERRED
    op.state = RUNNING
    op.error = null
    try {
      const n = op.lastAttempt(this.fd)
      const side = this.#side(op)
      if (n !== -EAGAIN && this.judge(op, n, side)) return true
      // That was the time of a piece, which has come: the next one has its own.
      if (n > 0 && op.renews && !side.ranOut) return this.#loop(op, side)
    } catch (error) {
      budget.charge(0)
      return this.#fail(op, error)
    }
    // It was put off with an edge that its try has not used up: see `#giveUp`.
    if (deferred) this.#side(op).edge = true
    return this.#fail(op, op.givenUp ? canceled(op.reason) : outOfTime())
  }

  /**
   * Takes in what one try came to: whether the operation is complete.
   * @internal
   */
  protected judge(op: Op<unknown>, n: number, side: PollSide | null): boolean {
    if (n >= 0) {
      budget.charge(n)
      return op.advance(n, side) || op.error !== null
    }
    // A failure counts as completing: a caller that tries again at once, whatever happens, would never
    // let a timer fire, or a descriptor be closed that it lacks.
    budget.charge(0)
    if (n === -EINTR || op.retry(-n)) return false
    op.error ??= bare(() => new SyscallError(op.call, -this.failed(op.mortal, -n)))
    return true
  }

  /** The operation is complete, and fails with what was thrown: the callers that queue for its lock are next. */
  #fail(op: Op<unknown>, thrown: unknown): true {
    op.error = errorFrom(thrown)
    return true
  }

  /** The budget of this turn is spent: the operation tries in the next one. */
  #defer(op: Op<unknown>, side: PollSide): boolean {
    op.state = DEFERRED
    if (op.renews) side.limits?.start(op)
    side.park(op)
    budget.defer(op)
    return false
  }

  /** A descriptor without a poller: on the thread pool if the call can go there, else here. */
  #unpolled(op: Op<unknown>): boolean {
    const first = op.pooled(this.fd)
    if (first === null) {
      while (!this.judge(op, op.attempt(this.fd), null));
      return true
    }
    // A worker that is terminated now must not close it: the pool would go on with a number that may
    // be another file's by then.
    if (this.#pooled++ === 0) hook.disown(this.fd)
    void this.#pool(op, first)
    return false
  }

  async #pool(op: Op<unknown>, first: Promise<number>): Promise<void> {
    let result: Promise<number> | null = first
    try {
      while (!this.judge(op, await (result as Promise<number>), null)) {
        if (op.givenUp) throw canceled(op.reason)
        result = op.pooled(this.fd)
      }
    } catch (error) {
      op.error = errorFrom(error)
    }
    if (--this.#pooled === 0) hook.adopt(this.fd)
    this.#finish(op, true)
  }
}
