// Go: net/dial.go, ListenPacket; udpsock.go, ListenUDP and ListenMulticastUDP; unixsock.go, ListenUnixgram.
import { checkOptions, checkTarget } from './arguments.js'
import type { ListenCallOptions, ListenOptions, PacketConns } from './listen.js'
import { CALL_OPTIONS, ListenConfig } from './listen.js'
import type { PacketConn, UDPNetwork } from './net.js'
import type { UDPAddr } from './udpaddr.js'
import type { UDPConn } from './udpconn.js'
import type { UnixAddr } from './unixaddr.js'
import type { UnixgramConn } from './unixgramconn.js'

/** What `listenPacket` takes. */
export type ListenPacketOptions = Pick<
  ListenOptions,
  'control' | 'reusePort' | 'mode' | 'unlinkStale'
>

const PACKET_OPTIONS = [
  'control',
  'reusePort',
  'mode',
  'unlinkStale',
] as const satisfies readonly (keyof ListenPacketOptions)[]

/**
 * A socket for packets from and to anybody, with the options and errors of `ListenConfig.listenPacket`.
 * Go: `net.ListenPacket`.
 *
 * ```ts
 * import { listenPacket } from '@netfd/net'
 * await using conn = await listenPacket('udp', '127.0.0.1:0')
 * await conn.writeTo('to myself', conn.localAddr)
 * for await (const { data, addr } of conn) {
 *   console.assert(data.length === 9 && addr.port === conn.localAddr.port)
 *   break
 * }
 * ```
 *
 * @category Packets
 */
export function listenPacket<N extends keyof PacketConns>(
  network: N,
  address: string,
  o?: ListenPacketOptions & ListenCallOptions,
): Promise<PacketConns[N]>
export function listenPacket<N extends string>(
  network: string extends N ? N : never,
  address: string,
  o?: ListenPacketOptions & ListenCallOptions,
): Promise<PacketConn>
export async function listenPacket(
  network: string,
  address: string,
  o: ListenPacketOptions & ListenCallOptions = {},
): Promise<PacketConn> {
  checkTarget('listenPacket', network, address, 'udp', 'unixgram')
  checkOptions('listenPacket', o, [...PACKET_OPTIONS, ...CALL_OPTIONS])
  const { signal, ...options } = o
  return await new ListenConfig(options).listenPacket(network, address, { signal })
}

/**
 * `listenPacket` at one resolved address; null is every address, any port. Go: `net.ListenUDP`.
 *
 * @category Packets
 */
export async function listenUDP(network: UDPNetwork, laddr: UDPAddr | null): Promise<UDPConn> {
  return await new ListenConfig().listenUDP(network, laddr)
}

/**
 * `listenPacket` at the name of a local socket. Go: `net.ListenUnixgram`.
 *
 * ```ts
 * import { listenUnixgram, UnixAddr } from '@netfd/net'
 * await using conn = await listenUnixgram('unixgram', new UnixAddr('', 'unixgram'))
 * console.assert(conn.localAddr.name.startsWith('@'))
 * ```
 *
 * @category Local sockets
 */
export async function listenUnixgram(
  network: 'unixgram',
  laddr: UnixAddr,
  o: ListenPacketOptions = {},
): Promise<UnixgramConn> {
  checkOptions('listenUnixgram', o, PACKET_OPTIONS)
  return await new ListenConfig(o).listenUnixgram(network, laddr)
}

/**
 * A socket that has joined a multicast group. Go: `net.ListenMulticastUDP`.
 *
 * @category Packets
 */
export async function listenMulticastUDP(
  network: UDPNetwork,
  iface: string | null,
  group: UDPAddr,
): Promise<UDPConn> {
  return await new ListenConfig().listenMulticastUDP(network, iface, group)
}
