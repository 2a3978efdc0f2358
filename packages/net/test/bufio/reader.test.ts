import { describe, expect, it } from 'vitest'
import { bufReader, LineTooLongError } from '../../src/bufio/index.js'
import type { BufReader } from '../../src/bufio/reader.js'
import { NetError, UnexpectedEOFError } from '../../src/index.js'
import { pair, pattern } from '../support.js'
import { Manual, pieces, script, text, utf8 } from './sources.js'

const SIZES = [1, 2, 3, 5, 7, 64, 4095, 4096, 4097, 100_000]

/** All lines of a reader. */
async function allLines(reader: BufReader): Promise<string[]> {
  const lines: string[] = []
  for (let line = await reader.readLine(); line !== null; line = await reader.readLine()) {
    lines.push(line)
  }
  return lines
}

describe('readLine', () => {
  const lines = ['', 'one', '', 'a\rb', 'zwölf Boxkämpfer 🥊', 'x'.repeat(9000), '\ttab ', '']
  const whole = lines.flatMap((line, i) => [line, i % 2 === 0 ? '\n' : '\r\n']).join('')

  it.each(SIZES)('gives lines, empty ones too, from pieces of %i bytes', async (size) => {
    for (const room of [1, 16, 4096]) {
      expect(await allLines(bufReader(pieces(whole, size), { size: room }))).toEqual(lines)
    }
  })

  it('gives what the stream ends with as a line, once, and then null again and again', async () => {
    const reader = bufReader(pieces('one\ntwo', 3))
    expect(await allLines(reader)).toEqual(['one', 'two'])
    expect(await reader.readLine()).toBe(null)
    expect(await bufReader(pieces('', 1)).readLine()).toBe(null)
  })

  it('keeps a carriage return that is not part of a line end', async () => {
    expect(await allLines(bufReader(pieces('a\r\r\n\r\nb\r', 1)))).toEqual(['a\r', '', 'b\r'])
  })

  it('replaces bytes that are no UTF-8, and keeps a byte order mark', async () => {
    const reader = bufReader(pieces(Uint8Array.of(0xef, 0xbb, 0xbf, 0xff, 10), 1))
    expect(await reader.readLine()).toBe('\ufeff\ufffd')
  })

  it.each([1, 2, 100])('takes a line of exactly max bytes, in pieces of %i', async (size) => {
    for (const end of ['\n', '\r\n', '']) {
      expect(await bufReader(pieces(`12345${end}`, size)).readLine({ max: 5 })).toBe('12345')
      const reader = bufReader(pieces(`12345${end}rest\n`, size))
      if (end === '') continue
      await expect(reader.readLine({ max: 4 })).rejects.toBeInstanceOf(LineTooLongError)
      expect(await reader.readLine({ max: 5 })).toBe('12345')
      expect(await reader.readLine({ max: Number.POSITIVE_INFINITY })).toBe('rest')
    }
  })

  it('counts a carriage return at the very end, which is part of the line', async () => {
    const reader = bufReader(pieces('12345\r', 1))
    await expect(reader.readLine({ max: 5 })).rejects.toMatchObject({ max: 5 })
    expect(await reader.readLine({ max: 6 })).toBe('12345\r')
  })

  it('reads no more of a line that is too long than it needs to know so', async () => {
    const src = pieces('x'.repeat(1000), 1)
    const reader = bufReader(src)
    const error: unknown = await reader.readLine({ max: 10 }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(NetError)
    expect(error).toMatchObject({
      name: 'LineTooLongError',
      code: 'ERR_LINE_TOO_LONG',
      message: 'line too long: more than 10 bytes',
      timeout: false,
    })
    expect([src.reads, reader.buffered]).toEqual([11, 11])
    expect(await reader.readLine({ max: 1000 })).toBe('x'.repeat(1000))
  })

  it('allows lines of no bytes alone with a max of 0', async () => {
    const reader = bufReader(pieces('\r\n\nx\n', 1))
    expect([await reader.readLine({ max: 0 }), await reader.readLine({ max: 0 })]).toEqual(['', ''])
    await expect(reader.readLine({ max: 0 })).rejects.toMatchObject({ code: 'ERR_LINE_TOO_LONG' })
  })
})

describe('readUntil', () => {
  const delimiters = [59, ';', '\0', ';;', '--boundary--', 'aab', '🥊', utf8('\r\n\r\n')]

  it.each(delimiters)('ends a record with %s, whatever the pieces', async (delimiter) => {
    const end = typeof delimiter === 'number' ? ';' : (text(utf8(String(delimiter))) as string)
    const mark = typeof delimiter === 'object' ? (text(delimiter) as string) : end
    const records = ['one', '', 'aa', 'a-b--boundar', '\r', 'x'.repeat(5000)].map((r) => r + mark)
    for (const size of SIZES) {
      const reader = bufReader(pieces(`${records.join('')}tail`, size), { size: 16 })
      for (const record of records) expect(text(await reader.readUntil(delimiter))).toBe(record)
      expect(text(await reader.readUntil(delimiter))).toBe('tail')
      expect(await reader.readUntil(delimiter)).toBe(null)
    }
  })

  it('counts the delimiter in max, and loses nothing of what is longer', async () => {
    for (const size of [1, 2, 100]) {
      const reader = bufReader(pieces('abc;;d', size))
      await expect(reader.readUntil(';;', { max: 4 })).rejects.toMatchObject({ max: 4 })
      expect(text(await reader.readUntil(';;', { max: 5 }))).toBe('abc;;')
      expect(text(await reader.readUntil(';;', { max: 1 }))).toBe('d')
    }
  })

  it('gives bytes that stay as they are', async () => {
    const reader = bufReader(pieces('one;two;', 4), { size: 4 })
    const first = await reader.readUntil(';')
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype)
    const second = await reader.readUntil(';')
    expect([text(first), text(second)]).toEqual(['one;', 'two;'])
  })

  it('looks for the bytes that the delimiter had at the call', async () => {
    const src = new Manual()
    const delimiter = utf8('ab')
    const record = bufReader(src).readUntil(delimiter)
    delimiter.fill(0)
    src.give('xab')
    expect(text(await record)).toBe('xab')
  })

  it('looks for another delimiter from the first byte on', async () => {
    const reader = bufReader(script(['a;b,', new Error('one'), '.']))
    await expect(reader.readUntil('.')).rejects.toThrow('one')
    expect(text(await reader.readUntil(';'))).toBe('a;')
    expect(text(await reader.readUntil(44))).toBe('b,')
    expect(text(await reader.readUntil('.'))).toBe('.')
  })
})

describe('read', () => {
  it('gives what is here, and reads the source once when nothing is', async () => {
    const src = pieces('hello', 5)
    const reader = bufReader(src)
    const buf = new Uint8Array(3)
    expect([await reader.read(buf), text(buf)]).toEqual([3, 'hel'])
    expect([await reader.read(buf), text(buf.subarray(0, 2))]).toEqual([2, 'lo'])
    expect([await reader.read(buf), src.reads]).toEqual([null, 2])
    expect(await reader.read(new Uint8Array(0))).toBe(0)
  })

  it('lets a source write into a buffer as large as its own, when nothing is here', async () => {
    const src = script(['x', 'y'.repeat(20)])
    const reader = bufReader(src, { size: 16 })
    await reader.peek(1)
    const buf = new Uint8Array(16)
    expect([await reader.read(buf), await reader.read(buf), reader.buffered]).toEqual([1, 16, 0])
    expect(src.rooms).toEqual([16, 16])
  })
})

describe('readFull', () => {
  it.each(SIZES)('fills buffers of every size from pieces of %i bytes', async (size) => {
    const all = pattern(20_000)
    for (const want of [64, 1000, 4096, 9001]) {
      const reader = bufReader(pieces(all, size))
      let at = 0
      for (; at + want <= all.length; at += want) {
        const buf = new Uint8Array(want)
        expect(await reader.readFull(buf)).toBe(want)
        expect(Buffer.compare(buf, all.subarray(at, at + want))).toBe(0)
      }
      const rest = new Uint8Array(want)
      const error: unknown = await reader.readFull(rest).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(UnexpectedEOFError)
      expect(error).toMatchObject({ bytesRead: all.length - at })
      expect(Buffer.compare(rest.subarray(0, all.length - at), all.subarray(at))).toBe(0)
    }
  })

  it.each([6, 4096])('takes nothing when the source fails, of a buffer of %i', async (size) => {
    const reader = bufReader(
      script(['one', new Error('first'), 'two', new Error('second'), 'tree']),
      {
        size,
      },
    )
    const buf = new Uint8Array(10)
    await expect(reader.readFull(buf)).rejects.toThrow('first')
    expect(reader.buffered).toBe(3)
    await expect(reader.readFull(buf)).rejects.toThrow('second')
    expect(text(await reader.peek(6))).toBe('onetwo')
    expect([await reader.readFull(buf), text(buf)]).toEqual([10, 'onetwotree'])
  })

  it('needs one read of the source for the messages that arrived together', async () => {
    const src = pieces(pattern(2048), 4096)
    const reader = bufReader(src)
    const buf = new Uint8Array(64)
    for (let i = 0; i < 32; i++) await reader.readFull(buf)
    expect(src.reads).toBe(1)
  })

  it('takes nothing when its buffer has lost its memory meanwhile', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const buf = new Uint8Array(8)
    const filled = reader.readFull(buf)
    structuredClone(buf, { transfer: [buf.buffer] })
    src.give('eightlet')
    await expect(filled).rejects.toBeInstanceOf(TypeError)
    expect(text(reader.unread())).toBe('eightlet')
  })
})

describe('peek and discard', () => {
  it('looks at bytes without taking them, also at more than the buffer holds', async () => {
    for (const size of [1, 3, 100]) {
      const reader = bufReader(pieces('hello world', size), { size: 4 })
      expect(text(await reader.peek(5))).toBe('hello')
      expect(text(await reader.peek(0))).toBe('')
      expect(await reader.discard(6)).toBe(6)
      expect(text(await reader.peek(20))).toBe('world')
      expect(await reader.discard(20)).toBe(5)
      expect([text(await reader.peek(1)), await reader.discard(1)]).toEqual(['', 0])
    }
  })

  it('says how many bytes are gone when the source fails', async () => {
    const reader = bufReader(script(['hello', new Error('lost'), ' world']))
    await expect(reader.discard(8)).rejects.toMatchObject({ message: 'lost', bytesRead: 5 })
    expect(await reader.discard(1)).toBe(1)
    expect(await reader.readLine()).toBe('world')
  })

  it('gives a copy', async () => {
    const reader = bufReader(pieces('abc', 3))
    const peeked = await reader.peek(3)
    peeked.fill(0)
    expect(await reader.readLine()).toBe('abc')
  })
})

describe('a source', () => {
  it('that fails has its error passed on, and every byte before it stays', async () => {
    const lost = new Error('lost')
    const reader = bufReader(script(['hel', lost, 'lo\n', lost, 'x;', lost]))
    expect(await reader.readLine().catch((error: unknown) => error)).toBe(lost)
    expect(await reader.readLine()).toBe('hello')
    expect(await reader.readUntil(';').catch((error: unknown) => error)).toBe(lost)
    expect(text(await reader.readUntil(';'))).toBe('x;')
    expect(await reader.read(new Uint8Array(1)).catch((error: unknown) => error)).toBe(lost)
    expect(await reader.peek(1)).toHaveLength(0)
  })

  it('that throws at once rejects the call', async () => {
    const read = () => {
      throw new Error('at once')
    }
    await expect(bufReader({ read }).readLine()).rejects.toThrow('at once')
  })

  it.each([-1, 1.5, 5000, Number.NaN, undefined, '3', {}])('may not answer %s', async (answer) => {
    const reader = bufReader({ read: () => Promise.resolve(answer as number) })
    await expect(reader.readLine()).rejects.toThrow(/^src.read must resolve to null or to a number/)
    expect(reader.buffered).toBe(0)
  })

  it('may read nothing now and then, and not for ever', async () => {
    let reads = 0
    const read = () => {
      reads++
      return Promise.resolve(0)
    }
    const reader = bufReader({ read })
    await expect(reader.readLine()).rejects.toThrow('src.read has read nothing 100 times')
    expect(reads).toBe(100)
    const empty = script([new Uint8Array(0), 'a', new Uint8Array(0), '\n'])
    expect(await bufReader(empty).readLine()).toBe('a')
  })

  it('may be another buffered reader, or an end of a connection', async () => {
    const [client, server] = await pair()
    await client.write('one\r\ntwo')
    client.closeWrite()
    const reader = bufReader(bufReader(server, { size: 2 }), { size: 3 })
    expect(await allLines(reader)).toEqual(['one', 'two'])
  })
})
