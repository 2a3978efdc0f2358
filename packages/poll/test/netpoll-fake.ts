// Go: runtime/netpoll_fake.go, and more of it. A poller whose edges are made up.
//
// By hand it delivers what a test commands: nothing, the same edge twice, or one that is none. Restless,
// it tells every descriptor in every turn of the event loop that it can be read and written, which a
// poller may: a caller that works on it does not depend on edges being true.
import { EPOLLIN, EPOLLOUT } from '@netfd/syscall'
import type { PollDesc } from '../src/poll-desc.js'
import type { Poller } from '../src/testing.js'

/** What the restless poller says of every descriptor. */
const EVERYTHING = EPOLLIN | EPOLLOUT

export class FakePoller implements Poller {
  /** Who is registered, by descriptor. */
  readonly opened = new Map<number, PollDesc>()
  /** The descriptors that were forgotten, in order. */
  readonly forgotten: number[] = []
  /** How many more waiters hold than release. */
  held = 0
  /** What `open` answers. */
  refusal = 0
  #restless: boolean
  #scheduled: NodeJS.Immediate | null = null
  #late: { pd: PollDesc; events: number }[] = []

  constructor(mode: 'by hand' | 'restless' = 'by hand') {
    this.#restless = mode === 'restless'
  }

  open(pd: PollDesc, fd: number): number {
    if (this.refusal < 0) return this.refusal
    if (this.opened.has(fd)) throw new Error(`descriptor ${fd} is registered twice`)
    this.opened.set(fd, pd)
    this.#schedule()
    return 0
  }

  close(pd: PollDesc, fd: number): void {
    if (this.opened.get(fd) !== pd) throw new Error(`descriptor ${fd} is not registered`)
    this.opened.delete(fd)
    this.forgotten.push(fd)
  }

  hold(): void {
    this.held++
    this.#schedule()
    // The event loop goes to sleep although an immediate is due, when it is not to wait for it.
    this.#scheduled?.ref()
  }

  release(): void {
    this.held--
    if (this.held < 0) throw new Error('released more often than held')
  }

  /** Delivers an edge to a registered descriptor; false when there is none of that number. */
  deliver(fd: number, events: number): boolean {
    const pd = this.opened.get(fd)
    pd?.ready(events)
    return pd !== undefined
  }

  /** Fetches an edge now, which `deliverLate` delivers: as between two events of one batch. */
  fetch(fd: number, events: number): void {
    const pd = this.opened.get(fd)
    if (pd !== undefined) this.#late.push({ pd, events })
  }

  /** Delivers what was fetched, to those who are still registered. */
  deliverLate(): void {
    const late = this.#late
    this.#late = []
    for (const { pd, events } of late) {
      if (this.opened.get(pd.sysfd) === pd) pd.ready(events)
    }
  }

  /** Lets a restless poller rest. What is registered can still be closed. */
  stop(): void {
    this.#restless = false
    if (this.#scheduled !== null) clearImmediate(this.#scheduled)
    this.#scheduled = null
  }

  #schedule(): void {
    if (!this.#restless || this.#scheduled !== null) return
    this.#scheduled = setImmediate(() => {
      this.#scheduled = null
      // Twice, as a poller may report one edge again.
      for (const pd of [...this.opened.values(), ...this.opened.values()]) {
        if (this.opened.get(pd.sysfd) === pd) pd.ready(EVERYTHING)
      }
      if (this.opened.size > 0) this.#schedule()
    })
    if (this.held === 0) this.#scheduled.unref()
  }
}
