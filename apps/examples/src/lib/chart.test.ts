import { expect, it } from 'vitest'
import { bar, Histogram, sparkline } from './chart.js'

it.each([
  [0, '░░░░'],
  [0.5, '██░░'],
  [1, '████'],
  [7, '████'],
  [-1, '░░░░'],
])('a bar of %d', (share, text) => {
  expect(bar(share, 4)).toBe(text)
})

it('a sparkline is as high as its largest number, and flat without any', () => {
  expect(sparkline([0, 1, 2, 3, 7])).toBe('▁▂▃▄█')
  expect(sparkline([0, 0])).toBe('▁▁')
  expect(sparkline([])).toBe('')
})

it('a histogram has a line for each size, without holes, and the largest is the longest', () => {
  const histogram = new Histogram()
  for (const value of [0.15, 0.19, 0.2, 1, 1.5]) histogram.add(value)
  expect(histogram.lines(String)).toEqual([
    `  < 0.2      ${'█'.repeat(30)}  40.0 %  2`,
    `  < 0.5      ${'█'.repeat(15)}${'░'.repeat(15)}  20.0 %  1`,
    `  < 1        ${'░'.repeat(30)}   0.0 %  0`,
    `  < 2        ${'█'.repeat(30)}  40.0 %  2`,
  ])
})

it('a histogram takes any size, and none', () => {
  const histogram = new Histogram()
  expect(histogram.lines(String)).toEqual([])
  for (let i = -200; i < 200; i++) histogram.add(1.05 ** i)
  histogram.add(0)
  const counts = histogram.lines(String).map((line) => Number(line.split(' ').at(-1)))
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(401)
})
