// Go: net/ipsock.go (internetAddrList) and dial.go (resolveAddrList). From a text to addresses.
import { checkTarget } from './arguments.js'
import type { Bound } from './bound.js'
import { AddrError } from './errors.js'
import { parseAddr } from './ip.js'
import type { IPEndpoint, MakeAddr } from './ip-endpoint.js'
import { filterAddrs, firstAddr, splitHostPort } from './ipsock.js'
import type { Resolver } from './lookup.js'
import { defaultResolver, lookupHost } from './lookup.js'
import type { Addr, Sockaddr, TCPNetwork, UDPNetwork } from './net.js'
import { checkProtocol, parseNetwork } from './network.js'
import { lookupPort } from './port.js'
import { TCPAddr } from './tcpaddr.js'
import { UDPAddr } from './udpaddr.js'
import { UnixAddr } from './unixaddr.js'

/** Known at once, unless a name has to be looked up. */
type Known<T> = T | Promise<T>

/** `f` of what is known, or will be. */
const whenKnown = <T extends object, R>(known: Known<T>, f: (value: T) => R): Known<R> =>
  known instanceof Promise ? known.then(f) : f(known)

/**
 * What `dial` dials, or `listen` may listen on: all addresses of a text, in the order to try them. Throws
 * what is wrong with the text.
 */
export function internetAddrList<A extends IPEndpoint>(
  resolver: Resolver,
  network: string,
  address: string,
  make: MakeAddr<A>,
  bound: Bound,
): Known<A[]> {
  if (address === '') return [make('', 0, '')]
  const { host, port: service } = splitHostPort(address)
  const port = lookupPort(network, service)
  if (host === '') return [make('', port, '')]
  return whenKnown(hostAddrs(resolver, host, bound), (addrs) => {
    const made = addrs.map(({ ip, zone }) => make(ip, port, zone))
    return filterAddrs(made, network, host)
  })
}

/** An IP address and its zone. */
type IPAddr = NonNullable<ReturnType<typeof parseAddr>>

function hostAddrs(resolver: Resolver, host: string, bound: Bound): Known<IPAddr[]> {
  const literal = parseAddr(host)
  if (literal === null) return lookedUp(resolver, host, bound)
  // An unspecified IPv6 address may stand for IPv4 as well: a listener prints its own as "[::]".
  const both = literal.ip === '::' && literal.zone === ''
  return both ? [literal, { ip: '0.0.0.0', zone: '' }] : [literal]
}

async function lookedUp(resolver: Resolver, host: string, bound: Bound): Promise<IPAddr[]> {
  const found = await lookupHost(resolver, host, bound)
  return found.map((text) => {
    const parsed = parseAddr(text)
    if (parsed === null) throw new AddrError('resolver answered with no IP address', text)
    return parsed
  })
}

/**
 * All addresses that a text stands for in a network, in the order in which they are to be tried. What a
 * protocol's addresses are made from is a row here. Go: `Resolver.resolveAddrList`.
 */
export function resolveAddrList(
  resolver: Resolver,
  network: string,
  address: string,
  bound: Bound,
): Known<Sockaddr[]> {
  const protocol = parseNetwork(network)
  switch (protocol) {
    case 'tcp':
      return internetAddrList(resolver, network, address, TCPAddr.of, bound)
    case 'udp':
      return internetAddrList(resolver, network, address, UDPAddr.of, bound)
    case 'unix':
    case 'unixgram':
    case 'unixpacket':
      return [new UnixAddr(address, protocol)]
  }
}

/** The addresses to dial that the local address can reach. Throws what is wrong with the text. */
export function dialAddrList(
  resolver: Resolver,
  network: string,
  address: string,
  laddr: Addr | null,
  bound: Bound,
): Known<Sockaddr[]> {
  const protocol = parseNetwork(network)
  if (address === '') throw new AddrError('missing address', '')
  const known = resolveAddrList(resolver, network, address, bound)
  if (laddr === null) return known
  return whenKnown(known, (addrs) => {
    if (laddr.network !== protocol) {
      throw new AddrError('mismatched local address type', String(laddr))
    }
    return reachable(addrs, laddr as Sockaddr)
  })
}

/** The addresses of the local address's family; where either is a wildcard, all. */
function reachable(addrs: Sockaddr[], laddr: Sockaddr): Sockaddr[] {
  const left = addrs.filter((a) => a.isWildcard || laddr.isWildcard || a.family === laddr.family)
  if (left.length === 0) throw new AddrError('no suitable address found', String(laddr))
  return left
}

/** No network is either IP version, as Go has it since 1.0. */
const NONE: string = ''

/**
 * Resolves `host:port` to one address: the first IPv4 one, or the first IPv6 one when the text has a
 * bracket. The host may be a name and the port a service. Rejects with AddrError, DNSError or
 * UnknownNetworkError. Go: `net.ResolveTCPAddr`.
 *
 * ```ts
 * import { resolveTCPAddr } from '@netfd/net'
 * console.assert(String(await resolveTCPAddr('tcp', '127.0.0.1:http')) === '127.0.0.1:80')
 * ```
 *
 * @category Addresses
 */
export async function resolveTCPAddr(network: TCPNetwork, address: string): Promise<TCPAddr> {
  checkTarget('resolveTCPAddr', network, address, 'tcp')
  const of = network === NONE ? 'tcp' : network
  checkProtocol(of, 'tcp')
  return await firstOf(of, address, TCPAddr.of)
}

/**
 * `resolveTCPAddr` for UDP, which has services of its own. Go: `net.ResolveUDPAddr`.
 *
 * ```ts
 * import { resolveUDPAddr } from '@netfd/net'
 * console.assert(String(await resolveUDPAddr('udp', '127.0.0.1:domain')) === '127.0.0.1:53')
 * ```
 *
 * @category Addresses
 */
export async function resolveUDPAddr(network: UDPNetwork, address: string): Promise<UDPAddr> {
  checkTarget('resolveUDPAddr', network, address, 'udp')
  const of = network === NONE ? 'udp' : network
  checkProtocol(of, 'udp')
  return await firstOf(of, address, UDPAddr.of)
}

async function firstOf<A extends IPEndpoint>(
  network: string,
  address: string,
  make: MakeAddr<A>,
): Promise<A> {
  const bound = { due: 0, signal: undefined }
  return firstAddr(await internetAddrList(defaultResolver, network, address, make, bound), address)
}
