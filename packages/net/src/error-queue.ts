// Linux: IP_RECVERR in ip(7). What became of packets that were sent, packet by packet.
import type { SocketControlMessage } from '@netfd/syscall'
import {
  EAGAIN,
  encodeSockaddr,
  IP_RECVERR,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVERR,
  MSG_ERRQUEUE,
  must,
  parseExtendedErr,
  parseSocketControlMessage,
  SOCKADDR_STORAGE_SIZE,
} from '@netfd/syscall'
import type { NetFD } from './fd.js'
import { hook } from './hook.js'
import type { UDPAddr } from './udpaddr.js'
import { udpAddrFrom } from './udpaddr.js'

/** What became of one packet. */
export interface QueuedError {
  /** The errno's name, such as `'ECONNREFUSED'`; `''` for what is no error. */
  code: string
  /** Where it comes from: a number of SO_EE_ORIGIN_, such as SO_EE_ORIGIN_ICMP. */
  origin: number
  /** The type of the ICMP message. */
  type: number
  /** The code of the ICMP message. */
  icmpCode: number
  /** Of `EMSGSIZE` the MTU that was found, in bytes. */
  info: number
  /** Who told of it, with port 0; null when it was this machine. */
  offender: UDPAddr | null
  /** Where the packet was sent. */
  addr: UDPAddr | null
  /** What came back of it: its beginning, or all of it. */
  data: Uint8Array
}

/** Room for an extended error with an address, and for what `receiveInfo` adds. */
const CONTROL = 512
/** No ICMP message brings more of a packet than this, and a local error all of it. */
const DATA = 65_536

const isError = ({ level, type }: SocketControlMessage): boolean =>
  (level === IPPROTO_IP && type === IP_RECVERR) || (level === IPPROTO_IPV6 && type === IPV6_RECVERR)

/** The oldest error of a socket's queue, or null when it is empty. Throws SyscallError. */
export function readError(fd: NetFD): QueuedError | null {
  const data = new Uint8Array(DATA)
  const control = new Uint8Array(CONTROL)
  const name = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  const meta = new Int32Array(3)
  const n = fd.lend((sysfd) => hook.recvmsg(sysfd, data, MSG_ERRQUEUE, control, meta, name))
  if (n === -EAGAIN) return null
  must('recvmsg', n)
  const [controlLength = 0, , nameLength = 0] = meta
  const messages = parseSocketControlMessage(control.subarray(0, controlLength))
  const found = messages.find(isError)
  const addr = nameLength === 0 ? null : udpAddrFrom(name.slice(0, nameLength))
  const rest = { addr, data: data.slice(0, n) }
  if (found === undefined) {
    return { code: '', origin: 0, type: 0, icmpCode: 0, info: 0, offender: null, ...rest }
  }
  const { code, origin, type, icmpCode, info, offender } = parseExtendedErr(found)
  const teller = offender === null ? null : udpAddrFrom(encodeSockaddr(offender))
  return { code, origin, type, icmpCode, info, offender: teller, ...rest }
}
