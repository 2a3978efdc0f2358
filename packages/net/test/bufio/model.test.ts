// Any calls over any pieces, with failures between them, beside a model that has all bytes at once.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { BufReader } from '../../src/bufio/index.js'
import { bufReader, LineTooLongError } from '../../src/bufio/index.js'
import { UnexpectedEOFError } from '../../src/index.js'
import { script } from './sources.js'

const INJECTED = 'injected'

/** The bytes that are left, as text of one byte each, and what each call takes of them. */
class Model {
  left: string

  constructor(all: string) {
    this.left = all
  }

  take(n: number): string {
    const taken = this.left.slice(0, n)
    this.left = this.left.slice(n)
    return taken
  }

  until(delimiter: string): string | null {
    const at = this.left.indexOf(delimiter)
    if (this.left === '') return null
    return this.take(at < 0 ? this.left.length : at + delimiter.length)
  }

  line(max: number): string | null | typeof LineTooLongError {
    const before = this.left
    const whole = this.until('\n')
    const line = whole === null ? null : whole.replace(/\r?\n$/, '')
    if (line === null || line.length <= max) return line
    this.left = before
    return LineTooLongError
  }
}

const latin = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('latin1')

/** A call's result; after a failure of the source it is made again. */
async function again<T>(call: () => Promise<T>): Promise<T | typeof LineTooLongError> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (error instanceof LineTooLongError) return LineTooLongError
      if ((error as Error).message !== INJECTED) throw error
    }
  }
}

async function full(reader: BufReader, n: number): Promise<string | null> {
  const buf = new Uint8Array(n)
  try {
    await again(() => reader.readFull(buf))
    return latin(buf)
  } catch (error) {
    if (!(error instanceof UnexpectedEOFError)) throw error
    return latin(buf.subarray(0, error.bytesRead))
  }
}

async function discard(reader: BufReader, n: number): Promise<number> {
  let gone = 0
  for (;;) {
    try {
      return gone + (await reader.discard(n - gone))
    } catch (error) {
      if ((error as Error).message !== INJECTED) throw error
      gone += (error as { bytesRead: number }).bytesRead
    }
  }
}

/** One call, beside the model. */
async function step(reader: BufReader, model: Model, [call, n]: [string, number]): Promise<void> {
  if (call === 'line') {
    expect(await again(() => reader.readLine({ max: n }))).toBe(model.line(n))
  } else if (call === 'full') {
    expect(await full(reader, n)).toBe(model.take(n))
  } else if (call === 'peek') {
    expect(latin((await again(() => reader.peek(n))) as Uint8Array)).toBe(model.left.slice(0, n))
  } else if (call === 'discard') {
    expect(await discard(reader, n)).toBe(model.take(n).length)
  } else if (call === 'read') {
    const buf = new Uint8Array(n)
    const got = (await again(() => reader.read(buf))) as number | null
    expect(got === null).toBe(n > 0 && model.left === '')
    expect(latin(buf.subarray(0, got ?? 0))).toBe(model.take(got ?? 0))
  } else {
    const record = (await again(() => reader.readUntil(call))) as Uint8Array | null
    expect(latin(record)).toBe(model.until(call))
  }
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n'), maxLength: 60 })
const call = fc.tuple(
  fc.constantFrom('line', 'full', 'peek', 'discard', 'read', 'a', '\r\n', 'aba', '\n\r\n'),
  fc.nat({ max: 20 }),
)

it('takes what a model takes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: text }, fc.constant(new Error(INJECTED)))),
      fc.array(call, { maxLength: 30 }),
      fc.integer({ min: 1, max: 24 }),
      async (steps, calls, size) => {
        const pieces = steps.filter((piece) => piece !== '')
        const all = pieces.filter((piece) => typeof piece === 'string').join('')
        const reader = bufReader(script(pieces), { size })
        const model = new Model(all)
        for (const one of calls) await step(reader, model, one)
        expect(await full(reader, model.left.length)).toBe(model.left)
        expect(await again(() => reader.readLine())).toBe(null)
        expect(reader.buffered).toBe(0)
      },
    ),
    { numRuns: 500 },
  )
})
