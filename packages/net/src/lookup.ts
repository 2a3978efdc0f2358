// Go: net/lookup.go and addrselect.go. From host names to addresses.
import { errorFrom } from '@netfd/poll/internal'
import {
  AF_INET,
  AF_INET6,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCKADDR_STORAGE_SIZE,
} from '@netfd/syscall'
import { sortByRFC6724 } from './addrselect.js'
import type { Bound } from './bound.js'
import { within } from './bound.js'
import { DNSError } from './errors.js'
import { hook } from './hook.js'
import { isIPv4, parseAddr } from './ip.js'
import { fromSockaddr, toSockaddr } from './sockaddr.js'

/**
 * Turns a host name into IP addresses, to be tried in this order. Go: `net.Resolver`.
 *
 * ```ts
 * import { Dialer, type Resolver } from '@netfd/net'
 * const resolver: Resolver = { lookupHost: async () => ['127.0.0.1'] }
 * const dialer = new Dialer({ resolver, timeout: 1_000 })
 * ```
 */
export interface Resolver {
  /** The addresses of a host; rejects when there is none. An answer after the abort is dropped. */
  lookupHost(host: string, o: { signal?: AbortSignal | undefined }): Promise<string[]>
}

/** getaddrinfo(3) on the host's thread pool, in the order of RFC 6724. */
export const defaultResolver: Resolver = {
  lookupHost: async (host) => {
    const addrs = await hook.lookup(host)
    return addrs.length < 2 ? addrs : sortByRFC6724(addrs, addrs.map(sourceOf))
  },
}

/** The address this host would send from: a UDP socket is connected, and nothing is sent. */
function sourceOf(ip: string): string | null {
  const parsed = parseAddr(ip)
  if (parsed === null) return null
  const family = isIPv4(parsed.ip) ? AF_INET : AF_INET6
  const fd = hook.socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, true)
  if (fd < 0) return null
  try {
    const target = toSockaddr(family, { ...parsed, port: 9 })
    if (hook.connect(fd, target) < 0) return null
    const name = new Uint8Array(SOCKADDR_STORAGE_SIZE)
    const length = hook.getsockname(fd, name)
    return length < 0 ? null : fromSockaddr(name.subarray(0, length)).ip
  } finally {
    hook.close(fd)
  }
}

/** The host's addresses, or a DNSError; raced against the bound, which drops a late answer. */
export async function lookupHost(
  resolver: Resolver,
  host: string,
  bound: Bound,
): Promise<string[]> {
  // The C library ends a name there, and would look up another one.
  if (host.includes('\0')) throw new DNSError('no such host', host, { isNotFound: true })
  let addrs: string[]
  try {
    addrs = await within(bound, resolver.lookupHost(host, { signal: bound.signal }))
  } catch (error) {
    throw dnsError(host, errorFrom(error))
  }
  if (!Array.isArray(addrs)) throw new TypeError('lookupHost must resolve to an array of addresses')
  if (addrs.length === 0) throw new DNSError('no such host', host, { isNotFound: true })
  return addrs
}

const NOT_FOUND = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'])

function dnsError(host: string, cause: Error): DNSError {
  if (cause instanceof DNSError) return cause
  const { code, timeout } = cause as { code?: string; timeout?: boolean }
  const isNotFound = code !== undefined && NOT_FOUND.has(code)
  return new DNSError(isNotFound ? 'no such host' : cause.message, host, {
    cause,
    isNotFound,
    isTimeout: timeout === true,
    isTemporary: code === 'EAI_AGAIN',
  })
}
