// Go: the table of pollDesc's states in runtime/netpoll.go, row by row.
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT, EPOLLRDHUP } from '@netfd/syscall'
import { describe, expect, it, vi } from 'vitest'
import { FakePoller } from '../test/netpoll-fake.js'
import { fakeTime, turn, uncaught } from '../test/support.js'
import { host } from './host.js'
import type { PollCode, Waiter } from './netpoll.js'
import { CLOSING, NOT_POLLABLE, OVERDUE, PARKED, READY, TIMEOUT } from './netpoll.js'
import { PollDesc } from './poll-desc.js'
import { now, timers } from './timers.js'

class Parked implements Waiter {
  readonly codes: PollCode[] = []

  wake(code: PollCode): void {
    this.codes.push(code)
  }
}

function make(): { pd: PollDesc; poller: FakePoller } {
  const poller = new FakePoller()
  const pd = new PollDesc(poller, 7)
  pd.open()
  return { pd, poller }
}

type State = 'nil' | 'ready' | 'waiting'

/** A descriptor whose read side is in this state. */
function inState(state: State): { pd: PollDesc; parked: Parked; poller: FakePoller } {
  const { pd, poller } = make()
  const parked = new Parked()
  if (state === 'ready') pd.ready(EPOLLIN)
  if (state === 'waiting') pd.wait(pd.r, parked)
  return { pd, parked, poller }
}

const stateOf = (pd: PollDesc): State =>
  pd.r.waiter !== null ? 'waiting' : pd.r.edge ? 'ready' : 'nil'

const EVENTS: Record<string, (pd: PollDesc) => unknown> = {
  prepare: (pd) => pd.prepare(pd.r, new Parked()),
  wait: (pd) => pd.wait(pd.r, new Parked()),
  'an edge': (pd) => pd.ready(EPOLLIN),
  'an edge of the other side': (pd) => pd.ready(EPOLLOUT),
  'a past deadline': (pd) => pd.setDeadline(pd.r, -1),
  'a past deadline of the other side': (pd) => pd.setDeadline(pd.w, -1),
  evict: (pd) => pd.evict(),
}

// state, event → state, what the event answers, and what the waiter is told
const TABLE: [State, keyof typeof EVENTS, State, unknown, PollCode[]][] = [
  ['nil', 'prepare', 'nil', READY, []],
  ['ready', 'prepare', 'nil', READY, []],
  ['nil', 'wait', 'waiting', PARKED, []],
  ['ready', 'wait', 'nil', READY, []],
  ['waiting', 'wait', 'waiting', 'poll: double wait', []],
  ['nil', 'an edge', 'ready', undefined, []],
  ['ready', 'an edge', 'ready', undefined, []],
  ['waiting', 'an edge', 'nil', undefined, [READY]],
  ['nil', 'an edge of the other side', 'nil', undefined, []],
  ['ready', 'an edge of the other side', 'ready', undefined, []],
  ['waiting', 'an edge of the other side', 'waiting', undefined, []],
  ['nil', 'a past deadline', 'nil', undefined, []],
  ['ready', 'a past deadline', 'ready', undefined, []],
  ['waiting', 'a past deadline', 'nil', undefined, [TIMEOUT]],
  ['waiting', 'a past deadline of the other side', 'waiting', undefined, []],
  ['nil', 'evict', 'nil', undefined, []],
  ['ready', 'evict', 'ready', undefined, []],
  ['waiting', 'evict', 'nil', undefined, [CLOSING]],
]

describe('a side of PollDesc', () => {
  it.each(TABLE)('%s, %s → %s', (before, event, after, answer, told) => {
    const { pd, parked, poller } = inState(before)
    let result: unknown
    try {
      result = EVENTS[event]?.(pd)
    } catch (error) {
      result = (error as Error).message
    }
    expect([stateOf(pd), result, parked.codes]).toEqual([after, answer, told])
    expect(poller.held).toBe(after === 'waiting' ? 1 : 0)
  })

  // events → readable, writable, hang-up, error alone
  it.each([
    ['IN', EPOLLIN, true, false, false, false],
    ['OUT', EPOLLOUT, false, true, false, false],
    ['RDHUP', EPOLLRDHUP, true, false, true, false],
    ['HUP', EPOLLHUP, true, true, true, false],
    ['ERR', EPOLLERR, true, true, true, true],
    ['IN|OUT', EPOLLIN | EPOLLOUT, true, true, false, false],
    ['IN|RDHUP', EPOLLIN | EPOLLRDHUP, true, false, true, false],
    ['ERR|HUP', EPOLLERR | EPOLLHUP, true, true, true, false],
  ])('is told %s', (_name, events, r, w, hangup, err) => {
    const { pd } = make()
    pd.ready(events)
    expect([pd.r.edge, pd.w.edge, pd.hangup, pd.eventErr]).toEqual([r, w, hangup, err])
  })

  it('remembers a hang-up, and forgets an error with the next event', () => {
    const { pd } = make()
    pd.ready(EPOLLERR)
    pd.ready(EPOLLIN)
    expect([pd.hangup, pd.eventErr]).toEqual([true, false])
  })

  it('answers closing before the deadline, and the deadline before an error', () => {
    const { pd } = make()
    pd.ready(EPOLLERR)
    expect([pd.check(pd.r), pd.check(pd.w)]).toEqual([NOT_POLLABLE, READY])
    pd.setDeadline(pd.r, -1)
    pd.setDeadline(pd.w, -1)
    expect([pd.check(pd.r), pd.check(pd.w)]).toEqual([TIMEOUT, TIMEOUT])
    pd.evict()
    expect([pd.check(pd.r), pd.check(pd.w)]).toEqual([CLOSING, CLOSING])
  })

  it('stays expired until another deadline is set', () => {
    const { pd } = make()
    pd.setDeadline(pd.r, now() - 1)
    expect(pd.check(pd.r)).toBe(TIMEOUT)
    expect(pd.r.ranOut).toBe(true)
    pd.setDeadline(pd.r, now() + 1000)
    expect(pd.check(pd.r)).toBe(READY)
    pd.setDeadline(pd.r, 0)
    expect(pd.check(pd.r)).toBe(READY)
  })

  it('takes no deadline after evict, and is evicted once', () => {
    const { pd } = make()
    pd.evict()
    pd.setDeadline(pd.r, -1)
    expect(pd.r.due).toBe(0)
    expect(() => pd.evict()).toThrow('poll: evict of a closing descriptor')
  })

  it('arms nothing when a deadline is set, one timer for both sides, and none is left', () => {
    const spy = vi.spyOn(host, 'setTimeout')
    const { pd } = make()
    const due = now() + 1000
    pd.setDeadline(pd.r, due)
    pd.setDeadline(pd.w, due)
    expect([spy.mock.calls.length, timers.armed]).toEqual([0, false])
    pd.wait(pd.r, new Parked())
    pd.wait(pd.w, new Parked())
    for (let i = 1; i < 100; i++) {
      pd.setDeadline(pd.r, due + i)
      pd.setDeadline(pd.w, due + i)
    }
    expect([spy.mock.calls.length, timers.armed]).toEqual([1, true])
    pd.ready(EPOLLIN | EPOLLOUT)
    expect(timers.armed).toBe(false)
    spy.mockRestore()
  })

  it('drops its timer when the deadline of a parked waiter is lifted', () => {
    const { pd } = make()
    pd.setDeadline(pd.r, now() + 1000)
    pd.wait(pd.r, new Parked())
    expect(timers.armed).toBe(true)
    pd.setDeadline(pd.r, 0)
    expect(timers.armed).toBe(false)
    pd.setDeadline(pd.r, now() + 1000)
    expect(timers.armed).toBe(true)
    pd.evict()
    expect(timers.armed).toBe(false)
  })

  it('leaves the heap of deadlines when it is evicted, while others still wait in it', () => {
    const [{ pd }, other] = [make(), make()]
    for (const each of [pd, other.pd]) {
      each.setDeadline(each.r, now() + 1000)
      each.wait(each.r, new Parked())
    }
    expect(pd.r.deadline?.index).toBeGreaterThanOrEqual(0)
    pd.evict()
    expect(pd.r.deadline?.index).toBe(-1)
    expect(timers.armed).toBe(true)
    other.pd.evict()
  })

  it('tells a parked waiter whether time ran out or its deadline was set into the past', () => {
    fakeTime()
    for (const [set, told] of [
      [(pd: PollDesc) => pd.setDeadline(pd.r, -1), TIMEOUT],
      [() => vi.advanceTimersByTime(1000), OVERDUE],
    ] as const) {
      const { pd } = make()
      const parked = new Parked()
      pd.setDeadline(pd.r, now() + 1000)
      pd.wait(pd.r, parked)
      set(pd)
      expect([parked.codes, pd.check(pd.r), pd.r.ranOut]).toEqual([
        [told],
        TIMEOUT,
        told === OVERDUE,
      ])
    }
  })

  it('holds the process once a waiter, and follows keepAlive', () => {
    const { pd, poller } = make()
    pd.wait(pd.r, new Parked())
    pd.wait(pd.w, new Parked())
    expect(poller.held).toBe(2)
    pd.setKeepAlive(false)
    pd.setKeepAlive(false)
    expect(poller.held).toBe(0)
    pd.setKeepAlive(true)
    expect(poller.held).toBe(2)
    pd.evict()
    expect(poller.held).toBe(0)
  })

  it('passes the refusal of its poller on', () => {
    const poller = new FakePoller()
    poller.refusal = -12
    expect(new PollDesc(poller, 7).open()).toBe(-12)
  })
})

describe('a waiter that throws', () => {
  const boom = new Error('boom')
  const thrower = {
    wake: () => {
      throw boom
    },
  }

  it.each<[string, PollCode, (pd: PollDesc) => void]>([
    ['an event', READY, (pd) => pd.ready(EPOLLIN | EPOLLOUT)],
    ['a close', CLOSING, (pd) => pd.evict()],
  ])('at %s is uncaught, and the other side is woken', async (_what, code, happen) => {
    const errors = uncaught()
    const { pd } = make()
    const parked = new Parked()
    pd.wait(pd.r, thrower)
    pd.wait(pd.w, parked)
    happen(pd)
    expect(parked.codes).toEqual([code])
    await turn()
    expect(errors).toEqual([boom])
  })
})

describe('a guard', () => {
  it('is told of a close and of a deadline, and of no edge', () => {
    const { pd } = make()
    const guard = new Parked()
    pd.w.guard(guard)
    pd.ready(EPOLLOUT | EPOLLHUP)
    pd.setDeadline(pd.r, -1)
    expect(guard.codes).toEqual([])
    expect(pd.w.edge).toBe(true)
    pd.setDeadline(pd.w, -1)
    expect(guard.codes).toEqual([TIMEOUT])
    pd.evict()
    expect(guard.codes).toEqual([TIMEOUT, CLOSING])
    pd.w.unguard(guard)
  })

  it('has a timer of its own beside one that is parked, and leaves none behind', () => {
    const { pd } = make()
    const [one, two] = [new Parked(), new Parked()]
    pd.setDeadline(pd.w, now() + 60_000)
    pd.w.guard(one)
    pd.w.guard(two)
    expect(timers.armed).toBe(true)
    pd.wait(pd.w, new Parked())
    pd.ready(EPOLLOUT)
    expect(timers.armed).toBe(true)
    pd.w.unguard(one)
    expect(timers.armed).toBe(true)
    pd.w.unguard(two)
    pd.w.unguard(two)
    expect(timers.armed).toBe(false)
  })

  it('is told at a deadline that was set after it came', async () => {
    const { pd } = make()
    const told = new Promise<PollCode>((wake) => pd.r.guard({ wake }))
    pd.setDeadline(pd.r, now() + 5)
    expect(await told).toBe(OVERDUE)
    pd.evict()
  })

  it('keeps the process alive, once for all of a side', () => {
    const { pd, poller } = make()
    const [one, two] = [new Parked(), new Parked()]
    pd.r.guard(one)
    pd.r.guard(two)
    expect(poller.held).toBe(1)
    pd.wait(pd.r, new Parked())
    expect(poller.held).toBe(2)
    pd.setKeepAlive(false)
    expect(poller.held).toBe(0)
    pd.setKeepAlive(true)
    expect(poller.held).toBe(2)
    pd.r.unguard(one)
    pd.r.unguard(two)
    pd.r.unpark()
    expect(poller.held).toBe(0)
  })
})
