// Socket addresses: between the structs of the calls and the texts of node:net.
import { networkInterfaces } from 'node:os'
import { AF_INET, AF_INET6 } from '../constants.js'
import type { SockaddrInet4, SockaddrInet6 } from '../sockaddr.js'
import { decodeSockaddr, encodeSockaddr } from '../sockaddr.js'

/** An IP address as node:net has it, with its zone, and a port. */
export interface End {
  readonly host: string
  readonly port: number
}

/** The interface's index, or 0 when none with an address that has a scope is called so. */
export function indexOf(name: string): number {
  for (const address of networkInterfaces()[name] ?? []) {
    if (address.family === 'IPv6' && address.scopeid > 0) return address.scopeid
  }
  return 0
}

/** The name of an interface, or undefined. */
export function nameOf(index: number): string | undefined {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some((address) => address.family === 'IPv6' && address.scopeid === index),
  )
  return found?.[0]
}

/** Whether an interface of this host has IPv6. */
export const hasIPv6 = (): boolean =>
  Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === 'IPv6'),
  )

/** Windows knows zones by their numbers alone. */
const zoneOf = (scopeId: number): string =>
  process.platform === 'win32' ? String(scopeId) : (nameOf(scopeId) ?? String(scopeId))

/** What a struct sockaddr says. A dotted quad in an IPv6 struct is the v4-mapped address. */
export function endOf(sockaddr: Uint8Array): End {
  const sa = decodeSockaddr(sockaddr) as SockaddrInet4 | SockaddrInet6
  if (sa.family === 'inet4') return { host: sa.addr, port: sa.port }
  const mapped = sa.addr.includes(':') ? sa.addr : `::ffff:${sa.addr}`
  return { host: sa.scopeId === 0 ? mapped : `${mapped}%${zoneOf(sa.scopeId)}`, port: sa.port }
}

/** The struct for a socket of this family. */
export function sockaddrOf(family: number, { host, port }: End): Uint8Array {
  if (family === AF_INET) return encodeSockaddr({ family: 'inet4', addr: host, port })
  const [addr = host, zone] = host.split('%')
  const scopeId = zone === undefined ? 0 : indexOf(zone) || Number(zone) || 0
  return encodeSockaddr({ family: 'inet6', addr, port, scopeId, flowinfo: 0 })
}

/** Any address of the family, with any port. */
export const anyEnd = (family: number): End => ({
  host: family === AF_INET6 ? '::' : '0.0.0.0',
  port: 0,
})

/** Copies an address to where a call puts it, the rest zeroed: its length. */
export function putSockaddr(out: Uint8Array, sockaddr: Uint8Array): number {
  out.fill(0)
  out.set(sockaddr.subarray(0, out.length))
  return sockaddr.length
}
