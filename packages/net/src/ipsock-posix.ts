// Go: net/ipsock_posix.go. Which family a socket gets, and addresses as the kernel has them.
import {
  AF_INET,
  AF_INET6,
  decodeSockaddr,
  EINVAL,
  encodeSockaddr,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SOCK_STREAM,
  SyscallError,
} from '@netfd/syscall'
import { AddrError } from './errors.js'
import { hook } from './hook.js'
import { isIPv4, isUnspecified } from './ip.js'
import { sysSocket } from './sock-cloexec.js'
import { TCPAddr } from './tcpaddr.js'
import { scopeIdToZone, zoneToScopeId } from './zone.js'

/** What this host's kernel offers. Go: `ipStackCapabilities`. */
interface IPStack {
  readonly ipv4: boolean
  readonly ipv6: boolean
  /** Whether an IPv6 socket takes IPv4 connections too. */
  readonly mapped: boolean
}

/** A socket's family and whether it is for IPv6 alone. */
export interface Family {
  readonly family: number
  readonly v6only: boolean
}

let probed: IPStack | undefined

/** Asked once, by making and binding sockets: a container may have no IPv6. */
function ipStack(): IPStack {
  probed ??= {
    ipv4: canBind(AF_INET, null, false),
    ipv6: canBind(AF_INET6, '::1', true),
    mapped: canBind(AF_INET6, '::ffff:127.0.0.1', false),
  }
  return probed
}

function canBind(family: number, addr: string | null, v6only: boolean): boolean {
  let fd: number
  try {
    fd = sysSocket(family, SOCK_STREAM, IPPROTO_TCP)
  } catch {
    // No socket of this family: that is the answer.
    return false
  }
  try {
    if (addr === null) return true
    hook.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only)
    const address = { family: 'inet6', addr, port: 0, scopeId: 0, flowinfo: 0 } as const
    return hook.bind(fd, encodeSockaddr(address)) === 0
  } finally {
    hook.close(fd)
  }
}

const V4: Family = { family: 0, v6only: false }

/** Whether the address is one for an AF_INET socket: none at all counts, as in Go. */
const fitsV4 = (addr: TCPAddr | null): boolean => addr === null || addr.ip === '' || isIPv4(addr.ip)

const isWildcard = (addr: TCPAddr | null): boolean =>
  addr === null || addr.ip === '' || isUnspecified(addr.ip)

/** The family for a network and its two ends. Go: `favoriteAddrFamily`, as a table in §2.2. */
export function favoriteFamily(
  network: string,
  laddr: TCPAddr | null,
  raddr: TCPAddr | null,
  listening: boolean,
): Family {
  const v4: Family = { ...V4, family: AF_INET }
  if (network.endsWith('4')) return v4
  if (network.endsWith('6')) return { family: AF_INET6, v6only: true }
  const v6: Family = { family: AF_INET6, v6only: false }
  if (listening && isWildcard(laddr)) {
    const { mapped, ipv4 } = ipStack()
    if (mapped || !ipv4) return v6
    return laddr === null || fitsV4(laddr) ? v4 : v6
  }
  return fitsV4(laddr) && fitsV4(raddr) ? v4 : v6
}

/** An address for a socket of this family, or an AddrError when it is of the other one. */
export function toSockaddr(family: number, addr: TCPAddr): Uint8Array {
  const { ip, port } = addr
  if (port < 0 || port > 0xffff) throw new SyscallError('bind', EINVAL)
  if (family === AF_INET) {
    if (ip !== '' && !isIPv4(ip)) throw new AddrError('non-IPv4 address', ip)
    return encodeSockaddr({ family: 'inet4', addr: ip === '' ? '0.0.0.0' : ip, port })
  }
  // Any IPv4 wildcard means any address at all on an IPv6 socket.
  const text = ip === '' || ip === '0.0.0.0' ? '::' : ip
  const scopeId = zoneToScopeId(addr.zone)
  return encodeSockaddr({ family: 'inet6', addr: text, port, scopeId, flowinfo: 0 })
}

/** The address in a struct sockaddr; a v4-mapped one prints as IPv4. */
export function toAddr(sockaddr: Uint8Array): TCPAddr {
  const sa = decodeSockaddr(sockaddr)
  if (sa.family === 'unix') throw new AddrError('unexpected address type', sa.path)
  if (sa.family === 'inet4') return TCPAddr.of(sa.addr, sa.port, '')
  return TCPAddr.of(sa.addr, sa.port, scopeIdToZone(sa.scopeId))
}
