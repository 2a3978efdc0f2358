// Go: net/dial.go, parseNetwork. The networks that there are, by the names that callers give them.
import { UnknownNetworkError } from './errors.js'

/**
 * Each network, and the protocol whose addresses it has: what `Addr.network` says. One that is not of a
 * single IP version has no digit at its end.
 */
const NETWORKS = {
  tcp: 'tcp',
  tcp4: 'tcp',
  tcp6: 'tcp',
  udp: 'udp',
  udp4: 'udp',
  udp6: 'udp',
  unix: 'unix',
  unixgram: 'unixgram',
  unixpacket: 'unixpacket',
} as const

/** The name of a network. */
export type Network = keyof typeof NETWORKS
/** The name of the protocol behind a network. */
export type Protocol = (typeof NETWORKS)[Network]

const protocols: ReadonlyMap<unknown, Protocol> = new Map(Object.entries(NETWORKS))

/** Whether it names a network that there is. */
export const isNetwork = (network: unknown): network is Network => protocols.has(network)

/** The networks of some protocols, of all that there are when none is named, as a message lists them. */
export const networkNames = (of: readonly Protocol[]): string => {
  const wanted = [...protocols].filter(([, protocol]) => of.length === 0 || of.includes(protocol))
  const names = wanted.map(([name]) => `'${name}'`)
  return names.length === 1
    ? String(names[0])
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** Throws UnknownNetworkError for a network that is none of the protocols'. */
export function checkProtocol(network: string, ...known: readonly Protocol[]): void {
  const protocol = protocols.get(network)
  if (protocol === undefined || !known.includes(protocol)) throw new UnknownNetworkError(network)
}

/** The protocol of a network. Throws UnknownNetworkError. */
export function parseNetwork(network: string): Protocol {
  const protocol = protocols.get(network)
  if (protocol === undefined) throw new UnknownNetworkError(network)
  return protocol
}
