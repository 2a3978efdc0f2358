// sendto(2) on a local socket of datagrams. When to try again while the queue of one of many receivers is full.
import { EAGAIN } from '@netfd/syscall'
import { host, startTimer } from './host.js'
import type { Op } from './op.js'

/** The longest time between two tries, in ms. */
const LONGEST = 50

/**
 * When the receiver's queue is full of other senders' messages, no edge ever tells of room: so a call tries again
 * after 1, 2, 4 … 50 ms as well. And a try that fails raises an edge itself, for the kernel frees the message
 * that it had made: to follow that one would be to try for ever, at full speed.
 */
export class Patience {
  #delay = 1
  #timer: NodeJS.Timeout | undefined
  /** Whether the edge of the last try is still to come. */
  #echo = false

  /** Has the kernel try, or says that it would not. */
  attempt(op: Op<unknown>, call: () => number): number {
    if (this.#echo) {
      this.#echo = false
      return -EAGAIN
    }
    this.end()
    const n = call()
    if (n === -EAGAIN) this.#wait(op)
    return n
  }

  /** Nothing is waited for any more. */
  end(): void {
    host.clearTimeout(this.#timer)
    this.#echo = false
  }

  #wait(op: Op<unknown>): void {
    this.#echo = true
    this.#timer = startTimer(() => {
      this.#echo = false
      op.host?.nudge(op)
    }, this.#delay)
    // What keeps the process alive is the call that waits.
    this.#timer.unref()
    this.#delay = Math.min(2 * this.#delay, LONGEST)
  }
}
