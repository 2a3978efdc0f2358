// Go: net/sockaddr_posix.go. An IP address and port as the kernel has them.
import { AF_INET, decodeSockaddr, EINVAL, encodeSockaddr, SyscallError } from '@netfd/syscall'
import { AddrError } from './errors.js'
import { looksIPv4 } from './ip.js'
import { scopeIdToZone, zoneToScopeId } from './zone.js'

/** The parts of an address that is made of an IP address. */
export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly zone: string
}

/** An address for a socket of this family, or an AddrError when it is of the other one. */
export function toSockaddr(family: number, addr: Endpoint): Uint8Array {
  const { ip, port } = addr
  if (port < 0 || port > 0xffff) throw new SyscallError('bind', EINVAL)
  if (family === AF_INET) {
    if (!looksIPv4(ip)) throw new AddrError('non-IPv4 address', ip)
    return encodeSockaddr({ family: 'inet4', addr: ip === '' ? '0.0.0.0' : ip, port })
  }
  // Any IPv4 wildcard means any address at all on an IPv6 socket.
  const text = ip === '' || ip === '0.0.0.0' ? '::' : ip
  const scopeId = zoneToScopeId(addr.zone)
  return encodeSockaddr({ family: 'inet6', addr: text, port, scopeId, flowinfo: 0 })
}

/** The parts of the address in a struct sockaddr; a v4-mapped one prints as IPv4. */
export function fromSockaddr(sockaddr: Uint8Array): Endpoint {
  const sa = decodeSockaddr(sockaddr)
  if (sa.family === 'unix') throw new AddrError('unexpected address type', sa.path)
  const zone = sa.family === 'inet4' ? '' : scopeIdToZone(sa.scopeId)
  return { ip: sa.addr, port: sa.port, zone }
}
