import { createHook } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import { bufReader, bufWriter } from '../../src/bufio/index.js'
import type { Writer } from '../../src/index.js'
import { UnexpectedEOFError } from '../../src/index.js'
import { countCalls, errorOf, PAST, pair, pattern, readAll, stuckWrite } from '../support.js'
import { text, utf8 } from './sources.js'

/** A destination that takes all of each piece and remembers it. */
function taking(answer: (piece: Uint8Array) => unknown = ({ length }) => length): Writer & {
  got: string[]
} {
  const got: string[] = []
  return {
    got,
    write(piece) {
      got.push(text(piece) as string)
      return answer(piece)
    },
  }
}

describe('writes', () => {
  it('that are small leave as one call, at the flush', async () => {
    const [client, server] = await pair()
    const writer = bufWriter(client)
    const calls = countCalls('send')
    for (let i = 0; i < 100; i++) expect(await writer.write(`line ${i % 10}\n`)).toBe(7)
    expect([calls.send, writer.buffered, writer.available]).toEqual([0, 700, 4096 - 700])
    await writer.flush()
    expect([calls.send, writer.buffered, writer.available]).toEqual([1, 0, 4096])
    await writer.flush()
    expect(calls.send).toBe(1)
    const reader = bufReader(server)
    for (let i = 0; i < 100; i++) expect(await reader.readLine()).toBe(`line ${i % 10}`)
  })

  it('fill the buffer before it leaves, and larger ones go straight once it is empty', async () => {
    const dst = taking()
    const writer = bufWriter(dst, { size: 4 })
    expect(await writer.write('abcd')).toBe(4)
    expect(dst.got).toEqual([])
    expect(await writer.write('ef')).toBe(2)
    expect([...dst.got, writer.buffered]).toEqual(['abcd', 2])
    expect(await writer.write('ghijklmnop')).toBe(10)
    expect([...dst.got, writer.buffered]).toEqual(['abcd', 'efgh', 'ijklmnop', 0])
    expect(await writer.write(utf8('qrstu'))).toBe(5)
    expect(dst.got.at(-1)).toBe('qrstu')
  })

  it('of text count in bytes of UTF-8, and are not cut within the buffer', async () => {
    const dst = taking()
    const writer = bufWriter(dst, { size: 5 })
    expect(await writer.write('ä🥊')).toBe(6)
    expect(await writer.write('🥊')).toBe(4)
    expect(writer.buffered).toBe(4)
    expect(await writer.write('\ud800')).toBe(3)
    await writer.flush()
    expect(writer.buffered).toBe(0)
  })

  it('that are called without waiting keep their order, and so do flushes', async () => {
    const waiting: (() => void)[] = []
    const dst = taking(({ length }) => new Promise((done) => waiting.push(() => done(length))))
    const writer = bufWriter(dst, { size: 4 })
    const all = Promise.all([
      writer.write('ab'),
      writer.flush(),
      writer.write('cd'),
      writer.write('efghijkl'),
      writer.flush(),
      writer.write('m'),
      writer.flush(),
    ])
    let done = false
    void all.then(() => (done = true))
    while (!done) {
      waiting.shift()?.()
      await Promise.resolve()
    }
    expect(await all).toEqual([2, undefined, 2, 8, undefined, 1, undefined])
    expect(dst.got.join('')).toBe('abcdefghijklm')
  })

  it('of every size arrive whole and in order', async () => {
    const [client, server] = await pair()
    const all = pattern(300_000)
    const received = readAll(server)
    const writer = bufWriter(client)
    let at = 0
    for (let size = 1; at < all.length; size = (size * 7 + 3) % 9973) {
      const piece = all.subarray(at, at + size)
      expect(await writer.write(piece)).toBe(piece.length)
      at += piece.length
    }
    await writer.flush()
    client.closeWrite()
    expect(Buffer.compare(await received, all)).toBe(0)
  })

  it('may use their memory again at once, and are one promise that is resolved already', async () => {
    const dst = taking()
    const writer = bufWriter(dst)
    const data = utf8('abc')
    let promises = 0
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises++
      },
    }).enable()
    const writes = [writer.write(data), writer.write('def')]
    hook.disable()
    data.fill(0)
    expect([promises, await Promise.all(writes)]).toEqual([2, [3, 3]])
    await writer.flush()
    expect(dst.got).toEqual(['abcdef'])
  })
})

describe('a destination', () => {
  it('that fails has failed for good, and the rest is kept', async () => {
    const failure = Object.assign(new Error('lost'), { bytesWritten: 2 })
    const dst = taking(() => Promise.reject(failure))
    const writer = bufWriter(dst, { size: 8 })
    await writer.write('hello')
    const flushed = errorOf(writer.flush())
    const queued = errorOf(writer.write('x'))
    expect([await flushed, await queued]).toEqual([failure, failure])
    expect(await errorOf(writer.write('y'))).toBe(failure)
    expect(await errorOf(writer.write('0123456789'))).toBe(failure)
    expect(await errorOf(writer.flush())).toBe(failure)
    expect([dst.got, writer.buffered]).toEqual([['hello'], 3])
  })

  it('that throws at once, or rejects with what is no error, has failed too', async () => {
    const fail = () => {
      throw new Error('at once')
    }
    for (const [write, failure] of [
      [fail, { message: 'at once' }],
      [() => Promise.reject(null), { cause: null }],
    ] as const) {
      const writer = bufWriter({ write })
      await writer.write('x')
      expect(await errorOf(writer.flush())).toMatchObject(failure)
      expect(await errorOf(writer.write('y'))).toMatchObject(failure)
    }
  })

  it('is a connection whose deadline and close end what waits', async () => {
    const [client] = await pair()
    const stuck = errorOf(stuckWrite(client).ending)
    const writer = bufWriter(client)
    await writer.write('x')
    const flushed = errorOf(writer.flush())
    client.setWriteDeadline(PAST)
    expect(await flushed).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: 0 })
    client.setWriteDeadline(null)
    expect(await errorOf(writer.flush())).toMatchObject({ code: 'ETIMEDOUT' })
    expect(writer.buffered).toBe(1)
    await stuck
  })

  it('may take less than it is given, and is given the rest', async () => {
    const dst = taking(({ length }) => Math.ceil(length / 2))
    const writer = bufWriter(dst, { size: 8 })
    await writer.write('abcdef')
    await writer.flush()
    expect(dst.got).toEqual(['abcdef', 'def', 'f'])
    const promising = taking(({ length }) => Promise.resolve({ bytesWritten: Math.min(length, 3) }))
    const other = bufWriter(promising, { size: 2 })
    await other.write('abcdef')
    expect(promising.got).toEqual(['abcdef', 'def'])
  })

  it('that takes nothing, or more than there is, has failed', async () => {
    const nothing = bufWriter(taking(() => 0))
    await nothing.write('x')
    expect(await errorOf(nothing.flush())).toBeInstanceOf(UnexpectedEOFError)
    const more = bufWriter(taking(() => Promise.resolve(9)))
    await more.write('x')
    expect(await errorOf(more.flush())).toBeInstanceOf(RangeError)
  })

  it.each([undefined, true, Promise.resolve(), Promise.resolve(3)])(
    'that answers %s may keep the piece, and finds the same bytes there',
    async (answer) => {
      const kept: Uint8Array[] = []
      const write = (piece: Uint8Array) => {
        kept.push(piece)
        return answer
      }
      const writer = bufWriter({ write })
      for (const word of ['one', 'two', 'tri']) {
        await writer.write(word)
        await writer.flush()
      }
      expect(kept.map(text)).toEqual(['one', 'two', 'tri'])
    },
  )

  it.each([
    ['a number', (n: number): unknown => n],
    ['a promise', (n: number): unknown => Promise.resolve(n)],
  ])('may transfer the memory of what it takes away, and answer %s', async (_, answer) => {
    const got: string[] = []
    const writer = bufWriter({
      write: (piece) => {
        const { length } = piece
        got.push(
          text(structuredClone(piece, { transfer: [piece.buffer as ArrayBuffer] })) as string,
        )
        return answer(length)
      },
    })
    for (const line of ['one', 'two']) {
      await writer.write(line)
      await writer.flush()
    }
    expect([got, writer.buffered, writer.available]).toEqual([['one', 'two'], 0, 4096])
  })

  it('that fails after it has transferred its memory away has failed with its own error', async () => {
    const full = new Error('full')
    const writer = bufWriter({
      write: (piece) => {
        structuredClone(piece, { transfer: [piece.buffer as ArrayBuffer] })
        throw full
      },
    })
    await writer.write('one')
    expect(await errorOf(writer.flush())).toBe(full)
    expect(await errorOf(writer.write('two'))).toBe(full)
  })

  it('that answers a number at once, or is a connection, is given the same memory again', async () => {
    const memory = new Set<ArrayBufferLike>()
    const writer = bufWriter({
      write: ({ buffer, length }) => {
        memory.add(buffer)
        return length
      },
    })
    const [client] = await pair()
    const write = client.write.bind(client)
    client.write = (data) => {
      memory.add((data as Uint8Array).buffer)
      return write(data)
    }
    for (const to of [writer, bufWriter(client)]) {
      for (let i = 0; i < 3; i++) {
        await to.write('x')
        await to.flush()
      }
    }
    expect(memory.size).toBe(2)
  })
})
