// Go: internal/poll/fd_mutex.go. Who may use a descriptor, and who closes it.
//
// One thread, yet every operation that waits is a place where another one, or a close, can come in
// between. So:
//   - a call that uses the descriptor holds a reference; a lock holder holds one;
//   - reads exclude reads and writes exclude writes, first come, first served: the lock is handed to
//     the longest waiting caller, so no caller can be overtaken (Go lets newcomers barge);
//   - after close no reference and no lock is given any more, and all callers that queued for one are told;
//   - the call that drops the last reference after close destroys the descriptor.

import { report } from './report.js'

/** A caller that queues for a lock. Queued callers hold no reference. */
export interface LockWaiter {
  /** The next in the queue, null outside; the mutex keeps it. */
  next: LockWaiter | null
  /** The one before it there; the mutex keeps it. */
  prev: LockWaiter | null
  /** The descriptor was closed before its turn came. */
  refused(): void
}

/** Which of the two locks: that of reads or that of writes. */
export type LockKind = 'r' | 'w'

/** 20 bits of references, as in Go. */
const MAX_REFS = (1 << 20) - 1
const OVERFLOW = `too many concurrent operations on a single file or socket (max ${MAX_REFS})`
const INCONSISTENT = 'inconsistent poll.fdMutex'

/** A lock that is held while no caller queues for it. */
const HELD = 1

/**
 * One lock and the queue for it in a single word, for a connection has two: null is free, HELD is held,
 * and a waiter is held too, with that one as the last of a ring whose `next` is the first in the queue.
 */
type Lane = LockWaiter | typeof HELD | null

/** References, read lock and write lock of one descriptor. */
export class FDMutex {
  #closed = false
  #refs = 0
  #queued = 0
  #r: Lane = null
  #w: Lane = null

  /** Whether the descriptor was closed, though perhaps not destroyed yet. */
  get closed(): boolean {
    return this.#closed
  }

  /** Whether it was closed and the last call has left it: the moment to destroy it. */
  get allLeft(): boolean {
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
    return this.allLeft
  }

  /** Closes, with a reference for the closer; false when closed already. Go: `increfAndClose`. */
  increfAndClose(): boolean {
    if (this.#closed) return false
    this.#addRef()
    this.#closed = true
    this.#queued = 0
    this.#refuse('r')
    this.#refuse('w')
    return true
  }

  /**
   * Takes the lock with a reference, and returns true; or queues for it, and returns false. Then the
   * waiter is refused by a close, at once when the descriptor is closed already. Go: `rwlock`.
   */
  lock(kind: LockKind, waiter: LockWaiter): boolean {
    if (this.#closed) {
      waiter.refused()
      return false
    }
    const lane = this.#lane(kind)
    if (lane !== null) {
      this.#enqueue(kind, lane, waiter)
      return false
    }
    this.#addRef()
    this.#set(kind, HELD)
    return true
  }

  /** Takes the lock with a reference where that needs no wait. */
  tryLock(kind: LockKind): boolean {
    if (this.#closed || this.#lane(kind) !== null) return false
    this.#addRef()
    this.#set(kind, HELD)
    return true
  }

  /** Whether a caller queues for the lock. */
  contended(kind: LockKind): boolean {
    const lane = this.#lane(kind)
    return lane !== null && lane !== HELD
  }

  /**
   * Drops the lock and its reference. When a caller queued, both are its own now and it is returned,
   * to be started by the one that unlocked. Go: `rwunlock`.
   */
  unlock(kind: LockKind): LockWaiter | null {
    const lane = this.#lane(kind)
    if (this.#refs === 0 || lane === null) throw new Error(INCONSISTENT)
    if (lane === HELD) {
      this.#refs--
      this.#set(kind, null)
      return null
    }
    const first = lane.next as LockWaiter
    this.#cut(kind, lane, first)
    return first
  }

  /** Takes a caller out of the queue, wherever it stands there; false when it does not queue. */
  leave(kind: LockKind, waiter: LockWaiter): boolean {
    const last = this.#lane(kind)
    if (last === null || last === HELD || waiter.next === null) return false
    this.#cut(kind, last, waiter)
    return true
  }

  #lane(kind: LockKind): Lane {
    return kind === 'r' ? this.#r : this.#w
  }

  #set(kind: LockKind, lane: Lane): void {
    if (kind === 'r') this.#r = lane
    else this.#w = lane
  }

  #addRef(): void {
    if (this.#refs === MAX_REFS) throw new Error(OVERFLOW)
    this.#refs++
  }

  #enqueue(kind: LockKind, last: LockWaiter | typeof HELD, waiter: LockWaiter): void {
    if (this.#queued === MAX_REFS) throw new Error(OVERFLOW)
    this.#queued++
    if (last === HELD) join(waiter, waiter)
    else {
      join(waiter, last.next as LockWaiter)
      join(last, waiter)
    }
    this.#set(kind, waiter)
  }

  /** Takes `at` out of the ring that ends with `last`. */
  #cut(kind: LockKind, last: LockWaiter, at: LockWaiter): void {
    this.#queued--
    const before = at.prev as LockWaiter
    join(before, at.next as LockWaiter)
    if (before === at) this.#set(kind, HELD)
    else if (at === last) this.#set(kind, before)
    at.next = at.prev = null
  }

  #refuse(kind: LockKind): void {
    const last = this.#lane(kind)
    if (last === null || last === HELD) return
    this.#set(kind, HELD)
    let waiter = last.next as LockWaiter
    for (;;) {
      const next = waiter.next as LockWaiter
      waiter.next = waiter.prev = null
      try {
        waiter.refused()
      } catch (error) {
        // The others have to be told as well.
        report(error)
      }
      if (waiter === last) return
      waiter = next
    }
  }
}

function join(before: LockWaiter, after: LockWaiter): void {
  before.next = after
  after.prev = before
}
