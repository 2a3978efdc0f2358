// Go: net/dial.go, parseNetwork. The networks that there are, by the names that callers give them.
import { UnknownNetworkError } from './errors.js'

/**
 * Each network, and the protocol whose addresses it has: what `Addr.network` says. One that is not of a
 * single IP version has no digit at its end.
 */
const NETWORKS = { tcp: 'tcp', tcp4: 'tcp', tcp6: 'tcp' } as const

/** The name of a network. */
export type Network = keyof typeof NETWORKS
/** The name of the protocol behind a network. */
export type Protocol = (typeof NETWORKS)[Network]

const protocols: ReadonlyMap<unknown, Protocol> = new Map(Object.entries(NETWORKS))

/** Whether it names a network that there is. */
export const isNetwork = (network: unknown): network is Network => protocols.has(network)

/** The networks as a message lists them. */
export const networkNames = (): string => {
  const names = [...protocols.keys()].map((name) => `'${name}'`)
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** The protocol of a network. Throws UnknownNetworkError. */
export function parseNetwork(network: string): Protocol {
  const protocol = protocols.get(network)
  if (protocol === undefined) throw new UnknownNetworkError(network)
  return protocol
}
