// Go: runtime/netpoll.go. What a poller owes the rest of the package, and the numbers they share.
//
// A poller tells a PollDesc about edges. It must
//   open   register a descriptor for reading, writing and hang-up, edge-triggered, exactly once, and
//          report whatever is ready already;
//   close  forget it, before the descriptor itself is closed, and deliver nothing for it afterwards,
//          not even an event that was fetched before; where `sole`, the close of the descriptor ends
//          whatever the kernel keeps of it, for no other descriptor has its open file;
//   hold   keep the process alive while held more often than released. It starts out released.
// It may report an edge that is none: every caller tries the kernel again and waits once more.
import type { PollDesc } from './poll-desc.js'

/** A source of edges. */
export interface Poller {
  /** Registers it, exactly once: 0, or a negated errno. Throws when there can be no poller at all. */
  open(pd: PollDesc, fd: number): number
  /**
   * Forgets it, before the descriptor itself is closed; with `sole` it is the only one of its open file, and
   * is closed at once.
   */
  close(pd: PollDesc, fd: number, sole: boolean): void
  /** One more waiter keeps the process alive. */
  hold(): void
  /** One less does. */
  release(): void
}

/** How a wait ended, or why a call must not reach the kernel. Go: pollNoError and its neighbours. */
export type PollCode =
  | typeof READY
  | typeof CLOSING
  | typeof TIMEOUT
  | typeof NOT_POLLABLE
  | typeof PARKED
  | typeof OVERDUE

export const READY = 0
export const CLOSING = 1
export const TIMEOUT = 2
export const NOT_POLLABLE = 3
/** Not an end yet: the waiter was parked and will be woken. */
export const PARKED = 4
/** The deadline ran out while the waiter was parked: it may try once more before it fails. */
export const OVERDUE = 5

/** A caller parked until an edge, a deadline or a close. */
export interface Waiter {
  /** Called once for each time it was parked. */
  wake(code: PollCode): void
}
