// Random sequences of calls on two connected ends, checked against what any order of them must keep.
import { SHUT_WR } from '@netfd/syscall'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FD } from '../src/index.js'
import { makeAhead } from './host-numbers.js'
import { FakePoller } from './netpoll-fake.js'
import {
  never,
  PAST,
  pattern,
  pipePair,
  replace,
  soon,
  tcpPair,
  turns,
  unixPair,
} from './support.js'

type Step =
  | { do: 'read' | 'write' | 'writev'; size: number; signal: boolean }
  | { do: 'abort'; pick: number }
  | { do: 'deadline'; side: 'r' | 'w'; when: 'past' | 'soon' | 'never' | 'none' }
  | { do: 'turn'; n: number }
  | { do: 'half' | 'closeR' | 'closeW' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'write' as const, 'writev' as const),
      size: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 400_000 })),
      signal: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abort' as const), pick: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deadline' as const),
      side: fc.constantFrom('r' as const, 'w' as const),
      when: fc.constantFrom('past' as const, 'soon' as const, 'never' as const, 'none' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('turn' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('half' as const, 'closeR' as const, 'closeW' as const),
    }),
  },
)

const WHEN = { past: () => PAST, soon: () => soon(1), never, none: () => null }
const EXPECTED =
  /^(ABORT_ERR|ERR_DEADLINE_EXCEEDED|ERR_NET_CLOSED|ERR_FILE_CLOSED|EPIPE|ECONNRESET)$/

/** What happened on one pair of ends. */
class Run {
  readonly sent: Uint8Array[] = []
  readonly got: Uint8Array[] = []
  readonly codes: unknown[] = []
  /** Calls that have not settled, and how often the others did. */
  pending = 0
  doubles = 0
  readonly #aborts: AbortController[] = []
  #writes = 0
  readonly #r: FD
  readonly #w: FD

  constructor(r: FD, w: FD) {
    this.#r = r
    this.#w = w
  }

  async step(s: Step): Promise<void> {
    if (s.do === 'read') this.#read(s.size, s.signal)
    else if (s.do === 'write' || s.do === 'writev') this.#write(s.do, s.size, s.signal)
    else if (s.do === 'abort') this.#aborts[s.pick % (this.#aborts.length || 1)]?.abort()
    else if (s.do === 'deadline') this.#deadline(s.side, s.when)
    else if (s.do === 'turn') await turns(s.n)
    else this.#end(s.do)
  }

  /** Closes the writing end, reads what is left, and closes the reading end. */
  async finish(): Promise<void> {
    if (!this.#w.closed) await this.#w.close()
    if (!this.#r.closed) {
      this.#r.setReadDeadline(null)
      for (const abort of this.#aborts) abort.abort()
      for (let end = false; !end; ) end = await this.#readOn()
      await this.#r.close()
    }
    await turns(3)
  }

  async #readOn(): Promise<boolean> {
    const buf = new Uint8Array(65_536)
    try {
      const n = await this.#r.read(buf)
      if (n !== null) this.got.push(buf.subarray(0, n))
      return n === null
    } catch (error) {
      this.codes.push((error as { code: unknown }).code)
      return true
    }
  }

  #signal(wanted: boolean): { signal?: AbortSignal } {
    if (!wanted) return {}
    const abort = new AbortController()
    this.#aborts.push(abort)
    return { signal: abort.signal }
  }

  #watch<T>(
    call: Promise<T>,
    value: (v: T) => void,
    failed: (e: { bytesWritten?: number }) => void,
  ): void {
    let settled = false
    this.pending++
    const once = () => {
      if (settled) this.doubles++
      else this.pending--
      settled = true
    }
    call.then(
      (v) => {
        once()
        value(v)
      },
      (error) => {
        once()
        this.codes.push(error.code)
        failed(error)
      },
    )
  }

  #read(size: number, signal: boolean): void {
    const buf = new Uint8Array(size)
    const call = this.#r.read(buf, this.#signal(signal))
    this.#watch(
      call,
      (n) => {
        this.got.push(buf.slice(0, n ?? 0))
      },
      () => undefined,
    )
  }

  #write(how: 'write' | 'writev', size: number, signal: boolean): void {
    const bytes = pattern(size, 17 * ++this.#writes)
    const cut = size >> 1
    const o = this.#signal(signal)
    const call =
      how === 'write'
        ? this.#w.write(bytes, o)
        : this.#w.writev([bytes.subarray(0, cut), bytes.subarray(cut)], o)
    const took = (n: number | undefined) => this.sent.push(bytes.subarray(0, n ?? 0))
    this.#watch(call, took, (error) => took(error.bytesWritten))
  }

  #deadline(side: 'r' | 'w', when: keyof typeof WHEN): void {
    const fd = side === 'r' ? this.#r : this.#w
    if (fd.closed) return
    if (side === 'r') fd.setReadDeadline(WHEN[when]())
    else fd.setWriteDeadline(WHEN[when]())
  }

  #end(how: 'half' | 'closeR' | 'closeW'): void {
    const fd = how === 'closeR' ? this.#r : this.#w
    if (fd.closed) return
    if (how === 'half') ignore(() => fd.shutdown(SHUT_WR))
    else
      this.#watch(
        fd.close(),
        () => undefined,
        () => undefined,
      )
  }
}

const ignore = (f: () => void): void => {
  try {
    f()
  } catch (error) {
    // A pipe has no half to close, and a socket that was reset has none left.
    if (!/^(ENOTSOCK|ENOTCONN)$/.test((error as { code: string }).code)) throw error
  }
}

async function check(ends: [FD, FD], steps: Step[]): Promise<void> {
  const run = new Run(...ends)
  const readerClosed = () => ends[0].closed
  for (const s of steps) await run.step(s)
  await turns(2)
  const cut = readerClosed()
  await run.finish()
  expect([run.pending, run.doubles]).toEqual([0, 0])
  for (const code of run.codes) expect(String(code)).toMatch(EXPECTED)
  const sent = Buffer.concat(run.sent)
  const got = Buffer.concat(run.got)
  expect(Buffer.compare(got, sent.subarray(0, got.length))).toBe(0)
  if (!cut && !run.codes.includes('ECONNRESET')) expect(got.length).toBe(sent.length)
}

const KINDS: [string, () => [FD, FD]][] = [
  ['TCP', () => tcpPair()],
  ['a socketpair', () => unixPair()],
  ['a pipe', () => pipePair()],
]

describe.each(['epoll', 'the restless poller'])('any sequence of calls on %s', (name) => {
  it.each(KINDS)(
    'settles every promise once and keeps the bytes in order over %s',
    async (_kind, make) => {
      const fake = new FakePoller('restless')
      if (name !== 'epoll') replace({ poller: () => fake })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          await makeAhead()
          await check(make(), steps)
        }),
        { numRuns: 150 },
      )
      fake.stop()
    },
  )
})
