// Go: net/unixsock_test.go, server_test.go, net_test.go and splice_test.go, for local sockets.
import {
  AF_UNIX,
  close,
  F_GETFD,
  FD_CLOEXEC,
  fcntl,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  socket,
  socketpair,
} from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import { testConn } from '../../poll/test/nettest.js'
import { bufReader } from '../src/bufio/index.js'
import {
  copyBoth,
  dial,
  fileConn,
  fileListener,
  serve,
  UnixConn,
  UnixListener,
  UnixpacketConn,
} from '../src/index.js'
import type { NetStreamConn } from '../src/stream-conn.js'
import {
  countCalls,
  errorOf,
  PAST,
  pair,
  pattern,
  readAll,
  same,
  text,
  thrown,
  track,
} from './support.js'
import type { Listening } from './unix-support.js'
import { freePath, listeningAt, unixPair } from './unix-support.js'

// The pipes of splice are kept for the next transfer.
afterAll(closeIdlePipes)

const both: readonly Listening[] = ['unix', 'unixpacket']

const connected = async (network: Listening) => {
  const [c1, c2] = await unixPair(network)
  const stop = async () => void (await Promise.allSettled([c1.close(), c2.close()]))
  return { c1, c2, stop }
}

testConn('UnixConn', () => connected('unix'))

testConn('UnixpacketConn', () => connected('unixpacket'))

describe.each(both)('two ends over %s', (network) => {
  it('exchange bytes (TestUnixAndUnixpacketServer)', async () => {
    const [client, server] = await unixPair(network, freePath())
    const buf = new Uint8Array(16)
    expect(await client.write('ping')).toBe(4)
    expect(await server.read(buf)).toBe(4)
    expect(text(buf.subarray(0, 4))).toBe('ping')
    const reading = client.read(buf)
    await server.write(Buffer.from('pong!'))
    expect(await reading).toBe(5)
  })

  it('a closeRead ends a read that waits (TestCloseRead)', async () => {
    const [client] = await unixPair(network)
    const reading = client.read(new Uint8Array(8))
    client.closeRead()
    expect(await reading).toBe(null)
  })

  it('a closeWrite is the end for the peer, and the other way goes on (TestCloseWrite)', async () => {
    const [client, server] = await unixPair(network)
    client.closeWrite()
    expect(await server.read(new Uint8Array(8))).toBe(null)
    await server.write('still')
    expect(await client.read(new Uint8Array(8))).toBe(5)
    const error = await errorOf(client.write('x'))
    expect(error.message).toBe(`write ${network} @->${client.remoteAddr}: write: broken pipe`)
  })

  it('a peer that is gone is EPIPE, and one that left bytes unread a reset, for good', async () => {
    const [client, server] = await unixPair(network)
    await client.write('unread')
    await server.close()
    const error = await errorOf(client.read(new Uint8Array(8)))
    expect(error.message).toBe(
      `read ${network} @->${client.remoteAddr}: read: connection reset by peer`,
    )
    expect((await errorOf(client.read(new Uint8Array(8)))).code).toBe('ECONNRESET')
    const [other, gone] = await unixPair(network)
    await gone.close()
    const broken = await errorOf(other.write('x'))
    expect(broken.message).toBe(`write ${network} @->${other.remoteAddr}: write: broken pipe`)
    expect(await other.read(new Uint8Array(8))).toBe(null)
  })

  it('close ends calls that wait, and a deadline is kept', async () => {
    const [client, server] = await unixPair(network)
    client.setReadDeadline(PAST)
    const late = await errorOf(client.read(new Uint8Array(8)))
    expect(late.message).toBe(`read ${network} @->${client.remoteAddr}: i/o timeout`)
    const reading = errorOf(server.read(new Uint8Array(8)))
    await server.close()
    expect((await reading).code).toBe('ERR_NET_CLOSED')
  })

  it('a descriptor of one makes another of its class (TestFileConn)', async () => {
    const [client, server] = await unixPair(network, freePath())
    const fd = client.dup()
    expect(fcntl(fd, F_GETFD, 0) & FD_CLOEXEC).toBe(FD_CLOEXEC)
    const copy = track(fileConn(fd))
    close(fd)
    expect(copy).toBeInstanceOf(network === 'unix' ? UnixConn : UnixpacketConn)
    expect(String(copy.remoteAddr)).toBe(String(client.remoteAddr))
    expect(String(copy.localAddr)).toBe('@')
    await client.close()
    await copy.write('on')
    expect(await server.read(new Uint8Array(8))).toBe(2)
    await copy.close()
    expect(await server.read(new Uint8Array(8))).toBe(null)
  })

  it('a descriptor of a listener makes another, which leaves the file (TestFileListener)', async () => {
    const path = freePath()
    const listener = await listeningAt(network, path)
    const fd = listener.dup()
    const copy = track(fileListener(fd, network))
    const again = track(fileListener(fd, network))
    close(fd)
    expect(copy).toBeInstanceOf(UnixListener)
    expect(copy.addr.name).toBe(path)
    listener.setUnlinkOnClose(false)
    await listener.close()
    const client = track(await dial(network, path))
    track(await copy.accept())
    await copy.close()
    track(await dial(network, path))
    track(await again.accept())
    again.setUnlinkOnClose(true)
    await again.close()
    expect((await errorOf(dial(network, path))).code).toBe('ENOENT')
    await client.close()
  })

  it('a descriptor of another type is refused where a type is said', async () => {
    const [client] = await unixPair(network)
    const fd = client.dup()
    onTestFinished(() => close(fd))
    const other = network === 'unix' ? 'unixpacket' : 'unix'
    expect(thrown(() => fileConn(fd, other)).message).toBe(
      `file file+net fd ${fd}: socket: protocol wrong type for socket`,
    )
    expect(thrown(() => fileConn(fd, 'tcp')).code).toBe('EPROTOTYPE')
    expect(() => fileListener(fd, 'ip' as 'tcp')).toThrow(TypeError)
  })

  it('serve serves them, and closes what it served', async () => {
    const listener = await listeningAt(network, freePath())
    const stop = new AbortController()
    const served = serve(
      listener as UnixListener<UnixConn>,
      async (conn) => {
        const buf = new Uint8Array(16)
        const n = await conn.read(buf)
        await conn.write(buf.subarray(0, n ?? 0))
      },
      { signal: stop.signal },
    )
    const client = track(await dial(network, String(listener.addr)))
    await client.write('echo')
    expect(await client.read(new Uint8Array(16))).toBe(4)
    expect(await client.read(new Uint8Array(16))).toBe(null)
    stop.abort()
    await served
    expect((await errorOf(dial(network, String(listener.addr)))).code).toBe('ENOENT')
  })
})

it('a socket of datagrams is none of theirs', () => {
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC)
  onTestFinished(() => close(fd))
  expect(thrown(() => fileListener(fd)).code).toBe('EINVAL')
})

it('a socket pair makes two ends without a name', async () => {
  const fds = socketpair(AF_UNIX, 1 | SOCK_CLOEXEC)
  const [a, b] = fds.map((fd) => track(fileConn(fd, 'unix'))) as [UnixConn, UnixConn]
  for (const fd of fds) close(fd)
  expect([String(a.localAddr), String(a.remoteAddr)]).toEqual(['@', '@'])
  await a.write('hi')
  expect(await b.read(new Uint8Array(8))).toBe(2)
})

describe('a stream', () => {
  it('is read in full, peeked at, written in parts and read in a loop', async () => {
    const [client, server] = await unixPair('unix')
    expect(await client.writev([Buffer.from('he'), Buffer.from('llo')])).toBe(5)
    expect(client.tryWrite(Buffer.from('!'))).toBe(1)
    const buf = new Uint8Array(6)
    expect(await server.peek(buf, { min: 6 })).toBe(6)
    expect(await server.readFull(buf)).toBe(6)
    expect(text(buf)).toBe('hello!')
    await client.write('rest')
    client.closeWrite()
    const pieces: string[] = []
    for await (const piece of server) pieces.push(text(piece))
    expect(pieces.join('')).toBe('rest')
  })

  it('is read line by line', async () => {
    const [client, server] = await unixPair('unix')
    await client.write('one\ntwo\n')
    client.closeWrite()
    const reader = bufReader(server)
    expect(await reader.readLine()).toBe('one')
    expect(await reader.readLine()).toBe('two')
    expect(await reader.readLine()).toBe(null)
  })

  const tcp = async (): Promise<[NetStreamConn, NetStreamConn]> => await pair()
  const unix = async (): Promise<[NetStreamConn, NetStreamConn]> => await unixPair('unix')

  it.each([
    ['a local one to TCP', unix, tcp],
    ['TCP to a local one', tcp, unix],
    ['a local one to another', unix, unix],
  ])('moves inside the kernel from %s (TestSplice)', async (_, source, destination) => {
    const [from, src] = await source()
    const [dst, to] = await destination()
    const calls = countCalls('splice')
    const want = pattern((4 << 20) + 7)
    const sending = from.write(want).then(() => from.closeWrite())
    const moving = dst.readFrom(src).then((n) => {
      dst.closeWrite()
      return n
    })
    const [got, moved] = await Promise.all([readAll(to), moving, sending])
    expect(moved).toBe(want.length)
    expect(same(got, want)).toBe(true)
    expect(calls.splice).toBeGreaterThan(0)
  })

  it('is relayed both ways', async () => {
    const [client, front] = await unix()
    const [back, server] = await tcp()
    const relaying = copyBoth(front, back)
    const up = pattern(300_000)
    const down = pattern(200_000, 7)
    const answers = Promise.all([readAll(client), readAll(server)])
    await Promise.all([client.write(up), server.write(down)])
    client.closeWrite()
    server.closeWrite()
    const [gotDown, gotUp] = await answers
    expect(same(gotUp, up) && same(gotDown, down)).toBe(true)
    expect(await relaying).toEqual([up.length, down.length])
  })
})

describe('records', () => {
  it('are read one by one, and what does not fit is lost', async () => {
    const [client, server] = await unixPair('unixpacket')
    for (const record of ['one', 'three', 'two']) await client.write(record)
    const buf = new Uint8Array(4)
    expect(await server.read(buf)).toBe(3)
    expect(await server.read(buf)).toBe(4)
    expect(await server.read(buf)).toBe(3)
    expect(text(buf.subarray(0, 3))).toBe('two')
  })

  it('are taken whole or not at all', async () => {
    const [client, server] = await unixPair('unixpacket')
    client.setWriteBuffer(16_384)
    const error = await errorOf<NodeJS.ErrnoException & { bytesWritten: number }>(
      client.write(new Uint8Array(100_000)),
    )
    expect(error.message).toBe(`write unixpacket @->${client.remoteAddr}: write: message too long`)
    expect(error.bytesWritten).toBe(0)
    const size = 16_000
    expect(await client.write(new Uint8Array(size))).toBe(size)
    const writes = Promise.all([1, 2, 3].map((n) => client.write(new Uint8Array(size + n))))
    for (let n = 0; n < 4; n++) expect(await server.read(new Uint8Array(20_000))).toBe(size + n)
    await writes
  })

  it('that are empty read as the end, as in Go', async () => {
    const [client, server] = await unixPair('unixpacket')
    expect(await client.write('')).toBe(0)
    await client.write('next')
    expect(await server.read(new Uint8Array(8))).toBe(null)
    expect(await server.read(new Uint8Array(8))).toBe(4)
  })

  it('come whole out of a loop, whatever their size', async () => {
    const [client, server] = await unixPair('unixpacket')
    const sizes = [1, 200_000, 64 * 1024, 3]
    const sending = (async () => {
      for (const size of sizes) await client.write(pattern(size))
      client.closeWrite()
    })()
    const got: number[] = []
    for await (const record of server) {
      expect(same(record, pattern(record.length))).toBe(true)
      got.push(record.length)
    }
    await sending
    expect(got).toEqual(sizes)
  })

  it('are not lost when a loop is left while it waits', async () => {
    const [client, server] = await unixPair('unixpacket')
    const loop = server[Symbol.asyncIterator]()
    const next = loop.next()
    await loop.return()
    expect(await next).toEqual({ value: undefined, done: true })
    await client.write('kept')
    expect(await server.read(new Uint8Array(8))).toBe(4)
  })

  it('fail a loop with the error of the connection', async () => {
    const [client, server] = await unixPair('unixpacket')
    await client.write('unread')
    await server.close()
    const error = await errorOf(client[Symbol.asyncIterator]().next())
    expect(error.message).toBe(
      `read unixpacket @->${client.remoteAddr}: read: connection reset by peer`,
    )
  })
})
