// Go: net/udpsock_test.go, and what the kernel does with a socket of packets.
import { close, SO_BROADCAST, SO_REUSEADDR, SOL_SOCKET } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { ListenPacketOptions, OpError, UDPNetwork } from '../src/index.js'
import {
  Dialer,
  dial,
  dialUDP,
  ListenConfig,
  listen,
  listenPacket,
  listenUDP,
  TCPAddr,
  UDPAddr,
  UDPConn,
} from '../src/index.js'
import {
  countCalls,
  errorOf,
  PAST,
  pattern,
  replacePoll,
  text,
  thrown,
  track,
  turn,
  until,
  watchPromise,
} from './support.js'

/** A socket for packets from anybody, closed after the test. */
const packets = async (
  network: UDPNetwork = 'udp',
  address = '127.0.0.1:0',
  o: ListenPacketOptions = {},
): Promise<UDPConn> => track(await listenPacket(network, address, o))

/** A socket with one peer. */
const dialed = async (peer: UDPConn | UDPAddr | string, network: UDPNetwork = 'udp') =>
  track(await dial(network, String(peer instanceof UDPConn ? peer.localAddr : peer)))

/** An address at which no socket is. */
async function nobody(): Promise<UDPAddr> {
  const conn = await listenPacket('udp', '127.0.0.1:0')
  await conn.close()
  return conn.localAddr
}

const room = (n = 64): Uint8Array => new Uint8Array(n)

describe('a packet', () => {
  it('comes with whose it is, and is answered (TestUDPServer, TestPacketConn)', async () => {
    const server = await packets()
    const client = await packets()
    expect(await client.writeTo('ping', server.localAddr)).toBe(4)
    const buf = room()
    const { n, addr, truncated } = await server.readFrom(buf)
    expect([text(buf.subarray(0, n)), truncated]).toEqual(['ping', false])
    expect(addr).toEqual(client.localAddr)
    await server.writeTo('pong', addr)
    expect(await client.read(buf)).toBe(4)
  })

  it('of IPv6 and IPv4 comes to one socket, as both (TestUDPIPVersionReadMsg)', async () => {
    const server = await packets('udp', ':0')
    const port = server.localAddr.port
    const four = await dialed(`127.0.0.1:${port}`)
    const six = await dialed(`[::1]:${port}`)
    await four.write('a')
    expect((await server.readMsg(room(), room(0))).addr).toEqual(four.localAddr)
    await six.write('b')
    const { addr } = await server.readFrom(room())
    expect(addr).toEqual(six.localAddr)
    await server.writeTo('c', addr)
    await server.writeTo('d', four.localAddr)
    expect([await six.read(room()), await four.read(room())]).toEqual([1, 1])
  })

  it('of no bytes is one (TestUDPZeroBytePayload)', async () => {
    const server = await packets()
    const client = await dialed(server)
    expect(await client.write('')).toBe(0)
    expect(await server.writeTo(room(0), server.localAddr)).toBe(0)
    expect(await server.read(room())).toBe(0)
    expect(await server.readFrom(room())).toMatchObject({ n: 0, truncated: false })
  })

  it('is taken without room for it by readFrom, not by read (TestUDPZeroByteBuffer)', async () => {
    const server = await packets()
    const client = await dialed(server)
    await client.write('abc')
    expect(await server.read(room(0))).toBe(0)
    expect(await server.readFrom(room(0))).toMatchObject({ n: 0, truncated: true })
    await client.write('defg')
    expect(await server.read(room())).toBe(4)
  })

  it('that is longer than the buffer loses its end, and the next is whole (TestUDPReadSizeError)', async () => {
    const server = await packets()
    const client = await dialed(server)
    await client.write(pattern(100))
    await client.write(pattern(50))
    expect(await server.readFrom(room(60))).toMatchObject({ n: 60, truncated: true })
    expect(await server.readMsg(room(49), room(0))).toMatchObject({ n: 49, flags: 0x20 })
  })

  it('has at most 65507 bytes', async () => {
    const server = await packets()
    const client = await dialed(server)
    expect(await client.write(room(65_507))).toBe(65_507)
    expect(await server.read(room(65_536))).toBe(65_507)
    const ends = `udp ${client.localAddr}->${server.localAddr}`
    const error = await errorOf<OpError>(client.write(room(65_508)))
    expect(error.message).toBe(`write ${ends}: write: message too long`)
    expect(error.bytesWritten).toBe(0)
    const other = await packets()
    await expect(other.writeTo(room(65_508), server.localAddr)).rejects.toThrow(
      `write udp ${other.localAddr}->${server.localAddr}: sendto: message too long`,
    )
  })

  it('may be several buffers', async () => {
    const server = await packets()
    const client = await dialed(server)
    expect(await client.writeMsg([pattern(3), pattern(4, 3)], null)).toBe(7)
    const buf = room()
    expect(await server.read(buf)).toBe(7)
    expect(buf.subarray(0, 7)).toEqual(pattern(7))
    const parts = [pattern(1), pattern(1)]
    expect(await server.writeMsg(parts, null, client.localAddr)).toBe(2)
    expect(await client.read(buf)).toBe(2)
    const error = await errorOf<OpError>(
      client.writeMsg(
        Array.from({ length: 1025 }, () => pattern(1)),
        null,
      ),
    )
    expect(error.code).toBe('EMSGSIZE')
  })

  it('to a full queue is lost, and no error', async () => {
    const server = await packets()
    server.setReadBuffer(2048)
    const client = await dialed(server)
    for (let i = 0; i < 100; i++) expect(await client.write(room(1000))).toBe(1000)
    let came = 0
    server.setReadTimeout(50)
    while ((await server.read(room(1000)).catch(() => -1)) > 0) came++
    expect(came).toBeGreaterThan(0)
    expect(came).toBeLessThan(100)
  })
})

describe('the address of a sender', () => {
  it('is the same object while one peer sends', async () => {
    const server = await packets()
    const [a, b] = [await dialed(server), await dialed(server)]
    const addrs: UDPAddr[] = []
    for (const client of [a, a, b, b, a]) {
      await client.write('x')
      addrs.push((await server.readFrom(room())).addr)
    }
    expect(addrs.map((addr) => addr.port)).toEqual(
      [a, a, b, b, a].map(({ localAddr }) => localAddr.port),
    )
    expect(addrs[1]).toBe(addrs[0])
    expect(addrs[3]).toBe(addrs[2])
    expect(addrs[4]).not.toBe(addrs[0])
  })

  it('goes back to the kernel as it came', async () => {
    const server = await packets('udp', ':0')
    const client = await dialed(`127.0.0.1:${server.localAddr.port}`)
    await client.write('x')
    const { addr } = await server.readFrom(room())
    const names: unknown[] = []
    replacePoll({
      sendto: (...args) => {
        names.push(args[5])
        return 1
      },
    })
    await server.writeTo('y', addr)
    await server.writeTo('y', addr)
    expect(names[0]).toBe(names[1])
    expect((names[0] as Uint8Array).length).toBe(28)
  })
})

describe('listenPacket', () => {
  it('listens where listen does, and its errors are Go’s', async () => {
    const conn = await packets()
    expect(String(conn.localAddr)).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(conn.remoteAddr).toBe(null)
    const at = String(conn.localAddr)
    const texts = await Promise.all(
      [
        listenPacket('udp', at),
        listenUDP('udp', conn.localAddr),
        listenPacket('tcp' as UDPNetwork, '127.0.0.1:1'),
        listen('udp' as 'tcp', '127.0.0.1:1'),
        listenPacket('udp9' as UDPNetwork, '127.0.0.1:1'),
        listenUDP('tcp' as UDPNetwork, conn.localAddr),
        listenPacket('udp4', '[::1]:1'),
      ].map(async (promise) => (await errorOf(promise)).message),
    )
    expect(texts).toEqual([
      `listen udp ${at}: bind: address already in use`,
      `listen udp ${at}: bind: address already in use`,
      'listen tcp 127.0.0.1:1: address 127.0.0.1:1: unexpected address type',
      'listen udp 127.0.0.1:1: address 127.0.0.1:1: unexpected address type',
      'listen udp9: unknown network udp9',
      `listen tcp ${at}: unknown network tcp`,
      'listen udp4: address ::1: no suitable address found',
    ])
  })

  it('takes what it is given to say, and no more', async () => {
    const seen: string[] = []
    const control = (network: string, address: string) => {
      seen.push(`${network} ${address}`)
    }
    await packets('udp', '127.0.0.1:0', { control })
    await packets('udp', ':0', { control })
    expect(seen).toEqual(['udp4 127.0.0.1:0', 'udp6 :0'])
    const failing = listenPacket('udp', '127.0.0.1:0', {
      control: () => {
        throw new Error('no')
      },
    })
    await expect(failing).rejects.toThrow('listen udp 127.0.0.1:0: no')
    await expect(listenPacket('udp', ':0', { backlog: 1 } as ListenPacketOptions)).rejects.toThrow(
      TypeError,
    )
    await expect(listenPacket('udp', 5 as unknown as string)).rejects.toThrow(TypeError)
    await expect(listenUDP('udp', '127.0.0.1:5' as unknown as UDPAddr)).rejects.toThrow(
      'laddr must be a UDPAddr, got ',
    )
  })

  it('shares a port where it is told to', async () => {
    const first = await packets('udp', '127.0.0.1:0', { reusePort: true })
    const config = new ListenConfig({ reusePort: true })
    const second = track(await config.listenPacket('udp', String(first.localAddr)))
    expect(second.localAddr).toEqual(first.localAddr)
    track(await config.listenUDP('udp', null))
  })

  it('sets what Go sets, and leaves the port its own', async () => {
    const conn = await packets()
    const raw = conn.syscallConn()
    expect(conn.getOption('broadcast')).toBe(true)
    expect(conn.getOption('reuseAddr')).toBe(false)
    raw.control(() => undefined)
    expect([SOL_SOCKET, SO_BROADCAST, SO_REUSEADDR]).toEqual([1, 6, 2])
  })

  it('at a multicast address is bound to all of them (TestIPv4MulticastListener)', async () => {
    const seen: string[] = []
    const control = (network: string, address: string) => {
      seen.push(`${network} ${address}`)
    }
    const conn = await packets('udp', '224.0.0.254:0', { control })
    const { port } = conn.localAddr
    expect(String(conn.localAddr)).toBe(`0.0.0.0:${port}`)
    expect(seen).toEqual(['udp4 0.0.0.0:0'])
    expect(conn.getOption('reuseAddr')).toBe(true)
    const same = await packets('udp', `224.0.0.254:${port}`)
    expect(same.localAddr.port).toBe(port)
    const six = await packets('udp6', '[ff02::114]:0')
    expect(String(six.localAddr)).toBe(`[::]:${six.localAddr.port}`)
  })

  it('of all addresses is of both families (TestDualStackUDPListener)', async () => {
    const conn = await packets('udp', ':0')
    expect(String(conn.localAddr)).toBe(`[::]:${conn.localAddr.port}`)
    const four = await packets('udp4', ':0')
    expect(String(four.localAddr)).toBe(`0.0.0.0:${four.localAddr.port}`)
  })
})

describe('a socket with a peer', () => {
  it('has both addresses, and no packet of any other (TestUDPConnLocalAndRemoteNames)', async () => {
    const server = await packets()
    const laddr = new UDPAddr('127.0.0.1', 0)
    for (const from of [null, laddr]) {
      const conn = track(await dialUDP('udp', from, server.localAddr))
      expect(conn.remoteAddr).toEqual(server.localAddr)
      expect(conn.localAddr.port).toBeGreaterThan(0)
      const other = await packets()
      await other.writeTo('stray', conn.localAddr)
      await server.writeTo('mine', conn.localAddr)
      expect(await conn.readFrom(room())).toMatchObject({ n: 4, addr: server.localAddr })
    }
  })

  it('is dialed by all rules of Go’s', async () => {
    const { localAddr } = await packets()
    const at = String(localAddr)
    const texts = await Promise.all(
      [
        dial('udp', ''),
        dialUDP('udp', null, null as unknown as UDPAddr),
        dialUDP('tcp' as UDPNetwork, null, localAddr),
        new Dialer({ localAddr: new TCPAddr('127.0.0.1', 0) }).dial('udp', at),
        new Dialer({ localAddr: new UDPAddr('127.0.0.1', 0) }).dial('tcp', at),
        new Dialer({ localAddr: new UDPAddr('127.0.0.1', 0) }).dial('udp', '[::1]:1'),
        new Dialer({ timeout: -1 }).dial('udp', at),
        dial('udp', at, { signal: AbortSignal.abort() }),
        dial('udp6', at),
      ].map(async (promise) => (await errorOf(promise)).message),
    )
    expect(texts).toEqual([
      'dial udp: missing address',
      'dial udp: missing address',
      `dial tcp ${at}: unknown network tcp`,
      'dial udp: address 127.0.0.1:0: mismatched local address type',
      'dial tcp: address 127.0.0.1:0: mismatched local address type',
      'dial udp: address 127.0.0.1:0: no suitable address found',
      `dial udp ${at}: i/o timeout`,
      `dial udp ${at}: operation was canceled`,
      'dial udp6: address 127.0.0.1: no suitable address found',
    ])
  })

  it('is told of a refusal once, by the call that comes next', async () => {
    const conn = await dialed(await nobody())
    const ends = `udp ${conn.localAddr}->${conn.remoteAddr}`
    expect(await conn.write('x')).toBe(1)
    await expect(conn.write('x')).rejects.toThrow(`write ${ends}: write: connection refused`)
    expect(await conn.write('x')).toBe(1)
    const error = await errorOf<OpError>(conn.readFrom(room()))
    expect(error.message).toBe(`read ${ends}: recvfrom: connection refused`)
    const waiting = conn.read(room())
    await conn.write('x')
    await expect(waiting).rejects.toThrow(`read ${ends}: read: connection refused`)
    const parked = watchPromise(conn.readMsg(room(), room(0)))
    await turn()
    expect(parked.state).toBe('pending')
    await conn.write('x')
    await until(() => parked.state === 'rejected')
    expect(String(parked.error)).toContain('recvmsg: connection refused')
  })

  it('is never told where it has none', async () => {
    const conn = await packets()
    const gone = await nobody()
    for (let i = 0; i < 5; i++) expect(await conn.writeTo('x', gone)).toBe(1)
    await conn.writeTo('y', conn.localAddr)
    expect(await conn.read(room())).toBe(1)
  })

  it('reaches this machine where the host is empty', async () => {
    const server = await packets('udp', ':0')
    const conn = await dialed(`:${server.localAddr.port}`)
    expect(conn.remoteAddr?.ip).toBe('127.0.0.1')
    await conn.write('x')
    expect((await server.readFrom(room())).addr).toEqual(conn.localAddr)
    const unconnected = await packets('udp', ':0')
    await unconnected.writeTo('y', new UDPAddr('', server.localAddr.port))
    expect((await server.readFrom(room())).addr.ip).toBe('::1')
  })
})

describe('a write that cannot be', () => {
  it.each(['127.0.0.1:9', { address: '127.0.0.1', port: 9 }])(
    'is told of an address that is none: %j',
    async (addr) => {
      const conn = await packets()
      const error = await errorOf(conn.writeTo('x', addr as unknown as UDPAddr))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/^addr must be a UDPAddr, got .*: make one with /)
    },
  )

  it('says why, as Go does (TestWriteToUDP)', async () => {
    const free = await packets('udp4')
    const conn = await dialed(free)
    const a = String(free.localAddr)
    const ends = `${conn.localAddr}->${a}`
    const none = null as unknown as UDPAddr
    const texts = await Promise.all(
      [
        free.write('x'),
        conn.writeTo('x', free.localAddr),
        conn.writeMsg(room(1), null, free.localAddr),
        free.writeTo('x', none),
        free.writeMsg(room(1), null),
        free.writeTo('x', new TCPAddr('127.0.0.1', 1) as unknown as UDPAddr),
        free.writeTo('x', new UDPAddr('::1', 1)),
        free.writeTo('x', new UDPAddr('127.0.0.1', 0)),
        free.writeMsg(room(1), null, new UDPAddr('127.0.0.1', 0)),
      ].map(async (promise) => (await errorOf(promise)).message),
    )
    expect(texts).toEqual([
      `write udp4 ${a}: write: destination address required`,
      `write udp ${ends}: use of WriteTo with pre-connected connection`,
      `write udp ${ends}: use of WriteTo with pre-connected connection`,
      `write udp4 ${a}: missing address`,
      `write udp4 ${a}: missing address`,
      `write udp4 ${a}->127.0.0.1:1: invalid argument`,
      `write udp4 ${a}->[::1]:1: address ::1: non-IPv4 address`,
      `write udp4 ${a}->127.0.0.1:0: sendto: invalid argument`,
      `write udp4 ${a}->127.0.0.1:0: sendmsg: invalid argument`,
    ])
    const error = await errorOf(conn.writeTo('x', free.localAddr))
    expect(error.code).toBe('ERR_WRITE_TO_CONNECTED')
    expect(await conn.writeMsg(room(1), null)).toBe(1)
  })

  it('is a TypeError where it is no packet', async () => {
    const conn = await packets()
    const wrong = 5 as unknown as Uint8Array
    for (const promise of [
      conn.write(wrong),
      conn.writeTo(wrong, conn.localAddr),
      conn.writeMsg(wrong, null, conn.localAddr),
      conn.writeMsg([wrong], null, conn.localAddr),
      conn.readFrom(wrong),
      conn.readMsg(room(), wrong),
    ]) {
      await expect(promise).rejects.toThrow(TypeError)
    }
  })
})

describe('its calls', () => {
  it('end at deadlines, by time, by a signal and by close (TestReadFromTimeout, TestPacketConnClose)', async () => {
    const conn = await packets()
    conn.setReadDeadline(PAST)
    expect((await errorOf(conn.readFrom(room()))).code).toBe('ETIMEDOUT')
    conn.setReadDeadline(null)
    conn.setReadTimeout(5)
    await expect(conn.readFrom(room())).rejects.toMatchObject({ code: 'ETIMEDOUT', timeout: true })
    conn.setReadTimeout(0)
    conn.setWriteDeadline(PAST)
    const late = await errorOf<OpError>(conn.writeTo('x', conn.localAddr))
    expect(late.message).toBe(`write udp ${conn.localAddr}->${conn.localAddr}: i/o timeout`)
    conn.setDeadline(null)
    const aborter = new AbortController()
    const aborted = conn.readFrom(room(), { signal: aborter.signal })
    aborter.abort()
    expect((await errorOf(aborted)).code).toBe('ABORT_ERR')
    const waiting = [conn.read(room()), conn.readFrom(room()), conn.readMsg(room(), room(0))]
    const errors = Promise.all(waiting.map((promise) => errorOf(promise)))
    await conn.close()
    expect((await errors).map(({ code }) => code)).toEqual(
      Array.from({ length: 3 }, () => 'ERR_NET_CLOSED'),
    )
    await expect(conn.writeTo('x', conn.localAddr)).rejects.toThrow(
      `write udp ${conn.localAddr}->${conn.localAddr}: use of closed network connection`,
    )
    await expect(conn.close()).rejects.toThrow('use of closed network connection')
  })

  it('cost one system call and no operation of their own', async () => {
    const server = await packets()
    const client = await dialed(server)
    const calls = countCalls('send', 'recvfrom', 'sendto', 'recv')
    const buf = room()
    for (let i = 0; i < 50; i++) {
      await client.write('x')
      const { addr } = await server.readFrom(buf)
      await server.writeTo('y', addr)
      await client.read(buf)
    }
    // What waits tries twice.
    expect(calls.send).toBe(50)
    expect(calls.sendto).toBe(50)
    expect(calls.recvfrom).toBe(50)
    expect(calls.recv).toBe(50)
  })

  it('hand the descriptor out and over, and print what they are', async () => {
    const conn = await packets()
    const dup = conn.dup()
    close(dup)
    expect(String(conn[Symbol.for('nodejs.util.inspect.custom') as never])).toBeTruthy()
    let sent = 0
    await conn.syscallConn().write(() => ++sent > 0)
    const waiting = errorOf(conn.readFrom(room()))
    const fd = conn.detach()
    expect((await waiting).code).toBe('ERR_NET_CLOSED')
    close(fd)
    expect(thrown(() => conn.setReadBuffer(1)).message).toContain('use of closed')
  })
})

describe('a loop over packets', () => {
  it('gives each with its sender, in a copy of its own', async () => {
    const server = await packets()
    const client = await dialed(server)
    for (const word of ['one', '', 'three']) await client.write(word)
    await client.write(room(60_000))
    const got: [string, number][] = []
    for await (const { data, addr, truncated } of server) {
      expect([addr, truncated]).toEqual([client.localAddr, false])
      got.push([data.length < 10 ? text(data) : '', data.length])
      if (got.length === 4) break
    }
    expect(got).toEqual([
      ['one', 3],
      ['', 0],
      ['three', 5],
      ['', 60_000],
    ])
    await client.write('kept')
    expect(await server.read(room())).toBe(4)
  })

  it('is left while it waits, and loses nothing', async () => {
    const server = await packets()
    const client = await dialed(server)
    const loop = server[Symbol.asyncIterator]()
    const waiting = loop.next()
    const left = loop.return()
    expect(await waiting).toEqual({ value: undefined, done: true })
    await left
    await client.write('x')
    expect(await server.read(room())).toBe(1)
  })

  it('fails as a read does, and another one goes on', async () => {
    const conn = await dialed(await nobody())
    await conn.write('x')
    const loop = conn[Symbol.asyncIterator]()
    expect((await errorOf(loop.next())).code).toBe('ECONNREFUSED')
    const next = watchPromise(conn[Symbol.asyncIterator]().next())
    await conn.close()
    await until(() => next.state === 'rejected')
  })
})
