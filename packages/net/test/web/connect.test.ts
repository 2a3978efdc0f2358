// The sockets of WinterTC without TLS.
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Dialer } from '../../src/index.js'
import type { Socket } from '../../src/web/index.js'
import { connect, SocketError } from '../../src/web/index.js'
import {
  blackHole,
  errorOf,
  listening,
  readAll,
  readFull,
  refusing,
  socketLedger,
  text,
  thrown,
  track,
  turns,
  watchPromise,
} from '../support.js'
import { textOf, unhandled } from './streams.js'

type Options = Parameters<typeof connect>[1]

/** A socket that is open, and its peer. */
async function opened(o: Options = {}) {
  const listener = await listening()
  const socket = connect(String(listener.addr), o)
  const peer = track(await listener.accept())
  await socket.opened
  return { socket, peer }
}

/** What becomes of all parts of a socket. */
const errorsOf = (socket: Socket): Promise<unknown[]> =>
  Promise.all([
    errorOf(socket.opened),
    errorOf(socket.closed),
    errorOf(socket.readable.getReader().read()),
    errorOf(socket.writable.getWriter().closed),
  ])

describe('a socket', () => {
  it('is there before it is connected, and knows both ends when it is', async () => {
    const listener = await listening()
    const socket = connect({ hostname: '127.0.0.1', port: listener.addr.port })
    const written = socket.writable.getWriter().write('hello')
    const peer = track(await listener.accept())
    expect(await socket.opened).toEqual({
      remoteAddress: String(listener.addr),
      localAddress: String(peer.remoteAddr),
    })
    await written
    expect(text(await readFull(peer, 5))).toBe('hello')
    await socket.close()
  })

  it('is closed when both halves are', async () => {
    const { socket, peer } = await opened({ allowHalfOpen: true })
    const closed = watchPromise(socket.closed)
    await peer.write('hello')
    peer.closeWrite()
    expect(await textOf(socket.readable)).toBe('hello')
    await turns(3)
    expect(closed.state).toBe('pending')
    const writer = socket.writable.getWriter()
    await writer.write('answer')
    await writer.close()
    await socket.closed
    expect(text(await readAll(peer))).toBe('answer')
  })

  it('ends its writing with the peer, behind what was written', async () => {
    const { socket, peer } = await opened()
    const writer = socket.writable.getWriter()
    const written = writer.write(new Uint8Array(1 << 20))
    peer.closeWrite()
    await textOf(socket.readable)
    expect((await readAll(peer)).length).toBe(1 << 20)
    await Promise.all([written, socket.closed])
    expect(await errorOf(writer.write('late'))).toBeInstanceOf(SocketError)
  })

  it('closes a writable that no writer has when the peer ends', async () => {
    const { socket, peer } = await opened()
    peer.closeWrite()
    await textOf(socket.readable)
    await socket.closed
    await socket.writable.getWriter().closed
  })

  it('is closed by close, whatever waits', async () => {
    const { socket, peer } = await opened()
    const reading = socket.readable.getReader({ mode: 'byob' }).read(new Uint8Array(8))
    const writer = socket.writable.getWriter()
    await writer.write('hello')
    const reason = new Error('enough')
    const closing = socket.close(reason)
    expect((await reading).done).toBe(true)
    expect(await errorOf(writer.closed)).toBe(reason)
    await Promise.all([closing, socket.closed, socket.close()])
    expect(text(await readAll(peer))).toBe('hello')
  })

  it('resets by abort of its writable, and is closed', async () => {
    const { socket, peer } = await opened()
    await socket.writable.abort()
    await socket.closed
    expect((await errorOf(readAll(peer))).code).toBe('ECONNRESET')
  })

  it('fails with a SocketError', async () => {
    const { socket, peer } = await opened()
    const reading = errorOf(socket.readable.getReader().read())
    await peer.reset()
    for (const error of [await reading, await errorOf(socket.closed)]) {
      expect(error).toBeInstanceOf(SocketError)
      expect(error).toMatchObject({ code: 'ECONNRESET', cause: { name: 'OpError', op: 'read' } })
    }
  })
})

describe('a socket that cannot connect', () => {
  it('rejects all it promised, and needs no one to look', async () => {
    const errors = unhandled()
    const ledger = socketLedger()
    const address = String(await refusing())
    connect(address)
    const socket = connect(address)
    for (const error of await errorsOf(socket)) {
      expect(error).toBeInstanceOf(SocketError)
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toMatchObject({ name: 'SocketError', code: 'ECONNREFUSED' })
      expect((error as Error).cause).toMatchObject({ name: 'OpError', op: 'dial' })
    }
    await turns(3)
    expect(errors).toEqual([])
    expect(ledger.open.size).toBe(0)
  })

  it('has one listener on a signal that many sockets share, and none later', async () => {
    const { address } = await blackHole()
    const leaving = new AbortController()
    const { signal } = leaving
    const sockets = Array.from({ length: 20 }, () => connect(address, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    leaving.abort()
    const ends = await Promise.allSettled(sockets.map((socket) => socket.opened))
    expect(new Set(ends.map((end) => end.status))).toEqual(new Set(['rejected']))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('gives up by its signal, which does nothing later', async () => {
    const { address } = await blackHole()
    const leaving = new AbortController()
    const socket = connect(address, { signal: leaving.signal })
    leaving.abort()
    const codes = (await errorsOf(socket)).map((error) => (error as SocketError).code)
    expect(codes).toEqual(['ABORT_ERR', 'ABORT_ERR', 'ABORT_ERR', 'ABORT_ERR'])
    const later = new AbortController()
    const open = await opened({ signal: later.signal })
    later.abort()
    await open.socket.writable.getWriter().write('hello')
    expect(text(await readFull(open.peer, 5))).toBe('hello')
    await open.socket.close()
  })

  it('is given up by close, which is no failure of closed', async () => {
    const { address } = await blackHole()
    const ledger = socketLedger()
    const socket = connect(address)
    const [reading, writing] = [socket.readable.getReader().read(), socket.writable.getWriter()]
    await socket.close()
    await socket.closed
    expect(await errorOf(socket.opened)).toBeInstanceOf(SocketError)
    expect((await reading).done).toBe(true)
    expect(await errorOf(writing.closed)).toBeInstanceOf(SocketError)
    expect(ledger.open.size).toBe(0)
  })

  it('is given up by abort of its writable', async () => {
    const { address } = await blackHole()
    const socket = connect(address)
    await socket.writable.abort()
    await socket.closed
    expect(await errorOf(socket.opened)).toMatchObject({ code: 'ABORT_ERR' })
  })

  it('fails as its dialer does', async () => {
    const dialer = new Dialer({ control: () => Promise.reject(new Error('no')) })
    const { addr } = await listening()
    const error = await errorOf(connect(String(addr), { dialer }).opened)
    expect(error).toBeInstanceOf(SocketError)
  })
})

describe('connect', () => {
  it.each([
    [undefined, /^address must be 'host:port' or/],
    [null, /^address must be/],
    ['', /missing port/],
    ['host', /missing port/],
    ['::1:80', /too many colons/],
    [':80', /^address must be/],
    ['host:http', /port must be/],
    ['host:65536', /port must be/],
    [{ hostname: 5, port: 80 }, /^address must be/],
    [{ hostname: 'host', port: '80' }, /port must be/],
    [{ hostname: 'host', port: -1 }, /port must be/],
    [{ hostname: 'host' }, /port must be/],
  ])('throws at once for the address %j', (address, message) => {
    const error = thrown(() => connect(address as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })

  it.each([
    [{ secureTransport: 'tls' }, /^secureTransport must be/],
    [{ allowHalfOpen: 1 }, /^allowHalfOpen must be/],
    [{ sni: '' }, /^sni must be/],
    [{ sni: 5 }, /^sni must be/],
    [{ alpn: 'h2' }, /^alpn must be/],
    [{ alpn: [''] }, /^alpn must be/],
    [{ dialer: {} }, /^dialer.dial must be/],
    [{ tls: null }, /^tls must be/],
    [{ signal: 5 }, /signal/],
    [{ timeout: 5 }, /no option 'timeout'/],
    [null, /options of connect must be an object/],
  ])('throws at once for %j', (o, message) => {
    const error = thrown(() => connect('127.0.0.1:1', o as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(message)
  })
})
