// The calls of the host backend as its callers use them: a try, and an edge to wait for. The peers are the
// runtime's own sockets.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { createConnection } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ENOTSUP } from '../backend.js'
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EADDRINUSE,
  EAGAIN,
  EBADF,
  ECONNREFUSED,
  ECONNRESET,
  EINPROGRESS,
  EINVAL,
  ENOTCONN,
  EOPNOTSUPP,
  EPIPE,
  EPOLLHUP,
  EPROTONOSUPPORT,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  MSG_PEEK,
  SHUT_RD,
  SHUT_WR,
  SO_ERROR,
  SO_LINGER,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_NODELAY,
} from '../constants.js'
import type { EdgeTarget } from '../kernel.js'
import { decodeSockaddr, encodeSockaddr } from '../sockaddr.js'
import { encodeLinger } from '../sockopt.js'
import { calls, kernel } from './index.js'
import { FIRST } from './table.js'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** Edges of one number, which can be waited for. */
class Edges implements EdgeTarget {
  readonly fd: number
  /** All that were told. */
  all = 0
  #edges = 0
  #wake: (() => void) | null = null

  constructor(fd: number) {
    this.fd = fd
    expect(calls.subscribe(fd, this)).toBe(0)
    cleanups.push(() => kernel.close(fd))
  }

  ready(events: number): void {
    this.#edges |= events
    this.all |= events
    this.#wake?.()
  }

  /** Tries until it is no EAGAIN. */
  async until(attempt: (fd: number) => number): Promise<number> {
    for (;;) {
      this.#edges = 0
      const r = attempt(this.fd)
      if (r !== -EAGAIN) return r
      if (this.#edges === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = null
    }
  }

  /** One read, as text: or what was wrong. */
  async read(size = 1 << 16): Promise<string | number> {
    const buf = Buffer.alloc(size)
    const n = await this.until((fd) => kernel.tryRecv(fd, buf))
    return n > 0 ? buf.toString('latin1', 0, n) : n
  }

  async write(text: string): Promise<number> {
    return await this.until((fd) => kernel.trySend(fd, Buffer.from(text)))
  }
}

const STREAM = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
const anyPort = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })

const addressOf = (fd: number, call: 'getsockname' | 'getpeername' = 'getsockname') => {
  const out = new Uint8Array(128)
  return decodeSockaddr(out, kernel[call](fd, out)) as { addr: string; port: number }
}

async function listener(backlog = 16): Promise<Edges> {
  const fd = kernel.socket(AF_INET, STREAM)
  expect(kernel.bind(fd, anyPort)).toBe(0)
  expect(await kernel.listen(fd, backlog)).toBe(0)
  return new Edges(fd)
}

async function accepted(from: Edges): Promise<Edges> {
  return new Edges(await from.until((fd) => kernel.accept4(fd, SOCK_NONBLOCK, new Uint8Array(128))))
}

async function dialed(port: number): Promise<Edges> {
  const fd = kernel.socket(AF_INET, STREAM)
  const sockaddr = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port })
  expect(kernel.connect(fd, sockaddr)).toBe(-EINPROGRESS)
  const edges = new Edges(fd)
  const out = new Uint8Array(128)
  await edges.until(() => {
    const errno = kernel.getsockopt(fd, SOL_SOCKET, SO_ERROR)
    if (errno !== 0) return -errno
    return kernel.getpeername(fd, out) === -ENOTCONN ? -EAGAIN : 0
  })
  return edges
}

/** A connection of the backend, and the runtime's socket at its other end. */
async function served(): Promise<{ conn: Edges; peer: Socket }> {
  const from = await listener()
  const peer = createConnection({ port: addressOf(from.fd).port, allowHalfOpen: true })
  cleanups.push(() => peer.destroy())
  const conn = await accepted(from)
  if (peer.connecting) await once(peer, 'connect')
  return { conn, peer }
}

const ended = async (peer: Socket): Promise<string> => {
  let all = ''
  peer.setEncoding('latin1')
  for await (const piece of peer) all += piece
  return all
}

/** Sends until the peer, which does not read, has stopped it: how many bytes were taken. */
function fill({ fd }: Edges): number {
  const piece = Buffer.alloc(1 << 20, 'x')
  let taken = 0
  for (let i = 0; i < 10_000; i++) {
    const n = kernel.trySend(fd, piece)
    if (n < 0) {
      expect(n).toBe(-EAGAIN)
      return taken
    }
    expect(n).toBe(64 * 1024)
    taken += n
  }
  throw new Error('it takes everything')
}

describe('a connection of the host backend', () => {
  it('is made, speaks both ways, and ends one side at a time', async () => {
    const from = await listener()
    const [client, server] = await Promise.all([dialed(addressOf(from.fd).port), accepted(from)])
    expect(addressOf(client.fd)).toEqual(addressOf(server.fd, 'getpeername'))
    expect(addressOf(server.fd)).toEqual(addressOf(client.fd, 'getpeername'))
    expect(await client.write('question')).toBe(8)
    expect(await server.read()).toBe('question')
    expect(kernel.shutdown(client.fd, SHUT_WR)).toBe(0)
    expect(await server.read()).toBe(0)
    expect(kernel.trySend(client.fd, Buffer.from('more'))).toBe(-EPIPE)
    expect(await server.write('answer')).toBe(6)
    expect(await client.read(3)).toBe('ans')
    expect(await client.read(9)).toBe('wer')
    expect(kernel.shutdown(server.fd, SHUT_WR)).toBe(0)
    expect(await client.read()).toBe(0)
  })

  it('has nothing to read at first, and can be looked at', async () => {
    const { conn, peer } = await served()
    const buf = Buffer.alloc(8)
    expect(kernel.tryRecv(conn.fd, buf)).toBe(-EAGAIN)
    peer.write('abc')
    expect(await conn.until((fd) => kernel.tryRecv(fd, buf, 1, 7, MSG_PEEK))).toBe(3)
    expect(kernel.tryRecv(conn.fd, buf, 0, 2)).toBe(2)
    expect(kernel.tryRecv(conn.fd, buf, 2, 6)).toBe(1)
    expect(buf.toString('latin1', 0, 3)).toBe('abc')
  })

  it('sends a list of buffers from any place in it', async () => {
    const { conn, peer } = await served()
    const bufs = ['never', 'skipped', '', 'this'].map((text) => Buffer.from(text))
    expect(kernel.trySendmsg(conn.fd, bufs, 0, undefined, 1, 4)).toBe(7)
    kernel.shutdown(conn.fd, SHUT_WR)
    expect(await ended(peer)).toBe('pedthis')
  })

  it('is told of a refusal once, by SO_ERROR', async () => {
    const from = await listener()
    const sockaddr = new Uint8Array(16)
    kernel.getsockname(from.fd, sockaddr)
    kernel.close(from.fd)
    const fd = kernel.socket(AF_INET, STREAM)
    kernel.connect(fd, sockaddr)
    const errno = () => kernel.getsockopt(fd, SOL_SOCKET, SO_ERROR)
    const edges = new Edges(fd)
    expect(await edges.until(() => errno() || -EAGAIN)).toBe(ECONNREFUSED)
    expect(errno()).toBe(0)
    expect(kernel.getpeername(fd, sockaddr)).toBe(-ENOTCONN)
  })

  it('has what came before a reset, then the reset once, then the end', async () => {
    const { conn, peer } = await served()
    peer.write('last words')
    expect(await conn.until((fd) => kernel.tryRecv(fd, Buffer.alloc(1), 0, 1, MSG_PEEK))).toBe(1)
    peer.resetAndDestroy()
    await conn.until(() => (conn.all & EPOLLHUP ? 0 : -EAGAIN))
    expect(await conn.read()).toBe('last words')
    expect(await conn.read()).toBe(-ECONNRESET)
    expect(await conn.read()).toBe(0)
    expect(kernel.trySend(conn.fd, Buffer.from('x'))).toBe(-EPIPE)
  })

  it('resets its peer when it is closed with bytes unread', async () => {
    const { conn, peer } = await served()
    peer.on('error', () => undefined)
    peer.write('unread')
    await conn.until((fd) => kernel.tryRecv(fd, Buffer.alloc(1), 0, 1, MSG_PEEK))
    kernel.close(conn.fd)
    expect((await once(peer, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' })
  })

  it('resets its peer with a linger of no time', async () => {
    const { conn, peer } = await served()
    const linger = encodeLinger({ on: true, seconds: 0 })
    expect(kernel.setsockopt(conn.fd, SOL_SOCKET, SO_LINGER, linger)).toBe(0)
    kernel.close(conn.fd)
    peer.resume()
    expect((await once(peer, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' })
  })

  it('is gone when it is to be reset while its own end is on its way', async () => {
    const { conn, peer } = await served()
    const linger = encodeLinger({ on: true, seconds: 0 })
    expect(kernel.setsockopt(conn.fd, SOL_SOCKET, SO_LINGER, linger)).toBe(0)
    expect(kernel.shutdown(conn.fd, SHUT_WR)).toBe(0)
    kernel.close(conn.fd)
    let died = ''
    peer.on('error', ({ code }: NodeJS.ErrnoException) => {
      died = code ?? ''
    })
    // A descriptor that is still open would take them all.
    for (let i = 0; i < 10_000 && died === ''; i++) {
      peer.write('is anyone there')
      await new Promise(setImmediate)
    }
    expect(died).toBe('EPIPE')
  })

  it('takes no more than some ahead of its reader, and loses none of it', async () => {
    const { conn, peer } = await served()
    const sent = Buffer.alloc(8 << 20, 'abcdefg')
    peer.write(sent)
    const look = Buffer.alloc(sent.length)
    const peek = (fd: number, n: number) => kernel.tryRecv(fd, look, 0, n, MSG_PEEK)
    await conn.until((fd) => peek(fd, 1))
    // As many turns as it may want: it has stopped long before.
    for (let i = 0; i < 1_000; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(peek(conn.fd, look.length)).toBeLessThanOrEqual(192 * 1024)
    peer.end()
    const got: string[] = []
    for (let piece = await conn.read(); typeof piece === 'string'; piece = await conn.read())
      got.push(piece)
    expect(got.join('') === sent.toString('latin1')).toBe(true)
  })

  it('takes as much ahead as a look wants, and no more once it has that or has gone', async () => {
    const { conn, peer } = await served()
    peer.write(Buffer.alloc(8 << 20))
    const look = Buffer.alloc(8 << 20)
    const peek = (fd: number, n: number) => kernel.tryRecv(fd, look, 0, n, MSG_PEEK)
    const want = 1 << 20
    expect(await conn.until((fd) => (peek(fd, want) < want ? -EAGAIN : want))).toBe(want)
    for (let i = 0; i < 1_000; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(peek(conn.fd, look.length)).toBeLessThanOrEqual(want + 128 * 1024)
    for (let i = 0; i < 1_000; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(peek(conn.fd, 1)).toBe(1)
    peer.destroy()
  })

  it('has one piece under way, of which the next edge tells the end', async () => {
    const { conn, peer } = await served()
    const taken = fill(conn)
    const reading = ended(peer)
    expect(await conn.write('the end')).toBe(7)
    kernel.shutdown(conn.fd, SHUT_WR)
    expect((await reading).length).toBe(taken + 7)
  })

  it('gives the buffer of a send back at once', async () => {
    const { conn, peer } = await served()
    fill(conn)
    const reading = ended(peer)
    const buf = Buffer.from('mine')
    await conn.until((fd) => kernel.trySend(fd, buf))
    buf.fill('?')
    kernel.shutdown(conn.fd, SHUT_WR)
    expect((await reading).slice(-4)).toBe('mine')
  })

  it('is closed when what it has taken is sent', async () => {
    const { conn, peer } = await served()
    const taken = fill(conn)
    let r: number | undefined
    const closed = new Promise<void>((resolve) => {
      calls.closeSent(conn.fd, (result) => {
        r = result
        resolve()
      })
    })
    expect(r).toBeUndefined()
    const reading = ended(peer)
    await closed
    expect(r).toBe(0)
    expect((await reading).length).toBe(taken)
  })

  it('waits no longer than a second for a peer that does not read', async () => {
    const { conn } = await served()
    fill(conn)
    const r = await new Promise((resolve) => calls.closeSent(conn.fd, resolve))
    expect(r).toBe(0)
    expect(kernel.tryRecv(conn.fd, new Uint8Array(1))).toBe(-EBADF)
  })

  it('waits for nothing when nothing is under way', async () => {
    const { conn } = await served()
    let r: number | undefined
    calls.closeSent(conn.fd, (result) => {
      r = result
    })
    expect(r).toBe(0)
  })

  it('tells no edge to the next owner of its number', async () => {
    const { conn, peer } = await served()
    kernel.close(conn.fd)
    const fd = kernel.socket(AF_INET, STREAM)
    expect(fd).toBe(conn.fd)
    const next = new Edges(fd)
    peer.end('late')
    await once(peer, 'close')
    expect(next.all).toBe(0)
    expect(kernel.tryRecv(fd, new Uint8Array(4))).toBe(-ENOTCONN)
  })

  it('has the options that its listener was given', async () => {
    const from = await listener()
    kernel.setsockopt(from.fd, IPPROTO_TCP, TCP_NODELAY, 1)
    const [, server] = await Promise.all([dialed(addressOf(from.fd).port), accepted(from)])
    expect(kernel.getsockopt(server.fd, IPPROTO_TCP, TCP_NODELAY)).toBe(1)
    expect(kernel.getsockopt(server.fd, SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM)
  })
})

describe('a listener of the host backend', () => {
  it('is told that its port is taken, by bind or by listen, and leaves it free', async () => {
    const from = await listener()
    const sockaddr = new Uint8Array(16)
    kernel.getsockname(from.fd, sockaddr)
    const listenThere = async () => {
      const fd = kernel.socket(AF_INET, STREAM)
      cleanups.push(() => kernel.close(fd))
      return kernel.bind(fd, sockaddr) || (await kernel.listen(fd, 1))
    }
    expect(await listenThere()).toBe(-EADDRINUSE)
    kernel.close(from.fd)
    expect(await listenThere()).toBe(0)
  })

  it('holds as many connections as its backlog and one, and resets the next', async () => {
    const from = await listener(1)
    const { port } = addressOf(from.fd)
    const peers = [1, 2, 3].map(() => createConnection({ port }))
    const reset = peers.map((peer) => new Promise((resolve) => peer.on('error', resolve)))
    cleanups.push(() => {
      for (const peer of peers) peer.destroy()
    })
    expect(await Promise.race(reset)).toMatchObject({ code: 'ECONNRESET' })
    await Promise.all([accepted(from), accepted(from)])
    expect(kernel.accept4(from.fd, 0)).toBe(-EAGAIN)
  })

  it('accepts nothing once it is shut down', async () => {
    const from = await listener()
    expect(kernel.shutdown(from.fd, SHUT_RD)).toBe(0)
    expect(await from.until((fd) => kernel.accept4(fd, 0))).toBe(-EINVAL)
  })

  it('resets what it has accepted and no call has taken, when it is closed', async () => {
    const from = await listener()
    const peer = createConnection({ port: addressOf(from.fd).port })
    const reset = new Promise((resolve) => peer.on('error', resolve))
    await from.until(() => (from.all === 0 ? -EAGAIN : 0))
    kernel.close(from.fd)
    expect(await reset).toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('a pair of the host backend', () => {
  const pair = (): [Edges, Edges] => {
    const numbers = new Int32Array(2)
    expect(kernel.socketpair(AF_UNIX, STREAM, 0, numbers)).toBe(0)
    return [...numbers].map((fd) => new Edges(fd)) as [Edges, Edges]
  }

  it('speaks both ways, and ends one side at a time', async () => {
    const [a, b] = pair()
    expect(kernel.tryRecv(a.fd, new Uint8Array(1))).toBe(-EAGAIN)
    await a.write('ping')
    expect(await b.read()).toBe('ping')
    kernel.shutdown(a.fd, SHUT_WR)
    expect(await b.read()).toBe(0)
    await b.write('pong')
    expect(await a.read()).toBe('pong')
    expect(kernel.trySend(a.fd, Buffer.from('x'))).toBe(-EPIPE)
  })

  it('holds some, and goes on when there is room', async () => {
    const [a, b] = pair()
    const piece = Buffer.alloc(1 << 20)
    expect(kernel.trySend(a.fd, piece)).toBe(64 * 1024)
    expect(kernel.trySend(a.fd, piece)).toBe(-EAGAIN)
    const writing = a.write('more')
    expect(await b.read(1 << 16)).toHaveLength(1 << 16)
    expect(await writing).toBe(4)
    expect(await b.read()).toBe('more')
  })

  it('tells its peer of a close: the end, or a reset when bytes were unread', async () => {
    const [a, b] = pair()
    kernel.close(a.fd)
    expect(await b.read()).toBe(0)
    expect(kernel.trySend(b.fd, Buffer.from('x'))).toBe(-EPIPE)
    const [c, d] = pair()
    await d.write('unread')
    kernel.close(c.fd)
    expect(await d.read()).toBe(-ECONNRESET)
    expect(await d.read()).toBe(0)
  })
})

describe('a number of the host backend', () => {
  it('is none of a descriptor', () => {
    const fd = kernel.socket(AF_INET6, STREAM)
    expect(fd).toBeGreaterThanOrEqual(FIRST)
    expect(kernel.close(fd)).toBe(0)
    expect(kernel.close(fd)).toBe(-EBADF)
  })

  it.each([
    ['a real descriptor', 0, -ENOTSUP],
    ['a number that is none', FIRST + 100_000, -EBADF],
    ['a negative one', -1, -EBADF],
  ])('is not %s', async (_, fd, r) => {
    const target = { ready: () => undefined }
    const buf = new Uint8Array(16)
    expect(
      await Promise.all([
        kernel.bind(fd, anyPort),
        kernel.connect(fd, anyPort),
        kernel.listen(fd, 1),
      ]),
    ).toEqual([r, r, r])
    expect([kernel.accept4(fd, 0), kernel.tryRecv(fd, buf), kernel.trySend(fd, buf)]).toEqual([
      r,
      r,
      r,
    ])
    expect([kernel.getsockname(fd, buf), kernel.getpeername(fd, buf)]).toEqual([r, r])
    expect([kernel.setsockopt(fd, 1, 2, 1), kernel.shutdown(fd, 0), kernel.close(fd)]).toEqual([
      r,
      r,
      r,
    ])
    expect([calls.subscribe(fd, target), kernel.adopt(fd)]).toEqual([r, r])
  })

  it('is given for TCP, and what only Linux has is refused', async () => {
    expect(kernel.socket(AF_UNIX, STREAM)).toBe(-ENOTSUP)
    expect(kernel.socket(AF_INET, SOCK_DGRAM)).toBe(-ENOTSUP)
    expect(kernel.socket(AF_INET, STREAM, IPPROTO_MPTCP)).toBe(-EPROTONOSUPPORT)
    const [fd] = [kernel.socket(AF_INET, STREAM)] as const
    cleanups.push(() => kernel.close(fd))
    expect([kernel.dupCloexec(fd), kernel.disown(fd), kernel.fcntl(fd, 1)]).toEqual(
      [1, 2, 3].map(() => -ENOTSUP),
    )
    expect([kernel.pipe2(0, new Int32Array(2)), kernel.trySplice(fd, fd, 1)]).toEqual([
      -ENOTSUP,
      -ENOTSUP,
    ])
    // As a kernel says it of a file that it does not send: the bytes are then copied.
    expect(await kernel.sendfilePool(fd, 0, 0, 1)).toBe(-EOPNOTSUPP)
  })
})
