// Go: net/sockoptip_linux.go and golang.org/x/net/ipv4, JoinGroup and its neighbours. Groups of receivers.
import {
  AF_INET,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  MCAST_LEAVE_GROUP,
  MCAST_LEAVE_SOURCE_GROUP,
  SOCKADDR_STORAGE_SIZE,
} from '@netfd/syscall'
import { checkOptions, checkType, checkWhole } from './arguments.js'
import { AddrError, ParseError } from './errors.js'
import type { NetFD } from './fd.js'
import { hook } from './hook.js'
import { parseAddr } from './ip.js'
import { setBoth } from './udp-options.js'
import { UDPAddr } from './udpaddr.js'

/** What joining a group may say besides. */
export interface GroupOptions {
  /** The name of the interface; the kernel chooses one when left out. */
  iface?: string | undefined
  /** The IP address of the one sender whose packets are wanted. */
  source?: string | undefined
}

// struct group_req: an index, padding, an address; struct group_source_req has another address behind.
const GROUP_AT = 8
const SOURCE_AT = GROUP_AT + SOCKADDR_STORAGE_SIZE

/** The index of an interface. Throws AddrError where there is none of that name. */
function indexOf(iface: string | null | undefined): number {
  if (iface == null) return 0
  if (typeof iface !== 'string') throw new TypeError('iface must be the name of an interface')
  const index = iface.includes('\0') ? 0 : hook.ifNametoindex(iface)
  if (index <= 0) throw new AddrError('no such network interface', iface)
  return index
}

/** The address of an IP address's text. Throws ParseError. */
function addrOf(text: string): UDPAddr {
  const parsed = typeof text === 'string' ? parseAddr(text) : null
  if (parsed === null) throw new ParseError('IP address', String(text))
  return UDPAddr.of(parsed.ip, 0, parsed.zone)
}

/** The struct of a request, for a group of either family. */
function request(group: UDPAddr, { iface, source }: GroupOptions): Uint8Array {
  const from = source === undefined ? null : addrOf(source)
  const bytes = new Uint8Array(SOURCE_AT + (from === null ? 0 : SOCKADDR_STORAGE_SIZE))
  new Uint32Array(bytes.buffer, 0, 1)[0] = indexOf(iface ?? (group.zone || undefined))
  bytes.set(group.sockaddr(group.family), GROUP_AT)
  if (from !== null) bytes.set(from.sockaddr(from.family), SOURCE_AT)
  return bytes
}

function membership(fd: NetFD, text: string, o: GroupOptions, [any, one]: [number, number]): void {
  checkOptions('joinGroup', o, ['iface', 'source'])
  const group = addrOf(text)
  const level = group.family === AF_INET ? IPPROTO_IP : IPPROTO_IPV6
  fd.setsockopt(level, o.source === undefined ? any : one, request(group, o))
}

/** Joins a group. */
export function joinGroup(fd: NetFD, group: string, o: GroupOptions = {}): void {
  membership(fd, group, o, [MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP])
}

/** Leaves a group that was joined with the same options. */
export function leaveGroup(fd: NetFD, group: string, o: GroupOptions = {}): void {
  membership(fd, group, o, [MCAST_LEAVE_GROUP, MCAST_LEAVE_SOURCE_GROUP])
}

/** Says by which interface packets to groups go out; null leaves it to the kernel. */
export function setMulticastInterface(fd: NetFD, iface: string | null): void {
  const index = indexOf(iface)
  // struct ip_mreqn: a group, an address and an index.
  const mreqn = new Uint8Array(Int32Array.of(0, 0, index).buffer)
  if (fd.family !== AF_INET) fd.setInt(IPPROTO_IPV6, IPV6_MULTICAST_IF, index)
  try {
    fd.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, mreqn)
  } catch (error) {
    // A socket of IPv6 that has no IPv4 packets may refuse it.
    if (fd.family === AF_INET) throw error
  }
}

/** Says whether this machine's own members get what is sent here. */
export function setMulticastLoopback(fd: NetFD, on: boolean): void {
  checkType('on', on, 'boolean')
  setBoth(fd, { ip: IP_MULTICAST_LOOP, ipv6: IPV6_MULTICAST_LOOP }, on)
}

/** Says how many hops packets to groups may take. */
export function setMulticastTTL(fd: NetFD, n: number): void {
  checkWhole('n', n, 0, 255)
  setBoth(fd, { ip: IP_MULTICAST_TTL, ipv6: IPV6_MULTICAST_HOPS }, n)
}
