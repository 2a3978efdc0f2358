import { describe, expect, it, vi } from 'vitest'
import { host } from '../src/testing.js'
import type { MakeEnds } from './behaviour.js'
import {
  codeOf,
  fakeTime,
  fill,
  PAST,
  pattern,
  readFull,
  turns,
  until,
  watchPromise,
} from './support.js'

const TIMEOUT = 'ERR_DEADLINE_EXCEEDED'

const read = (r: { read(buf: Uint8Array): Promise<number | null> }) => r.read(new Uint8Array(8))

/** The time of each call, which Go has not. */
export function timeoutBehaviour(make: MakeEnds): void {
  describe('timeouts', () => {
    it('a read fails when its time is over, and not before', async () => {
      fakeTime()
      const { r } = make()
      r.setReadTimeout(50)
      const watched = watchPromise(read(r))
      vi.advanceTimersByTime(49)
      await turns(3)
      expect(watched.state).toBe('pending')
      vi.advanceTimersByTime(1)
      await until(() => watched.state !== 'pending')
      expect(watched.error).toMatchObject({ code: TIMEOUT, timeout: true, message: 'i/o timeout' })
    })

    it('each read has the whole time again, and the descriptor is as good as before', async () => {
      fakeTime()
      const { r, w } = make()
      r.setReadTimeout(50)
      for (let i = 0; i < 3; i++) {
        vi.advanceTimersByTime(40)
        const watched = watchPromise(read(r))
        vi.advanceTimersByTime(49)
        await turns(3)
        expect(watched.state).toBe('pending')
        vi.advanceTimersByTime(1)
        await until(() => watched.state !== 'pending')
        expect(watched.error).toMatchObject({ code: TIMEOUT })
      }
      await w.write(pattern(8))
      expect(await read(r)).toBe(8)
    })

    it('a read that completes at once asks for no clock and no timer', async () => {
      const { r, w } = make()
      r.setReadTimeout(50)
      await w.write(pattern(8))
      const clock = vi.spyOn(host, 'now')
      const timer = vi.spyOn(host, 'setTimeout')
      expect(await read(r)).toBe(8)
      expect([clock.mock.calls.length, timer.mock.calls.length]).toEqual([0, 0])
      vi.restoreAllMocks()
    })

    it('a read that is done in time leaves no timer', async () => {
      fakeTime()
      const { r, w } = make()
      r.setReadTimeout(50)
      const reading = read(r)
      expect(vi.getTimerCount()).toBe(1)
      await w.write(pattern(8))
      expect(await reading).toBe(8)
      expect(vi.getTimerCount()).toBe(0)
    })

    it('a write that waits ends with its time, and says what was taken', async () => {
      fakeTime()
      const { r, w } = make()
      const before = await fill(w)
      w.setWriteTimeout(50)
      const writing = w.write(pattern(8, before)).catch((error) => error)
      vi.advanceTimersByTime(50)
      expect(await writing).toMatchObject({ code: TIMEOUT, bytesWritten: 0 })
      await readFull(r, before)
      expect(await w.write(pattern(8))).toBe(8)
    })

    it('a call that queues behind another one counts from its own start', async () => {
      fakeTime()
      const { r } = make()
      r.setReadTimeout(0)
      const first = watchPromise(read(r))
      r.setReadTimeout(30)
      const second = watchPromise(read(r))
      vi.advanceTimersByTime(20)
      const third = watchPromise(read(r))
      vi.advanceTimersByTime(10)
      await until(() => second.state !== 'pending')
      expect(third.state).toBe('pending')
      vi.advanceTimersByTime(20)
      await until(() => third.state !== 'pending')
      expect([second.error, third.error]).toMatchObject([{ code: TIMEOUT }, { code: TIMEOUT }])
      expect(first.state).toBe('pending')
    })

    it('a call keeps its time when another call lets it go first', async () => {
      fakeTime()
      const { r, w } = make()
      r.setReadTimeout(50)
      const first = read(r)
      vi.advanceTimersByTime(30)
      const second = watchPromise(read(r))
      await w.write(pattern(8))
      expect(await first).toBe(8)
      vi.advanceTimersByTime(49)
      await turns(3)
      expect(second.state).toBe('pending')
      vi.advanceTimersByTime(1)
      await until(() => second.state !== 'pending')
      expect(second.error).toMatchObject({ code: TIMEOUT })
    })

    it('a call that waits when a timeout is set or lifted keeps what it had', async () => {
      fakeTime()
      const { r } = make()
      const endless = watchPromise(read(r))
      r.setReadTimeout(10)
      const short = watchPromise(read(r))
      r.setReadTimeout(0)
      vi.advanceTimersByTime(10)
      await until(() => short.state !== 'pending')
      expect(short.error).toMatchObject({ code: TIMEOUT })
      vi.advanceTimersByTime(1000)
      await turns(3)
      expect(endless.state).toBe('pending')
    })

    it('of a deadline and a timeout the earlier one counts', async () => {
      fakeTime()
      const { r } = make()
      r.setReadTimeout(50)
      r.setReadDeadline(Date.now() + 20)
      const byDeadline = codeOf(read(r))
      vi.advanceTimersByTime(20)
      expect(await byDeadline).toBe(TIMEOUT)
      r.setReadDeadline(Date.now() + 1000)
      const byTimeout = codeOf(read(r))
      vi.advanceTimersByTime(50)
      expect(await byTimeout).toBe(TIMEOUT)
      r.setReadDeadline(PAST)
      expect(await codeOf(read(r))).toBe(TIMEOUT)
    })

    it('data that came in time is read, although the loop was busy until the time was over', async () => {
      fakeTime()
      const { r, w } = make()
      r.setReadTimeout(50)
      const reading = [codeOf(read(r)), codeOf(read(r))]
      expect(w.tryWrite(pattern(16))).toBe(16)
      vi.advanceTimersByTime(500)
      expect(await Promise.all(reading)).toEqual(['resolved', 'resolved'])
    })

    it('reads and writes have their own', async () => {
      fakeTime()
      const { r, w } = make()
      r.setWriteTimeout(10)
      w.setReadTimeout(10)
      const reading = watchPromise(read(r))
      vi.advanceTimersByTime(20)
      await turns(3)
      expect(reading.state).toBe('pending')
      await w.write(pattern(1))
      await until(() => reading.state === 'resolved')
    })

    it('a wait for an edge has a time as well', async () => {
      fakeTime()
      const { r } = make()
      r.setReadTimeout(10)
      const waiting = codeOf(r.waitRead())
      vi.advanceTimersByTime(10)
      expect(await waiting).toBe(TIMEOUT)
    })

    it('leaves no timer behind, nor an entry among the deadlines', async () => {
      fakeTime()
      const { r } = make()
      const other = make().r
      r.setReadTimeout(50)
      other.setReadTimeout(1000)
      const waiting = codeOf(read(other))
      const reading = codeOf(read(r))
      await r.close()
      expect(await reading).toMatch(/^ERR_(NET|FILE)_CLOSED$/)
      expect(vi.getTimerCount()).toBe(1)
      await other.close()
      await waiting
      expect(vi.getTimerCount()).toBe(0)
    })

    it.each([
      [-1, RangeError],
      [Number.NaN, RangeError],
      [Number.POSITIVE_INFINITY, RangeError],
      ['5', TypeError],
      [null, TypeError],
    ])('refuses %s, and changes nothing', async (ms, type) => {
      const { r } = make()
      for (const call of ['setReadTimeout', 'setWriteTimeout'] as const) {
        expect(() => r[call](ms as number)).toThrow(type)
        expect(() => r[call](ms as number)).toThrow(/^ms must be a /)
      }
      r.setReadTimeout(0.5)
      expect(await codeOf(read(r))).toBe(TIMEOUT)
      await r.close()
      expect(() => r.setReadTimeout(1)).toThrow(/closed/)
    })
  })
}
