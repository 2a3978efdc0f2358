// What the calls refuse, and that a call that is refused takes nothing.
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { BufOptions, LineOptions } from '../../src/bufio/index.js'
import { BufReader, BufWriter, bufReader, bufWriter } from '../../src/bufio/index.js'
import type { Reader } from '../../src/index.js'
import { errorOf, thrown } from '../support.js'
import { pieces } from './sources.js'

type Call = (reader: BufReader) => Promise<unknown>

const src = (): Reader => pieces('hello\n', 6)
const wrong = <T>(value: unknown): T => value as T

describe('bufReader and bufWriter', () => {
  const dst = { write: () => 0 }

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
    'refuse a size of %s',
    (size) => {
      for (const make of [() => bufReader(src(), { size }), () => bufWriter(dst, { size })]) {
        expect(thrown(make)).toBeInstanceOf(RangeError)
        expect(thrown(make).message).toMatch(/^size must be a whole number from 1 to /)
      }
    },
  )

  it('refuse what is no option, no source and no destination', () => {
    const faults: [() => unknown, string][] = [
      [() => bufReader(src(), { size: wrong('9') }), "size must be a number, got '9'"],
      [
        () => bufWriter(dst, wrong({ sise: 9 })),
        "bufWriter has no option 'sise': did you mean 'size'?",
      ],
      [() => bufReader(src(), wrong(null)), 'the options of bufReader must be an object, got null'],
      [
        () => bufReader(src(), wrong(9)),
        'the options of bufReader must be an object, got number 9',
      ],
      [() => bufReader(wrong(null)), 'src must be a Conn or have a function read, got null'],
      [() => bufReader(wrong({})), 'src must be a Conn or have a function read, got Object'],
      [
        () => bufWriter(wrong(undefined)),
        'dst must be a Conn or have a function write, got undefined',
      ],
    ]
    for (const [make, message] of faults) {
      expect(thrown(make)).toBeInstanceOf(TypeError)
      expect(thrown(make).message).toBe(message)
    }
  })

  it('take a size of one byte, and undefined for none', async () => {
    expect(await bufReader(src(), { size: 1 }).readLine()).toBe('hello')
    expect(bufWriter(dst, { size: undefined }).available).toBe(4096)
  })

  it('have the types that their guides say', () => {
    expectTypeOf<Parameters<typeof bufReader>[1]>().toEqualTypeOf<BufOptions | undefined>()
    expectTypeOf<BufReader>().toExtend<Reader>()
    expectTypeOf<BufReader['readLine']>().returns.resolves.toEqualTypeOf<string | null>()
    expectTypeOf<BufReader['lines']>().returns.toExtend<AsyncIterable<string>>()
    expectTypeOf<LineOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>()
    expect([bufReader(src()), bufWriter(dst)]).toEqual([
      expect.any(BufReader),
      expect.any(BufWriter),
    ])
  })
})

describe('a call of a reader', () => {
  const buf = new Uint8Array(2)
  const faults: [string, Call, ErrorConstructor, RegExp][] = [
    ['max of -1', (r) => r.readLine({ max: -1 }), RangeError, /^max /],
    ['max of 1.5', (r) => r.readUntil(10, { max: 1.5 }), RangeError, /^max /],
    ['max of NaN', (r) => r.readLine({ max: Number.NaN }), RangeError, /^max /],
    ['max as text', (r) => r.readLine({ max: wrong('1') }), TypeError, /^max /],
    ['an option unknown', (r) => r.readLine(wrong({ mx: 1 })), TypeError, /did you mean 'max'/],
    [
      'a bare signal',
      (r) => r.readLine(wrong(AbortSignal.timeout(1e6))),
      TypeError,
      /pass { signal }/,
    ],
    ['no signal', (r) => r.read(buf, { signal: wrong({}) }), TypeError, /^signal /],
    ['no signal', (r) => r.discard(1, { signal: wrong(1) }), TypeError, /^signal /],
    ['null options', (r) => r.peek(1, wrong(null)), TypeError, /^the options of peek /],
    ['an empty text', (r) => r.readUntil(''), RangeError, /^delimiter must not be empty/],
    ['no bytes', (r) => r.readUntil(new Uint8Array(0)), RangeError, /^delimiter must not be empty/],
    ['a byte of 256', (r) => r.readUntil(256), RangeError, /^delimiter must be a byte/],
    ['a byte of -1', (r) => r.readUntil(-1), RangeError, /^delimiter must be a byte/],
    ['a byte of 0.5', (r) => r.readUntil(0.5), RangeError, /^delimiter must be a byte/],
    [
      'no delimiter',
      (r) => r.readUntil(wrong(undefined)),
      TypeError,
      /^delimiter must be a number/,
    ],
    ['a pattern', (r) => r.readUntil(wrong(/x/)), TypeError, /^delimiter .* got RegExp$/],
    ['n of -1', (r) => r.peek(-1), RangeError, /^n must be a whole number/],
    ['n of 1.5', (r) => r.discard(1.5), RangeError, /^n must be a whole number/],
    ['n as text', (r) => r.peek(wrong('1')), TypeError, /^n must be a number/],
    ['no buffer', (r) => r.read(wrong('buf')), TypeError, /^expected a Uint8Array/],
    ['no buffer', (r) => r.readFull(wrong(null)), TypeError, /^expected a Uint8Array/],
    ['words', (r) => r.readFull(wrong(new Uint16Array(2))), TypeError, /^expected a Uint8Array/],
  ]

  it.each(faults)('refuses %s and loses nothing', async (_, call, kind, message) => {
    for (const full of [false, true]) {
      const reader = bufReader(src())
      if (full) await reader.peek(6)
      const error = await errorOf(call(reader))
      expect(error).toBeInstanceOf(kind)
      expect(error.message).toMatch(message)
      expect(await reader.readLine()).toBe('hello')
    }
  })

  it('refuses wrong options of a loop before it begins', () => {
    expect(thrown(() => bufReader(src()).lines({ max: -1 }))).toBeInstanceOf(RangeError)
  })

  it('asks nothing of a buffer whose class has other methods', async () => {
    class Odd extends Uint8Array {
      override set(): never {
        throw new Error('asked')
      }
      override get length(): number {
        throw new Error('asked')
      }
    }
    const reader = bufReader(pieces('0123456789', 10))
    const odd = new Odd(4)
    expect([await reader.readFull(odd), await reader.readFull(odd)]).toEqual([4, 4])
    expect(await reader.read(odd)).toBe(2)
  })
})

describe('a write', () => {
  it.each([undefined, null, 1, [1], new ArrayBuffer(1), new Uint16Array(1)])(
    'of %s is refused, and spoils nothing',
    async (data) => {
      const writer = bufWriter({ write: ({ length }) => length })
      await writer.write('a')
      const error = await errorOf(writer.write(wrong(data)))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/^data must be bytes or a string: expected a Uint8Array/)
      expect(await writer.write('b')).toBe(1)
      await writer.flush()
    },
  )
})
