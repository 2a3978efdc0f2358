// How long each call of a connection may take. Go has no such thing: each call there gets a new deadline.
import { open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { StreamConn, TCPConn } from '../src/index.js'
import { OpError, pipe } from '../src/index.js'
import { errorOf, fakeTime, pair, pattern, track, turns, until, watchPromise } from './support.js'

afterAll(closeIdlePipes)

/** Lets so much time pass, and what it has set off take place. */
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turns(5)
}

const ends: [name: string, make: () => Promise<StreamConn[]>][] = [
  ['a TCP connection', async () => await pair()],
  ['a pipe', async () => pipe().map(track)],
]

describe.each(ends)('the timeout of %s', (_, make) => {
  it('ends a read with an OpError, and the next read has the whole time', async () => {
    fakeTime()
    const [conn, peer] = (await make()) as [StreamConn, StreamConn]
    conn.setReadTimeout(50)
    const buf = new Uint8Array(8)
    for (let i = 0; i < 2; i++) {
      const watched = watchPromise(conn.read(buf))
      await pass(49)
      expect(watched.state).toBe('pending')
      await pass(1)
      await until(() => watched.state !== 'pending')
      expect(watched.error).toBeInstanceOf(OpError)
      expect(watched.error).toMatchObject({ op: 'read', code: 'ETIMEDOUT', timeout: true })
    }
    await peer.write('late')
    expect(await conn.read(buf)).toBe(4)
  })

  it('is that of each read of readFull and of a loop', async () => {
    fakeTime()
    const [conn, peer] = (await make()) as [StreamConn, StreamConn]
    conn.setReadTimeout(50)
    const full = watchPromise(conn.readFull(new Uint8Array(3)))
    for (let i = 0; i < 2; i++) {
      await pass(40)
      await peer.write('x')
      await turns(5)
    }
    await pass(49)
    expect(full.state).toBe('pending')
    await pass(1)
    await until(() => full.state !== 'pending')
    expect(full.error).toMatchObject({ code: 'ETIMEDOUT', bytesRead: 2 })
    const loop = conn[Symbol.asyncIterator]().next()
    const failed = errorOf(loop)
    await pass(50)
    expect(await failed).toMatchObject({ code: 'ETIMEDOUT' })
  })

  it('ends a write to a deaf peer, which says how much was taken', async () => {
    fakeTime()
    const [conn] = (await make()) as [StreamConn, StreamConn]
    conn.setWriteTimeout(50)
    const failed = errorOf<OpError>(conn.write(new Uint8Array(64 << 20)))
    await turns(20)
    await pass(50)
    const { code, bytesWritten = 0 } = await failed
    expect([code, bytesWritten > 0]).toEqual(['ETIMEDOUT', true])
  })

  it('refuses what is no time at the call, and is an OpError after close', async () => {
    const [conn] = (await make()) as [StreamConn, StreamConn]
    expect(() => conn.setReadTimeout(-1)).toThrow(RangeError)
    expect(() => conn.setWriteTimeout('1' as never)).toThrow(TypeError)
    await conn.close()
    expect(() => conn.setReadTimeout(1)).toThrow(OpError)
  })
})

/** A destination that takes everything. */
const sink = { write: (data: Uint8Array): number => data.length }

describe('the timeout of a connection in a transfer', () => {
  it('is that of each wait for its bytes', async () => {
    fakeTime()
    const [client, server] = await pair()
    server.setReadTimeout(50)
    const moved = watchPromise(server.writeTo(sink))
    for (let i = 0; i < 4; i++) {
      await pass(40)
      await client.write('x')
      await turns(5)
    }
    await pass(49)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: 4 })
  })

  it.each([
    ['a copy', (server: TCPConn) => server.writeTo(sink)],
    ['a splice', async (server: TCPConn) => (await pair())[0].readFrom(server)],
  ])('that is lifted does not end the next wait of %s', async (_, move) => {
    fakeTime()
    const [client, server] = await pair()
    server.setReadTimeout(50)
    const moved = watchPromise(move(server))
    await turns(5)
    server.setReadTimeout(0)
    await pass(40)
    await client.write('x')
    await turns(5)
    await pass(40)
    expect(moved.state).toBe('pending')
    expect(vi.getTimerCount()).toBe(0)
    await client.write('y')
    client.closeWrite()
    await until(() => moved.state !== 'pending')
    expect(moved.value).toBe(2)
  })

  it('is that of each wait of a splice for its source', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out, far] = await pair()
    server.setReadTimeout(50)
    const moved = watchPromise(out.readFrom(server))
    // More of them than make a conversation.
    for (let i = 0; i < 12; i++) {
      await pass(40)
      await client.write('x')
      await turns(5)
    }
    await pass(49)
    expect(moved.state).toBe('pending')
    await pass(1)
    await until(() => moved.state !== 'pending')
    expect(moved.error).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: 12, bytesRead: 12 })
    // Both are as good as before.
    await client.write('more')
    expect(await out.readFrom(server, { limit: 4 })).toBe(4)
    expect(await far.readFull(new Uint8Array(16))).toBe(16)
  })

  it('does not end a transfer whose piece came in time while the loop was busy', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out] = await pair()
    server.setReadTimeout(50)
    const spliced = watchPromise(out.readFrom(server))
    await turns(5)
    expect(client.tryWrite(pattern(10))).toBe(10)
    vi.advanceTimersByTime(50)
    await pass(49)
    expect(spliced.state).toBe('pending')
    await pass(1)
    await until(() => spliced.state !== 'pending')
    expect(spliced.error).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: 10 })
    const poured = watchPromise(server.writeTo(sink))
    await turns(5)
    expect(client.tryWrite(pattern(10))).toBe(10)
    vi.advanceTimersByTime(50)
    await pass(49)
    expect(poured.state).toBe('pending')
    await pass(1)
    await until(() => poured.state !== 'pending')
    expect(poured.error).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: 10 })
  })

  it('ends a splice into a deaf destination', async () => {
    fakeTime()
    const [client, server] = await pair()
    const [out] = await pair()
    out.setWriteTimeout(50)
    const failed = watchPromise(out.readFrom(server))
    const writing = client.write(new Uint8Array(64 << 20)).catch((error: OpError) => error)
    await turns(200)
    await pass(50)
    await until(() => failed.state !== 'pending')
    expect(failed.error).toMatchObject({ code: 'ETIMEDOUT' })
    await client.close()
    await writing
  })

  it('ends a file that a deaf peer does not take', async () => {
    fakeTime()
    const [client] = await pair()
    const path = join(tmpdir(), `netfd-timeout-${process.pid}`)
    await writeFile(path, new Uint8Array(32 << 20))
    const file = await open(path)
    onTestFinished(async () => {
      await file.close()
      await rm(path)
    })
    client.setWriteTimeout(50)
    const sent = watchPromise(client.readFrom(file))
    while (sent.state === 'pending') await pass(50)
    const { code, bytesWritten = 0 } = sent.error as OpError
    expect([code, bytesWritten > 0]).toEqual(['ETIMEDOUT', true])
  })

  it('does not count while it is the source that is silent', async () => {
    fakeTime()
    const [client] = await pair()
    client.setWriteTimeout(50)
    client.setReadTimeout(50)
    const source = new Readable({ read: () => undefined })
    const moved = watchPromise(client.readFrom(source))
    await pass(1000)
    expect(moved.state).toBe('pending')
    source.push('x')
    source.push(null)
    await until(() => moved.state !== 'pending')
    expect(moved.value).toBe(1)
  })
})
