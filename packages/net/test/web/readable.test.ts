// What arrives on a connection, as a stream of the web.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readable, writable } from '../../src/web/index.js'
import {
  chain,
  countCalls,
  errorOf,
  PAST,
  pair,
  pattern,
  readFull,
  text,
  thrown,
  turns,
} from '../support.js'
import { reading, textOf } from './streams.js'

describe('a readable stream of a connection', () => {
  it('is read into the buffer of a BYOB reader', async () => {
    const { stream, peer } = await reading()
    await peer.write('hello')
    const buffer = new ArrayBuffer(64)
    const reader = stream.getReader({ mode: 'byob' })
    const { value } = await reader.read(new Uint8Array(buffer, 8, 16))
    expect(buffer.byteLength).toBe(0)
    expect([value?.byteOffset, value?.buffer.byteLength]).toEqual([8, 64])
    expect(text(value as Uint8Array)).toBe('hello')
  })

  it('fills a view up to min', async () => {
    const { stream, peer } = await reading()
    const reader = stream.getReader({ mode: 'byob' })
    const read = reader.read as (
      view: Uint8Array,
      o: { min: number },
    ) => Promise<{ value?: Uint8Array | undefined }>
    const getting = read.call(reader, new Uint8Array(8), { min: 5 })
    await peer.write('hel')
    await turns(3)
    await peer.write('lo')
    const { value } = await getting
    expect(text(value as Uint8Array)).toBe('hello')
  })

  it('is the body of a Response', async () => {
    const { stream, peer } = await reading()
    await peer.write('hel')
    await peer.write('lo')
    peer.closeWrite()
    expect(await textOf(stream)).toBe('hello')
  })

  it('takes as many bytes at once as it is told', async () => {
    const [conn, peer] = await pair()
    const reader = readable(conn, { chunkSize: 2 }).getReader()
    await peer.write('hello')
    expect(text((await reader.read()).value as Uint8Array)).toBe('he')
  })

  it('is piped to another connection', async () => {
    const { from, src, dst, to } = await chain()
    const sent = pattern(3 << 20)
    const piped = readable(src).pipeTo(writable(dst))
    const writes = from.write(sent).then(() => from.closeWrite())
    const hash = createHash('sha256')
    for await (const piece of to) hash.update(piece)
    await Promise.all([piped, writes])
    expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
  })

  it('is two streams by tee', async () => {
    const { stream, peer } = await reading()
    const [a, b] = stream.tee()
    await peer.write('hello')
    peer.closeWrite()
    expect(await Promise.all([textOf(a), textOf(b)])).toEqual(['hello', 'hello'])
  })

  it('goes compressed over a connection', async () => {
    const [conn, peer] = await pair()
    const source = new Response('hello'.repeat(10_000)).body as ReadableStream<Uint8Array>
    const sent = source.pipeThrough(new CompressionStream('gzip')).pipeTo(writable(peer))
    const plain = readable(conn).pipeThrough(new DecompressionStream('gzip'))
    expect(await textOf(plain)).toBe('hello'.repeat(10_000))
    await sent
  })

  it('is decoded across a split character', async () => {
    const { stream, peer } = await reading()
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
    const bytes = Buffer.from('aé')
    await peer.write(bytes.subarray(0, 2))
    expect((await reader.read()).value).toBe('a')
    await peer.write(bytes.subarray(2))
    expect((await reader.read()).value).toBe('é')
    await reader.cancel()
  })

  it('reads nothing before a reader asks', async () => {
    const { stream, conn, peer } = await reading()
    const calls = countCalls('recv')
    await peer.write('first')
    await turns(3)
    expect(calls.recv).toBe(0)
    expect(text(await readFull(conn, 5))).toBe('first')
    const before = calls.recv
    await peer.write('second')
    const reader = stream.getReader()
    await turns(3)
    expect(calls.recv).toBe(before)
    expect(text((await reader.read()).value as Uint8Array)).toBe('second')
  })

  it('gives a BYOB reader that waits its buffer back at the end', async () => {
    const { stream, peer } = await reading()
    const getting = stream.getReader({ mode: 'byob' }).read(new Uint8Array(8))
    peer.closeWrite()
    const { done, value } = await getting
    expect([done, value?.length, value?.buffer.byteLength]).toEqual([true, 0, 8])
  })
})

describe('a readable stream that is left', () => {
  it('loses no byte when a waiting read is cancelled, and leaves writing', async () => {
    const { stream, conn, peer } = await reading()
    const reader = stream.getReader()
    const getting = reader.read()
    await turns(3)
    const cancelling = reader.cancel()
    await peer.write('hello')
    await cancelling
    expect((await getting).done).toBe(true)
    // It may be under way still, and a read of a side that is shut down does not wait.
    while ((await conn.peek(new Uint8Array(5), { min: 5 })) < 5) await turns(1)
    expect(text(await readFull(conn, 5))).toBe('hello')
    expect(await conn.read(new Uint8Array(1))).toBe(null)
    await conn.write('answer')
    expect(text(await readFull(peer, 6))).toBe('answer')
  })

  it('is cancelled by a loop that breaks', async () => {
    const { stream, conn, peer } = await reading()
    await peer.write('hello')
    for await (const piece of stream) {
      expect(text(piece)).toBe('hello')
      break
    }
    expect(await conn.read(new Uint8Array(1))).toBe(null)
    expect(await conn.write('on')).toBe(2)
  })

  it('goes on after a loop that leaves it', async () => {
    const { stream, peer } = await reading()
    await peer.write('one')
    for await (const piece of stream.values({ preventCancel: true })) {
      expect(text(piece)).toBe('one')
      break
    }
    await peer.write('two')
    expect(text((await stream.getReader().read()).value as Uint8Array)).toBe('two')
  })

  it('keeps the read under way of a reader that lets go', async () => {
    const { stream, peer } = await reading()
    const reader = stream.getReader()
    const getting = errorOf(reader.read())
    await turns(3)
    reader.releaseLock()
    expect(await getting).toBeInstanceOf(TypeError)
    await peer.write('hello')
    expect(text((await stream.getReader().read()).value as Uint8Array)).toBe('hello')
  })

  it('is cancelled after its connection was closed', async () => {
    const { stream, conn } = await reading()
    await conn.close()
    await stream.cancel()
  })
})

describe('a readable stream that fails', () => {
  it.each([
    ['ECONNRESET', (_: unknown, peer: { reset(): Promise<void> }) => peer.reset()],
    ['ERR_NET_CLOSED', (conn: { close(): Promise<void> }) => conn.close()],
    ['ETIMEDOUT', async (conn: { setReadDeadline(t: number): void }) => conn.setReadDeadline(PAST)],
  ] as const)('has the OpError with %s', async (code, fail) => {
    const { stream, conn, peer } = await reading()
    const reader = stream.getReader()
    const getting = errorOf(reader.read())
    await turns(2)
    await fail(conn, peer)
    expect(await getting).toMatchObject({ name: 'OpError', code, op: 'read' })
    expect(await errorOf(reader.read())).toBe(await getting)
  })

  it('leaves a connection whose deadline has passed usable', async () => {
    const { stream, conn, peer } = await reading()
    conn.setReadDeadline(PAST)
    await errorOf(stream.getReader().read())
    conn.setReadDeadline(null)
    await peer.write('hello')
    expect(text(await readFull(conn, 5))).toBe('hello')
  })
})

describe('readable', () => {
  it.each([
    [undefined, {}, TypeError, /conn must be a Conn, got undefined/],
    [{ read: 1 }, {}, TypeError, /conn must be a Conn, got Object/],
    ['conn', { chunksize: 1 }, TypeError, /did you mean 'chunkSize'/],
    ['conn', { chunkSize: '1' }, TypeError, /chunkSize must be a number/],
    ['conn', { chunkSize: 0 }, RangeError, /chunkSize must be a whole number from 1/],
    ['conn', { chunkSize: 1.5 }, RangeError, /chunkSize must be/],
  ])('throws for %j and %j', async (what, o, kind, message) => {
    const [conn] = await pair()
    const error = thrown(() => readable((what === 'conn' ? conn : what) as never, o as never))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toMatch(message)
  })

  it('throws for a connection that is closed', async () => {
    const [conn] = await pair()
    await conn.close()
    expect(thrown(() => readable(conn)).code).toBe('ERR_NET_CLOSED')
  })
})
