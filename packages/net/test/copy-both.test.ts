// Both directions of a proxy: what each of them tells the other.
import { getEventListeners } from 'node:events'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { CopyEnd, OpError, StreamConn } from '../src/index.js'
import { copyBoth, pipe } from '../src/index.js'
import {
  countCalls,
  errorOf,
  fakeTime,
  pair,
  pattern,
  readAll,
  replacePoll,
  text,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

afterAll(closeIdlePipes)

type Ended = StreamConn & { closeWrite(): void; reset(): Promise<void> }

/** Lets so much time pass, and what it has set off take place. */
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turns(5)
}

/** A connection of a program's own: nothing is known of it but what its calls do. */
function own(conn: Ended): CopyEnd {
  return {
    read: (buf, o) => conn.read(buf, o),
    write: (data, o) => conn.write(data, o),
    closeWrite: () => conn.closeWrite(),
  }
}

const makeTCP = async (): Promise<Ended[]> => await pair()
const makePipe = async (): Promise<Ended[]> => pipe().map((end) => track(end as Ended))

interface Relayed {
  left: Ended
  a: CopyEnd
  b: CopyEnd
  right: Ended
}

type Make = () => Promise<Ended[]>

/** left <-> a === b <-> right */
async function relayed(
  makeA: Make = makeTCP,
  makeB: Make = makeTCP,
  as: (conn: Ended) => CopyEnd = (conn) => conn,
): Promise<Relayed> {
  const [left, a] = (await makeA()) as [Ended, Ended]
  const [right, b] = (await makeB()) as [Ended, Ended]
  return { left, a: as(a), b: as(b), right }
}

const kinds: [name: string, make: () => Promise<Relayed>][] = [
  ['two TCP connections', () => relayed()],
  ['a TCP connection and a pipe', () => relayed(makeTCP, makePipe)],
  ['a pipe and a TCP connection', () => relayed(makePipe, makeTCP)],
  ['two pipes', () => relayed(makePipe, makePipe)],
  ['two connections of a program’s own', () => relayed(makeTCP, makeTCP, own)],
  [
    'a connection and one of a program’s own',
    async () => {
      const ends = await relayed()
      return { ...ends, b: own(ends.b as Ended) }
    },
  ],
  [
    'one of a program’s own and a connection',
    async () => {
      const ends = await relayed()
      return { ...ends, a: own(ends.a as Ended) }
    },
  ],
]

describe.each(kinds)('copyBoth between %s', (_, make) => {
  it('relays both ways, passes each end on by itself, and says how much went', async () => {
    const { left, a, b, right } = await make()
    const done = copyBoth(a, b)
    const big = pattern(3 << 20)
    const sent = left.write(big).then(() => left.closeWrite())
    const got = await readAll(right)
    await sent
    expect(Buffer.compare(got, big)).toBe(0)
    // One side has ended, the other goes on.
    await right.write('answer')
    const buf = new Uint8Array(6)
    await left.readFull(buf)
    expect(text(buf)).toBe('answer')
    right.closeWrite()
    expect(await left.read(buf)).toBe(null)
    expect(await done).toEqual([big.length, 6])
    // Neither is closed.
    expect(await a.read(buf)).toBe(null)
  })

  it('ends when nothing moved either way for so long, and both are free then', async () => {
    fakeTime()
    const { left, a, b, right } = await make()
    const moved = watchPromise(copyBoth(a, b, { idleTimeout: 100 }))
    await turns(5)
    // One direction alone keeps both alive.
    for (let i = 0; i < 12; i++) {
      await pass(90)
      await right.write('x')
      await turns(8)
    }
    await pass(99)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({
      code: 'ETIMEDOUT',
      timeout: true,
      bytesAToB: 0,
      bytesBToA: 12,
    })
    expect((await left.read(new Uint8Array(64))) ?? 0).toBe(12)
    await Promise.all([a.write('free'), b.write('free')])
    await left.write('back')
    expect(await a.read(new Uint8Array(8))).toBe(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends both for an abort, and each end can be read again', async () => {
    const { left, a, b, right } = await make()
    const stop = new AbortController()
    const moved = watchPromise(copyBoth(a, b, { signal: stop.signal }))
    await left.write('hello')
    expect(await right.readFull(new Uint8Array(5))).toBe(5)
    stop.abort(new Error('enough'))
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ code: 'ABORT_ERR', bytesAToB: 5, bytesBToA: 0 })
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    await Promise.all([left.write('l'), right.write('r')])
    const buf = new Uint8Array(8)
    expect(await Promise.all([a.read(buf), b.read(buf)])).toEqual([1, 1])
  })
})

describe('copyBoth', () => {
  it('keeps the bytes of TCP connections in the kernel', async () => {
    const { left, a, b, right } = await relayed()
    const calls = countCalls('recv', 'splice')
    const done = copyBoth(a, b)
    await left.write(pattern(1 << 20))
    await turns(20)
    expect([calls.recv, calls.splice > 0]).toEqual([0, true])
    left.closeWrite()
    right.closeWrite()
    await readAll(right)
    expect(await done).toEqual([1 << 20, 0])
  })

  it.each([
    ['a', 'b'],
    ['b', 'a'],
  ])('ends the direction that waits when a peer resets the other: the one of %s', async (which) => {
    const { left, a, b, right } = await relayed()
    const failed = errorOf<OpError>(copyBoth(a, b))
    await left.write('up')
    await right.readFull(new Uint8Array(2))
    await (which === 'a' ? left : right).reset()
    const error = await failed
    expect(error).toMatchObject({ code: 'ECONNRESET', bytesAToB: 2, bytesBToA: 0 })
    // Both locks are free: these calls begin at once.
    const alive = (which === 'a' ? b : a) as StreamConn
    expect(await alive.write('free')).toBe(4)
    const stop = new AbortController()
    const reading = errorOf(alive.read(new Uint8Array(1), { signal: stop.signal }))
    stop.abort()
    expect(await reading).toMatchObject({ code: 'ABORT_ERR' })
  })

  it('gives a writer of a program’s own each piece in memory that it may keep', async () => {
    const pieces = ['one', 'two'].map((word) => Buffer.from(word))
    const kept: Uint8Array[] = []
    const a: CopyEnd = {
      read: async (buf) => {
        const piece = pieces.shift()
        if (piece === undefined) return null
        buf.set(piece)
        return piece.length
      },
      write: async (data) => data.length,
    }
    const b: CopyEnd = {
      read: async () => null,
      write: async (data) => kept.push(data as Uint8Array) && data.length,
    }
    expect(await copyBoth(a, b)).toEqual([6, 0])
    expect(kept.map((piece) => Buffer.from(piece).toString())).toEqual(['one', 'two'])
  })

  it('rejects with the first error, after both have ended', async () => {
    const first = Object.freeze(new Error('first'))
    const steps: string[] = []
    let release = (): void => undefined
    const a: CopyEnd = {
      read: () => Promise.reject(first),
      write: async (data) => data.length,
    }
    const b: CopyEnd = {
      read: (_buf, o) =>
        new Promise((_resolve, reject) => {
          o?.signal?.addEventListener('abort', () => {
            steps.push('told')
            release = () => reject(new Error('second'))
          })
        }),
      write: async (data) => data.length,
    }
    const failed = errorOf(copyBoth(a, b))
    expect(await failed).toBe(first)
    expect(steps).toEqual(['told'])
    release()
  })

  it('fails when an end cannot be passed on, and ends the other direction', async () => {
    const { left, a, b } = await relayed()
    const broken = new Error('no more')
    const deaf = Object.assign(own(b as Ended), {
      closeWrite: () => {
        throw broken
      },
    })
    const failed = errorOf(copyBoth(a, deaf))
    left.closeWrite()
    expect(await failed).toBe(broken)
  })

  it('ends the other direction also when an end fails with what cannot be asked', async () => {
    const { left, a, b, right } = await relayed()
    const evil = Object.defineProperty(new Error('on purpose'), 'bytesWritten', {
      get: () => {
        throw new Error('not to be looked at')
      },
    })
    const deaf = Object.assign(own(b as Ended), { closeWrite: () => Promise.reject(evil) })
    const failed = errorOf(copyBoth(a, deaf))
    left.closeWrite()
    expect(await failed).toBe(evil)
    // Nothing is taken from it any more.
    await right.write('mine')
    expect(await b.read(new Uint8Array(8))).toBe(4)
  })

  it('takes an end without closeWrite', async () => {
    const { left, a, b, right } = await relayed()
    const { read, write } = own(b as Ended)
    const done = copyBoth(a, { read, write })
    await left.write('x')
    left.closeWrite()
    right.closeWrite()
    expect(await done).toEqual([1, 0])
  })

  it('adds one listener to a signal that any number of relays share', async () => {
    const warnings: unknown[] = []
    const warned = (warning: unknown) => warnings.push(warning)
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const stop = new AbortController()
    const relays = await Promise.all(Array.from({ length: 50 }, () => relayed(makePipe, makePipe)))
    const ended = relays.map(({ a, b }) => errorOf(copyBoth(a, b, { signal: stop.signal })))
    await turns(5)
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort()
    const codes = new Set((await Promise.all(ended)).map((error) => (error as OpError).code))
    expect([...codes]).toEqual(['ABORT_ERR'])
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    await turns(2)
    expect(warnings).toEqual([])
  })

  it('is told of an abort that came before', async () => {
    const { a, b } = await relayed()
    const failed = errorOf(copyBoth(a, b, { signal: AbortSignal.abort() }))
    expect(await failed).toMatchObject({ code: 'ABORT_ERR', bytesAToB: 0, bytesBToA: 0 })
  })

  it('ends when one end is closed', async () => {
    const { a, b } = await relayed()
    const failed = errorOf(copyBoth(a, b))
    await turns(2)
    await (a as StreamConn).close()
    expect(await failed).toMatchObject({ code: 'ERR_NET_CLOSED' })
    expect(await (b as StreamConn).write('free')).toBe(4)
  })

  it('ends both at once when a pair cannot be spliced and the other direction fails', async () => {
    const { left, a, b, right } = await relayed()
    replacePoll({ splice: () => -22 })
    const failed = errorOf(copyBoth(a, b))
    await left.write('x')
    expect(await right.readFull(new Uint8Array(1))).toBe(1)
    await left.reset()
    expect(await failed).toMatchObject({ code: 'ECONNRESET', bytesAToB: 1 })
  })

  it('refuses wrong arguments, and nothing is read', async () => {
    const { a, b } = await relayed()
    const wrong: [unknown, unknown, unknown, typeof TypeError | typeof RangeError][] = [
      [null, b, undefined, TypeError],
      [a, {}, undefined, TypeError],
      [a, a, undefined, TypeError],
      [a, b, { idleTimeout: -1 }, RangeError],
      [a, b, { idle: 1 }, TypeError],
      [a, b, { signal: {} }, TypeError],
    ]
    for (const [x, y, o, type] of wrong) {
      expect(await errorOf(copyBoth(x as CopyEnd, y as CopyEnd, o as object))).toBeInstanceOf(type)
    }
  })
})
