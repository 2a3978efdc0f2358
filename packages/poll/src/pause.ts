// A loop over a listener that cannot accept for want of a descriptor or of memory waits here.
//
// Its connections stay in the kernel's queue and raise no new edge, so what ends the wait is time, or the
// close of a descriptor of this thread: that gives back just what was missing.
import { EAGAIN } from '@netfd/syscall'
import { host, startTimer } from './host.js'
import type { PollCode } from './netpoll.js'
import { READY } from './netpoll.js'
import { BareOp } from './op-wait.js'
import type { PollSide } from './poll-side.js'

/** The pauses of this thread. */
const pauses = new Set<PauseOp>()

/** Called after each close: who paused for want of a descriptor goes on. */
export function descriptorFreed(): void {
  if (pauses.size === 0) return
  for (const pause of [...pauses]) pause.end()
}

/**
 * Parks a listener's reading side for some milliseconds. While it is parked there, a deadline, a close
 * and `unref` mean for it what they mean for an accept that waits.
 */
export class PauseOp extends BareOp {
  #ms = 0
  #over = false
  #side: PollSide | null = null
  #timer: NodeJS.Timeout | undefined

  constructor() {
    super('r', 'accept')
  }

  /** The pause to make next. */
  of(ms: number): this {
    this.#ms = ms
    this.#over = false
    return this
  }

  override begin(side: PollSide): PollCode {
    this.#side = side
    pauses.add(this)
    this.#timer = startTimer(() => this.end(), this.#ms)
    // What keeps the process alive is the parked operation.
    this.#timer.unref()
    return side.pd.wait(side, this)
  }

  /** Another connection in the queue, which is what an edge says, ends no pause. */
  override attempt(_fd: number): number {
    return this.#over ? 0 : -EAGAIN
  }

  /** The time is over, or a descriptor is free again. */
  end(): void {
    this.#over = true
    if (this.#side?.waiter === this) this.#side.wake(READY)
  }

  override take(): void {
    host.clearTimeout(this.#timer)
    pauses.delete(this)
    this.#side = null
  }
}
