// A stream of the web that writes to a connection, and both directions as a pair.
import { describe, expect, it } from 'vitest'
import { toWeb, writable } from '../../src/web/index.js'
import {
  errorOf,
  PAST,
  pair,
  readAll,
  readFull,
  text,
  thrown,
  turns,
  watchPromise,
} from '../support.js'
import { textOf, writing } from './streams.js'

/** More than any pair of socket buffers on this machine takes. */
const MUCH = new Uint8Array(64 << 20)

describe('a writable stream of a connection', () => {
  it.each([
    ['a string', 'héllo'],
    ['bytes', Buffer.from('héllo')],
    ['an ArrayBuffer', new Uint8Array(Buffer.from('héllo')).buffer],
    ['a view', new DataView(new Uint8Array(Buffer.from('.héllo.')).buffer, 1, 6)],
    ['words', new Uint16Array(new Uint8Array(Buffer.from('..héllo.')).buffer, 2, 3)],
  ])('writes %s', async (_, chunk) => {
    const { stream, peer } = await writing()
    await stream.getWriter().write(chunk)
    expect(text(await readFull(peer, 6))).toBe('héllo')
  })

  it('ends writing when it is closed, and leaves reading', async () => {
    const { stream, conn, peer } = await writing()
    const writer = stream.getWriter()
    writer.write('hello')
    await writer.close()
    expect(text(await readFull(peer, 5))).toBe('hello')
    expect(await peer.read(new Uint8Array(1))).toBe(null)
    await peer.write('answer')
    expect(text(await readFull(conn, 6))).toBe('answer')
  })

  it('is closed although its connection was', async () => {
    const { stream, conn } = await writing()
    await conn.close()
    await stream.close()
  })

  it('counts its room in bytes', async () => {
    const { stream } = await writing({ highWaterMark: 1_000 })
    const writer = stream.getWriter()
    await writer.ready
    expect(writer.desiredSize).toBe(1_000)
    const writes = [writer.write('é'.repeat(100)), writer.write(new Float64Array(10))]
    expect(writer.desiredSize).toBe(720)
    await Promise.all(writes)
    expect(writer.desiredSize).toBe(1_000)
  })

  it('is not ready while the peer does not read', async () => {
    const { stream, peer } = await writing()
    const writer = stream.getWriter()
    await writer.ready
    const written = writer.write(MUCH)
    const ready = watchPromise(writer.ready)
    await turns(5)
    expect(ready.state).toBe('pending')
    await Promise.all([readFull(peer, MUCH.length), written, writer.ready])
  })

  it('resets at once when it is aborted, although the peer does not read', async () => {
    const { stream, conn, peer } = await writing()
    const writer = stream.getWriter()
    const written = errorOf(writer.write(MUCH))
    await turns(3)
    await writer.abort(new Error('enough'))
    expect(await written).toBeInstanceOf(Error)
    expect(thrown(() => conn.getOption('type')).code).toBe('ERR_NET_CLOSED')
    expect((await errorOf(readAll(peer))).code).toBe('ECONNRESET')
  })

  it.each([
    ['EPIPE', async (conn: { closeWrite(): void }) => conn.closeWrite()],
    ['ERR_NET_CLOSED', (conn: { close(): Promise<void> }) => conn.close()],
    [
      'ETIMEDOUT',
      async (conn: { setWriteDeadline(t: number): void }) => conn.setWriteDeadline(PAST),
    ],
  ] as const)('fails with the OpError with %s', async (code, fail) => {
    const { stream, conn } = await writing()
    const writer = stream.getWriter()
    await fail(conn)
    const error = await errorOf(writer.write('hello'))
    expect(error).toMatchObject({ name: 'OpError', code, op: 'write', bytesWritten: 0 })
    expect(await errorOf(writer.closed)).toBe(error)
  })

  it.each([[5], [null], [undefined], [{}]])('refuses %j', async (chunk) => {
    const { stream, conn } = await writing()
    const error = await errorOf(stream.getWriter().write(chunk as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^chunk must be a string, an ArrayBuffer or a view of one, got/)
    expect(await conn.write('on')).toBe(2)
  })

  it('throws for what is no TCPConn, and for a wrong option', async () => {
    const [conn] = await pair()
    const { read, write, close } = { read: () => 0, write: () => 0, close: () => 0 }
    for (const what of [null, 5, {}, { read, write, close }]) {
      expect(() => writable(what as never)).toThrow(/^conn must be a (TCP)?Conn, got/)
      expect(() => toWeb(what as never)).toThrow(/^conn must be a (TCP)?Conn, got/)
    }
    expect(() => writable(conn, { highWaterMark: -1 })).toThrow(RangeError)
    expect(() => writable(conn, { highWaterMark: '1' as never })).toThrow(TypeError)
    expect(() => writable(conn, { chunkSize: 1 } as never)).toThrow(/no option 'chunkSize'/)
  })
})

describe('both streams of a connection', () => {
  it('close it when both are done', async () => {
    const [conn, peer] = await pair()
    const { readable, writable, closed } = toWeb(conn)
    const done = watchPromise(closed)
    await peer.write('hello')
    peer.closeWrite()
    expect(await textOf(readable)).toBe('hello')
    await turns(3)
    expect(done.state).toBe('pending')
    await writable.close()
    await closed
    expect(thrown(() => conn.getOption('type')).code).toBe('ERR_NET_CLOSED')
    expect(await peer.read(new Uint8Array(1))).toBe(null)
  })

  it('are done when one is cancelled and the other closed', async () => {
    const [conn] = await pair()
    const { readable, writable, closed } = toWeb(conn)
    await readable.cancel()
    await writable.close()
    await closed
  })

  it('are done at once when writing is aborted', async () => {
    const [conn, peer] = await pair()
    const { readable, writable, closed } = toWeb(conn)
    const reading = errorOf(readable.getReader().read())
    await writable.abort()
    await closed
    expect((await reading).code).toBe('ERR_NET_CLOSED')
    expect((await errorOf(readAll(peer))).code).toBe('ECONNRESET')
  })

  it('fail together when reading fails', async () => {
    const [conn, peer] = await pair()
    const { readable, writable, closed } = toWeb(conn)
    const reading = errorOf(readable.getReader().read())
    const writer = writable.getWriter()
    await peer.reset()
    expect((await reading).code).toBe('ECONNRESET')
    expect(await errorOf(closed)).toBe(await reading)
    expect(await errorOf(writer.closed)).toBe(await reading)
  })

  it('leave what the peer has sent when writing fails', async () => {
    const [conn, peer] = await pair()
    const { readable, writable, closed } = toWeb(conn)
    await peer.write('hello')
    peer.closeWrite()
    const failed = await errorOf(writable.getWriter().write(5 as never))
    expect(await textOf(readable)).toBe('hello')
    expect(await errorOf(closed)).toBe(failed)
  })

  it('are made once', async () => {
    const [conn] = await pair()
    toWeb(conn)
    expect(() => toWeb(conn)).toThrow(/^conn is a pair of streams already/)
  })
})
