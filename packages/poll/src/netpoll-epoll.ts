// Go: runtime/netpoll_epoll.go. The poller over epoll: edge-triggered, each descriptor added once.
//
// The epoll descriptor itself is watched by the host's event loop, for it is readable while it has
// events. One call from the loop handles one batch. What is left of a larger number keeps the epoll
// descriptor readable, so the loop calls again in its next turn and timers get theirs in between.
import type { Watcher } from '@netfd/syscall'
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLLET,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  SyscallError,
} from '@netfd/syscall'
import type { Poller } from './netpoll.js'
import type { PollDesc } from './poll-desc.js'
import { Slots } from './slots.js'

const INTEREST = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
const BATCH = 128
const EVENT = 3 // numbers an event: slot, generation, events

/** The calls this poller makes. */
export interface EpollCalls {
  epollCreate1(flags: number, adopt: boolean): number
  epollCtl(
    epfd: number,
    op: number,
    fd: number,
    events?: number,
    slot?: number,
    generation?: number,
  ): number
  epollWait(epfd: number, ring: Int32Array): number
  close(fd: number): number
  watch(fd: number, onReadable: () => void): Watcher
}

/** The netpoller of one thread. Made lazily; it lives as long as the thread. */
export class EpollPoller implements Poller {
  readonly #calls: EpollCalls
  readonly #slots = new Slots<PollDesc>()
  readonly #ring = new Int32Array(BATCH * EVENT)
  #watcher: Watcher | undefined
  #epfd = -1
  #held = 0

  constructor(calls: EpollCalls) {
    this.#calls = calls
  }

  open(pd: PollDesc, fd: number): number {
    if (this.#watcher === undefined) this.#start()
    const slot = this.#slots.add(pd)
    const generation = this.#slots.generation(slot)
    const r = this.#calls.epollCtl(this.#epfd, EPOLL_CTL_ADD, fd, INTEREST, slot, generation)
    if (r < 0) {
      this.#slots.delete(slot)
      return r
    }
    pd.slot = slot
    pd.generation = generation
    return 0
  }

  close(pd: PollDesc, fd: number, sole: boolean): void {
    // A duplicate of the descriptor would keep the registration alive, under a number that can then no
    // longer be deleted. So where there may be one it is deleted first. It is there: no other code deletes
    // it. A child process between fork and exec has a duplicate too, but for that moment alone, and what
    // comes for the slot in it finds another generation.
    if (!sole) this.#calls.epollCtl(this.#epfd, EPOLL_CTL_DEL, fd)
    this.#slots.delete(pd.slot)
  }

  hold(): void {
    if (++this.#held === 1) this.#watcher?.ref()
  }

  release(): void {
    if (--this.#held === 0) this.#watcher?.unref()
  }

  /** Makes the epoll set, or throws SyscallError. The watcher's own duplicate is the one that stays. */
  #start(): void {
    const made = this.#calls.epollCreate1(EPOLL_CLOEXEC, true)
    if (made < 0) throw new SyscallError('epoll_create1', made)
    try {
      this.#watcher = this.#calls.watch(made, () => this.#dispatch())
    } finally {
      this.#calls.close(made)
    }
    this.#epfd = this.#watcher.fd
    this.#watcher.unref()
  }

  #dispatch(): void {
    const ring = this.#ring
    // EINTR and every other failure leave nothing to do: the loop calls again while there are events.
    const n = this.#calls.epollWait(this.#epfd, ring)
    for (let i = 0; i < n * EVENT; i += EVENT) {
      const pd = this.#slots.get(ring[i] as number, ring[i + 1] as number)
      pd?.ready(ring[i + 2] as number)
    }
  }
}
