// The poller of the host backend. The runtime's sockets tell of edges themselves, each its own descriptor's.
import type { HostCalls } from '@netfd/syscall/internal'
import type { Poller } from './netpoll.js'
import type { PollDesc } from './poll-desc.js'

/** The netpoller of one thread. */
export class HostPoller implements Poller {
  readonly #calls: HostCalls
  #held = 0

  constructor(calls: HostCalls) {
    this.#calls = calls
  }

  open(pd: PollDesc, fd: number): number {
    return this.#calls.subscribe(fd, pd)
  }

  close(_pd: PollDesc, fd: number): void {
    this.#calls.unsubscribe(fd)
  }

  hold(): void {
    if (++this.#held === 1) this.#calls.keepAlive(true)
  }

  release(): void {
    if (--this.#held === 0) this.#calls.keepAlive(false)
  }
}
