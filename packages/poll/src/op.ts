// One call on a descriptor, as data: what to try, what a result means, and which promise settles.
//
// Go writes its try/EAGAIN/park loop once for every kind of call. Here the loop exists once, in
// fd-loop.ts, and an Op is what it runs. A closure would do the same at the price of an allocation per
// call; an Op can be used again, so a read allocates nothing but the promise its caller awaits.
import { SyscallError } from '@netfd/syscall'
import type { Abortable } from './aborts.js'
import { offAbort, onAbort } from './aborts.js'
import type { LockKind, LockWaiter } from './fd-mutex.js'
import { rememberPlace, showPlace, tracing } from './frames.js'
import type { PollCode, Waiter } from './netpoll.js'
import type { PollSide } from './poll-side.js'
import { reasonOf, wasAborted } from './signals.js'

/** Where an Op is in its life. */
export type OpState =
  | typeof IDLE
  | typeof RUNNING
  | typeof QUEUED
  | typeof WAITING
  | typeof DEFERRED

/** Free to be used. */
export const IDLE = 0
/** It has the lock, and is in the loop or on the thread pool: it cannot be taken back. */
export const RUNNING = 1
/** Queued for the lock. */
export const QUEUED = 2
/** Parked until an edge. */
export const WAITING = 3
/** Parked until the next turn of the event loop; it has not tried yet. */
export const DEFERRED = 4
/** What runs an Op; see fd-loop.ts. */
export interface OpHost {
  /** Parked, and something happened. */
  wake(op: Op<unknown>, code: PollCode): void
  /** Deferred, and the next turn has come. */
  turn(op: Op<unknown>): void
  /** Queued, and the descriptor was closed. */
  refuse(op: Op<unknown>): void
  /** Its signal was aborted. */
  abort(op: Op<unknown>): void
  /** Whether another operation queues for its lock. */
  contended(kind: LockKind): boolean
  /** Its time is over. */
  expire(op: Op<unknown>): void
  /** Has it try, if it waits for an edge. */
  nudge(op: Op<unknown>): void
  /** Ends it with this error, if it waits for anything but the thread pool. */
  cancel(op: Op<unknown>, error: Error): void
}

type Resolve = (value: unknown) => void
type Reject = (error: Error) => void

// A promise's functions come out of its executor. One executor for all of them saves a closure a call.
let resolveOf: Resolve | null = null
let rejectOf: Reject | null = null
const executor = (resolve: Resolve, reject: Reject): void => {
  resolveOf = resolve
  rejectOf = reject
}

/** Says what all operations of a class have in common. */
export function describe(
  ...[type, mode, name, call = name]: [{ prototype: Op<unknown> }, LockKind, string, string?]
): void {
  Object.assign(type.prototype, { mode, name, call })
}

/** An error that says how far a call had come. */
export type MarkedError = Error & { bytesWritten?: number; messagesWritten?: number }

/** One call on a descriptor. */
export abstract class Op<T> implements Abortable, Waiter, LockWaiter {
  next: LockWaiter | null = null
  prev: LockWaiter | null = null
  state: OpState = IDLE
  host: OpHost | null = null
  error: Error | null = null
  /** Whether the lock stays taken when the call is complete, for the next one of the same transfer. */
  keeps = false
  #resolve: Resolve | null = null
  #reject: Reject | null = null
  #signal: AbortSignal | null = null

  // These three are on the prototype, see `describe`, where they cost an operation that waits nothing.
  /** Which lock it takes, and which direction it waits for. */
  declare readonly mode: LockKind
  /** Its name in errors, as Go has it: 'read', 'accept' and so on. */
  declare readonly name: string
  /** The system call that fails, when one does. */
  declare readonly call: string

  /** Tries once: the bytes moved, or a negated errno. */
  abstract attempt(fd: number): number

  /** The one try of a call whose deadline ran out while it waited. */
  lastAttempt(fd: number): number {
    return this.attempt(fd)
  }

  /**
   * Takes a result in; false to try for more, true when the call is complete. It may set `error`, and is
   * complete then. `side` is null on a descriptor without a poller.
   */
  abstract advance(n: number, side: PollSide | null): boolean

  /** The result; the Op lets go of everything it refers to. */
  abstract take(): T

  /** Whether the call is complete without the kernel. */
  get trivial(): boolean {
    return false
  }

  /** Whether it moves many pieces: then each of them has the time of a whole call. */
  get renews(): boolean {
    return false
  }

  /** Whether it moves the bytes of a stream socket, which an error of it ends for good. */
  get mortal(): boolean {
    return false
  }

  /** Whether its caller has got a promise, and may have done anything to what it gave. */
  protected get waited(): boolean {
    return this.#resolve !== null
  }

  /** At the end of a stream: whether the call is complete. It fails when the connection was killed. */
  protected atEnd(side: PollSide): boolean {
    const errno = side.pd.ended()
    if (errno !== 0) this.error = new SyscallError(this.call, -errno)
    return errno === 0
  }

  /** How many bytes had been taken when a write fails. */
  get written(): number | undefined {
    return undefined
  }

  /** What an error of it says besides: of a write, how much had been taken. */
  mark(error: MarkedError): void {
    if (this.written !== undefined) error.bytesWritten = this.written
  }

  /** Before the first try, in place of `PollDesc.prepare`. READY lets it go on, PARKED has parked it. */
  begin?(side: PollSide): PollCode

  /** Whether an errno is worth another try. May set `error` to something better than the errno. */
  retry(_errno: number): boolean {
    return false
  }

  /** The same try on the thread pool, for a descriptor that cannot be polled; null to try here. */
  pooled(_fd: number): Promise<number> | null {
    return null
  }

  /** Whether the caller has given up. */
  get givenUp(): boolean {
    return this.#signal !== null && wasAborted(this.#signal)
  }

  /** Why it has. */
  get reason(): unknown {
    return this.#signal === null ? undefined : reasonOf(this.#signal)
  }

  /** The promise of a call that did not complete at once. */
  promise(signal: AbortSignal | undefined): Promise<T> {
    const promise = new Promise<unknown>(executor) as Promise<T>
    this.#resolve = resolveOf
    this.#reject = rejectOf
    // Kept any longer, they would keep the last promise alive, and through its error a whole stack.
    resolveOf = rejectOf = null
    if (tracing) rememberPlace(this)
    if (signal !== undefined) {
      this.#signal = signal
      onAbort(signal, this)
    }
    return promise
  }

  /** Settles the promise. The Op may be used again at once. */
  settle(error: Error | null): void {
    const resolve = this.#resolve
    const reject = this.#reject
    this.#resolve = this.#reject = null
    if (this.#signal !== null) {
      offAbort(this.#signal, this)
      this.#signal = null
    }
    this.state = IDLE
    const result = this.take()
    if (tracing && error !== null) showPlace(error, this)
    if (error === null) resolve?.(result)
    else reject?.(error)
  }

  wake(code: PollCode): void {
    this.host?.wake(this, code)
  }

  nextTurn(): void {
    if (this.state === DEFERRED) this.host?.turn(this)
  }

  refused(): void {
    this.host?.refuse(this)
  }

  aborted(): void {
    this.host?.abort(this)
  }
}
