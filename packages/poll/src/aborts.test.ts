import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { turn, uncaught } from '../test/support.js'
import { offAbort, onAbort } from './aborts.js'

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

it('keeps one listener on a signal however many wait, and none when they have left', () => {
  const { signal } = new AbortController()
  const many = Array.from({ length: 100 }, () => ({ aborted: () => undefined }))
  for (const one of many) onAbort(signal, one)
  expect(listeners(signal)).toBe(1)
  for (const one of many) offAbort(signal, one)
  expect(listeners(signal)).toBe(0)
})

it('tells all calls that still wait, in the order in which they came', () => {
  const controller = new AbortController()
  const told: number[] = []
  const waiters = [1, 2, 3, 4].map((n) => ({
    aborted: () => {
      told.push(n)
      // The first takes the third along, which then must not be told.
      if (n === 1) offAbort(controller.signal, waiters[2] as { aborted(): void })
      offAbort(controller.signal, waiters[n - 1] as { aborted(): void })
    },
  }))
  for (const one of waiters) onAbort(controller.signal, one)
  controller.abort()
  expect(told).toEqual([1, 2, 4])
  expect(listeners(controller.signal)).toBe(0)
})

it('forgets a call that left before, and takes no offence at one that never came', () => {
  const controller = new AbortController()
  const one = { aborted: () => expect.unreachable() }
  offAbort(controller.signal, one)
  onAbort(controller.signal, one)
  offAbort(controller.signal, one)
  offAbort(controller.signal, one)
  controller.abort()
})

it('tells all calls, though one of them throws', async () => {
  const errors = uncaught()
  const controller = new AbortController()
  const boom = new Error('boom')
  const told: number[] = []
  const waiters = [1, 2, 3].map((n) => ({
    aborted: () => {
      told.push(n)
      if (n === 1) throw boom
    },
  }))
  for (const one of waiters) onAbort(controller.signal, one)
  controller.abort()
  for (const one of waiters) offAbort(controller.signal, one)
  await turn()
  expect([told, errors]).toEqual([[1, 2, 3], [boom]])
})
