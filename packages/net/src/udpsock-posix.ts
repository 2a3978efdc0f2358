// Go: net/udpsock_posix.go. UDP sockets from resolved addresses.
import { AF_INET, SOCK_DGRAM } from '@netfd/syscall'
import type { Bound } from './bound.js'
import type { OpError } from './errors.js'
import { isMulticast } from './ip.js'
import { favoriteFamily } from './ipsock-posix.js'
import type { Control } from './sock.js'
import { dialSocket, listenDatagram } from './sock.js'
import type { SysDialer } from './sys-dialer.js'
import { opened } from './trace.js'
import { UDPAddr } from './udpaddr.js'
import type { UDPConn } from './udpconn.js'
import { newUDPConn } from './udpconn.js'

const sotype = SOCK_DGRAM
const protocol = 0

/** A socket with one peer. Nothing is sent: whether the peer is there, it does not tell. Go: `sysDialer.dialUDP`. */
export async function dialUDP(
  { network, settings }: SysDialer,
  laddr: UDPAddr | null,
  raddr: UDPAddr,
  bound: Bound,
): Promise<UDPConn> {
  const { control } = settings
  const { family, v6only } = favoriteFamily(network, laddr, raddr, false)
  const fd = await dialSocket(
    { network, family, v6only, sotype, protocol, laddr, raddr, control },
    bound,
  )
  const conn = newUDPConn(fd)
  if (opened.hasSubscribers) opened.publish(fd.trace())
  return conn
}

/** What a socket for packets from anybody is given. */
export interface PacketSettings {
  readonly control: Control | undefined
  readonly reusePort: boolean
}

/**
 * A socket for packets from anybody. At a multicast address it is bound to every address, and others may be
 * as well. Go: `sysListener.listenUDP`, and what listenDatagram does with such an address.
 */
export async function listenUDPAddr(
  network: string,
  laddr: UDPAddr,
  settings: PacketSettings,
): Promise<UDPConn> {
  const family = favoriteFamily(network, laddr, null, true)
  const group = isMulticast(laddr.ip)
  const at = group ? UDPAddr.of(wildcard(family.family), laddr.port, laddr.zone) : laddr
  const plan = { network, ...family, sotype, protocol, laddr: at, ...settings, reuseAddr: group }
  return newUDPConn(await listenDatagram(plan))
}

/**
 * A socket that has joined a group and gets what comes to it, from anybody, and what comes to other groups of
 * this machine at the same port. What it sends to groups, this machine's members do not get.
 * Go: `sysListener.listenMulticastUDP`.
 */
export async function listenMulticastUDPAddr(
  network: string,
  iface: string | null,
  group: UDPAddr,
  settings: PacketSettings,
): Promise<UDPConn> {
  const conn = await listenUDPAddr(network, group, settings)
  try {
    conn.joinAlone(iface, group)
    return conn
  } catch (error) {
    await conn.close()
    throw (error as OpError).cause
  }
}

const wildcard = (family: number): string => (family === AF_INET ? '0.0.0.0' : '::')
