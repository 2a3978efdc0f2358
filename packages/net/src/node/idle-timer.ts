// Node: net.Socket.setTimeout. Tells that nothing has moved for a time; it ends nothing.
import { host, startTimer } from '@netfd/poll/internal'

/** One timer for as long as it is wanted: what moves sets it back, and makes none. */
export class IdleTimer {
  readonly #timer: NodeJS.Timeout

  /** It does not keep the process alive. */
  constructor(ms: number, fired: () => void) {
    this.#timer = startTimer(fired, ms)
    this.#timer.unref()
  }

  /** Something has moved: from the start, also when it has fired. */
  moved(): void {
    this.#timer.refresh()
  }

  /** It is not wanted any more. */
  stop(): void {
    host.clearTimeout(this.#timer)
  }
}

/** Throws TypeError or RangeError. */
export function checkIdle(ms: unknown): void {
  if (typeof ms !== 'number') throw new TypeError(`ms must be a number, got ${typeof ms}`)
  if (ms >= 0 && Number.isFinite(ms)) return
  throw new RangeError(`ms must be a finite number from 0 on, got ${ms}`)
}
