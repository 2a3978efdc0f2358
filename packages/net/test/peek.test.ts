// Looking at what arrives, and leaving it there.
import { describe, expect, it } from 'vitest'
import type { StreamConn, TCPConn } from '../src/index.js'
import { pipe } from '../src/index.js'
import { errorOf, pair, readAll, text, track } from './support.js'

/** An end of either kind; what a pipe's can do besides is not in its type. */
type Peeking = StreamConn & Pick<TCPConn, 'peek'>

const ends: [string, () => Promise<[Peeking, StreamConn]>][] = [
  ['a TCP connection', () => pair()],
  ['a pipe', async () => pipe().map(track) as [Peeking, StreamConn]],
]

describe.each(ends)('peek of %s', (_, open) => {
  it('takes nothing: the next read gets the same bytes', async () => {
    const [a, b] = await open()
    await b.write('hello')
    const buf = new Uint8Array(16)
    expect(await a.peek(buf)).toBe(5)
    expect(await a.peek(buf.subarray(0, 2))).toBe(2)
    expect(text(buf.subarray(0, 5))).toBe('hello')
    const read = new Uint8Array(16)
    expect(await a.read(read)).toBe(5)
    expect(text(read.subarray(0, 5))).toBe('hello')
  })

  it('waits until there are as many as were asked for, however they arrive', async () => {
    const [a, b] = await open()
    const buf = new Uint8Array(8)
    const peeking = a.peek(buf, { min: 4 })
    for (const letter of 'abcd') {
      await b.write(letter)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await peeking).toBe(4)
    expect(text(buf.subarray(0, 4))).toBe('abcd')
    expect(await a.readFull(new Uint8Array(4))).toBe(4)
  })

  it('is short when the peer ends before, whenever it does', async () => {
    const [a, b] = await open()
    const buf = new Uint8Array(8)
    await b.write('abc')
    const before = a.peek(buf, { min: 5 })
    await b.close()
    expect(await before).toBe(3)
    expect(await a.peek(buf, { min: 5 })).toBe(3)
    expect(await a.readFull(new Uint8Array(3))).toBe(3)
    expect(await a.peek(buf, { min: 5 })).toBe(0)
    expect(await a.read(buf)).toBeNull()
  })

  it('that wants more than the other end has room for ends with what there is', async () => {
    const [a, b] = await open()
    const sent = b.write(new Uint8Array(4 << 20)).catch(() => undefined)
    const buf = new Uint8Array(1 << 20)
    expect(await a.peek(buf, { min: buf.length })).toBeGreaterThan(0)
    await a.close()
    await sent
  })

  it('waits its turn behind a read, and lets the next one wait', async () => {
    const [a, b] = await open()
    const one = new Uint8Array(1)
    const seen = new Uint8Array(1)
    const after = new Uint8Array(1)
    const all = Promise.all([a.read(one), a.peek(seen), a.read(after)])
    await b.write('xy')
    expect(await all).toEqual([1, 1, 1])
    expect(text(one) + text(seen) + text(after)).toBe('xyy')
  })

  it('ends with its signal, its deadline and a close, and loses no byte', async () => {
    const [a, b] = await open()
    const buf = new Uint8Array(4)
    await b.write('ab')
    const controller = new AbortController()
    const aborted = errorOf(a.peek(buf, { min: 3, signal: controller.signal }))
    controller.abort()
    expect(await aborted).toMatchObject({ code: 'ABORT_ERR', op: 'read' })
    a.setReadDeadline(Date.now() + 1)
    expect(await errorOf(a.peek(buf, { min: 3 }))).toMatchObject({ code: 'ETIMEDOUT' })
    a.setReadDeadline(null)
    expect(await a.read(buf)).toBe(2)
    const closed = errorOf(a.peek(buf))
    await a.close()
    expect(await closed).toMatchObject({ code: 'ERR_NET_CLOSED' })
  })
})

describe('peek', () => {
  it('does not wait for more than the receive buffer surely holds', async () => {
    const [a, b] = await pair()
    a.setReadBuffer(8_192)
    const buf = new Uint8Array(1 << 20)
    const written = errorOf(b.write(new Uint8Array(1 << 22)))
    const n = await a.peek(buf, { min: buf.length })
    expect(n).toBeGreaterThan(0)
    expect(n).toBeLessThan(buf.length)
    await a.close()
    await written
  })

  it('after reads gives what is there where the kernel takes no more, until it is read', async () => {
    // A segment that was read in part goes on taking all of its room, so little is in a buffer that is full.
    for (let i = 0; i < 10; i++) {
      const [a, b] = await pair()
      await b.write(new Uint8Array(151))
      await a.readFull(new Uint8Array(151))
      const size = 554_112
      const written = b.write(new Uint8Array(size)).then(() => b.closeWrite())
      let left = size
      const reads = [25_061, 50_739, 16_658, 10_739, 57_368]
      for (const n of reads) left -= (await a.read(new Uint8Array(n))) ?? 0
      const n = await a.peek(new Uint8Array(40_000), { min: 5_480 })
      expect(n).toBeGreaterThan(0)
      expect(await readAll(a)).toHaveLength(left)
      await written
    }
  })

  it('does not wait for more than a pipe surely holds, of which a small write takes much', async () => {
    const [a, b] = pipe().map(track) as [Peeking, TCPConn]
    while (b.tryWrite(Uint8Array.of(1)) === 1);
    const buf = new Uint8Array(1000)
    const n = await a.peek(buf, { min: buf.length })
    expect(n).toBeGreaterThan(100)
    expect(n).toBeLessThan(buf.length)
  })

  it('of nothing is 0 at once', async () => {
    const [a] = await pair()
    expect(await a.peek(new Uint8Array(0))).toBe(0)
  })

  it.each([0, -1, 1.5, 9, Number.NaN, '1', null])('refuses min %s for 8 bytes', async (min) => {
    const [a] = await pair()
    const o = { min: min as number }
    expect(await errorOf(a.peek(new Uint8Array(8), o))).toBeInstanceOf(RangeError)
  })

  it('refuses what is no buffer, and options that there are not', async () => {
    const [a] = await pair()
    expect(await errorOf(a.peek('text' as never))).toBeInstanceOf(TypeError)
    expect(await errorOf(a.peek(new Uint8Array(1), { most: 1 } as never))).toBeInstanceOf(TypeError)
  })
})
