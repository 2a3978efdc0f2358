import { describe, expect, it } from 'vitest'
import { median, medianRatio, quartiles, spread } from './stats.mjs'

describe('stats', () => {
  it.each([
    ['one value', [7], 7],
    ['an odd number of values', [9, 1, 5], 5],
    ['an even number of values', [4, 1, 3, 2], 2.5],
    ['no values', [], Number.NaN],
  ])('median() of %s', (_name, values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('quartiles() fall between two values where there is none at the place', () => {
    expect(quartiles([4, 1, 2, 3, 5])).toEqual([2, 4])
    expect(quartiles([1, 2, 3, 4])).toEqual([1.75, 3.25])
    expect(quartiles([7])).toEqual([7, 7])
  })

  it('spread() is half the quartiles’ distance as a share of the median', () => {
    expect(spread([10, 10, 10])).toBe(0)
    expect(spread([8, 9, 10, 11, 12])).toBeCloseTo(0.1)
  })

  it('medianRatio() compares round with round, so a slow round cancels out', () => {
    // The ratio of the medians would be 1.5, that of the first round 1.
    expect(medianRatio([30, 100, 10], [30, 20, 5])).toBe(2)
  })

  it('medianRatio() leaves out rounds that only one side has', () => {
    expect(medianRatio([6, 6, 600], [3, 3])).toBe(2)
    expect(medianRatio([1], [])).toBeNaN()
  })
})
