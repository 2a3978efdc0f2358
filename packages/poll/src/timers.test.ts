import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeTime } from '../test/support.js'
import { host } from './host.js'
import type { Timed } from './timers.js'
import { now, Timers } from './timers.js'

const DAY = 24 * 60 * 60 * 1000

class Entry implements Timed {
  due: number
  at = 0
  index = -1
  timed = false
  readonly expired: number[] = []

  constructor(due: number) {
    this.due = due
  }

  expire(): void {
    this.expired.push(now())
  }
}

beforeEach(fakeTime)

describe('Timers', () => {
  it('expires an entry when its time has come, and not before', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 50)
    timers.enter(entry)
    vi.advanceTimersByTime(49)
    expect(entry.expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(entry.expired).toHaveLength(1)
    expect([timers.armed, entry.timed, entry.index]).toEqual([false, false, -1])
  })

  it('expires what has passed in its order, also what was moved', () => {
    const timers = new Timers()
    const order: number[] = []
    const entries = [10, 20].map((ms, i) => {
      const entry = new Entry(now() + ms)
      entry.expire = () => order.push(i)
      timers.enter(entry)
      return entry
    }) as [Entry, Entry]
    entries[0].due += 15
    timers.enter(entries[0])
    // The loop was busy past both of them.
    const start = now()
    vi.spyOn(host, 'now').mockImplementation(() => start + 100)
    vi.advanceTimersByTime(100)
    expect(order).toEqual([1, 0])
    vi.restoreAllMocks()
  })

  it('arms one host timer for many entries, and again only for an earlier one', () => {
    const timers = new Timers()
    const spy = vi.spyOn(host, 'setTimeout')
    const start = now()
    for (const ms of [100, 200, 300, 100]) timers.enter(new Entry(start + ms))
    expect(spy).toHaveBeenCalledTimes(1)
    timers.enter(new Entry(start + 50))
    expect(spy).toHaveBeenCalledTimes(2)
    expect(vi.getTimerCount()).toBe(1)
    spy.mockRestore()
  })

  it('moves a deadline to later for nothing: the host timer finds out when it fires', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 10)
    timers.enter(entry)
    const spy = vi.spyOn(host, 'setTimeout')
    for (let i = 0; i < 1000; i++) {
      entry.due++
      timers.enter(entry)
    }
    expect(spy).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(10)
    expect([spy.mock.calls.length, entry.expired.length]).toEqual([1, 0])
    vi.advanceTimersByTime(1000)
    expect(entry.expired).toHaveLength(1)
    spy.mockRestore()
  })

  it('moves a deadline to earlier at once', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 1000)
    timers.enter(entry)
    entry.due = now() + 10
    timers.enter(entry)
    vi.advanceTimersByTime(10)
    expect(entry.expired).toHaveLength(1)
  })

  it('keeps no host timer when no call waits', () => {
    const timers = new Timers()
    const entries = [10, 20, 30].map((ms) => new Entry(now() + ms))
    for (const entry of entries) timers.enter(entry)
    for (const entry of entries) timers.leave(entry)
    expect([timers.armed, vi.getTimerCount()]).toEqual([false, 0])
    expect(entries.map((entry) => entry.index)).toEqual([-1, -1, -1])
    vi.advanceTimersByTime(100)
    expect(entries.flatMap((entry) => entry.expired)).toEqual([])
  })

  it('lets an entry leave twice, and be removed without having entered', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 10)
    timers.remove(entry)
    timers.enter(entry)
    timers.leave(entry)
    timers.leave(entry)
    timers.remove(entry)
    expect(timers.armed).toBe(false)
  })

  it('does not take 60 days for now', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 60 * DAY)
    const spy = vi.spyOn(host, 'setTimeout')
    timers.enter(entry)
    expect(spy.mock.calls[0]?.[1]).toBe(2 ** 31 - 1)
    vi.advanceTimersByTime(60 * DAY - 1)
    expect(entry.expired).toEqual([])
    vi.advanceTimersByTime(1)
    expect(entry.expired).toHaveLength(1)
    expect(spy).toHaveBeenCalledTimes(3)
    spy.mockRestore()
  })

  it('arms again when the host timer was early', () => {
    const timers = new Timers()
    const entry = new Entry(now() + 10.6)
    const spy = vi.spyOn(host, 'setTimeout')
    timers.enter(entry)
    // Rounded up: a host timer has no fractions and must not be early by one.
    expect(spy.mock.calls[0]?.[1]).toBe(11)
    vi.advanceTimersByTime(11)
    expect(entry.expired).toHaveLength(1)
    spy.mockRestore()
  })

  it('bears an entry that enters again while it expires', () => {
    const timers = new Timers()
    class Again extends Entry {
      override expire(): void {
        super.expire()
        if (this.expired.length === 3) return
        this.due = now() + 5
        timers.enter(this)
      }
    }
    const entry = new Again(now() + 5)
    timers.enter(entry)
    vi.advanceTimersByTime(100)
    expect(entry.expired).toHaveLength(3)
    expect(timers.armed).toBe(false)
  })
})

type Step =
  | { do: 'enter' | 'leave' | 'remove'; pick: number; ms: number }
  | { do: 'pass'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'remove', 'remove'),
      pick: fc.nat(39),
      ms: fc.integer({ min: 1, max: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(60) }) },
)

describe('Timers against a plain list', () => {
  it('expires all that wait, each at its own time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const timers = new Timers()
        const entries = Array.from({ length: 40 }, () => new Entry(0))
        const due = new Map<Entry, number>()
        const counts = new Map<Entry, number>()
        const pass = (ms: number): void => {
          const until = now() + ms
          vi.advanceTimersByTime(ms)
          for (const [entry, time] of due) {
            if (time > until) continue
            due.delete(entry)
            counts.set(entry, (counts.get(entry) ?? 0) + 1)
            expect(entry.expired.at(-1)).toBe(time)
          }
        }
        for (const s of steps) {
          if (s.do === 'pass') {
            pass(s.ms)
            continue
          }
          const entry = entries[s.pick] as Entry
          if (s.do === 'enter') {
            entry.due = now() + s.ms
            timers.enter(entry)
            due.set(entry, entry.due)
          } else {
            timers[s.do](entry)
            due.delete(entry)
          }
          expect(timers.armed).toBe(due.size > 0)
        }
        pass(300)
        expect(timers.armed).toBe(false)
        for (const entry of entries) expect(entry.expired.length).toBe(counts.get(entry) ?? 0)
      }),
      { numRuns: 300 },
    )
  })
})
