// What a caller's compiler knows: a literal network gives its class, a string the interface.
import { expect, expectTypeOf, it } from 'vitest'
import type {
  Conn,
  Listener,
  PacketConn,
  StreamConn,
  TCPListener,
  TCPNetwork,
  UDPAddr,
  UnixListener,
} from '../src/index.js'
import {
  Dialer,
  dial,
  dialTimeout,
  dialUnix,
  ListenConfig,
  listen,
  listenPacket,
  listenUnixgram,
  pipe,
  TCPConn,
  UDPConn,
  UnixAddr,
  UnixConn,
  UnixgramConn,
  UnixpacketConn,
} from '../src/index.js'
import { track } from './support.js'

/** A network that is only known when the program runs. */
const named = (network: string): string => network
const UNNAMED = new UnixAddr('', 'unixgram')

it('a network that is a literal gives the class of its connections and listeners', async () => {
  const listener = track(await listen('tcp4', '127.0.0.1:0'))
  expectTypeOf(listener).toEqualTypeOf<TCPListener>()
  const configured = track(await new ListenConfig().listen('tcp', '127.0.0.1:0'))
  expectTypeOf(configured).toEqualTypeOf<TCPListener>()
  const address = String(listener.addr)
  const conn = track(await dial('tcp', address))
  expectTypeOf(conn).toEqualTypeOf<TCPConn>()
  expectTypeOf(track(await dialTimeout('tcp4', address, 60_000))).toEqualTypeOf<TCPConn>()
  const either = 'tcp' as TCPNetwork
  expectTypeOf(track(await new Dialer().dial(either, address))).toEqualTypeOf<TCPConn>()
  expectTypeOf(track(await listener.accept())).toEqualTypeOf<TCPConn>()
  expect(conn).toBeInstanceOf(TCPConn)
})

it('a network that is a string gives the interfaces that all networks share', async () => {
  const listener = track(await listen(named('tcp'), '127.0.0.1:0'))
  expectTypeOf(listener).toEqualTypeOf<Listener>()
  const configured = track(await new ListenConfig().listen(named('tcp'), '127.0.0.1:0'))
  expectTypeOf(configured).toEqualTypeOf<Listener>()
  const address = String(listener.addr)
  const conn = track(await dial(named('tcp'), address))
  expectTypeOf(conn).toEqualTypeOf<Conn>()
  expectTypeOf(track(await dialTimeout(named('tcp'), address, 60_000))).toEqualTypeOf<Conn>()
  expectTypeOf(track(await new Dialer().dial(named('tcp'), address))).toEqualTypeOf<Conn>()
  expectTypeOf(conn).not.toHaveProperty('readFull')
  expect(conn).toBeInstanceOf(TCPConn)
})

it('a network of local sockets or packets that is a literal gives its class', async () => {
  const listener = track(await listen('unix', ''))
  expectTypeOf(listener).toEqualTypeOf<UnixListener<UnixConn>>()
  expectTypeOf(listener.addr).toEqualTypeOf<UnixAddr>()
  const conn = track(await dial('unix', String(listener.addr)))
  expectTypeOf(conn).toEqualTypeOf<UnixConn>()
  expectTypeOf(track(await listener.accept())).toEqualTypeOf<UnixConn>()
  const records = track(await listen('unixpacket', ''))
  expectTypeOf(records).toEqualTypeOf<UnixListener<UnixpacketConn>>()
  const record = track(await dialUnix('unixpacket', null, records.addr))
  expectTypeOf(record).toEqualTypeOf<UnixpacketConn>()
  expectTypeOf(track(await records.accept())).toEqualTypeOf<UnixpacketConn>()
  expectTypeOf(track(await dialTimeout('udp', '127.0.0.1:9', 60_000))).toEqualTypeOf<UDPConn>()
  const packets = track(await listenPacket('udp4', '127.0.0.1:0'))
  expectTypeOf(packets).toEqualTypeOf<UDPConn>()
  expectTypeOf(packets.localAddr).toEqualTypeOf<UDPAddr>()
  const grams = track(await listenPacket('unixgram', ''))
  expectTypeOf(grams).toEqualTypeOf<UnixgramConn>()
  expectTypeOf(track(await listenUnixgram('unixgram', UNNAMED))).toEqualTypeOf<UnixgramConn>()
  const bound = track(await dialUnix('unixgram', new UnixAddr('@netfd-types', 'unixgram'), null))
  expectTypeOf(bound).toEqualTypeOf<UnixgramConn>()
  expectTypeOf(bound.remoteAddr).toEqualTypeOf<UnixAddr | null>()
  expectTypeOf(track(await listenPacket(named('unixgram'), ''))).toEqualTypeOf<PacketConn>()
  expect(conn).toBeInstanceOf(UnixConn)
  expect(record).toBeInstanceOf(UnixpacketConn)
  expect(bound).toBeInstanceOf(UnixgramConn)
})

it('what only some kinds of connections do, the others do not have', () => {
  expectTypeOf<UnixConn>().toExtend<StreamConn>()
  expectTypeOf<UnixpacketConn>().toExtend<Conn>()
  expectTypeOf<UnixpacketConn>().not.toExtend<StreamConn>()
  expectTypeOf<UnixgramConn>().toExtend<PacketConn>()
  expectTypeOf<UDPConn>().toExtend<PacketConn>()
  for (const packets of [UnixgramConn, UDPConn]) {
    expectTypeOf<InstanceType<typeof packets>>().not.toHaveProperty('closeRead')
    for (const name of ['closeRead', 'closeWrite', 'readFull', 'writev']) {
      expect(packets.prototype).not.toHaveProperty(name)
    }
  }
  expectTypeOf<UDPConn>().not.toHaveProperty('sendFd')
  expectTypeOf<TCPConn>().not.toHaveProperty('sendFd')
  expectTypeOf<UnixConn>().not.toHaveProperty('setNoDelay')
  expectTypeOf<TCPListener>().not.toHaveProperty('setUnlinkOnClose')
})

it('a stream has more than a Conn, and a TCPConn is one', async () => {
  const [a, b] = pipe().map(track) as [StreamConn, StreamConn]
  expectTypeOf<TCPConn>().toExtend<StreamConn>()
  expectTypeOf<StreamConn>().toExtend<Conn>()
  await a.write(Uint8Array.of(1, 2))
  expect(await b.readFull(new Uint8Array(2))).toBe(2)
  await a.close()
  for await (const piece of b) expect.unreachable(String(piece))
})

it('a network that there is not is refused, literal or not', async () => {
  await expect(dial(named('ip'), '127.0.0.1:1')).rejects.toThrow('unknown network ip')
  await expect(listen(named('ip'), '127.0.0.1:0')).rejects.toThrow('unknown network ip')
})
