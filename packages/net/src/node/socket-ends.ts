// Node: lib/net.js, Socket. The addresses of a socket's two ends.
import { Duplex } from 'node:stream'
import type { Conn, TCPAddr } from '@netfd/net'

/** One end of a connection, as Node writes it. */
export interface SocketAddress {
  /** The IP address. */
  address: string
  /** `'IPv4'` or `'IPv6'`. */
  family: string
  /** The TCP port. */
  port: number
}

/** A stream that says where it leads. */
export abstract class SocketEnds extends Duplex {
  /** @internal */
  protected abstract get either(): Conn | null

  /** The peer's IP address. */
  get remoteAddress(): string | undefined {
    return this.#end('remoteAddr')?.address
  }

  /** The peer's port. */
  get remotePort(): number | undefined {
    return this.#end('remoteAddr')?.port
  }

  /** The family of the peer's address: `'IPv4'` or `'IPv6'`. */
  get remoteFamily(): string | undefined {
    return this.#end('remoteAddr')?.family
  }

  /** This end's IP address. */
  get localAddress(): string | undefined {
    return this.#end('localAddr')?.address
  }

  /** This end's port. */
  get localPort(): number | undefined {
    return this.#end('localAddr')?.port
  }

  /** The family of this end's address: `'IPv4'` or `'IPv6'`. */
  get localFamily(): string | undefined {
    return this.#end('localAddr')?.family
  }

  /** This end's address; an empty object before there is one. */
  address(): SocketAddress | Record<string, never> {
    return this.#end('localAddr') ?? {}
  }

  #end(which: 'localAddr' | 'remoteAddr'): SocketAddress | undefined {
    const { ip, port, zone } = (this.either?.[which] ?? {}) as Partial<TCPAddr>
    if (ip === undefined || port === undefined) return undefined
    const address = zone ? `${ip}%${zone}` : ip
    return { address, family: ip.includes(':') ? 'IPv6' : 'IPv4', port }
  }
}
