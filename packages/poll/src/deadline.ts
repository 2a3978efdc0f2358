// Go: internal/poll/fd_poll_runtime.go. What a caller may write as a deadline.
import { now } from './timers.js'

/** A point in time: a Date, milliseconds since 1970, or null for none. */
export type Deadline = Date | number | null

/** The deadline on the monotonic clock: 0 for none, -1 for one that has passed. */
export function dueOf(deadline: Deadline): number {
  if (deadline === null) return 0
  const time = deadline instanceof Date ? deadline.getTime() : deadline
  if (typeof time !== 'number') {
    throw new TypeError('deadline must be a Date, epoch milliseconds or null')
  }
  if (Number.isNaN(time)) throw new RangeError('deadline must be a valid time')
  if (time === Number.POSITIVE_INFINITY) return 0
  const left = time - Date.now()
  return left > 0 ? now() + left : -1
}
