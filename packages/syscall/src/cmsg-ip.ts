// Go: golang.org/x/net/ipv4 and ipv6, control_*.go. What a packet says of itself, in control data.
import type { SocketControlMessage } from './cmsg.js'
import { expectMessage, malformed, messageOf, viewOfData } from './cmsg.js'
import { constants } from './constants.js'
import { formatIP, parseIP } from './ip.js'
import { checkInteger, littleEndian } from './sockaddr.js'

/** The family of a packet, which says at which level its control data is. */
export type IPFamily = 'inet4' | 'inet6'

/** Where a packet came by, or is to go out: `struct in_pktinfo`, `struct in6_pktinfo`. See ip(7), ipv6(7). */
export interface PktInfo {
  /** The index of the interface; 0 leaves the choice to the kernel. */
  readonly ifIndex: number
  /** IPv4: the local address to answer from, which of a broadcast is not the one it was sent to. */
  readonly spec?: string
  /** The address that the packet was sent to; of an IPv6 packet that goes out, the one it comes from. */
  readonly addr?: string
}

const MAX_UINT = 2 ** 32 - 1
const INET4 = 12
const INET6 = 20
const INT = 4
const ADDR4 = 4
const ADDR6 = 16
const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/** Copies an address into `view`, where there is one: of IPv6, four bytes make a mapped one. */
function put(view: DataView, at: number, size: number, addr: string | undefined): void {
  if (addr === undefined) return
  const ip = parseIP(addr)
  if (ip === null || ip.length > size) {
    throw new TypeError(`not an IPv${size === ADDR4 ? 4 : 6} address: ${addr}`)
  }
  const whole = ip.length === size ? [...ip] : [...mappedPrefix, ...ip]
  for (const [i, byte] of whole.entries()) view.setUint8(at + i, byte)
}

/**
 * Control data that says by which interface and from which address a packet goes out: `spec` over IPv4;
 * over IPv6 `addr`, or `spec` where that is missing. The family is that of the address when left out, IPv4 without
 * one; an IPv4 address of `inet6` is a mapped one. Throws TypeError for what is no address of the family, RangeError for an index that is no 32-bit number. See ip(7), IP_PKTINFO, and ipv6(7), IPV6_PKTINFO.
 *
 * ```ts
 * import { parsePktInfo, parseSocketControlMessage, pktInfo } from '@netfd/syscall'
 * const control = pktInfo({ ifIndex: 0, spec: '127.0.0.2' })
 * console.log(parseSocketControlMessage(control).map(parsePktInfo)) // [{ ifIndex: 0, spec: '127.0.0.2', … }]
 * ```
 */
export function pktInfo(
  { ifIndex, spec, addr }: PktInfo,
  family: IPFamily = [spec, addr].some((ip) => ip?.includes(':')) ? 'inet6' : 'inet4',
): Uint8Array {
  checkInteger('ifIndex', ifIndex, MAX_UINT)
  if (family === 'inet6') {
    return messageOf(constants.IPPROTO_IPV6, constants.IPV6_PKTINFO, INET6, (view) => {
      put(view, 0, ADDR6, addr ?? spec)
      view.setUint32(ADDR6, ifIndex, littleEndian)
    })
  }
  return messageOf(constants.IPPROTO_IP, constants.IP_PKTINFO, INET4, (view) => {
    view.setUint32(0, ifIndex, littleEndian)
    put(view, ADDR4, ADDR4, spec)
    put(view, 2 * ADDR4, ADDR4, addr)
  })
}

/**
 * Where a packet came by, of an IP_PKTINFO or IPV6_PKTINFO message; EINVAL for any other. An IPv4 packet of
 * a dual-stack socket has a dotted quad for its address either way.
 */
export function parsePktInfo(message: SocketControlMessage): PktInfo {
  const { level, data } = message
  if (level === constants.IPPROTO_IPV6) {
    expectMessage(message, level, constants.IPV6_PKTINFO)
    const view = viewOfData(message, INET6)
    const addr = formatIP(data.subarray(0, ADDR6))
    return { ifIndex: view.getUint32(ADDR6, littleEndian), addr }
  }
  expectMessage(message, constants.IPPROTO_IP, constants.IP_PKTINFO)
  const view = viewOfData(message, INET4)
  return {
    ifIndex: view.getUint32(0, littleEndian),
    spec: formatIP(data.subarray(ADDR4, 2 * ADDR4)),
    addr: formatIP(data.subarray(2 * ADDR4, INET4)),
  }
}

const oneInt = (level: number, type: number, value: number): Uint8Array =>
  messageOf(level, type, INT, (view) => view.setInt32(0, value, littleEndian))

/** Control data with the traffic class of a packet, 0 to 255. See ip(7), IP_TOS, and ipv6(7), IPV6_TCLASS. */
export function tos(value: number, family: IPFamily = 'inet4'): Uint8Array {
  checkInteger('tos', value, 0xff)
  return family === 'inet6'
    ? oneInt(constants.IPPROTO_IPV6, constants.IPV6_TCLASS, value)
    : oneInt(constants.IPPROTO_IP, constants.IP_TOS, value)
}

/** Control data with the hops that a packet may take: 1 to 255. See IP_TTL and IPV6_HOPLIMIT. */
export function ttl(value: number, family: IPFamily = 'inet4'): Uint8Array {
  if (value === 0) throw new RangeError('ttl must be an integer from 1 to 255, not 0')
  checkInteger('ttl', value, 0xff)
  return family === 'inet6'
    ? oneInt(constants.IPPROTO_IPV6, constants.IPV6_HOPLIMIT, value)
    : oneInt(constants.IPPROTO_IP, constants.IP_TTL, value)
}

/**
 * A number of one byte or of an int at the level of IPv4 or IPv6: the kernel has both, and of TOS the
 * shorter one.
 */
function numberOf(message: SocketControlMessage, ip: number, ipv6: number): number {
  if (message.level === constants.IPPROTO_IPV6) expectMessage(message, message.level, ipv6)
  else expectMessage(message, constants.IPPROTO_IP, ip)
  const view = viewOfData(message, 1)
  if (view.byteLength === 1) return view.getUint8(0)
  if (view.byteLength < INT) throw malformed()
  return view.getInt32(0, littleEndian)
}

/** The traffic class of an IP_TOS or IPV6_TCLASS message; its low two bits are ECN. EINVAL for any other. */
export function parseTOS(message: SocketControlMessage): number {
  return numberOf(message, constants.IP_TOS, constants.IPV6_TCLASS)
}

/** The hops that were left, of an IP_TTL or IPV6_HOPLIMIT message; EINVAL for any other. */
export function parseTTL(message: SocketControlMessage): number {
  return numberOf(message, constants.IP_TTL, constants.IPV6_HOPLIMIT)
}

/**
 * Control data that has the kernel cut one send into datagrams of this many bytes; 0 has it cut nothing.
 * See udp(7), UDP_SEGMENT.
 */
export function segmentSize(bytes: number): Uint8Array {
  checkInteger('segmentSize', bytes, 0xffff)
  return messageOf(constants.SOL_UDP, constants.UDP_SEGMENT, 2, (view) =>
    view.setUint16(0, bytes, littleEndian),
  )
}

/**
 * The size of the datagrams that were joined into one, of a UDP_GRO message, in bytes; that of one that is
 * sent, of a UDP_SEGMENT message. EINVAL for any other.
 */
export function parseSegmentSize(message: SocketControlMessage): number {
  expectMessage(message, constants.SOL_UDP, constants.UDP_GRO, constants.UDP_SEGMENT)
  if (message.type === constants.UDP_SEGMENT) {
    return viewOfData(message, 2).getUint16(0, littleEndian)
  }
  return viewOfData(message, INT).getInt32(0, littleEndian)
}
