import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Slots } from './slots.js'

describe('Slots', () => {
  it('finds an owner by slot and generation', () => {
    const slots = new Slots<object>()
    const owner = {}
    const slot = slots.add(owner)
    expect(slots.get(slot, slots.generation(slot))).toBe(owner)
    expect(slots.get(slot, slots.generation(slot) + 1)).toBe(undefined)
    expect(slots.get(slot + 1, 0)).toBe(undefined)
    expect(slots.get(-1, 0)).toBe(undefined)
  })

  it('does not find an owner that has gone, nor its successor by the old generation', () => {
    const slots = new Slots<object>()
    const slot = slots.add({})
    const stale = slots.generation(slot)
    slots.delete(slot)
    expect(slots.get(slot, stale)).toBe(undefined)
    const next = {}
    expect(slots.add(next)).toBe(slot)
    expect(slots.get(slot, stale)).toBe(undefined)
    expect(slots.get(slot, slots.generation(slot))).toBe(next)
  })

  it('refuses to free a slot twice', () => {
    const slots = new Slots<object>()
    const slot = slots.add({})
    slots.delete(slot)
    expect(() => slots.delete(slot)).toThrow('poll: slot freed twice')
    expect(() => slots.delete(99)).toThrow('poll: slot freed twice')
  })

  it('agrees with a plain map in any order of adding and deleting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (picks) => {
        const slots = new Slots<object>()
        const live: { owner: object; slot: number; generation: number }[] = []
        const gone: { slot: number; generation: number }[] = []
        for (const pick of picks) {
          if (pick < 12 || live.length === 0) {
            const owner = {}
            const slot = slots.add(owner)
            live.push({ owner, slot, generation: slots.generation(slot) })
          } else {
            const [left] = live.splice(pick % live.length, 1)
            if (left === undefined) throw new Error('no owner to take out')
            slots.delete(left.slot)
            gone.push(left)
          }
          expect(slots.size).toBe(live.length)
        }
        for (const { owner, slot, generation } of live) {
          expect(slots.get(slot, generation)).toBe(owner)
        }
        for (const { slot, generation } of gone) expect(slots.get(slot, generation)).toBe(undefined)
        // Slots are used again before new ones are taken.
        expect(new Set(live.map(({ slot }) => slot)).size).toBe(live.length)
      }),
      { numRuns: 500 },
    )
  })
})
