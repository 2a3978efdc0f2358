// A value of a caller's that throws, lies or only looks like what it should be harms its own call alone.
import type { TCPConn } from '@netfd/net'
import { dial, ListenConfig } from '@netfd/net'
import { FD, FDMutex } from '@netfd/poll'
import { hook } from '@netfd/poll/testing'
import { describe, expect, it } from 'vitest'
import { pair, track } from '../../packages/net/test/support.js'
import {
  pipePair,
  tcpNumbers,
  turn,
  turns,
  uncaught,
  watchPromise,
} from '../../packages/poll/test/support.js'

const boom = (): never => {
  throw new Error('boom')
}

class Throwing extends Uint8Array {
  override get length(): number {
    return boom()
  }
  override get byteLength(): number {
    return boom()
  }
  override get byteOffset(): number {
    return boom()
  }
  override get buffer(): ArrayBuffer {
    return boom()
  }
  override subarray(): never {
    return boom()
  }
  static get [Symbol.species](): never {
    return boom()
  }
}

class Lying extends Uint8Array {
  override get length(): number {
    return 1 << 30
  }
  override get byteLength(): number {
    return 1 << 30
  }
}

/** What is no Uint8Array, whatever it looks like. */
const FALSE: [string, () => Uint8Array][] = [
  ['an heir of the prototype', () => Object.create(Uint8Array.prototype)],
  ['a proxy', () => new Proxy(new Uint8Array(4), {})],
  ['a proxy that throws', () => new Proxy(new Uint8Array(4), { get: boom, getPrototypeOf: boom })],
  ['a lookalike', () => ({ length: 4, [Symbol.toStringTag]: 'Uint8Array' }) as never],
  ['an array of another type', () => new Uint16Array(4) as never],
]

const CALLS: [string, (conn: TCPConn, buf: Uint8Array) => Promise<unknown>][] = [
  ['read', (conn, buf) => conn.read(buf)],
  ['readFull', (conn, buf) => conn.readFull(buf)],
  ['write', (conn, buf) => conn.write(buf)],
  ['writev', (conn, buf) => conn.writev([Uint8Array.of(1), buf])],
]

/** Fifty reads, the second of which is given `buf`; each of the others gets a byte. */
async function amongFifty(conn: TCPConn, peer: TCPConn, buf: Uint8Array) {
  const reads = Array.from({ length: 50 }, (_, i) =>
    watchPromise(conn.read(i === 1 ? buf : new Uint8Array(1))),
  )
  await peer.write(new Uint8Array(50))
  await turns(5)
  return reads
}

describe('a hostile buffer', () => {
  it.each(
    FALSE.flatMap(([what, make]) => CALLS.map(([name, call]) => [name, what, make, call] as const)),
  )('given to %s is one TypeError: %s', async (_name, _what, make, call) => {
    const [conn, peer] = await pair()
    await expect(call(conn, make())).rejects.toBeInstanceOf(TypeError)
    await peer.write('x')
    expect(await conn.read(new Uint8Array(4))).toBe(1)
    await conn.close()
  })

  it.each(FALSE)('leaves 49 other reads alone: %s', async (_what, make) => {
    const [conn, peer] = await pair()
    const reads = await amongFifty(conn, peer, make())
    expect(reads.filter(({ value }) => value === 1)).toHaveLength(49)
    expect(reads[1]?.error).toBeInstanceOf(TypeError)
    await conn.close()
  })

  it.each([
    ['throw', new Throwing(1)],
    ['lie', new Lying(1)],
  ])('whose getters %s is not asked, and is read into', async (_what, buf) => {
    const [conn, peer] = await pair()
    const reads = await amongFifty(conn, peer, buf)
    expect(reads.every(({ value }) => value === 1)).toBe(true)
    await conn.close()
  })

  it.each([
    ['throw', Throwing],
    ['lie', Lying],
  ])('whose getters %s is written and filled at its true size', async (_what, Class) => {
    const [conn, peer] = await pair()
    expect(await conn.write(new Class(3).fill(7))).toBe(3)
    expect(await conn.writev([new Class(2).fill(8), new Class(2).fill(9)])).toBe(4)
    const got = new Class(7)
    expect(await peer.readFull(got)).toBe(7)
    expect(Array.from({ length: 7 }, (_, i) => got[i])).toEqual([7, 7, 7, 8, 8, 9, 9])
  })

  it('is met by the thread pool at its true size as well', async () => {
    const [a, b] = pipePair()
    const [r, w] = [new FD(a.dup(), { net: 'file' }), new FD(b.dup(), { net: 'file' })]
    r.init(false)
    w.init(false)
    hook.setNonblock(r.sysfd, 0)
    expect(await w.write(new Lying(3).fill(5))).toBe(3)
    const got = new Lying(8)
    expect(await r.read(got)).toBe(3)
    expect(Array.from({ length: 4 }, (_, i) => got[i])).toEqual([5, 5, 5, 0])
    await Promise.all([r.close(), w.close()])
  })

  it('waiting when a deadline passes leaves all other deadlines in place', async () => {
    const [conn] = await pair()
    const [other] = await pair()
    const codes = [conn, other].map(async (end) => {
      const read = end.read(new Throwing(4))
      end.setReadDeadline(Date.now() + 5)
      return await read.catch(({ code }) => code)
    })
    expect(await Promise.all(codes)).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
  })
})

/** Options and signals that throw or only look like signals. */
const OPTIONS: [string, () => unknown][] = [
  [
    'a getter that throws',
    () => ({
      get signal() {
        return boom()
      },
    }),
  ],
  ['options that are a proxy', () => new Proxy({}, { get: boom })],
  ['null', () => ({ signal: null })],
  ['a lookalike', () => ({ signal: { aborted: false, addEventListener: () => undefined } })],
  [
    'a tagged lookalike',
    () => ({
      signal: {
        get aborted() {
          return false
        },
        [Symbol.toStringTag]: 'AbortSignal',
      },
    }),
  ],
  ['an heir of the prototype', () => ({ signal: Object.create(AbortSignal.prototype) })],
  ['a proxy', () => ({ signal: new Proxy(new AbortController().signal, {}) })],
  [
    'an endless row of ancestors',
    () => {
      const handler = { getPrototypeOf: (): object => new Proxy({}, handler) }
      return { signal: Object.create(new Proxy({}, handler)) }
    },
  ],
]

const OPTED: [string, (conn: TCPConn, o: never) => Promise<unknown>][] = [
  ['read', (conn, o) => conn.read(new Uint8Array(4), o)],
  ['write', (conn, o) => conn.write('x', o)],
  ['writev', (conn, o) => conn.writev([Uint8Array.of(1)], o)],
  ['rawRead', (conn, o) => conn.syscallConn().read(() => true, o)],
]

describe('hostile options', () => {
  it.each(
    OPTIONS.flatMap(([what, make]) =>
      OPTED.map(([name, call]) => [name, what, make, call] as const),
    ),
  )('given to %s are one rejection: %s', async (_name, _what, make, call) => {
    const [conn, peer] = await pair()
    await expect(call(conn, make() as never)).rejects.toBeInstanceOf(Error)
    await peer.write('x')
    expect(await conn.read(new Uint8Array(4))).toBe(1)
    await conn.close()
  })

  it.each(OPTIONS)(
    'given to accept, dial and listen are one rejection: %s',
    async (_what, make) => {
      const listener = track(await new ListenConfig({ mptcp: false }).listen('tcp', '127.0.0.1:0'))
      const address = String(listener.addr)
      await expect(listener.accept(make() as never)).rejects.toBeInstanceOf(Error)
      await expect(dial('tcp', address, make() as never)).rejects.toBeInstanceOf(Error)
      await expect(
        new ListenConfig().listen('tcp', '127.0.0.1:0', make() as never),
      ).rejects.toBeInstanceOf(Error)
    },
  )

  it('may call the connection again while they are read', async () => {
    const [conn, peer] = await pair()
    const inner: Promise<unknown>[] = []
    const o = {
      get signal() {
        inner.push(conn.read(new Uint8Array(1)))
        return undefined
      },
    }
    const outer = conn.read(new Uint8Array(1), o)
    await peer.write('ab')
    expect(await Promise.all([outer, ...inner])).toEqual([1, 1])
  })

  it('of a true signal, whose properties throw, are not asked', async () => {
    const [conn, peer] = await pair()
    const abort = new AbortController()
    for (const key of ['aborted', 'reason', 'addEventListener', 'removeEventListener']) {
      Object.defineProperty(abort.signal, key, { get: boom })
    }
    const first = conn.read(new Uint8Array(1), { signal: abort.signal })
    await peer.write('x')
    expect(await first).toBe(1)
    const second = conn.read(new Uint8Array(1), { signal: abort.signal })
    abort.abort('why')
    await expect(second).rejects.toMatchObject({ code: 'ABORT_ERR', cause: { cause: 'why' } })
  })
})

describe('what is thrown in the middle of a batch', () => {
  it('by a poller that cannot be held or released is uncaught, and the reads go on', async () => {
    const errors = uncaught()
    const real = hook.poller()
    const poller = hook.poller
    hook.poller = () => ({
      open: (pd, fd) => real.open(pd, fd),
      close: (pd, fd) => {
        real.close(pd, fd, false)
        boom()
      },
      hold: boom,
      release: boom,
    })
    const [a, b] = tcpNumbers().map((fd) => new FD(fd, { stream: true, net: 'tcp' })) as [FD, FD]
    a.init()
    b.init()
    hook.poller = poller
    real.hold()
    const reads = [a.read(new Uint8Array(1)), a.read(new Uint8Array(1))]
    await b.write(new Uint8Array(2))
    expect(await Promise.all(reads)).toEqual([1, 1])
    await Promise.all([a.close(), b.close()])
    await turn()
    real.release()
    expect(errors.length).toBeGreaterThanOrEqual(4)
  })

  it('by one who queued for a lock does not keep the others from being told of the close', async () => {
    const errors = uncaught()
    const told: number[] = []
    const mu = new FDMutex()
    const waiter = (n: number) => ({
      next: null,
      prev: null,
      refused: () => {
        told.push(n)
        if (n === 1) boom()
      },
    })
    for (let n = 0; n < 4; n++) mu.lock('r', waiter(n))
    mu.increfAndClose()
    await turn()
    expect([told, errors]).toEqual([[1, 2, 3], [new Error('boom')]])
  })
})
