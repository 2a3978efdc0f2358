// Go: net/dial.go, partialDeadline. How much of the time that is left one address may take.

import { DeadlineExceededError } from '@netfd/poll/internal'

// Less than this is too short for a handshake across the world, so late addresses go without.
const sliceMin = 2000

/**
 * Until when the next of `remaining` addresses may be tried: an equal share of the time left, but
 * at least 2 s or all of it. All times are on the monotonic clock, in milliseconds; 0 is no deadline.
 * Throws a `DeadlineExceededError` when no time is left.
 */
export function partialDeadline(now: number, due: number, remaining: number): number {
  if (due === 0) return 0
  const left = due - now
  if (left <= 0) throw new DeadlineExceededError()
  return now + Math.max(left / remaining, Math.min(left, sliceMin))
}
