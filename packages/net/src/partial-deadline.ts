// Go: net/dial.go, partialDeadline. How much of the time that is left one address may take.

import { DeadlineExceededError } from '@netfd/poll'

// Less than this is too short for a handshake across the world, so late addresses go without.
const sliceMin = 2000

/**
 * Until when the next of `remaining` addresses may be tried: an equal share of the time left, but
 * at least 2 s or all of it. All times are epoch milliseconds; `null` is no deadline.
 * Throws a `DeadlineExceededError` when no time is left.
 */
export function partialDeadline(
  now: number,
  deadline: number | null,
  remaining: number,
): number | null {
  if (deadline === null) return null
  const left = deadline - now
  if (left <= 0) throw new DeadlineExceededError()
  return now + Math.max(left / remaining, Math.min(left, sliceMin))
}
