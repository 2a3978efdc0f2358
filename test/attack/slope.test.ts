import { describe, expect, it } from 'vitest'
import { growthOf } from './lib/slope.mjs'

describe('the slope of a line', () => {
  it('through points that lie on one is exact', () => {
    const { slope, error, hours } = growthOf([
      [1, 5],
      [2, 7],
      [4, 11],
    ])
    expect(slope).toBeCloseTo(2, 12)
    expect(error).toBeCloseTo(0, 12)
    expect(hours).toBe(3)
  })

  it('has the standard error of least squares', () => {
    const { slope, error } = growthOf([
      [0, 0],
      [1, 2],
      [2, 1],
      [3, 3],
    ])
    expect(slope).toBeCloseTo(0.8, 12)
    expect(error).toBeCloseTo(Math.sqrt(1.8 / 2 / 5), 12)
  })

  it.each([
    [[]],
    [[[1, 1]]],
    [
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ] as [number, number][][][])('through %j is known for certain of none', (points) => {
    expect(growthOf(points).error).toBe(Number.POSITIVE_INFINITY)
  })
})
