// Go: net/ipsock_posix.go. Which family a socket gets.
import {
  AF_INET,
  AF_INET6,
  encodeSockaddr,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SOCK_STREAM,
} from '@netfd/syscall'
import { hook } from './hook.js'
import type { Sockaddr } from './net.js'
import { sysSocket } from './sock-cloexec.js'

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

/** The family for a network and its two ends. Go: `favoriteAddrFamily`, as a table in §2.2. */
export function favoriteFamily(
  network: string,
  laddr: Sockaddr | null,
  raddr: Sockaddr | null,
  listening: boolean,
): Family {
  const v4: Family = { family: AF_INET, v6only: false }
  if (network.endsWith('4')) return v4
  if (network.endsWith('6')) return { family: AF_INET6, v6only: true }
  const v6: Family = { family: AF_INET6, v6only: false }
  if (listening && (laddr === null || laddr.isWildcard)) {
    const { mapped, ipv4 } = ipStack()
    if (mapped || !ipv4) return v6
    return fitsV4(laddr) ? v4 : v6
  }
  return fitsV4(laddr) && fitsV4(raddr) ? v4 : v6
}

/** Whether the address is one for an AF_INET socket: none at all counts, as in Go. */
const fitsV4 = (addr: Sockaddr | null): boolean => addr === null || addr.family === AF_INET
