import { describe, expect, it } from 'vitest'
import type { MakeEnds } from './behaviour.js'
import { pattern, readFull, turns, watchPromise } from './support.js'

export function orderBehaviour(make: MakeEnds): void {
  describe('order', () => {
    it('serves reads first come, first served', async () => {
      const { r, w } = make()
      const order: number[] = []
      const reads = Array.from({ length: 50 }, async (_, i) => {
        const buf = new Uint8Array(1)
        await r.read(buf)
        order.push(i)
        return buf[0]
      })
      await turns(2)
      await w.write(pattern(50))
      expect(await Promise.all(reads)).toEqual([...pattern(50)])
      expect(order).toEqual([...order].sort((a, b) => a - b))
    })

    it('never mixes the bytes of two writes', async () => {
      const { r, w } = make()
      const size = 200_000
      const writes = Array.from({ length: 5 }, (_, i) => w.write(new Uint8Array(size).fill(i)))
      for (let i = 0; i < 5; i++) {
        const got = await readFull(r, size)
        expect(got.every((byte) => byte === i)).toBe(true)
      }
      expect(await Promise.all(writes)).toEqual(writes.map(() => size))
    })

    it('lets a queued write follow a vector of writes', async () => {
      const { r, w } = make()
      const list = Array.from({ length: 3000 }, (_, i) => pattern(i % 7, i))
      const want = Buffer.concat([...list, pattern(10)])
      const writes = [w.writev(list), w.write(pattern(10))]
      expect(Buffer.compare(await readFull(r, want.length), want)).toBe(0)
      expect(await Promise.all(writes)).toEqual([want.length - 10, 10])
    })

    it('lets no call overtake one that waits', async () => {
      const { r, w } = make()
      const first = watchPromise(r.read(new Uint8Array(1)))
      const second = watchPromise(r.read(new Uint8Array(1)))
      await turns(2)
      await w.write(pattern(1))
      // The newcomer asks in the same turn in which the lock becomes free.
      await turns(3)
      const third = watchPromise(r.read(new Uint8Array(1)))
      expect([first.state, second.state]).toEqual(['resolved', 'pending'])
      await w.write(pattern(1))
      await turns(3)
      expect([second.state, third.state]).toEqual(['resolved', 'pending'])
    })

    it('moves 1 MiB in odd chunks', async () => {
      const { r, w } = make()
      const want = pattern(1 << 20)
      const send = async () => {
        let size = 1
        for (let at = 0; at < want.length; at += size, size = (size * 3 + 1) % 8191 || 1) {
          await w.write(want.subarray(at, at + size))
        }
      }
      const [, got] = await Promise.all([send(), readFull(r, want.length)])
      expect(Buffer.compare(got, want)).toBe(0)
    })
  })
}
