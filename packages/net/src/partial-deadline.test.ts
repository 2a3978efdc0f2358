import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partialDeadline } from './partial-deadline.js'

const now = 1_000_000

describe('partialDeadline', () => {
  it.each([
    [12_000, 1, 12_000],
    [12_000, 2, 6000],
    [12_000, 3, 4000],
    [12_000, 6, 2000],
    [12_000, 7, 2000],
    [12_000, 999, 2000],
    [2000, 2, 2000],
    [1900, 999, 1900],
    [1, 2, 1],
  ])(
    'gives of %d ms over %d addresses %d ms to the first (TestDialerPartialDeadline)',
    (left, n, slice) => {
      expect(partialDeadline(now, now + left, n)).toBe(now + slice)
    },
  )

  it('has no deadline where there is none', () => {
    expect(partialDeadline(now, 0, 3)).toBe(0)
  })

  it.each([0, -1, -5000])('throws a timeout when %d ms are left', (left) => {
    expect(() => partialDeadline(now, now + left, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_DEADLINE_EXCEEDED', timeout: true }),
    )
  })

  it('never goes beyond the deadline, and the last address gets all that is left', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1000 }),
        (left, n) => {
          expect(partialDeadline(now, now + left, n)).toBeLessThanOrEqual(now + left)
          expect(partialDeadline(now, now + left, 1)).toBe(now + left)
        },
      ),
    )
  })
})
