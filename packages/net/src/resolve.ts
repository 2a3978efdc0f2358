// Go: net/ipsock.go (internetAddrList) and dial.go (resolveAddrList). From a text to addresses.
import type { TCPNetwork } from './addr.js'
import { checkTarget, isNetwork } from './arguments.js'
import type { Bound } from './bound.js'
import { AddrError, UnknownNetworkError } from './errors.js'
import { isUnspecified, parseAddr } from './ip.js'
import { filterAddrs, firstAddr, splitHostPort } from './ipsock.js'
import type { Resolver } from './lookup.js'
import { defaultResolver, lookupHost } from './lookup.js'
import { lookupPort } from './port.js'
import { TCPAddr } from './tcpaddr.js'

/** Throws UnknownNetworkError unless it is a TCP network. */
export function checkNetwork(network: string): void {
  if (!isNetwork(network)) throw new UnknownNetworkError(network)
}

/** All addresses that a text stands for, in the order in which they are to be tried. */
export async function internetAddrList(
  resolver: Resolver,
  network: string,
  address: string,
  bound: Bound,
): Promise<TCPAddr[]> {
  if (address === '') return [TCPAddr.of('', 0, '')]
  const { host, port: service } = splitHostPort(address)
  const port = lookupPort(network, service)
  if (host === '') return [TCPAddr.of('', port, '')]
  return filterAddrs(await hostAddrs(resolver, host, port, bound), network, host)
}

async function hostAddrs(
  resolver: Resolver,
  host: string,
  port: number,
  bound: Bound,
): Promise<TCPAddr[]> {
  const literal = parseAddr(host)
  if (literal !== null) {
    const addr = TCPAddr.of(literal.ip, port, literal.zone)
    // An unspecified IPv6 address may stand for IPv4 as well: a listener prints its own as "[::]".
    return literal.ip === '::' && literal.zone === ''
      ? [addr, TCPAddr.of('0.0.0.0', port, '')]
      : [addr]
  }
  const found = await lookupHost(resolver, host, bound)
  return found.map((text) => {
    const parsed = parseAddr(text)
    if (parsed === null) throw new AddrError('resolver answered with no IP address', text)
    return TCPAddr.of(parsed.ip, port, parsed.zone)
  })
}

/** The addresses to dial that the local address can reach. */
export async function dialAddrList(
  resolver: Resolver,
  network: string,
  address: string,
  laddr: TCPAddr | null,
  bound: Bound,
): Promise<TCPAddr[]> {
  checkNetwork(network)
  if (address === '') throw new AddrError('missing address', '')
  const addrs = await internetAddrList(resolver, network, address, bound)
  if (laddr === null) return addrs
  if (laddr.network !== 'tcp') throw new AddrError('mismatched local address type', String(laddr))
  const left = addrs.filter((a) => isWild(a) || isWild(laddr) || sameFamily(a, laddr))
  if (left.length === 0) throw new AddrError('no suitable address found', String(laddr))
  return left
}

const isWild = ({ ip }: TCPAddr): boolean => ip === '' || isUnspecified(ip)

const sameFamily = (a: TCPAddr, b: TCPAddr): boolean => a.ip.includes(':') === b.ip.includes(':')

/**
 * Resolves `host:port` to one address: the first IPv4 one, or the first IPv6 one when the text has a
 * bracket. The host may be a name and the port a service. Rejects with AddrError, DNSError or
 * UnknownNetworkError. Go: `net.ResolveTCPAddr`.
 *
 * ```ts
 * import { resolveTCPAddr } from '@netfd/net'
 * console.assert(String(await resolveTCPAddr('tcp', '127.0.0.1:http')) === '127.0.0.1:80')
 * ```
 */
export async function resolveTCPAddr(network: TCPNetwork, address: string): Promise<TCPAddr> {
  const bound = { due: 0, signal: undefined }
  checkTarget('resolveTCPAddr', network, address)
  checkNetwork(network)
  return firstAddr(await internetAddrList(defaultResolver, network, address, bound), address)
}
