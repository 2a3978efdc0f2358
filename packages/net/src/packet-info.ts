// Go: golang.org/x/net/ipv4 and ipv6, ControlMessage. What a socket tells of each packet besides its bytes.
import type { SocketControlMessage, Timestamp } from '@netfd/syscall'
import {
  IP_PKTINFO,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_TCLASS,
  parseDrops,
  parsePktInfo,
  parseSegmentSize,
  parseSocketControlMessage,
  parseTimestamp,
  parseTOS,
  parseTTL,
  SCM_TIMESTAMPNS,
  SO_RXQ_OVFL,
  SOL_SOCKET,
  SOL_UDP,
  UDP_GRO,
} from '@netfd/syscall'

/** What came with a packet: those parts that `receiveInfo` has asked for and the kernel knew. */
export interface PacketInfo {
  /** The address it was sent to, which a socket that is bound to all addresses is not told otherwise. */
  dst?: string
  /** The address to answer from: not `dst` where that is a broadcast or multicast address. */
  src?: string
  /** The index of the interface that it came by. */
  ifIndex?: number
  /** Its traffic class, 0 to 255; the low two bits are ECN. */
  tos?: number
  /** How many hops it had left. */
  ttl?: number
  /** When the kernel had it, since 1970. */
  timestamp?: Timestamp
  /** How many packets this socket had lost by then, for its queue was full. */
  drops?: number
}

const key = (level: number, type: number): number => level * 0x10000 + type

/** On a socket of both families an IPv4 packet brings some of it at either level. */
function put(info: PacketInfo, message: SocketControlMessage): void {
  switch (key(message.level, message.type)) {
    case key(IPPROTO_IP, IP_PKTINFO):
    case key(IPPROTO_IPV6, IPV6_PKTINFO):
      putDestination(info, message)
      break
    case key(IPPROTO_IP, IP_TOS):
    case key(IPPROTO_IPV6, IPV6_TCLASS):
      info.tos = parseTOS(message)
      break
    case key(IPPROTO_IP, IP_TTL):
    case key(IPPROTO_IPV6, IPV6_HOPLIMIT):
      info.ttl = parseTTL(message)
      break
    case key(SOL_SOCKET, SCM_TIMESTAMPNS):
      info.timestamp = parseTimestamp(message)
      break
    case key(SOL_SOCKET, SO_RXQ_OVFL):
      info.drops = parseDrops(message)
      break
  }
}

/** IPv4 says which address to answer from; over IPv6 it is the one that was asked. */
function putDestination(info: PacketInfo, message: SocketControlMessage): void {
  const { ifIndex, spec, addr = '' } = parsePktInfo(message)
  info.ifIndex = ifIndex
  info.dst = addr
  info.src = spec ?? info.src ?? addr
}

/**
 * What the control data of a packet says, as `readMsg` or `PacketBatch.control` gives it: cut it to `oobn`.
 * What is unknown is passed over. Throws SyscallError (`EINVAL`) for what is no control data, and where there
 * was no room for all of it (`MSG_CTRUNC`).
 *
 * ```ts
 * import { listenPacket, packetInfo } from '@netfd/net'
 * await using conn = await listenPacket('udp', '127.0.0.1:0')
 * conn.receiveInfo({ dst: true })
 * await conn.writeTo('who was asked?', conn.localAddr)
 * const oob = new Uint8Array(128)
 * const { oobn } = await conn.readMsg(new Uint8Array(64), oob)
 * console.assert(packetInfo(oob.subarray(0, oobn)).dst === '127.0.0.1')
 * ```
 *
 * @category Packets
 */
export function packetInfo(control: Uint8Array): PacketInfo {
  return infoOf(control)
}

/** The same for those who know that they have bytes. */
export function infoOf(control: Uint8Array): PacketInfo {
  const info: PacketInfo = {}
  for (const message of parseSocketControlMessage(control)) {
    put(info, message)
  }
  return info
}

/** The size of the packets that were joined; undefined where one came alone. */
export function segmentSizeOf(control: Uint8Array): number | undefined {
  if (control.length === 0) return undefined
  for (const message of parseSocketControlMessage(control)) {
    if (message.level === SOL_UDP && message.type === UDP_GRO) return parseSegmentSize(message)
  }
  return undefined
}
