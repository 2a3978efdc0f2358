import { describe, expect, it } from 'vitest'
import { Queue } from './queue.js'

const queueOf = (...chunks: string[]): Queue => {
  const queue = new Queue()
  for (const chunk of chunks) queue.add(Buffer.from(chunk))
  return queue
}

/** Takes or looks at up to `n` bytes. */
const get = (queue: Queue, how: 'take' | 'look', n: number): string => {
  const buf = Buffer.alloc(n)
  return buf.toString('latin1', 0, queue[how](buf, 0, n))
}

describe('a queue of bytes', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 20])('gives them in order, %d at a time', (n) => {
    const queue = queueOf('a', 'bcd', 'ef', 'ghijkl')
    let all = ''
    while (queue.bytes > 0) all += get(queue, 'take', n)
    expect(all).toBe('abcdefghijkl')
  })

  it('gives no byte twice where what came since is as long as what was taken', () => {
    const queue = queueOf('abcd')
    expect(get(queue, 'take', 1)).toBe('a')
    queue.add(Buffer.from('e'))
    expect(get(queue, 'take', 9)).toBe('bcde')
    expect(queue.bytes).toBe(0)
  })

  it('counts what is left', () => {
    const queue = queueOf('abc', 'de')
    expect(queue.bytes).toBe(5)
    get(queue, 'take', 4)
    expect(queue.bytes).toBe(1)
  })

  it('may be looked at, also in the middle of a chunk', () => {
    const queue = queueOf('abc', 'def')
    get(queue, 'take', 2)
    expect(get(queue, 'look', 3)).toBe('cde')
    expect(get(queue, 'take', 9)).toBe('cdef')
  })

  it('puts them at an offset, and touches nothing else', () => {
    const buf = Buffer.from('........')
    const queue = queueOf('abc', 'd')
    expect([queue.take(buf, 2, 2), queue.take(buf, 6, 2)]).toEqual([2, 2])
    expect(buf.toString()).toBe('..ab..cd')
  })

  it('takes what comes in between', () => {
    const queue = queueOf('abc')
    get(queue, 'take', 1)
    queue.add(Buffer.from('de'))
    expect(get(queue, 'take', 9)).toBe('bcde')
  })
})
