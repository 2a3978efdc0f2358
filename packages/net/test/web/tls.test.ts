// The sockets of WinterTC with TLS, from the start and later.
import type net from 'node:net'
import { createServer } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import { createServer as createTlsServer, TLSSocket as Secured } from 'node:tls'
import { describe, expect, it } from 'vitest'
import type { Socket, SocketOptions } from '../../src/web/index.js'
import { connect, SocketError } from '../../src/web/index.js'
import { errorOf, listening, pattern, same, text, thrown, turns, watchPromise } from '../support.js'
import { certificate, portOf, textOf, unhandled } from './streams.js'

/** A TLS server that does `serve` with each connection; its port. */
async function serving(
  serve: (socket: TLSSocket) => unknown = (socket) => socket.pipe(socket),
  o: TlsOptions = {},
): Promise<number> {
  const server = createTlsServer({ ...certificate(), ...o }, (socket) => {
    socket.on('error', () => undefined)
    serve(socket)
  })
  server.on('tlsClientError', () => undefined)
  return await portOf(server)
}

/** Answers the name that the client has asked for. */
const nameback = (socket: TLSSocket): unknown => socket.end(String(socket.servername))

const trusting = (o: SocketOptions = {}): SocketOptions => ({
  secureTransport: 'on',
  sni: 'localhost',
  tls: { ca: certificate().cert },
  ...o,
})

const at = (port: number) => ({ hostname: '127.0.0.1', port })

/** Writes, ends, and reads what comes back. */
async function echoed(socket: Socket, sent: Uint8Array): Promise<Uint8Array> {
  const writer = socket.writable.getWriter()
  const [got] = await Promise.all([
    new Response(socket.readable).arrayBuffer(),
    writer.write(sent).then(() => writer.close()),
  ])
  return new Uint8Array(got)
}

/** A server that says `ready`, and speaks TLS from the client's `go` on; its port. */
const upgrading = (serve = (socket: TLSSocket): unknown => socket.pipe(socket)): Promise<number> =>
  portOf(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.write('ready')
      socket.once('readable', () => {
        // What is behind it may be there already.
        socket.read(2)
        const secure = new Secured(socket, { isServer: true, ...certificate() })
        secure.on('error', () => undefined)
        serve(secure)
      })
    }),
  )

describe('a socket with TLS', () => {
  it('carries bytes both ways, and is closed when both halves are', async () => {
    const socket = connect(at(await serving()), trusting({ allowHalfOpen: true }))
    const sent = pattern(1 << 20)
    expect(same(await echoed(socket, sent), sent)).toBe(true)
    await socket.closed
  })

  it('tells the protocol that both ends know, and the server its name', async () => {
    const port = await serving(nameback, { ALPNProtocols: ['http/1.1'] })
    const socket = connect(at(port), trusting({ alpn: ['h2', 'http/1.1'] }))
    expect(await socket.opened).toMatchObject({
      remoteAddress: `127.0.0.1:${port}`,
      alpn: 'http/1.1',
    })
    expect(await textOf(socket.readable)).toBe('localhost')
    await socket.closed
  })

  it('has no protocol when none was offered', async () => {
    const socket = connect(at(await serving()), trusting())
    expect(await socket.opened).not.toHaveProperty('alpn')
    await socket.close()
  })

  it('asks for the name of its address', async () => {
    const port = await serving(nameback)
    const { tls } = trusting()
    const socket = connect(`localhost:${port}`, { secureTransport: 'on', tls })
    expect(await textOf(socket.readable)).toBe('localhost')
    await socket.closed
  })

  it.each([
    ['nobody vouches for', { tls: {} }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['is of another name', { sni: 'other' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('rejects a certificate that %s', async (_, o, code) => {
    const errors = unhandled()
    const socket = connect(at(await serving()), trusting(o))
    for (const promise of [socket.opened, socket.closed, socket.readable.getReader().read()]) {
      const error = await errorOf(promise)
      expect(error).toBeInstanceOf(SocketError)
      expect(error.code).toBe(code)
    }
    await turns(3)
    expect(errors).toEqual([])
  })

  it('ends its writing with the peer', async () => {
    const socket = connect(at(await serving((peer) => peer.end('bye'))), trusting())
    expect(await textOf(socket.readable)).toBe('bye')
    await socket.closed
  })

  it('is closed by close, whatever waits', async () => {
    const socket = connect(at(await serving(() => undefined)), trusting())
    await socket.opened
    const reading = socket.readable.getReader().read()
    await turns(3)
    await socket.close()
    expect((await reading).done).toBe(true)
    await socket.closed
  })

  it('is aborted although the peer does not read', async () => {
    const socket = connect(at(await serving((peer) => peer.pause())), trusting())
    await socket.opened
    const writer = socket.writable.getWriter()
    const written = errorOf(writer.write(new Uint8Array(64 << 20)))
    await turns(3)
    await writer.abort()
    await written
    await socket.closed
  })

  it('fails with a SocketError when the peer resets', async () => {
    const server = createTlsServer(certificate(), (peer) => peer.once('error', () => undefined))
    server.on('connection', (below: net.Socket) => {
      server.once('secureConnection', (peer) => peer.once('data', () => below.resetAndDestroy()))
    })
    const port = await portOf(server)
    const socket = connect(at(port), trusting())
    await socket.writable.getWriter().write('hello')
    const error = await errorOf(socket.readable.getReader().read())
    expect(error).toBeInstanceOf(SocketError)
    expect(error.code).toBe('ECONNRESET')
    expect(await errorOf(socket.closed)).toBe(error)
  })

  it('gives the handshake up by its signal and by close', async () => {
    const listener = await listening()
    const leaving = new AbortController()
    const socket = connect(String(listener.addr), trusting({ signal: leaving.signal }))
    await using peer = await listener.accept()
    await peer.read(new Uint8Array(1))
    leaving.abort()
    expect((await errorOf(socket.opened)).code).toBe('ABORT_ERR')
    expect((await errorOf(socket.closed)).code).toBe('ABORT_ERR')
    const other = connect(String(listener.addr), trusting())
    await using another = await listener.accept()
    await another.read(new Uint8Array(1))
    await other.close()
    expect(await errorOf(other.opened)).toBeInstanceOf(SocketError)
  })
})

describe('startTls', () => {
  it('goes on with TLS behind what was written, and loses nothing', async () => {
    const port = await upgrading()
    const { tls } = trusting()
    const plain = connect(`localhost:${port}`, {
      secureTransport: 'starttls',
      allowHalfOpen: true,
      tls,
    })
    const closed = watchPromise(plain.closed)
    const reader = plain.readable.getReader()
    expect(text((await reader.read()).value as Uint8Array)).toBe('ready')
    expect(plain.upgraded).toBe(false)
    const waiting = errorOf(reader.read())
    const written = plain.writable.getWriter().write('go')
    const socket = plain.startTls()
    await written
    expect((await waiting).code).toBe('ERR_SOCKET_UPGRADED')
    expect([plain.upgraded, socket.upgraded]).toEqual([true, false])
    expect(await socket.opened).toMatchObject({ remoteAddress: expect.any(String) })
    const sent = pattern(300_000)
    expect(closed.state).toBe('pending')
    expect(same(await echoed(socket, sent), sent)).toBe(true)
    await Promise.all([socket.closed, plain.closed])
  })

  it('takes what the peer says at once', async () => {
    const { tls } = trusting()
    const port = await upgrading((socket) => socket.end('first words'))
    const plain = connect(`localhost:${port}`, { secureTransport: 'starttls', tls })
    const reader = plain.readable.getReader({ mode: 'byob' })
    await reader.read(new Uint8Array(64))
    reader.releaseLock()
    const writer = plain.writable.getWriter()
    await writer.write('go')
    writer.releaseLock()
    expect(await textOf(plain.startTls().readable)).toBe('first words')
    await plain.closed
  })

  it('is closed by either socket', async () => {
    const { tls } = trusting()
    const plain = connect(`localhost:${await upgrading()}`, { secureTransport: 'starttls', tls })
    await plain.writable.getWriter().write('go')
    // What the server says first must not be taken for TLS.
    await plain.readable.getReader().read()
    const socket = plain.startTls()
    await socket.opened
    await plain.close()
    await socket.closed
  })

  it('rejects both sockets when the handshake fails', async () => {
    const errors = unhandled()
    const plain = connect(`localhost:${await upgrading()}`, { secureTransport: 'starttls' })
    await plain.writable.getWriter().write('go')
    await plain.readable.getReader().read()
    const socket = plain.startTls()
    const error = await errorOf(socket.opened)
    expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await errorOf(socket.closed)).toBe(error)
    expect(await errorOf(plain.closed)).toBe(error)
    await turns(3)
    expect(errors).toEqual([])
  })

  it('throws when it is called twice, or for a socket of another kind', async () => {
    const listener = await listening()
    const plain = connect(String(listener.addr))
    expect(thrown(() => plain.startTls()).message).toMatch(/^startTls needs secureTransport/)
    const upgraded = connect(String(listener.addr), { secureTransport: 'starttls' })
    const socket = upgraded.startTls()
    expect(thrown(() => upgraded.startTls()).message).toMatch(/^startTls was called before/)
    expect(() => socket.startTls()).toThrow(TypeError)
    await Promise.all([plain.close(), upgraded.close()])
  })
})
