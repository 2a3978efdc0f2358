// Linux: <linux/errqueue.h>, socket(7). Times, losses and errors of packets, in control data.
import type { SocketControlMessage } from './cmsg.js'
import { expectMessage, viewOfData } from './cmsg.js'
import { constants } from './constants.js'
import { errnoName } from './errno.js'
import type { Sockaddr } from './sockaddr.js'
import { decodeSockaddr, littleEndian } from './sockaddr.js'

/** A time since 1970, as the kernel's clock had it when a packet came or went. */
export interface Timestamp {
  /** Whole seconds. */
  readonly seconds: number
  /** 0 to 999 999 999; of SCM_TIMESTAMP whole microseconds. */
  readonly nanoseconds: number
}

const TIMESPEC = 16
const NANOSECONDS_AT = 8
/** Of three times SCM_TIMESTAMPING has two: the kernel's, and the device's at this place. */
const HARDWARE_AT = 2 * TIMESPEC

/**
 * When a packet came, of an SCM_TIMESTAMPNS, SCM_TIMESTAMP or SCM_TIMESTAMPING message; of the last, the
 * time of the device where the kernel's is missing. EINVAL for any other message. See socket(7).
 */
export function parseTimestamp(message: SocketControlMessage): Timestamp {
  const { SCM_TIMESTAMP, SCM_TIMESTAMPING, SCM_TIMESTAMPNS, SOL_SOCKET } = constants
  expectMessage(message, SOL_SOCKET, SCM_TIMESTAMPNS, SCM_TIMESTAMP, SCM_TIMESTAMPING)
  const three = message.type === SCM_TIMESTAMPING
  const view = viewOfData(message, three ? 3 * TIMESPEC : TIMESPEC)
  const at = (offset: number): Timestamp => {
    const fraction = Number(view.getBigInt64(offset + NANOSECONDS_AT, littleEndian))
    return {
      seconds: Number(view.getBigInt64(offset, littleEndian)),
      nanoseconds: message.type === SCM_TIMESTAMP ? fraction * 1000 : fraction,
    }
  }
  const time = at(0)
  return three && time.seconds === 0 && time.nanoseconds === 0 ? at(HARDWARE_AT) : time
}

/** How many packets the socket has dropped so far, of an SO_RXQ_OVFL message; EINVAL for any other. */
export function parseDrops(message: SocketControlMessage): number {
  expectMessage(message, constants.SOL_SOCKET, constants.SO_RXQ_OVFL)
  return viewOfData(message, 4).getUint32(0, littleEndian)
}

/** An error of the error queue, the kernel's `struct sock_extended_err`. See ip(7), IP_RECVERR. */
export interface ExtendedErr {
  /** The errno, negated, as `SyscallError` has it; 0 for a message that is no error. */
  readonly errno: number
  /** Its name, such as `'ECONNREFUSED'`; `''` for one that is no error. */
  readonly code: string
  /** Where it comes from: a number of SO_EE_ORIGIN_. */
  readonly origin: number
  /** The type of the ICMP message. */
  readonly type: number
  /** The code of the ICMP message. */
  readonly icmpCode: number
  /** Of EMSGSIZE the MTU that was found, in bytes; else what its origin says. */
  readonly info: number
  /** What its origin says. */
  readonly data: number
  /** Who told of it, with port 0; null when no packet did. */
  readonly offender: Sockaddr | null
}

const EXTENDED_ERR = 16

/** What an IP_RECVERR or IPV6_RECVERR message says, which recvmsg(2) brings with MSG_ERRQUEUE. */
export function parseExtendedErr(message: SocketControlMessage): ExtendedErr {
  if (message.level === constants.IPPROTO_IPV6) {
    expectMessage(message, message.level, constants.IPV6_RECVERR)
  } else expectMessage(message, constants.IPPROTO_IP, constants.IP_RECVERR)
  const view = viewOfData(message, EXTENDED_ERR)
  const errno = view.getUint32(0, littleEndian)
  return {
    errno: errno === 0 ? 0 : -errno,
    code: errno === 0 ? '' : errnoName(errno),
    origin: view.getUint8(4),
    type: view.getUint8(5),
    icmpCode: view.getUint8(6),
    info: view.getUint32(8, littleEndian),
    data: view.getUint32(12, littleEndian),
    offender: offenderOf(message.data.subarray(EXTENDED_ERR)),
  }
}

const FAMILIES: readonly number[] = [constants.AF_INET, constants.AF_INET6]

/** The address behind the struct; null where there is none, or it was cut. */
function offenderOf(bytes: Uint8Array): Sockaddr | null {
  const family = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)
  const size = family === constants.AF_INET6 ? 28 : 16
  if (!FAMILIES.includes(family) || bytes.length < size) return null
  return decodeSockaddr(bytes, size)
}
