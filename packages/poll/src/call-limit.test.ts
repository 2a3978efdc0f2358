import { describe, expect, it, vi } from 'vitest'
import { fakeTime, tcpPair } from '../test/support.js'
import { timers } from './timers.js'

describe('the entry of a call that waited', () => {
  it('is among the deadlines until the descriptor is closed, and not a moment longer', async () => {
    fakeTime()
    const [r, w] = tcpPair()
    const [other] = tcpPair()
    // While another call waits, the entries of those that do not are left where they are.
    other.setReadTimeout(1000)
    const waiting = other.read(new Uint8Array(1)).catch(() => undefined)
    const enter = vi.spyOn(timers, 'enter')
    r.setReadTimeout(1000)
    const reading = r.read(new Uint8Array(1))
    await w.write(new Uint8Array(1))
    await reading
    const [entry] = enter.mock.calls[0] as [{ index: number; timed: boolean }]
    expect([entry.timed, entry.index >= 0]).toEqual([false, true])
    await r.close()
    expect(entry.index).toBe(-1)
    enter.mockRestore()
    await other.close()
    await waiting
  })

  it('is no more among the deadlines once the call is done, also when it queued', async () => {
    fakeTime()
    const [r, w] = tcpPair()
    const enter = vi.spyOn(timers, 'enter')
    r.setReadTimeout(1000)
    const reading = [r.read(new Uint8Array(1)), r.read(new Uint8Array(1))]
    const entries = enter.mock.calls.map(([entry]) => entry)
    expect(new Set(entries).size).toBe(2)
    await w.write(new Uint8Array(2))
    await Promise.all(reading)
    expect(entries.map(({ timed }) => timed)).toEqual([false, false])
    enter.mockRestore()
    expect(vi.getTimerCount()).toBe(0)
  })
})
