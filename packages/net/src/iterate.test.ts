import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Loop } from './iterate.js'

/** What a source gives: values, and then its end or an error. */
interface Given {
  readonly values: readonly number[]
  readonly fails: boolean
}

class Counting extends Loop<number | null, number> {
  overs = 0
  stops = 0
  /** How many values are asked for now, and were at most. */
  asking = 0
  mostAsking = 0
  readonly #left: number[]
  readonly #fails: boolean

  constructor({ values, fails }: Given) {
    super()
    this.#left = [...values]
    this.#fails = fails
  }

  protected async ask(): Promise<number | null> {
    this.mostAsking = Math.max(this.mostAsking, ++this.asking)
    await turn()
    this.asking--
    const next = this.#left.shift()
    if (next === undefined && this.#fails) throw new Error('the source')
    return next ?? null
  }

  protected value(n: number | null): number | null {
    return n
  }

  protected stop(): void {
    this.stops++
  }

  protected override over(): void {
    this.overs++
  }
}

async function* generator({ values, fails }: Given): AsyncGenerator<number, void, undefined> {
  for (const value of values) {
    await turn()
    yield value
  }
  await turn()
  if (fails) throw new Error('the source')
}

type Call = 'next' | 'return' | 'throw' | 'wait'

/** Makes the calls, and says what each came to, in the order in which they were settled. */
async function record(
  loop: AsyncGenerator<number, void, undefined>,
  calls: readonly Call[],
): Promise<string[]> {
  const seen: string[] = []
  const asked: Promise<unknown>[] = []
  for (const [i, call] of calls.entries()) {
    if (call === 'wait') {
      await Promise.all(asked)
      continue
    }
    const made = call === 'throw' ? loop.throw(new Error('mine')) : loop[call]()
    asked.push(
      made.then(
        (result) => seen.push(`${i} ${call} ${JSON.stringify(result)}`),
        (error: Error) => seen.push(`${i} ${call} fails with ${error.message}`),
      ),
    )
  }
  await Promise.all(asked)
  return seen
}

describe('a loop', () => {
  it('answers next, return and throw in the order and with the results of an async generator', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ values: fc.array(fc.nat(9), { maxLength: 4 }), fails: fc.boolean() }),
        fc.array(fc.constantFrom<Call>('next', 'next', 'next', 'return', 'throw', 'wait'), {
          maxLength: 8,
        }),
        async (given, calls) => {
          const want = await record(generator(given), calls)
          expect(await record(new Counting(given), calls)).toEqual(want)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('asks for one value at a time, also when a call comes between two that are under way', async () => {
    const loop = new Counting({ values: [1, 2, 3], fails: false })
    const [one, two] = [loop.next(), loop.next()]
    expect((await one).value).toBe(1)
    const three = loop.next()
    expect([(await two).value, (await three).value]).toEqual([2, 3])
    expect(loop.mostAsking).toBe(1)
  })

  it('asks for nothing until it is asked, and for nothing after its end', async () => {
    const loop = new Counting({ values: [1], fails: false })
    expect(await loop.return()).toEqual({ value: undefined, done: true })
    expect(await loop.next()).toEqual({ value: undefined, done: true })
    expect(loop.stops).toBe(1)
    expect(loop.overs).toBeGreaterThan(0)
  })

  it('returns what a promise that return was given comes to, as a generator does', async () => {
    const given = { values: [1], fails: false }
    for (const loop of [generator(given), new Counting(given)]) {
      expect(await loop.return(Promise.resolve())).toEqual({ value: undefined, done: true })
      await expect(loop.return(Promise.reject(new Error('its own')))).rejects.toThrow('its own')
    }
  })

  it('is left by `await using`, and is its own iterator', async () => {
    const loop = new Counting({ values: [1, 2], fails: false })
    expect(loop[Symbol.asyncIterator]()).toBe(loop)
    {
      await using open = loop
      expect(await open.next()).toEqual({ value: 1, done: false })
    }
    expect(await loop.next()).toEqual({ value: undefined, done: true })
  })
})
