// Go: internal/poll/fd_poll_runtime.go. What a caller may write as a deadline, and how it is kept.
//
// A caller writes a point in time on the clock that Date.now() shows. It is kept as a number, its due
// time, on a clock that is never set:
//   0               no deadline
//   above 0         a monotonic time in milliseconds
//   OVER            it had passed when it was set
//   below OVER      the same, and it lay in 1970: minus its milliseconds since then
//   RAN_OUT         it passed by itself, after it was set
import { isDate } from 'node:util/types'
import { DeadlineExceededError } from './errors.js'
import { host } from './host.js'
import { now } from './timers.js'

/** A point in time: a Date, milliseconds since 1970, or null for none. */
// biome-ignore lint/style/noRestrictedGlobals: the type of what a caller gives, whichever class it has.
export type Deadline = Date | number | null

/** The due time of a deadline that had passed when it was set. */
const OVER = -1

/** The due time of a deadline that has passed since it was set. */
export const RAN_OUT = Number.NEGATIVE_INFINITY

const YEAR = 365 * 24 * 60 * 60 * 1000

/** The due time of a deadline. Throws TypeError and RangeError for what is no time. */
export function dueOf(deadline: Deadline): number {
  if (deadline === null) return 0
  const time = typeof deadline !== 'number' && isDate(deadline) ? deadline.getTime() : deadline
  if (typeof time !== 'number') {
    throw new TypeError('deadline must be a Date, epoch milliseconds or null')
  }
  if (Number.isNaN(time)) throw new RangeError('deadline must be a valid time')
  if (time === Number.POSITIVE_INFINITY) return 0
  const left = time - host.wall()
  if (left > 0) return now() + left
  // A caller of setTimeout writes 5000 for five seconds from now: the error will say what that is.
  return time > -OVER && time < YEAR ? -time : OVER
}

/** The due time of a timeout in milliseconds from now; a negative one has passed. */
export function dueIn(ms: number): number {
  if (ms === Number.POSITIVE_INFINITY) return 0
  return ms > 0 ? now() + ms : OVER
}

/** Whether a due time has passed. */
export function hasPassed(due: number): boolean {
  return due < 0 || (due > 0 && due <= now())
}

/** The error for a due time that has passed. */
export function deadlineError(due: number): DeadlineExceededError {
  if (due >= OVER || due === RAN_OUT) return new DeadlineExceededError()
  const time = host.timeText(-due).replace('.000Z', 'Z')
  return new DeadlineExceededError(`i/o timeout: the deadline ${time} had passed when it was set`)
}
