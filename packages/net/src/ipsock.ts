// Go: net/ipsock.go. Host and port as one text, and the choice among a host's addresses.

import { AF_INET } from '@netfd/syscall'
import { AddrError } from './errors.js'
import { isIPv4 } from './ip.js'

/**
 * The two parts of `host:port`, `host%zone:port`, `[host]:port` or `[host%zone]:port`; brackets are
 * taken off, and either part may be empty. Go: `net.SplitHostPort`.
 *
 * Throws an `AddrError` with Go's text: `missing port in address`, `too many colons in address`,
 * `missing ']' in address`, or an `unexpected` bracket.
 *
 * ```ts
 * import { splitHostPort } from '@netfd/net'
 *
 * console.log(splitHostPort('[fe80::1%lo]:80')) // { host: 'fe80::1%lo', port: '80' }
 * ```
 *
 * @category Addresses
 */
export function splitHostPort(hostport: string): { host: string; port: string } {
  if (typeof hostport !== 'string') throw new TypeError('hostport must be a string')
  const colon = hostport.lastIndexOf(':')
  if (colon < 0) throw new AddrError('missing port in address', hostport)
  const bracketed = hostport.startsWith('[')
  const host = bracketed ? hostInBrackets(hostport, colon) : hostport.slice(0, colon)
  const port = hostport.slice(colon + 1)
  if (!bracketed && host.includes(':')) throw new AddrError('too many colons in address', hostport)
  // The host's own brackets are off; whatever other one there is does not belong.
  for (const bracket of '[]') {
    if (host.includes(bracket) || port.includes(bracket)) {
      throw new AddrError(`unexpected '${bracket}' in address`, hostport)
    }
  }
  return { host, port }
}

/** What stands between the leading bracket and the one that must precede the last colon. */
function hostInBrackets(hostport: string, colon: number): string {
  const end = hostport.indexOf(']')
  if (end < 0) throw new AddrError("missing ']' in address", hostport)
  if (end + 1 === colon) return hostport.slice(1, end)
  const early = hostport[end + 1] === ':'
  throw new AddrError(`${early ? 'too many colons' : 'missing port'} in address`, hostport)
}

/**
 * `host:port`, or `[host]:port` when the host holds a colon, as IPv6 addresses do.
 * Go: `net.JoinHostPort`.
 *
 * ```ts
 * import { joinHostPort } from '@netfd/net'
 *
 * console.log(joinHostPort('::1', 80)) // [::1]:80
 * ```
 *
 * @category Addresses
 */
export function joinHostPort(host: string, port: string | number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

interface HasIP {
  readonly ip: string
}

interface HasFamily {
  readonly family: number
}

const isIPv4Addr = ({ family }: HasFamily): boolean => family === AF_INET

/**
 * The addresses that `network` can use: `…4` keeps IPv4, v4-mapped included, `…6` keeps the rest;
 * an address without an IP fits any. Throws an `AddrError` naming `host` when none is left.
 * Go: `filterAddrList`.
 */
export function filterAddrs<A extends HasIP>(
  addrs: readonly A[],
  network: string,
  host: string,
): A[] {
  const family = network.at(-1)
  const left = addrs.filter(({ ip }) => {
    if (ip === '' || (family !== '4' && family !== '6')) return true
    return isIPv4(ip) === (family === '4')
  })
  if (left.length === 0) throw new AddrError('no suitable address found', host)
  return left
}

/**
 * The one address that resolving `address` gives: the first IPv4, or the first other one when the
 * text has a bracket; failing that, the first of all. Go: `addrList.forResolve`.
 */
export function firstAddr<A extends HasFamily>(addrs: readonly A[], address: string): A {
  const wantIPv4 = !address.includes('[')
  const found = addrs.find((addr) => isIPv4Addr(addr) === wantIPv4) ?? addrs[0]
  if (found === undefined) throw new AddrError('no suitable address found', address)
  return found
}

/** The one address to listen on: the first IPv4, else the first of all. Go: `addrList.first`. */
export function firstForListen<A extends HasFamily>(addrs: readonly A[]): A {
  return firstAddr(addrs, '')
}

/**
 * The addresses of the first one's family, which are tried first, and those of the other one; both
 * keep their order. Go: `addrList.partition` by `isIPv4`.
 */
export function partition<A extends HasFamily>(
  addrs: readonly A[],
): { primaries: A[]; fallbacks: A[] } {
  const label = addrs[0]?.family
  const primaries: A[] = []
  const fallbacks: A[] = []
  for (const addr of addrs) (addr.family === label ? primaries : fallbacks).push(addr)
  return { primaries, fallbacks }
}
