import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { FD } from '../src/index.js'
import type { Ends, MakeEnds } from './behaviour.js'
import { codeOf, fill, pattern, readFull, turn, turns, watchPromise } from './support.js'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

type Call = [name: string, call: (ends: Ends, signal: AbortSignal) => Promise<unknown>]

const CALLS: Call[] = [
  ['read', ({ r }, signal) => r.read(new Uint8Array(8), { signal })],
  ['write', ({ w }, signal) => w.write(new Uint8Array(1 << 20), { signal })],
  ['writev', ({ w }, signal) => w.writev([new Uint8Array(1 << 20)], { signal })],
  ['waitRead', ({ r }, signal) => r.waitRead({ signal })],
  ['waitWrite', ({ w }, signal) => w.waitWrite({ signal })],
  ['rawRead', ({ r }, signal) => r.rawRead(() => false, { signal })],
  ['rawWrite', ({ w }, signal) => w.rawWrite(() => false, { signal })],
]

/** Uses the edge up that every new descriptor has. */
async function useEdges(ends: Ends): Promise<void> {
  await fill(ends.w)
  const discard = new Uint8Array(1 << 20)
  const drained = watchPromise(ends.r.read(discard))
  await turns(5)
  if (drained.state === 'pending') throw new Error('nothing arrived')
}

export function abortBehaviour(make: MakeEnds): void {
  describe('abort', () => {
    it.each(CALLS)('before %s rejects without a call', async (_name, call) => {
      const ends = make()
      const signal = AbortSignal.abort('why')
      await expect(call(ends, signal)).rejects.toMatchObject({
        code: 'ABORT_ERR',
        message: 'operation was canceled',
        cause: 'why',
        timeout: false,
      })
      expect(listeners(signal)).toBe(0)
    })

    it('ends one read, and the bytes go to the next', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      const reason = new Error('enough')
      const read = r.read(new Uint8Array(8), { signal: abort.signal })
      expect(listeners(abort.signal)).toBe(1)
      await turn()
      abort.abort(reason)
      expect(listeners(abort.signal)).toBe(0)
      await expect(read).rejects.toMatchObject({ code: 'ABORT_ERR', cause: reason })
      await w.write(pattern(8))
      expect(await readFull(r, 8)).toEqual(pattern(8))
    })

    it('ends one write and says what was taken, and no byte is doubled', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      const big = pattern(8 << 20)
      const write = w.write(big, { signal: abort.signal }).then(
        () => null,
        (error: { code: string; bytesWritten: number }) => error,
      )
      await turns(20)
      abort.abort()
      const failed = await write
      expect(failed).toMatchObject({ code: 'ABORT_ERR', bytesWritten: expect.any(Number) })
      const taken = failed?.bytesWritten ?? -1
      const [, got] = await Promise.all([w.write(Uint8Array.of(250, 249)), readFull(r, taken + 2)])
      expect(Buffer.compare(got.subarray(0, taken), big.subarray(0, taken))).toBe(0)
      expect([...got.subarray(taken)]).toEqual([250, 249])
    })

    it('takes a queued raw call out of the queue: its function is never called', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      const first = r.read(new Uint8Array(1))
      let calls = 0
      const f = () => ++calls > 0
      const raw = codeOf(r.rawRead(f, { signal: abort.signal }))
      const last = r.read(new Uint8Array(1))
      abort.abort()
      await w.write(pattern(2))
      expect(await Promise.all([first, raw, last])).toEqual([1, 'ABORT_ERR', 1])
      expect(calls).toBe(0)
    })

    it('by the function of a raw read, after a wait, ends that read', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      let calls = 0
      const f = () => {
        if (++calls === 2) abort.abort()
        return false
      }
      const raw = codeOf(r.rawRead(f, { signal: abort.signal }))
      await turns(2)
      await w.write(pattern(1))
      expect(await raw).toBe('ABORT_ERR')
      expect(calls).toBe(2)
    })

    it('takes a queued call out of the queue and leaves the others in order', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      const got: string[] = []
      const read = async (name: string, signal?: AbortSignal) => {
        const buf = new Uint8Array(1)
        try {
          await r.read(buf, { signal })
          got.push(`${name}${buf[0]}`)
        } catch (error) {
          got.push(`${name} ${(error as { code: string }).code}`)
        }
      }
      const reads = [read('a'), read('b', abort.signal), read('c'), read('d')]
      await turn()
      abort.abort()
      await turn()
      expect(got).toEqual(['b ABORT_ERR'])
      await w.write(Uint8Array.of(1, 2, 3))
      await Promise.all(reads)
      expect(got).toEqual(['b ABORT_ERR', 'a1', 'c2', 'd3'])
      expect(listeners(abort.signal)).toBe(0)
    })

    it.each(CALLS.filter(([name]) => name !== 'waitWrite'))(
      'ends %s while it waits, closes nothing and leaves no listener',
      async (_name, call) => {
        const ends = make()
        await useEdges(ends)
        await fill(ends.w)
        // Whatever fill made room for is read again where the call reads.
        const abort = new AbortController()
        const watched = watchPromise(call(ends, abort.signal))
        await turns(3)
        abort.abort()
        await turns(2)
        if (watched.state === 'rejected') expect(watched.error).toMatchObject({ code: 'ABORT_ERR' })
        expect(watched.settlements).toBe(1)
        expect(listeners(abort.signal)).toBe(0)
        expect([ends.r.closed, ends.w.closed]).toEqual([false, false])
      },
    )

    it('by the call itself, before its listener was there, is seen', async () => {
      const { r } = make()
      const abort = new AbortController()
      const raw = r.rawRead(
        () => {
          abort.abort('inside')
          return false
        },
        { signal: abort.signal },
      )
      await expect(raw).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'inside' })
    })

    it('after the call is over changes nothing', async () => {
      const { r, w } = make()
      const abort = new AbortController()
      const read = r.read(new Uint8Array(8), { signal: abort.signal })
      await w.write(pattern(8))
      expect(await read).toBe(8)
      const next = watchPromise(r.read(new Uint8Array(8)))
      abort.abort()
      await turns(3)
      expect(next.state).toBe('pending')
      await w.write(pattern(3))
      await turns(3)
      expect(next.value).toBe(3)
    })

    it.each([null, 0, 'signal', {}])('refuses %j as a signal, and stays usable', async (signal) => {
      const { r, w } = make()
      const wrong = { signal: signal as unknown as AbortSignal }
      await expect(r.read(new Uint8Array(8), wrong)).rejects.toThrow(TypeError)
      await expect((w as FD).write(new Uint8Array(8), wrong)).rejects.toThrow(TypeError)
      await w.write(pattern(4))
      expect(await r.read(new Uint8Array(8))).toBe(4)
    })

    it('of one of two reads by the same signal ends both', async () => {
      const { r } = make()
      const { signal } = new AbortController()
      const abort = new AbortController()
      const codes = [
        codeOf(r.read(new Uint8Array(1), { signal: abort.signal })),
        codeOf(r.read(new Uint8Array(1), { signal: abort.signal })),
      ]
      abort.abort()
      expect(await Promise.all(codes)).toEqual(['ABORT_ERR', 'ABORT_ERR'])
      expect([listeners(abort.signal), listeners(signal)]).toEqual([0, 0])
    })
  })
}
