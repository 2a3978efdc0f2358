// Go: net/ipsock_posix.go. What the addresses of TCP and UDP are: an IP address, a port and a zone.
import { inspect } from 'node:util'
import { AF_INET, AF_INET6, formatIP, parseIP } from '@netfd/syscall'
import { ParseError } from './errors.js'
import { isUnspecified, looksIPv4 } from './ip.js'
import { joinHostPort } from './ipsock.js'
import type { Sockaddr } from './net.js'

/** Marks an address that came from the kernel or a parser, so it is canonical already. */
export const trusted: unique symbol = Symbol('trusted')

/** Makes an address whose parts are known to be canonical, without looking at them. */
export type MakeAddr<A extends IPEndpoint = IPEndpoint> = (
  ip: string,
  port: number,
  zone: string,
) => A

/** An IP address, a port, and a zone. */
export abstract class IPEndpoint implements Sockaddr {
  /** The IP address in canonical text; a v4-mapped one is a dotted quad; '' is none. */
  readonly ip: string
  /** 0 to 65535. */
  readonly port: number
  /** The zone of a link-local IPv6 address, else ''. */
  readonly zone: string

  /**
   * Throws a `ParseError` when `ip` is neither '' nor an IP address, a `RangeError` when `port` is not
   * an integer from 0 to 65535, and a `TypeError` when `zone` is not a string.
   */
  constructor(ip: string, port: number, zone?: string)
  /** @internal */
  constructor(ip: string, port: number, zone: string, mark: typeof trusted)
  constructor(ip: string, port: number, zone = '', mark?: typeof trusted) {
    this.ip = mark === trusted ? ip : canonical(ip)
    this.port = mark === trusted ? port : checkPort(port)
    if (typeof zone !== 'string') throw new TypeError(`zone must be a string, got ${typeof zone}`)
    this.zone = zone
  }

  /** The name of the protocol. */
  abstract get network(): string

  /** @internal */
  get family(): number {
    return looksIPv4(this.ip) ? AF_INET : AF_INET6
  }

  /** @internal */
  get isWildcard(): boolean {
    return this.ip === '' || isUnspecified(this.ip)
  }

  /** What console.log shows: the address as text. */
  [inspect.custom](): string {
    return `${this.network.toUpperCase()}Addr { ${this} }`
  }

  /** Host and port as {@link joinHostPort} writes them, the zone behind a `%`. */
  toString(): string {
    return joinHostPort(this.zone === '' ? this.ip : `${this.ip}%${this.zone}`, this.port)
  }
}

function canonical(ip: string): string {
  if (ip === '') return ip
  const bytes = parseIP(ip)
  if (bytes === null) throw new ParseError('IP address', ip)
  return formatIP(bytes)
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return port
  throw new RangeError(`port must be an integer from 0 to 65535, not ${String(port)}`)
}
