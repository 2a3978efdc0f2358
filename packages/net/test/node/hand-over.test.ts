// A connection's descriptor under a socket of Node's: what of it goes on, and what the socket is told.
import { readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { GettableSockopt } from '@netfd/syscall'
import { getOption } from '@netfd/syscall'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { StreamConn, TCPConn } from '../../src/index.js'
import { pipe } from '../../src/index.js'
import type { NetSocketOptions } from '../../src/node/index.js'
import { canHandOver, toDuplex, toNetSocket } from '../../src/node/index.js'
import {
  errorOf,
  listening,
  PAST,
  pair,
  readAll,
  replace,
  smallBuffersOf,
  stuckWrite,
  text,
  thrown,
} from '../support.js'
import { event, told, tracked } from './streams.js'

/** The descriptor of a socket of Node's. */
const fdOf = (socket: Socket): number =>
  (socket as unknown as { _handle: { fd: number } })._handle.fd

const optionOf = <O extends GettableSockopt>(socket: Socket, option: O) =>
  getOption(fdOf(socket), option)

/** A socket on one end of a new connection, and the peer. */
async function handed(o?: NetSocketOptions): Promise<[Socket, TCPConn]> {
  const [conn, peer] = await pair()
  return [tracked(toNetSocket(conn, o)), peer]
}

describe('the connection', () => {
  it('is closed, also for a second hand-over', async () => {
    const [conn] = await pair()
    expect(tracked(toNetSocket(conn))).toBeInstanceOf(Socket)
    expect(thrown(() => toNetSocket(conn)).code).toBe('ERR_NET_CLOSED')
    expect((await errorOf(conn.read(new Uint8Array(1)))).code).toBe('ERR_NET_CLOSED')
  })

  it('rejects the calls that wait, and says what was written', async () => {
    const [conn] = await pair()
    const read = errorOf(conn.read(new Uint8Array(1)))
    const write = errorOf<{ code: string; bytesWritten: number }>(stuckWrite(conn).ending)
    tracked(toNetSocket(conn))
    expect((await read).code).toBe('ERR_NET_CLOSED')
    expect((await write).code).toBe('ERR_NET_CLOSED')
    expect((await write).bytesWritten).toBeGreaterThan(0)
  })

  it('is left as it is while a file is sent over it', async () => {
    const [conn, peer] = await pair()
    smallBuffersOf(conn, peer)
    conn.setLinger(2)
    const file = await open(process.execPath)
    onTestFinished(() => file.close())
    const sending = errorOf(conn.readFrom(file))
    // The first bytes are there: the file is under way.
    await peer.read(new Uint8Array(1))
    expect(thrown(() => toNetSocket(conn)).code).toBe('EBUSY')
    expect(conn.getOption('linger')).toEqual({ on: true, seconds: 2 })
    await conn.reset()
    await sending
  })

  it('is none of a Duplex, and none that a program has made itself', async () => {
    const [conn] = await pair()
    tracked(toDuplex(conn))
    expect(thrown(() => toNetSocket(conn))).toBeInstanceOf(TypeError)
    expect(thrown(() => toNetSocket({} as StreamConn))).toBeInstanceOf(TypeError)
    const f = () => undefined
    const own = { read: f, write: f, close: f, [Symbol.asyncIterator]: f }
    expect(thrown(() => toNetSocket(own as unknown as StreamConn))).toBeInstanceOf(TypeError)
  })

  it.each([
    [{ pause: true }, "'paused'"],
    [{ paused: 1 }, 'paused'],
    [{ allowHalfOpen: 1 }, 'allowHalfOpen'],
    [{ unread: 'text' }, 'unread'],
    [{ signal: {} }, 'signal'],
    [{ onread: 1 }, 'onread'],
    [{ onread: { buffer: new Uint8Array(1) } }, 'callback'],
    [{ onread: { buffer: 1, callback: () => true } }, 'buffer'],
  ])('stays open when the options are %o', async (o, named) => {
    const [conn] = await pair()
    const error = thrown<Error>(() => toNetSocket(conn, o as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(named)
    expect(conn.getOption('noDelay')).toBe(true)
  })

  it('leaves no descriptor and no warning behind, a hundred times', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    onTestFinished(() => void process.off('warning', warned))
    const listener = await listening()
    // The first one may load what the others find.
    await Promise.all((await pair(listener)).map((conn) => conn.close()))
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 100; i++) {
      const [a, b] = await pair(listener)
      const closed = event(
        toNetSocket(a).on('error', () => undefined),
        'close',
      )
      await b.close()
      await closed
    }
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
    expect(warned).not.toHaveBeenCalled()
  })

  it('gives its descriptor back when there can be no socket', async () => {
    const [conn, peer] = await pair()
    replace({
      getsockopt: () => {
        throw new Error('no socket')
      },
    })
    expect(thrown<Error>(() => toNetSocket(conn)).message).toBe('no socket')
    expect(await peer.read(new Uint8Array(1))).toBeNull()
  })
})

describe('what has arrived', () => {
  it.each([
    ['waits in the kernel', async () => undefined],
    [
      'waits behind a loop that was left',
      async (conn: TCPConn) => {
        for await (const piece of conn) {
          expect(text(piece)).toBe('first ')
          break
        }
      },
    ],
  ])('comes when it %s', async (_, before) => {
    const [conn, peer] = await pair()
    await peer.write('first ')
    const leaves = before(conn)
    await leaves
    await peer.write('second')
    peer.closeWrite()
    const socket = tracked(toNetSocket(conn))
    expect(String(Buffer.concat(await socket.toArray()))).toMatch(/^(first )?second$/)
  })

  it('comes after what was read before', async () => {
    const [socket, peer] = await handed({ unread: Buffer.from('first ') })
    await peer.write('second')
    peer.closeWrite()
    expect(String(Buffer.concat(await socket.toArray()))).toBe('first second')
  })

  it('comes to a listener of data, which unread does not stop', async () => {
    const [socket, peer] = await handed({ unread: Buffer.from('a') })
    const pieces: string[] = []
    socket.on('data', (piece) => pieces.push(String(piece)))
    await peer.write('b')
    await peer.closeWrite()
    await event(socket, 'end')
    expect(pieces.join('')).toBe('ab')
  })

  it('stays where it is while the socket is paused', async () => {
    const [socket, peer] = await handed({ paused: true })
    await peer.write('hello')
    const seen = vi.fn()
    socket.on('data', seen)
    // A turn around the loop behind an answer of the same peer.
    socket.write('?')
    await peer.read(new Uint8Array(1))
    expect(seen).not.toHaveBeenCalled()
    socket.resume()
    expect(String(await event(socket, 'data'))).toBe('hello')
  })

  it('comes in the caller’s buffer', async () => {
    const buffer = new Uint8Array(16)
    let got: (n: number) => void
    const read = new Promise<number>((resolve) => {
      got = resolve
    })
    const callback = (n: number) => {
      got(n)
      return true
    }
    const [, peer] = await handed({ onread: { buffer, callback } })
    await peer.write('hello')
    expect(await read).toBe(5)
    expect(text(buffer.subarray(0, 5))).toBe('hello')
  })

  it.each([0, 1])('is served by http, %i turns later', async (turns) => {
    const server = createServer((req, res) => res.end(req.url))
    const [conn, peer] = await pair()
    const request = Buffer.from('GET /path HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
    const socket = tracked(toNetSocket(conn, { unread: request.subarray(0, 7) }))
    for (let i = 0; i < turns; i++) await new Promise(setImmediate)
    server.emit('connection', socket)
    await peer.write(request.subarray(7))
    const answer = text(await readAll(peer))
    expect(answer).toContain('200 OK')
    expect(answer).toContain('/path')
  })
})

describe('the socket', () => {
  it('can switch off what was on', async () => {
    const [socket] = await handed()
    expect(optionOf(socket, 'noDelay')).toBe(true)
    socket.setNoDelay(false)
    socket.setKeepAlive(false)
    expect(optionOf(socket, 'noDelay')).toBe(false)
    expect(optionOf(socket, 'keepAlive')).toBe(false)
  })

  it('keeps the options of the kernel', async () => {
    const [conn] = await pair()
    conn.setUserTimeout(2_000)
    conn.setReadDeadline(PAST)
    const socket = tracked(toNetSocket(conn))
    expect(optionOf(socket, 'userTimeout')).toBe(2_000)
  })

  it.each([
    [2, false],
    [0, true],
  ])('of a connection that lingers %i s closes without a wait', async (seconds, on) => {
    const [conn] = await pair()
    conn.setLinger(seconds)
    expect(optionOf(tracked(toNetSocket(conn)), 'linger').on).toBe(on)
  })

  it('ends writing after the peer has ended, unless it is half-open', async () => {
    const [whole, peer] = await handed()
    whole.resume()
    peer.closeWrite()
    expect(await peer.read(new Uint8Array(1))).toBeNull()
    const [half, other] = await handed({ allowHalfOpen: true })
    half.resume()
    other.closeWrite()
    await event(half, 'end')
    half.end('late')
    expect(text(await readAll(other))).toBe('late')
  })

  it.each([true, false])('is destroyed by its signal, aborted before: %s', async (before) => {
    const controller = new AbortController()
    if (before) controller.abort()
    const [socket, peer] = await handed({ signal: controller.signal })
    const events = told(socket)
    if (!before) controller.abort()
    await event(socket, 'close')
    expect(events).toEqual(['error ABORT_ERR', 'close true'])
    expect(await peer.read(new Uint8Array(1))).toBeNull()
  })

  it.each([true, false])('keeps the process alive as the connection did: %s', async (refed) => {
    const [conn] = await pair()
    if (!refed) conn.unref()
    const socket = tracked(toNetSocket(conn))
    const handle = (socket as unknown as { _handle: { hasRef(): boolean } })._handle
    expect(handle.hasRef()).toBe(refed)
  })

  it('tells a reset as Node does', async () => {
    const [socket, peer] = await handed()
    const events = told(socket)
    socket.resume()
    await peer.reset()
    await event(socket, 'close')
    expect(events).toEqual(['error ECONNRESET', 'close true'])
  })

  it('is made of a pipe’s end too', async () => {
    const [a, b] = pipe()
    const socket = tracked(toNetSocket(a))
    socket.end('hello')
    expect(text(await readAll(b as TCPConn))).toBe('hello')
    await b.close()
  })
})

it('is not there where sockets take no descriptor, and leaves the connection alone', async () => {
  expect(canHandOver).toBe(true)
  Object.defineProperty(process.versions, 'bun', { value: '1.0.0', configurable: true })
  onTestFinished(() => {
    Reflect.deleteProperty(process.versions, 'bun')
    vi.resetModules()
  })
  vi.resetModules()
  const elsewhere = await import('../../src/node/hand-over.js')
  const [conn] = await pair()
  expect(elsewhere.canHandOver).toBe(false)
  expect(thrown(() => elsewhere.toNetSocket(conn)).code).toBe('ERR_NO_HANDOVER')
  expect(conn.getOption('noDelay')).toBe(true)
})

it('is made in a worker of a descriptor that was posted there, and closed with the worker', async () => {
  const [conn, peer] = await pair()
  const program = `
    const { workerData, parentPort } = require('node:worker_threads')
    parentPort.on('message', () => undefined)
    new (require('node:net').Socket)({ fd: workerData, readable: true, writable: true }).write('hello')
  `
  const worker = new Worker(program, { eval: true, workerData: conn.detach() })
  const buf = new Uint8Array(16)
  expect(await peer.read(buf)).toBe(5)
  await worker.terminate()
  expect(await peer.read(buf)).toBeNull()
})
