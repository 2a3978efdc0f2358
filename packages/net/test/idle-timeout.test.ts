// A transfer that ends when nothing moves any more. nginx: proxy_timeout.
import { open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { Flow } from '@netfd/poll/internal'
import { hook as pollHook } from '@netfd/poll/testing'
import { EAGAIN } from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { Destination, OpError, Source, StreamConn } from '../src/index.js'
import { pipe } from '../src/index.js'
import type { NetStreamConn } from '../src/stream-conn.js'
import {
  errorOf,
  fakeTime,
  pair,
  pattern,
  replacePoll,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

afterAll(closeIdlePipes)

/** Lets so much time pass, and what it has set off take place. */
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turns(5)
}

const IDLE = { code: 'ETIMEDOUT', timeout: true }

/** A source of which a test says when it gives a byte. */
interface Slow {
  source: Source
  give(): unknown
}

const slowSources: [name: string, make: () => Promise<Slow>][] = [
  [
    'a TCP connection',
    async () => {
      const [client, server] = await pair()
      return { source: server, give: () => client.write('x') }
    },
  ],
  [
    'a pipe',
    async () => {
      const [a, b] = pipe().map(track) as [StreamConn, StreamConn]
      return { source: b, give: () => a.write('x') }
    },
  ],
  [
    'a Readable',
    async () => {
      const source = new Readable({ read: () => undefined })
      return { source, give: () => source.push('x') }
    },
  ],
  [
    'a web stream',
    async () => {
      let give = (): void => undefined
      const source = new ReadableStream({
        start: (controller) => {
          give = () => controller.enqueue(Buffer.from('x'))
        },
      })
      return { source, give: () => give() }
    },
  ],
  [
    'an iterable',
    async () => {
      let given: (piece: { done: false; value: string }) => void = () => undefined
      const next = () =>
        new Promise<IteratorResult<string>>((resolve) => {
          given = resolve
        })
      const source = { [Symbol.asyncIterator]: () => ({ next }) }
      return { source, give: () => given({ done: false, value: 'x' }) }
    },
  ],
  [
    'a Reader',
    async () => {
      let given: (n: number) => void = () => undefined
      const read = () =>
        new Promise<number>((resolve) => {
          given = resolve
        })
      return { source: { read }, give: () => given(1) }
    },
  ],
]

describe.each(slowSources)('readFrom %s with an idleTimeout', (_, make) => {
  it('goes on while it gives, and ends so long after its last byte', async () => {
    fakeTime()
    const { source, give } = await make()
    const [conn, peer] = await pair()
    const moved = watchPromise(conn.readFrom(source, { idleTimeout: 100 }))
    await turns(5)
    for (let i = 0; i < 12; i++) {
      await pass(90)
      await give()
      await turns(5)
    }
    await pass(99)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, op: 'readfrom', bytesWritten: 12, bytesRead: 12 })
    expect(String(moved.error)).toContain('nothing moved for 100 ms')
    // The connection is free, and as good as before.
    await conn.write('more')
    expect(await peer.readFull(new Uint8Array(16))).toBe(16)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not end for what came while the loop was busy', async () => {
    fakeTime()
    const { source, give } = await make()
    const [conn] = await pair()
    const moved = watchPromise(conn.readFrom(source, { idleTimeout: 100 }))
    await turns(5)
    void give()
    vi.advanceTimersByTime(100)
    await turns(5)
    await pass(99)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, bytesWritten: 1 })
  })
})

/** Sources without end. */
const sources: [name: string, make: () => Promise<Source>][] = [
  [
    'a TCP connection',
    async () => {
      const [client, server] = await pair()
      client.write(new Uint8Array(64 << 20)).catch(() => undefined)
      return server
    },
  ],
  ['an iterable', async () => Array.from({ length: 1000 }, () => new Uint8Array(64 << 10))],
  ['one large piece', async () => [new Uint8Array(64 << 20)]],
  [
    'a file',
    async () => {
      const path = join(tmpdir(), `netfd-idle-${process.pid}`)
      await writeFile(path, new Uint8Array(32 << 20))
      const file = await open(path)
      onTestFinished(async () => {
        await file.close()
        await rm(path)
      })
      return file
    },
  ],
]

describe.each(sources)('readFrom %s to a peer that is slow to read', (_, make) => {
  it('goes on while the peer reads, and ends when it does not', async () => {
    fakeTime()
    const source = await make()
    const [conn, peer] = await pair()
    conn.setWriteBuffer(64 << 10)
    const moves = vi.spyOn(Flow.prototype, 'moved')
    const moved = watchPromise(conn.readFrom(source, { idleTimeout: 100 }))
    await turns(50)
    const buf = new Uint8Array(1 << 20)
    let read = 0
    for (let i = 0; i < 6; i++) {
      await pass(90)
      // The thread pool takes real time, which does not pass here: what was read has made room when bytes move.
      const before = moves.mock.calls.length
      while (moves.mock.calls.length === before) {
        read += (await peer.read(buf)) ?? 0
        await turns(5)
      }
    }
    moves.mockRestore()
    expect([moved.state, read > 0]).toEqual(['pending', true])
    while (moved.state === 'pending') await pass(100)
    expect(moved.error).toMatchObject(IDLE)
    const { bytesWritten = 0 } = moved.error as OpError
    // What it says went did go, to the byte.
    conn.closeWrite()
    for (let n: number | null = 0; n !== null; n = await peer.read(buf)) read += n
    expect(read).toBe(bytesWritten)
  })
})

/** A destination of which a test says when it takes a piece. */
const destinations: [name: string, make: () => { dst: Destination; take(): void }][] = [
  [
    'a Writable',
    () => {
      let took = (): void => undefined
      const dst = new Writable({
        highWaterMark: 1,
        write: (_piece, _encoding, done) => {
          took = done
        },
      })
      return { dst, take: () => took() }
    },
  ],
  [
    'a web stream',
    () => {
      let took = (): void => undefined
      const write = () =>
        new Promise<void>((resolve) => {
          took = resolve
        })
      return { dst: new WritableStream({ write }), take: () => took() }
    },
  ],
  [
    'a Writer',
    () => {
      let took = (): void => undefined
      const write = () =>
        new Promise<void>((resolve) => {
          took = resolve
        })
      return { dst: { write }, take: () => took() }
    },
  ],
]

describe.each(destinations)('writeTo %s with an idleTimeout', (_, make) => {
  it('goes on while it takes, and ends so long after the last piece', async () => {
    fakeTime()
    const [client, server] = await pair()
    const { dst, take } = make()
    const moved = watchPromise(server.writeTo(dst, { idleTimeout: 100 }))
    for (let i = 0; i < 5; i++) {
      await client.write('x')
      await turns(5)
      await pass(90)
      take()
      await turns(5)
    }
    await client.write('x')
    await turns(5)
    await pass(99)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, op: 'writeto', bytesRead: 6 })
    await client.write('more')
    expect(await server.read(new Uint8Array(8))).toBe(4)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('writeTo with an idleTimeout', () => {
  it('ends when its connection is silent, to whatever it goes', async () => {
    fakeTime()
    for (const to of ['writer', 'connection'] as const) {
      const [client, server] = await pair()
      const [out] = await pair()
      const dst = to === 'writer' ? { write: (data: Uint8Array) => data.length } : out
      const moved = watchPromise(server.writeTo(dst, { idleTimeout: 100 }))
      await client.write(pattern(10))
      await turns(5)
      await pass(99)
      expect(moved.state).toBe('pending')
      await pass(1)
      await until(() => moved.state !== 'pending')
      expect(moved.error).toMatchObject({ ...IDLE, bytesWritten: 10, bytesRead: 10 })
    }
  })

  it('ends while it waits for a stream to finish what was written to it', async () => {
    fakeTime()
    const [client, server] = await pair()
    const dst = new Writable({ write: () => undefined })
    await client.write('x')
    client.closeWrite()
    const moved = watchPromise(server.writeTo(dst, { idleTimeout: 100 }))
    await turns(5)
    await pass(100)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject(IDLE)
  })
})

/** A transfer of a file whose calls on the thread pool end when a test says so, with what it says. */
async function sendingOnPool() {
  fakeTime()
  const path = join(tmpdir(), `netfd-late-${process.pid}`)
  await writeFile(path, 'content')
  const file = await open(path)
  onTestFinished(async () => {
    await file.close()
    await rm(path)
  })
  const [conn] = await pair()
  let end: (n: number) => void = () => undefined
  const calls: number[] = []
  replacePoll({
    sendfilePool: (fd) => {
      calls.push(fd)
      return new Promise((resolve) => {
        end = resolve
      })
    },
  })
  const moved = watchPromise(conn.readFrom(file, { idleTimeout: 100 }))
  await turns(5)
  return { moved, calls, sent: (n: number) => end(n) }
}

describe('an idleTimeout', () => {
  it('ends a transfer that waits for a lock', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out] = await pair()
    const reading = watchPromise(server.read(new Uint8Array(8)))
    const moved = watchPromise(out.readFrom(server, { idleTimeout: 100 }))
    await turns(5)
    await pass(100)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, bytesWritten: 0 })
    expect(reading.state).toBe('pending')
    await client.write('x')
    await until(() => reading.state === 'resolved')
    expect(await out.write('free')).toBe(4)
  })

  it('does not end while a peer takes a little, which raises no edge', async () => {
    fakeTime()
    const [conn, peer] = pipe().map(track) as [NetStreamConn, NetStreamConn]
    const moved = watchPromise(conn.readFrom([new Uint8Array(8 << 20)], { idleTimeout: 100 }))
    await turns(10)
    const buf = new Uint8Array(64 << 10)
    for (let i = 0; i < 5; i++) {
      expect((await peer.read(buf)) ?? 0).toBeGreaterThan(0)
      await pass(100)
      expect(moved.state).toBe('pending')
    }
    await pass(100)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject(IDLE)
  })

  it('does not end while the last pieces of many leave a stream’s buffer', async () => {
    fakeTime()
    const [client, server] = await pair()
    const took: (() => void)[] = []
    const dst = new Writable({
      highWaterMark: 1 << 20,
      write: (_piece, _encoding, done) => void took.push(done),
    })
    const moved = watchPromise(server.writeTo(dst, { idleTimeout: 100 }))
    for (let i = 0; i < 3; i++) {
      await client.write('x')
      await turns(5)
    }
    client.closeWrite()
    for (let i = 0; i < 3; i++) {
      await pass(90)
      expect(moved.state).toBe('pending')
      took[i]?.()
      await turns(5)
    }
    expect(moved).toMatchObject({ state: 'resolved', value: 3 })
  })

  it('goes on when the rest of a small piece goes at the very last moment', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out] = await pair()
    const moved = watchPromise(out.readFrom(server, { idleTimeout: 100 }))
    for (let i = 0; i < 10; i++) {
      await client.write('x')
      await turns(3)
    }
    const { send } = pollHook
    let sends = 0
    // The client's goes; the destination has no room then, until time is over.
    replacePoll({ send: (...args) => (++sends === 1 || sends > 3 ? send(...args) : -EAGAIN) })
    await client.write('x')
    await turns(5)
    expect(sends).toBe(3)
    await pass(100)
    expect(sends).toBe(4)
    await pass(99)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, bytesWritten: 11, bytesRead: 11 })
  })

  it('that is over while the thread pool sends a file ends the transfer when nothing went', async () => {
    const { moved, calls, sent } = await sendingOnPool()
    await pass(100)
    sent(3)
    await turns(5)
    expect([moved.state, calls.length]).toEqual(['pending', 2])
    await pass(100)
    expect(moved.state).toBe('pending')
    sent(-EAGAIN)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ ...IDLE, bytesWritten: 3 })
  })

  it('that is over while the thread pool sends a part of a file begins anew with that', async () => {
    const { moved, calls, sent } = await sendingOnPool()
    await pass(100)
    sent(3)
    await turns(5)
    sent(-EAGAIN)
    await turns(5)
    expect([moved.state, calls.length]).toEqual(['pending', 2])
  })

  it('costs one timer, however many pieces go by', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out] = await pair()
    const { host } = await import('@netfd/poll/testing')
    const timers = vi.spyOn(host, 'setTimeout')
    const moved = out.readFrom(server, { idleTimeout: 100 })
    for (let i = 0; i < 20; i++) {
      await client.write('x')
      await turns(3)
    }
    client.closeWrite()
    expect(await moved).toBe(20)
    expect(timers.mock.calls.length).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
    timers.mockRestore()
  })

  it('is refused when it is no length of time, before anything moves', async () => {
    const [conn, peer] = await pair()
    await peer.write('here')
    for (const idleTimeout of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await errorOf(conn.readFrom(peer, { idleTimeout }))).toBeInstanceOf(RangeError)
      expect(await errorOf(conn.writeTo(peer, { idleTimeout }))).toBeInstanceOf(RangeError)
    }
    const wrong = { idleTimeout: '5' as never }
    expect(await errorOf(conn.readFrom(peer, wrong))).toBeInstanceOf(TypeError)
    expect(await conn.read(new Uint8Array(8))).toBe(4)
  })

  it('of 0 is none', async () => {
    fakeTime()
    const [conn] = await pair()
    const [, source] = await pair()
    const moved = watchPromise(conn.readFrom(source, { idleTimeout: 0 }))
    await turns(5)
    await pass(1_000_000)
    expect(moved.state).toBe('pending')
    expect(vi.getTimerCount()).toBe(0)
  })
})
