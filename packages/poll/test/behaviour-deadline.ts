import { describe, expect, it, vi } from 'vitest'
import type { MakeEnds } from './behaviour.js'
import {
  codeOf,
  countCalls,
  fakeTime,
  fill,
  never,
  PAST,
  pattern,
  readFull,
  soon,
  turn,
  turns,
  until,
  watchPromise,
} from './support.js'

const TIMEOUT = 'ERR_DEADLINE_EXCEEDED'
const CLOSED = /^ERR_(NET|FILE)_CLOSED$/

/** Go: the tests of net/timeout_test.go, as far as they concern one descriptor. */
export function deadlineBehaviour(make: MakeEnds): void {
  describe('deadlines', () => {
    it('a past read deadline beats data that is there, and the kernel is not asked (TestReadTimeout)', async () => {
      const { r, w } = make()
      await w.write(pattern(8))
      const calls = countCalls('recv', 'read')
      r.setReadDeadline(PAST)
      for (let i = 0; i < 3; i++) expect(await codeOf(r.read(new Uint8Array(8)))).toBe(TIMEOUT)
      expect(calls).toEqual({ recv: 0, read: 0 })
      r.setReadDeadline(null)
      expect(await r.read(new Uint8Array(8))).toBe(8)
    })

    it('a past write deadline beats room that is there, and the kernel is not asked (TestWriteTimeout)', async () => {
      const { r, w } = make()
      const calls = countCalls('send', 'write')
      w.setWriteDeadline(new Date(PAST))
      await expect(w.write(pattern(8))).rejects.toMatchObject({
        code: TIMEOUT,
        timeout: true,
        temporary: true,
        bytesWritten: 0,
        message: 'i/o timeout',
      })
      expect(await codeOf(w.write(new Uint8Array(0)))).toBe(TIMEOUT)
      expect(await codeOf(w.writev([pattern(8)]))).toBe(TIMEOUT)
      expect(calls).toEqual({ send: 0, write: 0 })
      w.setDeadline(null)
      await w.write(pattern(8))
      expect(await readFull(r, 8)).toEqual(pattern(8))
    })

    it('checks closed, then zero length, then the deadline (TestZeroByteRead)', async () => {
      const { r } = make()
      const calls = countCalls('recv', 'read')
      expect(await r.read(new Uint8Array(0))).toBe(0)
      r.setReadDeadline(PAST)
      expect(await r.read(new Uint8Array(0))).toBe(0)
      expect(await codeOf(r.read(new Uint8Array(1)))).toBe(TIMEOUT)
      await r.close()
      expect(await codeOf(r.read(new Uint8Array(0)))).toMatch(CLOSED)
      expect(calls).toEqual({ recv: 0, read: 0 })
    })

    it.each([0.001, 1, 5, 20, 60])(
      'fires after %d ms, never early (TestReadTimeoutFluctuation)',
      async (ms) => {
        const { r } = make()
        const deadline = Date.now() + ms
        r.setReadDeadline(deadline)
        expect(await codeOf(r.read(new Uint8Array(1)))).toBe(TIMEOUT)
        // The two clocks may disagree by their own grain.
        expect(Date.now()).toBeGreaterThanOrEqual(Math.floor(deadline) - 1)
      },
    )

    it.each([1, 20])(
      'ends a write that waits after %d ms, and says what was taken (TestWriteTimeoutFluctuation)',
      async (ms) => {
        const { r, w } = make()
        w.setWriteDeadline(soon(ms))
        let taken = 0
        for (;;) {
          try {
            taken += await w.write(pattern(65_536, taken))
          } catch (error) {
            const failed = error as { code: string; bytesWritten: number }
            expect(failed.code).toBe(TIMEOUT)
            taken += failed.bytesWritten
            break
          }
        }
        expect(Buffer.compare(await readFull(r, taken), pattern(taken))).toBe(0)
      },
    )

    it.each([0.001, 1, 10, 100])('ends a copy after %d ms (TestVariousDeadlines)', async (ms) => {
      const { r, w } = make()
      const source = codeOf(
        (async () => {
          for (;;) await w.write(new Uint8Array(4096))
        })(),
      )
      r.setReadDeadline(soon(ms))
      const sink = codeOf(
        (async () => {
          const buf = new Uint8Array(4096)
          while ((await r.read(buf)) !== null);
        })(),
      )
      expect(await sink).toBe(TIMEOUT)
      w.setWriteDeadline(PAST)
      expect(await source).toBe(TIMEOUT)
    })

    it('a read waits although the write deadline has passed (TestReadTimeoutMustNotReturn)', async () => {
      const { r } = make()
      r.setDeadline(PAST)
      r.setWriteDeadline(PAST)
      r.setReadDeadline(null)
      const read = watchPromise(r.read(new Uint8Array(1)))
      await turns(10)
      expect(read.state).toBe('pending')
      await r.close()
      await turn()
      expect(read.error).toMatchObject({ code: expect.stringMatching(CLOSED), timeout: false })
    })

    it('a write waits although the read deadline has passed (TestWriteTimeoutMustNotReturn)', async () => {
      const { w } = make()
      await fill(w)
      w.setDeadline(PAST)
      w.setReadDeadline(PAST)
      w.setWriteDeadline(null)
      const write = watchPromise(w.write(new Uint8Array(1 << 20)))
      await turns(10)
      expect(write.state).toBe('pending')
      await w.close()
      await turn()
      expect(write.error).toMatchObject({ code: expect.stringMatching(CLOSED), timeout: false })
    })

    it('moving the deadline into the past ends a read that waits (TestReadTimeoutUnblocksRead)', async () => {
      const { r } = make()
      r.setReadDeadline(never())
      const read = r.read(new Uint8Array(1))
      await turns(3)
      r.setReadDeadline(PAST)
      expect(await codeOf(read)).toBe(TIMEOUT)
    })

    it('a pending read follows its deadline, either way', async () => {
      const { r, w } = make()
      // The clock is the test's: a machine that is busy must not let a deadline pass by accident.
      fakeTime()
      r.setReadDeadline(soon(5))
      const read = watchPromise(r.read(new Uint8Array(4)))
      r.setReadDeadline(soon(100))
      await vi.advanceTimersByTimeAsync(99)
      expect(read.state).toBe('pending')
      r.setReadDeadline(null)
      await vi.advanceTimersByTimeAsync(1000)
      expect(read.state).toBe('pending')
      await w.write(pattern(4))
      await until(() => read.state !== 'pending')
      expect(read.value).toBe(4)
      r.setReadDeadline(soon(1000))
      const late = watchPromise(r.read(new Uint8Array(4)))
      r.setReadDeadline(soon(5))
      await vi.advanceTimersByTimeAsync(5)
      expect(late.error).toMatchObject({ code: TIMEOUT })
    })

    it('a deadline is prolonged again and again while calls wait (TestReadWriteProlongedTimeout)', async () => {
      const { r, w } = make()
      const reader = (async () => {
        const buf = new Uint8Array(1)
        for (let i = 0; i < 200; i++) {
          r.setReadDeadline(never())
          expect(await r.read(buf)).toBe(1)
          expect(buf[0]).toBe(i)
        }
      })()
      for (let i = 0; i < 200; i++) {
        w.setWriteDeadline(never())
        await w.write(Uint8Array.of(i))
        if (i % 10 === 0) await turn()
      }
      await reader
    })

    it('deadlines set from everywhere during reads and writes stay sane (TestReadWriteDeadlineRace, TestConcurrentSetDeadline)', async () => {
      const { r, w } = make()
      const ticks = async () => {
        for (let i = 0; i < 300; i++) {
          r.setReadDeadline(soon(2))
          w.setWriteDeadline(soon(2))
          if (i % 3 === 0) r.setDeadline(i % 2 === 0 ? PAST : never())
          if (i % 10 === 0) await turn()
        }
        r.setDeadline(PAST)
        w.setDeadline(PAST)
      }
      const seen = new Set<unknown>()
      let done = false
      const calls = async (call: () => Promise<unknown>) => {
        // Bounded, for if nothing ever waited no timer could end the test.
        for (let i = 0; !done && i < 100_000; i++) seen.add(await codeOf(call()))
      }
      const buf = new Uint8Array(64)
      const running = [calls(() => r.read(buf)), calls(() => w.write(buf))]
      await ticks()
      done = true
      await Promise.all(running)
      for (const code of seen) expect(['resolved', TIMEOUT]).toContain(code)
      expect(seen.has(TIMEOUT)).toBe(true)
    })

    it('ends all calls that wait when both deadlines pass at once', async () => {
      const { r, w } = make()
      await fill(w)
      const calls = [r === w ? r.read(new Uint8Array(1)) : w.write(new Uint8Array(1 << 20))]
      for (let i = 0; i < 4; i++) calls.push(w.write(new Uint8Array(1)))
      const when = soon(5)
      r.setDeadline(when)
      w.setDeadline(when)
      expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => TIMEOUT))
    })

    it('an end that has timed out serves again when the deadline is lifted', async () => {
      const { r, w } = make()
      r.setReadDeadline(soon(1))
      expect(await codeOf(r.read(new Uint8Array(4)))).toBe(TIMEOUT)
      expect(await codeOf(r.read(new Uint8Array(4)))).toBe(TIMEOUT)
      await w.write(pattern(4))
      r.setReadDeadline(never())
      expect(await r.read(new Uint8Array(4))).toBe(4)
    })
  })
}
