import { describe, expect, it } from 'vitest'
import { turn, uncaught } from '../test/support.js'
import type { Deferred } from './budget.js'
import { BUDGET_BYTES, BUDGET_OPS, Budget } from './budget.js'

describe('Budget', () => {
  it('is spent by operations', () => {
    const budget = new Budget()
    for (let i = 0; i < BUDGET_OPS - 1; i++) budget.charge(0)
    expect(budget.spent).toBe(false)
    budget.charge(0)
    expect(budget.spent).toBe(true)
  })

  it('is spent by bytes', () => {
    const budget = new Budget()
    budget.charge(BUDGET_BYTES - 1)
    expect(budget.spent).toBe(false)
    budget.charge(1)
    expect(budget.spent).toBe(true)
  })

  it('is new in the next turn, in which every operation that was put off goes on, in order', async () => {
    const budget = new Budget()
    budget.charge(BUDGET_BYTES)
    const order: string[] = []
    const deferred = (name: string): Deferred => ({
      nextTurn: () => {
        order.push(name + budget.spent)
      },
    })
    budget.defer(deferred('a '))
    budget.defer(deferred('b '))
    expect(order).toEqual([])
    await turn()
    expect(order).toEqual(['a false', 'b false'])
  })

  it('lets whatever was due before it come first', async () => {
    const budget = new Budget()
    const order: string[] = []
    setImmediate(() => order.push('before'))
    budget.defer({ nextTurn: () => order.push('deferred') })
    await turn()
    expect(order).toEqual(['before', 'deferred'])
  })

  it('asks no more operations in a turn than it is enough for, however many wait', async () => {
    const budget = new Budget()
    let asked = 0
    let left = 3 * BUDGET_OPS
    const op: Deferred = {
      nextTurn: () => {
        asked++
        if (budget.spent) return budget.defer(op)
        left--
        budget.charge(0)
      },
    }
    for (let i = left; i > 0; i--) budget.defer(op)
    for (let turns = 0; turns < 3; turns++) {
      expect(left).toBe((3 - turns) * BUDGET_OPS)
      await turn()
    }
    expect([left, asked]).toEqual([0, 3 * BUDGET_OPS])
  })

  it('lets one that always spends it all pass no other that waits', async () => {
    const budget = new Budget()
    const order: string[] = []
    const greedy = (name: string): Deferred => {
      const op = {
        nextTurn: () => {
          if (budget.spent) return budget.defer(op)
          order.push(name)
          budget.charge(BUDGET_BYTES)
          if (order.length < 4) budget.defer(op)
        },
      }
      return op
    }
    budget.defer(greedy('a'))
    budget.defer(greedy('b'))
    for (let turns = 0; turns < 4; turns++) await turn()
    expect(order).toEqual(['a', 'b', 'a', 'b'])
  })

  it('puts an operation that finds it spent again off to the turn after', async () => {
    const budget = new Budget()
    let turns = 0
    const greedy: Deferred = {
      nextTurn: () => {
        turns++
        budget.charge(BUDGET_BYTES)
        if (turns < 3) budget.defer(greedy)
      },
    }
    budget.defer(greedy)
    await turn()
    expect(turns).toBe(1)
    await turn()
    await turn()
    expect(turns).toBe(3)
  })
})

it('a turn in which one throws is that of all others as well', async () => {
  const errors = uncaught()
  const budget = new Budget()
  const boom = new Error('boom')
  const went: number[] = []
  for (const n of [1, 2, 3]) {
    const nextTurn = () => {
      went.push(n)
      if (n === 1) throw boom
    }
    budget.defer({ nextTurn })
  }
  await turn()
  await turn()
  expect([went, errors]).toEqual([[1, 2, 3], [boom]])
})
