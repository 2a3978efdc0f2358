// Go: internal/poll/fd_mutex.go. Who may use a descriptor, and who closes it.
//
// One thread, yet every operation that waits is a place where another one, or a close, can come in
// between. So:
//   - whoever uses the descriptor holds a reference; a lock holder holds one;
//   - reads exclude reads and writes exclude writes, first come, first served: the lock is handed to
//     the longest waiting caller, so nobody can be overtaken (Go lets newcomers barge);
//   - after close no reference and no lock is given any more, and all who queued for one are told;
//   - whoever drops the last reference after close destroys the descriptor.

/** Somebody who queues for a lock. Queued callers hold no reference. */
export interface LockWaiter {
  /** The next in the queue; the mutex keeps it. */
  next: LockWaiter | null
  /** The descriptor was closed before its turn came. */
  refused(): void
}

/** Which of the two locks: that of reads or that of writes. */
export type LockKind = 'r' | 'w'

/** How asking for a lock ended. */
export const LOCKED = 0
export const QUEUED = 1
export const CLOSED = 2

/** 20 bits of references, as in Go. */
const MAX_REFS = (1 << 20) - 1
const OVERFLOW = `too many concurrent operations on a single file or socket (max ${MAX_REFS})`
const INCONSISTENT = 'inconsistent poll.fdMutex'

/** One lock and the queue for it. */
class Lane {
  held = false
  first: LockWaiter | null = null
  last: LockWaiter | null = null
}

/** References, read lock and write lock of one descriptor. */
export class FDMutex {
  #closed = false
  #refs = 0
  #queued = 0
  readonly #r = new Lane()
  readonly #w = new Lane()

  /** Whether the descriptor was closed, though perhaps not destroyed yet. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether it was closed and nobody uses it any more: the moment to destroy it. */
  get drained(): boolean {
    return this.#closed && this.#refs === 0
  }

  /** How many callers use the descriptor now. */
  get refs(): number {
    return this.#refs
  }

  /** Takes a reference; false after close. Go: `incref`. */
  incref(): boolean {
    if (this.#closed) return false
    this.#addRef()
    return true
  }

  /** Drops a reference; true when it was the last one after close. Go: `decref`. */
  decref(): boolean {
    if (this.#refs === 0) throw new Error(INCONSISTENT)
    this.#refs--
    return this.drained
  }

  /** Closes, with a reference for the closer; false when closed already. Go: `increfAndClose`. */
  increfAndClose(): boolean {
    if (this.#closed) return false
    this.#addRef()
    this.#closed = true
    this.#queued = 0
    this.#refuse(this.#r)
    this.#refuse(this.#w)
    return true
  }

  /** Takes the lock with a reference, or queues for it. Go: `rwlock`. */
  lock(kind: LockKind, waiter: LockWaiter): typeof LOCKED | typeof QUEUED | typeof CLOSED {
    if (this.#closed) return CLOSED
    const lane = this.#lane(kind)
    if (lane.held) {
      this.#enqueue(lane, waiter)
      return QUEUED
    }
    this.#addRef()
    lane.held = true
    return LOCKED
  }

  /**
   * Drops the lock and its reference. When somebody queued, both are that caller's now and it is
   * returned, to be started by whoever unlocked. Go: `rwunlock`.
   */
  unlock(kind: LockKind): LockWaiter | null {
    const lane = this.#lane(kind)
    if (this.#refs === 0 || !lane.held) throw new Error(INCONSISTENT)
    const first = lane.first
    if (first !== null) {
      this.#cut(lane, null, first)
      return first
    }
    this.#refs--
    lane.held = false
    return null
  }

  /** Takes a caller out of the queue; false when it is not there. */
  leave(kind: LockKind, waiter: LockWaiter): boolean {
    const lane = this.#lane(kind)
    let before: LockWaiter | null = null
    let at = lane.first
    while (at !== null && at !== waiter) {
      before = at
      at = at.next
    }
    if (at === null) return false
    this.#cut(lane, before, at)
    return true
  }

  #lane(kind: LockKind): Lane {
    return kind === 'r' ? this.#r : this.#w
  }

  #addRef(): void {
    if (this.#refs === MAX_REFS) throw new Error(OVERFLOW)
    this.#refs++
  }

  #enqueue(lane: Lane, waiter: LockWaiter): void {
    if (this.#queued === MAX_REFS) throw new Error(OVERFLOW)
    this.#queued++
    if (lane.last === null) lane.first = waiter
    else lane.last.next = waiter
    lane.last = waiter
  }

  #cut(lane: Lane, before: LockWaiter | null, at: LockWaiter): void {
    this.#queued--
    if (before === null) lane.first = at.next
    else before.next = at.next
    if (lane.last === at) lane.last = before
    at.next = null
  }

  #refuse(lane: Lane): void {
    let waiter = lane.first
    lane.first = lane.last = null
    while (waiter !== null) {
      const next = waiter.next
      waiter.next = null
      waiter.refused()
      waiter = next
    }
  }
}
