// What reading costs, counted in bytes searched and copied: linear, whatever the sizes of the pieces.
import { expect, it, onTestFinished } from 'vitest'
import { bufReader } from '../../src/bufio/index.js'
import { pieces, script, text } from './sources.js'

/** Counts the bytes that arrays search, copy and move within themselves, until the test ends. */
function counted(): { searched: number; copied: number } {
  const counts = { searched: 0, copied: 0 }
  const { indexOf } = Buffer.prototype
  const { set, copyWithin } = Uint8Array.prototype
  onTestFinished(() => {
    Object.assign(Buffer.prototype, { indexOf })
    Object.assign(Uint8Array.prototype, { set, copyWithin })
  })
  Buffer.prototype.indexOf = function (this: Buffer, what: number | string, from?: number) {
    counts.searched += this.length - Number(from ?? 0)
    return indexOf.call(this, what, from)
  } as typeof indexOf
  Uint8Array.prototype.set = function (this: Uint8Array, bytes: ArrayLike<number>, at?: number) {
    counts.copied += bytes.length
    set.call(this, bytes, at)
  }
  Uint8Array.prototype.copyWithin = function (
    this: Uint8Array,
    to: number,
    from: number,
    end: number,
  ) {
    counts.copied += end - from
    return copyWithin.call(this, to, from, end)
  } as typeof copyWithin
  return counts
}

const LENGTH = 40_000

it.each([1, 7, 4096])('readLine searches each byte once, in pieces of %i', async (size) => {
  const src = pieces(`${'x'.repeat(LENGTH)}\n`, size)
  const counts = counted()
  expect(await bufReader(src).readLine()).toHaveLength(LENGTH)
  expect(counts.searched).toBeLessThan(2 * LENGTH)
  // The source copies each once, and the growing room two times in all.
  expect(counts.copied).toBeLessThan(4 * LENGTH)
})

it.each([1, 7, 4096])(
  'readUntil goes back by less than a delimiter, in pieces of %i',
  async (size) => {
    const src = pieces(`${'--x '.repeat(LENGTH / 4)}----`, size)
    const counts = counted()
    expect(await bufReader(src).readUntil('----')).toHaveLength(LENGTH + 4)
    expect(counts.searched).toBeLessThan(5 * LENGTH)
    expect(counts.copied).toBeLessThan(5 * LENGTH)
  },
)

it('a line that needs many calls is searched once', async () => {
  const failing = Array.from({ length: 2000 }, () => ['xxxxx', new Error('again')]).flat()
  const reader = bufReader(script([...failing, '\n']))
  const counts = counted()
  let line: string | null = null
  for (let calls = 0; line === null && calls <= 2000; calls++) {
    line = await reader.readLine().catch(() => null)
  }
  expect(line).toHaveLength(10_000)
  expect(counts.searched).toBeLessThan(4 * 10_000)
})

it('many short lines in a large buffer are each searched once', async () => {
  const reader = bufReader(pieces('short\n'.repeat(2000), LENGTH), { size: LENGTH })
  await reader.peek(1)
  const counts = counted()
  for (let i = 0; i < 2000; i++) await reader.readLine()
  // The search is a view of all that is left; it ends at the first line end.
  expect(reader.buffered).toBe(0)
  expect(counts.copied).toBe(0)
})

it.each([1, 5, 4096])(
  'a full buffer moves no byte more than a few times, in pieces of %i',
  async (size) => {
    const src = pieces('0123456789'.repeat(LENGTH / 10), size)
    const reader = bufReader(src, { size: 100 })
    const counts = counted()
    for (let at = 0; at < LENGTH; at++) {
      const peeked = await reader.peek(100)
      expect(peeked).toHaveLength(Math.min(100, LENGTH - at))
      // Peek copies for its caller.
      counts.copied -= peeked.length
      await reader.discard(1)
    }
    expect(counts.copied).toBeLessThan(8 * LENGTH)
  },
)

it('what a long line needed is not kept for the short ones', async () => {
  const src = script(['x'.repeat(5000), `${'x'.repeat(5000)}\n`, 'short\n'])
  const reader = bufReader(src, { size: 64 })
  expect(await reader.readLine()).toHaveLength(10_000)
  expect(Math.max(...src.rooms)).toBeGreaterThan(64)
  expect(await reader.readLine()).toBe('short')
  expect(src.rooms.at(-1)).toBe(64)
})

it('messages that straddle the end of the buffer do not make it grow', async () => {
  const src = pieces('0123456789'.repeat(1000), LENGTH)
  const reader = bufReader(src, { size: 64 })
  const buf = new Uint8Array(10)
  for (let i = 0; i < 1000; i++) {
    await reader.readFull(buf)
    expect(text(buf)).toBe('0123456789')
  }
  expect(Math.max(...src.rooms)).toBe(64)
})
