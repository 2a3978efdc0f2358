// Go: golang.org/x/net/ipv4 and ipv6, ControlMessage and JoinGroup; net/listen_test.go, its multicast part.
import {
  getsockopt,
  IP_MULTICAST_LOOP,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  pktInfo,
  SO_EE_ORIGIN_ICMP,
  setsockopt,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { OpError, UDPConn } from '../src/index.js'
import {
  dial,
  listenMulticastUDP,
  listenPacket,
  PacketBatch,
  packetInfo,
  UDPAddr,
} from '../src/index.js'
import { errorOf, text, thrown, track, until } from './support.js'

const packets = async (address = '127.0.0.1:0', network: 'udp' | 'udp4' | 'udp6' = 'udp') =>
  track(await listenPacket(network, address))
const room = (n = 64): Uint8Array => new Uint8Array(n)

const ALL = { dst: true, tos: true, ttl: true, timestamp: true, drops: true }

/** What comes with the next packet. */
async function nextInfo(conn: UDPConn) {
  const oob = room(256)
  const { oobn } = await conn.readMsg(room(), oob)
  return packetInfo(oob.subarray(0, oobn))
}

describe('receiveInfo', () => {
  it.each(['udp4', 'udp'] as const)('tells of IPv4 packets on a socket of %s', async (network) => {
    const server = await packets(':0', network)
    server.receiveInfo(ALL)
    const client = track(await dial('udp', `127.0.0.9:${server.localAddr.port}`))
    client.syscallConn().control((fd) => {
      setsockopt(fd, IPPROTO_IP, IP_TTL, 7)
      setsockopt(fd, IPPROTO_IP, IP_TOS, 0x2e)
    })
    const before = Math.floor(Date.now() / 1000)
    await client.write('x')
    const info = await nextInfo(server)
    expect(info).toMatchObject({ dst: '127.0.0.9', ifIndex: 1, ttl: 7, tos: 0x2e })
    expect(info.src).toBe('127.0.0.9')
    expect(info.timestamp?.seconds).toBeGreaterThanOrEqual(before)
  })

  it.each(['udp6', 'udp'] as const)('tells of IPv6 packets on a socket of %s', async (network) => {
    const server = await packets(':0', network)
    server.receiveInfo(ALL)
    const client = track(await dial('udp', `[::1]:${server.localAddr.port}`))
    await client.write('x')
    expect(await nextInfo(server)).toMatchObject({ dst: '::1', ifIndex: 1, ttl: 64, tos: 0 })
  })

  it('tells of a broadcast from which address it is answered', async () => {
    const server = await packets(':0', 'udp4')
    server.receiveInfo({ dst: true })
    const client = await packets()
    await client.writeTo('x', new UDPAddr('127.255.255.255', server.localAddr.port))
    expect(await nextInfo(server)).toMatchObject({ dst: '127.255.255.255', src: '127.0.0.1' })
  })

  it('is read from a batch, and an answer goes out from the address that was asked', async () => {
    const server = await packets(':0', 'udp4')
    server.receiveInfo({ dst: true })
    const client = await packets()
    await client.writeTo('x', new UDPAddr('127.0.0.5', server.localAddr.port))
    const batch = new PacketBatch({ count: 2, control: 64 })
    expect(await server.readBatch(batch)).toBe(1)
    const { src = '' } = batch.info(0)
    expect(src).toBe('127.0.0.5')
    batch.set(0, batch.data(0).length, undefined, pktInfo({ ifIndex: 0, spec: src }))
    await server.writeBatch(batch)
    expect((await client.readFrom(room())).addr.ip).toBe('127.0.0.5')
    await server.writeMsg(room(1), pktInfo({ ifIndex: 0, spec: '127.0.0.6' }), client.localAddr)
    expect((await client.readFrom(room())).addr.ip).toBe('127.0.0.6')
  })

  it('is switched off again, and tells of losses', async () => {
    const server = await packets()
    server.receiveInfo({ dst: true, drops: true })
    server.receiveInfo({ dst: false })
    server.setReadBuffer(2048)
    for (let i = 0; i < 50; i++) await server.writeTo(room(500), server.localAddr)
    let drops = 0
    server.setReadTimeout(20)
    for (;;) {
      const oob = room(128)
      const got = await server.readMsg(room(), oob).catch(() => null)
      if (got === null) break
      const info = packetInfo(oob.subarray(0, got.oobn))
      expect(info.dst).toBe(undefined)
      drops = info.drops ?? drops
    }
    server.setReadTimeout(0)
    await server.writeTo('last', server.localAddr)
    expect((await nextInfo(server)).drops ?? drops).toBeGreaterThan(0)
  })

  it('refuses what is no switch', async () => {
    const conn = await packets()
    expect(thrown(() => conn.receiveInfo({ dst: 1 } as object))).toBeInstanceOf(TypeError)
    expect(thrown(() => conn.receiveInfo({ source: true } as object))).toBeInstanceOf(TypeError)
    await conn.close()
    expect(thrown(() => conn.receiveInfo(ALL)).message).toContain('use of closed')
  })
})

describe('a group', () => {
  it('is joined on an interface, left, and joined once (TestIPv4MulticastListener)', async () => {
    const group = '239.7.7.7'
    const conn = await packets('224.0.0.0:0')
    const sender = await packets(':0', 'udp4')
    conn.joinGroup(group, { iface: 'lo' })
    sender.setMulticastInterface('lo')
    sender.setMulticastTTL(1)
    await sender.writeTo('to all', new UDPAddr(group, conn.localAddr.port))
    const buf = room()
    expect(text(buf.subarray(0, await conn.read(buf)))).toBe('to all')
    expect(thrown(() => conn.joinGroup(group, { iface: 'lo' })).message).toMatch(
      /^set udp 0\.0\.0\.0:\d+: setsockopt: address already in use$/,
    )
    conn.leaveGroup(group, { iface: 'lo' })
    expect(thrown<OpError>(() => conn.leaveGroup(group, { iface: 'lo' })).code).toBe(
      'EADDRNOTAVAIL',
    )
  })

  it('of IPv6 is joined, also from one sender alone', async () => {
    const conn = await packets('[::]:0', 'udp6')
    conn.joinGroup('ff01::7777', { iface: 'lo' })
    expect(thrown(() => conn.joinGroup('ff01::7777', { iface: 'lo' })).message).toContain(
      'address already in use',
    )
    conn.joinGroup('ff01::8888', { iface: 'lo', source: '::1' })
    conn.leaveGroup('ff01::8888', { iface: 'lo', source: '::1' })
    conn.leaveGroup('ff01::7777', { iface: 'lo' })
    conn.setMulticastInterface('lo')
    conn.setMulticastLoopback(true)
    conn.setMulticastTTL(2)
  })

  it('that is joined for one sender gives nothing of others', async () => {
    const group = '239.7.7.10'
    const conn = await packets(':0', 'udp4')
    conn.joinGroup(group, { iface: 'lo', source: '127.0.0.9' })
    for (const source of ['127.0.0.1', '127.0.0.9']) {
      const sender = await packets(`${source}:0`, 'udp4')
      sender.setMulticastInterface('lo')
      await sender.writeTo(`by ${source}`, new UDPAddr(group, conn.localAddr.port))
    }
    const buf = room()
    expect(text(buf.subarray(0, await conn.read(buf)))).toBe('by 127.0.0.9')
  })

  it('has several members at one port (listenMulticastUDP)', async () => {
    const first = track(await listenMulticastUDP('udp4', 'lo', new UDPAddr('239.7.7.8', 0)))
    // What such a member sends is not for its own machine.
    first.syscallConn().control((fd) => {
      expect(getsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP)).toBe(0)
    })
    const group = new UDPAddr('239.7.7.8', first.localAddr.port)
    const second = track(await listenMulticastUDP('udp4', 'lo', group))
    const sender = await packets(':0', 'udp4')
    sender.setMulticastInterface('lo')
    await sender.writeTo('both', group)
    expect([await first.read(room()), await second.read(room())]).toEqual([4, 4])
  })

  it('that is none is refused as Go does', async () => {
    const texts = await Promise.all(
      [
        listenMulticastUDP('udp', null, null as unknown as UDPAddr),
        listenMulticastUDP('udp4', null, new UDPAddr('127.0.0.1', 5353)),
        listenMulticastUDP('udp4', 'nosuch0', new UDPAddr('239.7.7.8', 0)),
        listenMulticastUDP('tcp' as never, null, new UDPAddr('239.7.7.8', 1)),
      ].map(async (promise) => (await errorOf(promise)).message),
    )
    expect(texts).toEqual([
      'listen udp: missing address',
      'listen udp4 127.0.0.1:5353: setsockopt: invalid argument',
      'listen udp4 239.7.7.8:0: address nosuch0: no such network interface',
      'listen tcp 239.7.7.8:1: unknown network tcp',
    ])
    const conn = await packets()
    for (const call of [
      () => conn.joinGroup('house'),
      () => conn.joinGroup('239.7.7.7', { iface: 'nosuch0' }),
      () => conn.joinGroup('239.7.7.7', { ifname: 'lo' } as object),
      () => conn.setMulticastTTL(256),
      () => conn.setMulticastLoopback(1 as never),
      () => conn.setMulticastInterface('nosuch0'),
    ]) {
      expect(thrown(call)).toBeInstanceOf(Error)
    }
  })
})

describe('the error queue', () => {
  it('says of each packet what became of it, and clears what the next call would fail with', async () => {
    const gone = await packets()
    await gone.close()
    const conn = await packets()
    expect(conn.readError()).toBe(null)
    conn.setRecvErr(true)
    const waiting = errorOf(conn.readFrom(room()))
    await conn.writeTo('lost', gone.localAddr)
    expect((await waiting).code).toBe('ECONNREFUSED')
    const error = conn.readError()
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      origin: SO_EE_ORIGIN_ICMP,
      type: 3,
      icmpCode: 3,
      addr: gone.localAddr,
    })
    expect(error?.offender?.ip).toBe('127.0.0.1')
    expect(text(error?.data ?? room(0))).toBe('lost')
    expect(conn.readError()).toBe(null)
    await conn.writeTo('lost', gone.localAddr)
    await until(() => conn.readError() !== null)
    expect(await conn.writeTo('me', conn.localAddr)).toBe(2)
    expect(await conn.read(room())).toBe(2)
  })

  it('is there for IPv6 too', async () => {
    const gone = await packets('[::1]:0')
    await gone.close()
    const conn = track(await dial('udp', String(gone.localAddr)))
    conn.setRecvErr(true)
    await conn.write('x')
    let error = conn.readError()
    await until(() => {
      error ??= conn.readError()
      return error !== null
    })
    expect(error).toMatchObject({ code: 'ECONNREFUSED', addr: gone.localAddr })
  })
})

describe('the MTU of the path', () => {
  it('is asked, and kept to', async () => {
    const server = await packets()
    const conn = track(await dial('udp', String(server.localAddr)))
    expect(conn.pathMTU()).toBeGreaterThan(1500)
    for (const mode of ['dont', 'want', 'probe', 'do'] as const) conn.setMTUDiscover(mode)
    expect(thrown(() => conn.setMTUDiscover('maybe' as never))).toBeInstanceOf(TypeError)
    expect(thrown<OpError>(() => server.pathMTU()).code).toBe('ENOTCONN')
    const six = track(await dial('udp', '[::1]:9'))
    expect(six.pathMTU()).toBeGreaterThan(1500)
  })
})
