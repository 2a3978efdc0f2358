// Go: net/tcpsock.go, TCPAddr. The address of a TCP end point.

import { inspect } from 'node:util'
import { formatIP, parseIP } from '@netfd/syscall'
import type { Addr } from './addr.js'
import { ParseError } from './errors.js'
import { joinHostPort } from './ipsock.js'

// Marks an address that came from the kernel or a parser, so it is canonical already.
const trusted = Symbol('trusted')

/**
 * The address of a TCP end point. Go: `net.TCPAddr`.
 *
 * ```ts
 * import { TCPAddr } from '@netfd/net'
 *
 * console.log(`${new TCPAddr('fe80::1', 80, 'eth0')}`) // [fe80::1%eth0]:80
 * console.log(`${new TCPAddr('', 80)}`) // :80
 * ```
 */
export class TCPAddr implements Addr {
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

  /**
   * An address whose parts are known to be canonical, made without looking at them.
   * @internal
   */
  static of(ip: string, port: number, zone: string): TCPAddr {
    return trust(ip, port, zone)
  }

  /** Always `tcp`. */
  get network(): string {
    return 'tcp'
  }

  /** What console.log shows: the address as text. */
  [inspect.custom](): string {
    return `TCPAddr { ${this} }`
  }

  /** Host and port as {@link joinHostPort} writes them, the zone behind a `%`. */
  toString(): string {
    return joinHostPort(this.zone === '' ? this.ip : `${this.ip}%${this.zone}`, this.port)
  }
}

// Outside the class: a bundler renames one that names itself.
const trust = (ip: string, port: number, zone: string) => new TCPAddr(ip, port, zone, trusted)

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
