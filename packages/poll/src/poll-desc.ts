// Go: internal/poll/fd_poll_runtime.go and pollDesc of runtime/netpoll.go. Readiness of one descriptor.
// The state of one direction is in poll-side.ts; what both share, and what the poller tells, is here.
import {
  ECONNRESET,
  EPIPE,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
} from '@netfd/syscall'
import { isDeadly, isReset } from './deaths.js'
import type { PollCode, Poller, Waiter } from './netpoll.js'
import { CLOSING, NOT_POLLABLE, PARKED, READY, TIMEOUT } from './netpoll.js'
import { PollSide } from './poll-side.js'
import { report } from './report.js'
import { timers } from './timers.js'

const READABLE = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR
const WRITABLE = EPOLLOUT | EPOLLHUP | EPOLLERR
const HANGUP = EPOLLRDHUP | EPOLLHUP | EPOLLERR
/** An error on a socket of datagrams is about one of them: the next call takes it, and all is as before. */
const DATAGRAM_HANGUP = EPOLLRDHUP | EPOLLHUP

// What PollDesc keeps in one number, for most connections never come to any of it.
const ERRNO = 0xfff
const ENDED = 0x1000
const CLOSED = 0x2000
const HUNG_UP = 0x4000
const ONLY_ERR = 0x8000
const GUARDED = 0x10000
const CUT = 0x20000
const DATAGRAMS = 0x40000

/**
 * The state that a poller and the operations on one descriptor share. A Poller of your own is given one
 * for each descriptor and calls its `ready`; the rest is for the operations.
 */
export class PollDesc {
  /**
   * The direction of reads and accepts.
   * @internal
   */
  readonly r: PollSide
  /**
   * The direction of writes and connects.
   * @internal
   */
  readonly w: PollSide
  /** The descriptor's number. */
  readonly sysfd: number
  /**
   * Who tells of edges.
   * @internal
   */
  readonly poller: Poller
  /** Where the poller finds this object. */
  slot = -1
  /** Which of the slot's owners this is: an event for an earlier one is dropped. */
  generation = 0
  #marks = 0
  /**
   * Whether parked waiters keep the process alive.
   * @internal
   */
  keepAlive = true

  constructor(poller: Poller, sysfd: number) {
    this.poller = poller
    this.sysfd = sysfd
    this.r = new PollSide(this)
    this.w = new PollSide(this)
  }

  /**
   * Whether a close has begun: no call may reach the kernel any more.
   * @internal
   */
  get closing(): boolean {
    return (this.#marks & CLOSED) !== 0
  }

  /**
   * Whether the last event was an error and nothing else: the descriptor cannot be read.
   * @internal
   */
  get eventErr(): boolean {
    return (this.#marks & ONLY_ERR) !== 0
  }

  /**
   * Whether a read must try even though the last one came up short. Sticky: after data and FIN in one
   * edge no other edge comes, so once the peer has hung up every read tries.
   * @internal
   */
  get hangup(): boolean {
    return (this.#marks & HUNG_UP) !== 0
  }

  /**
   * Whether a side ever had a guard, and has to look.
   * @internal
   */
  get guarded(): boolean {
    return (this.#marks & GUARDED) !== 0
  }

  /**
   * A side has a guard.
   * @internal
   */
  guardedOnce(): void {
    this.#marks |= GUARDED
  }

  /**
   * It is a socket of datagrams: that an error came ends nothing.
   * @internal
   */
  ofDatagrams(): void {
    this.#marks |= DATAGRAMS
  }

  /** Registers with the poller: 0, or a negated errno. */
  open(): number {
    return this.poller.open(this, this.sysfd)
  }

  /**
   * Leaves the poller; needs `evict` before it, and the descriptor's close after it. With `sole` no other
   * descriptor has its open file, and the close follows at once.
   */
  close(sole = false): void {
    this.poller.close(this, this.sysfd, sole)
  }

  /**
   * Before a call: forgets a pending edge, and then the call tries the kernel. In that order: an edge that
   * comes after this is kept, and whatever came before it the call will see.
   *
   * After a read that emptied the kernel's buffer nothing is left, and whatever comes then raises an edge: so
   * the next one waits for it instead of trying. It must not forget an edge that came in between.
   * @internal
   */
  prepare(side: PollSide, waiter: Waiter): PollCode {
    if (side.drained && this.emptied(side)) return this.wait(side, waiter)
    const code = this.check(side)
    // Go: `pollReset`. A call that is refused here makes no try, and uses no edge up.
    if (code === READY) side.edge = false
    return code
  }

  /**
   * Whether the last read proved that nothing is left. Asked once: the next read has to try. A hang-up
   * raises no second edge; once one was seen every read tries.
   * @internal
   */
  emptied(side: PollSide): boolean {
    const { drained } = side
    side.drained = false
    return drained && !this.hangup
  }

  /**
   * Why a call on this side must not reach the kernel, or READY.
   * @internal
   */
  check(side: PollSide): PollCode {
    if ((this.#marks & CLOSED) !== 0) return CLOSING
    if (side.deadline?.expired() === true) return TIMEOUT
    // A writer gets a better error from its next write.
    if ((this.#marks & ONLY_ERR) !== 0 && side === this.r) return NOT_POLLABLE
    return READY
  }

  /**
   * From now on a short read proves nothing: every read tries.
   * @internal
   */
  distrust(): void {
    this.#marks |= HUNG_UP
  }

  /**
   * A call on a stream socket failed: the errno to report. What killed the connection is kept, and
   * reported in place of the EPIPE that the kernel has for every later write.
   * @internal
   */
  failed(errno: number): number {
    const death = this.#marks & ERRNO
    if (death !== 0) return errno === EPIPE ? death : errno
    if (isDeadly(errno)) this.#marks |= errno
    return errno === EPIPE && this.#lostReset() ? ECONNRESET : errno
  }

  /**
   * A read of a stream socket came to the end: 0, or the errno to report in its place when the connection
   * was killed before that.
   * @internal
   */
  ended(): number {
    if ((this.#marks & ENDED) !== 0) return 0
    if ((this.#marks & ERRNO) === 0 && this.#lostReset()) this.#marks |= ECONNRESET
    const death = this.#marks & ERRNO
    if (death === 0) this.#marks |= ENDED
    return death
  }

  /**
   * Bytes are moved to a connection inside the kernel: whether a call may have come short, as one that still
   * runs may. Such a call (splice, sendfile) sends many times; what an attempt after the first one fails with
   * it takes along, and says how much went before that. One that moves all it was given has met no error, and
   * none before it has.
   * @internal
   */
  cut(short: boolean): void {
    if (short) this.#marks |= CUT
    else this.#marks &= ~CUT
  }

  #lostReset(): boolean {
    return (this.#marks & CUT) !== 0 && isReset(this.sysfd)
  }

  /**
   * The socket may have become another connection.
   * @internal
   */
  reborn(): void {
    this.#marks &= ~(ERRNO | ENDED | CUT)
  }

  /**
   * Uses up a pending edge, or parks the waiter until something happens.
   * @internal
   */
  wait(side: PollSide, waiter: Waiter): PollCode {
    const code = this.check(side)
    if (code !== READY) return code
    if (side.edge) {
      side.edge = false
      return READY
    }
    side.park(waiter)
    return PARKED
  }

  /** The poller's call: these events came. OUT rides along with every IN of a writable socket. */
  ready(events: number): void {
    const datagrams = (this.#marks & DATAGRAMS) !== 0
    if (events === EPOLLERR && !datagrams) this.#marks |= ONLY_ERR
    else this.#marks &= ~ONLY_ERR
    if ((events & (datagrams ? DATAGRAM_HANGUP : HANGUP)) !== 0) this.#marks |= HUNG_UP
    if ((events & READABLE) !== 0) this.r.arrive()
    if ((events & WRITABLE) !== 0) this.w.arrive()
  }

  /**
   * Wakes all waiters, for the descriptor is about to be closed. Deadlines mean nothing afterwards.
   * @internal
   */
  evict(): void {
    if (this.closing) throw new Error('poll: evict of a closing descriptor')
    this.#marks |= CLOSED
    this.r.end(CLOSING)
    this.w.end(CLOSING)
    for (const { deadline, limits } of [this.r, this.w]) {
      if (deadline !== null) timers.remove(deadline)
      limits?.remove()
    }
  }

  /**
   * Sets when a side's calls fail: a due time, see deadline.ts. One in the past ends the call that waits,
   * which does not try again: that is how a caller ends it.
   * @internal
   */
  setDeadline(side: PollSide, due: number): void {
    if (this.closing) return
    side.due = due
    const { deadline } = side
    if (side.holds === 0 || deadline === null) return
    if (due < 0) side.end(TIMEOUT)
    else if (due > 0) timers.enter(deadline)
    else timers.leave(deadline)
  }

  /**
   * Changes whether waiters keep the process alive, one that is parked now included.
   * @internal
   */
  setKeepAlive(on: boolean): void {
    if (this.keepAlive === on) return
    this.keepAlive = on
    for (const side of [this.r, this.w]) {
      for (let held = side.holds; held > 0; held--) {
        if (on) this.hold()
        else this.release()
      }
    }
  }

  /**
   * One more waiter keeps the process alive. A poller of the user's may throw here, where a waiter
   * is parked already.
   * @internal
   */
  hold(): void {
    try {
      this.poller.hold()
    } catch (error) {
      report(error)
    }
  }

  /**
   * One less does.
   * @internal
   */
  release(): void {
    try {
      this.poller.release()
    } catch (error) {
      report(error)
    }
  }
}
