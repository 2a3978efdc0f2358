import { describe, expect, it } from 'vitest'
import { deadlineError, dueOf } from './deadline.js'
import { now } from './timers.js'

describe('dueOf', () => {
  it.each([
    ['null', null, 0],
    ['Infinity', Number.POSITIVE_INFINITY, 0],
    ['the past', 1, -1],
    ['the past by now', Date.now() - 1000, -1],
    ['what a caller of setTimeout writes, and keeps it', 5000, -5000],
    ['before 1970', -1, -1],
    ['-Infinity', Number.NEGATIVE_INFINITY, -1],
    ['zero, which is 1970', 0, -1],
    ['a past Date', new Date(0), -1],
  ])('reads %s', (_name, deadline, due) => {
    expect(dueOf(deadline)).toBe(due)
  })

  it.each([
    [5000, 'i/o timeout: the deadline 1970-01-01T00:00:05Z had passed when it was set'],
    [
      new Date(1500),
      'i/o timeout: the deadline 1970-01-01T00:00:01.500Z had passed when it was set',
    ],
    [1_790_000_000, 'i/o timeout: the deadline 1970-01-21T17:13:20Z had passed when it was set'],
    [0, 'i/o timeout'],
    [-5000, 'i/o timeout'],
    [new Date('2020-01-01'), 'i/o timeout'],
  ])('of %s is an error that says %s', (deadline, message) => {
    expect(deadlineError(dueOf(deadline)).message).toBe(message)
  })

  it('takes now for past', () => {
    expect(dueOf(Date.now())).toBe(-1)
  })

  it.each([1000, 60 * 24 * 3_600_000, Number.MAX_SAFE_INTEGER / 2])(
    'puts %d ms from now on the monotonic clock',
    (ms) => {
      const before = now()
      const due = dueOf(Date.now() + ms)
      expect(due).toBeGreaterThan(before + ms - 2)
      expect(due).toBeLessThanOrEqual(now() + ms + 1)
    },
  )

  it.each([undefined, '2030-01-01', 10n, {}, true])('refuses %s', (wrong) => {
    expect(() => dueOf(wrong as never)).toThrow(TypeError)
  })

  it.each([Number.NaN, new Date('never')])('refuses %s, which is no time', (wrong) => {
    expect(() => dueOf(wrong)).toThrow(RangeError)
  })
})
