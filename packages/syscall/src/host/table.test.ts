import { expect, it } from 'vitest'
import { PairEnd } from './pair.js'
import { FIRST, Table } from './table.js'

it('gives numbers above every descriptor, and those that are free again', () => {
  const table = new Table()
  const [a, b] = PairEnd.make()
  const [c] = PairEnd.make()
  expect([table.add(a), table.add(b)]).toEqual([FIRST, FIRST + 1])
  table.delete(FIRST)
  expect(table.get(FIRST)).toBeUndefined()
  expect(table.add(c)).toBe(FIRST)
  expect(table.get(FIRST)).toBe(c)
  expect(table.get(FIRST + 1)).toBe(b)
  expect([table.get(-1), table.get(3), table.get(FIRST + 9)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})
