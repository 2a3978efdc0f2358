// Go: net/net.go. What every network address can do.

/**
 * The networks of TCP: of either IP version, of IPv4 alone, of IPv6 alone.
 *
 * ```ts
 * import { dial, listen, type TCPNetwork } from '@netfd/net'
 *
 * const network: TCPNetwork = process.env.IPV6_ONLY === '1' ? 'tcp6' : 'tcp'
 * await using listener = await listen(network, 'localhost:0')
 * await using conn = await dial(network, String(listener.addr))
 * ```
 */
export type TCPNetwork = 'tcp' | 'tcp4' | 'tcp6'

/**
 * A network end point: what `localAddr` and `remoteAddr` are, and what errors name. Go: `net.Addr`.
 *
 * ```ts
 * import { type Addr, TCPAddr } from '@netfd/net'
 *
 * const addr: Addr = new TCPAddr('127.0.0.1', 80)
 * console.log(addr.network, addr.toString()) // tcp 127.0.0.1:80
 * ```
 */
export interface Addr {
  /** The name of the network, for example `tcp`. */
  readonly network: string
  /** The address as Go prints it, for example `192.0.2.1:25` or `[2001:db8::1]:80`. */
  toString(): string
}
