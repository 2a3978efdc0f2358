import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { MakeEnds } from './behaviour.js'
import { codeOf, fill, pattern, readAll, turn, turns, watchPromise } from './support.js'

const CLOSED = /^ERR_(NET|FILE)_CLOSED$/

/** Go: the tests of net/net_test.go about closing. */
export function closeBehaviour(make: MakeEnds): void {
  describe('close', () => {
    it('by the peer ends a read that waits with null (TestCloseUnblocksRead)', async () => {
      const { r, w } = make()
      const read = r.read(new Uint8Array(8))
      await turns(3)
      await w.close()
      expect(await read).toBe(null)
      expect(await r.read(new Uint8Array(8))).toBe(null)
    })

    it('by the peer, with data on its way, loses nothing', async () => {
      const { r, w } = make()
      const want = pattern(40_000)
      await w.write(want)
      await w.close()
      expect(Buffer.compare(await readAll(r, 999), want)).toBe(0)
    })

    it('ends every call that waits, each once, with the closing error (TestConnClose)', async () => {
      const { r, w } = make()
      await fill(w)
      const reads = Array.from({ length: 4 }, () => watchPromise(r.waitRead()))
      const queued = Array.from({ length: 4 }, () => watchPromise(w.write(new Uint8Array(1 << 20))))
      await turns(5)
      const pending = [...reads, ...queued].filter((call) => call.state === 'pending')
      expect(pending.length).toBeGreaterThanOrEqual(4)
      await Promise.all([r.close(), w.close()])
      await turn()
      for (const call of pending) {
        expect(call).toMatchObject({
          state: 'rejected',
          settlements: 1,
          error: { code: expect.stringMatching(CLOSED), timeout: false, temporary: false },
        })
      }
    })

    it('resolves when the number is really free', async () => {
      const { r } = make()
      const number = r.sysfd
      const read = codeOf(r.read(new Uint8Array(8)))
      const close = r.close()
      await close
      expect([existsSync(`/proc/self/fd/${number}`), r.sysfd, r.closed]).toEqual([false, -1, true])
      expect(await read).toMatch(CLOSED)
    })

    it('a second time is refused, and so is everything else (TestCloseError)', async () => {
      const { r } = make()
      await r.close()
      const calls = [
        () => r.close(),
        () => r.read(new Uint8Array(1)),
        () => r.write(new Uint8Array(1)),
        () => r.writev([]),
        () => r.accept(),
        () => r.waitRead(),
        () => r.waitWrite(),
        () => r.rawRead(() => true),
        () => r.rawWrite(() => true),
        () => r.spliceFrom(r),
        () => r.sendFile(0, 0, 1),
        async () => r.setDeadline(null),
        async () => r.setReadDeadline(1),
        async () => r.setWriteDeadline(1),
        async () => r.rawControl(() => 0),
        async () => r.shutdown(0),
        async () => r.setsockopt(1, 2, 1),
        async () => r.getsockopt(1, 2),
        async () => r.dup(),
        async () => r.detach(),
      ]
      for (const call of calls) expect(await codeOf(call()), call.toString()).toMatch(CLOSED)
      for (const call of calls) {
        const error = await call().then(
          () => null,
          (e: Error) => e,
        )
        expect(error?.message).toMatch(/^use of closed (network connection|file)$/)
      }
    })

    it('waits for a call that is inside the kernel', async () => {
      const { w } = make()
      let closed = false
      let close: Promise<void> | undefined
      await w.rawWrite((fd) => {
        close = w.close().then(() => {
          closed = true
        })
        expect([existsSync(`/proc/self/fd/${fd}`), closed, w.sysfd]).toEqual([true, false, fd])
        return true
      })
      await close
      expect([closed, w.sysfd]).toEqual([true, -1])
    })

    it('races reads and writes without harm (TestClosedPipeRaceRead, TestClosedPipeRaceWrite)', async () => {
      for (let i = 0; i < 20; i++) {
        const { r, w } = make()
        const calls = [
          codeOf(r.read(new Uint8Array(8))),
          codeOf(w.write(new Uint8Array(1 << 20))),
          codeOf(r.read(new Uint8Array(8))),
        ]
        if (i % 2 === 0) await turns(i % 3)
        await Promise.all([r.close(), w.close()])
        for (const code of await Promise.all(calls)) {
          expect(String(code)).toMatch(/resolved|CLOSED|EPIPE|ECONNRESET/)
        }
      }
    })
  })
}
