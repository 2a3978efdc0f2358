import { expect, it } from 'vitest'
import { each } from './each.js'

it.each([1, 3, 100])('runs every task once, %d at a time', async (limit) => {
  const done: number[] = []
  let running = 0
  let most = 0
  await each(Array(20).keys(), limit, async (item) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    done.push(item)
    running--
  })
  expect(done.sort((a, b) => a - b)).toEqual([...Array(20).keys()])
  expect(most).toBe(Math.min(limit, 20))
})

it('rejects with the first failure and begins nothing more', async () => {
  const begun: number[] = []
  const tasks = each([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item)
    await new Promise((resolve) => setImmediate(resolve))
    if (item === 2) throw new Error('two')
  })
  await expect(tasks).rejects.toThrow('two')
  await new Promise((resolve) => setImmediate(resolve))
  expect(begun).toEqual([1, 2, 3])
})
