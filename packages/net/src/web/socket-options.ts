// What `connect` takes, looked at before anything is dialed.
import type { ConnectionOptions } from 'node:tls'
import type { Dialer } from '@netfd/net'
import { splitHostPort } from '@netfd/net'
import { signalOf } from '@netfd/poll/internal'
import { checkFunction, checkOptions, checkType, kindOf } from '../arguments.js'

/** Where to connect to. */
export interface SocketAddress {
  /** A name or an IP address. */
  hostname: string
  /** A TCP port. */
  port: number
}

/** Whether a socket speaks TLS: never, from the start, or from `startTls()` on. */
export type SecureTransport = 'off' | 'on' | 'starttls'

/** How to connect. */
export interface SocketOptions {
  /** `'off'` when left out. */
  secureTransport?: SecureTransport | undefined
  /** Whether writing goes on after the peer has ended its side; false when left out. */
  allowHalfOpen?: boolean | undefined
  /** The server name for TLS; the address's own when left out. */
  sni?: string | undefined
  /** Protocols to offer in TLS, the best first. */
  alpn?: readonly string[] | undefined
  /** What dials; one with a `timeout` of 10 s when left out. */
  dialer?: Dialer | undefined
  /** Ends the dial and the handshake; later it does nothing. */
  signal?: AbortSignal | undefined
  /** More for Node's TLS, for example `ca`. */
  tls?: ConnectionOptions | undefined
}

const SOCKET = ['secureTransport', 'allowHalfOpen', 'sni', 'alpn', 'dialer', 'signal', 'tls']

const TRANSPORTS: ReadonlySet<unknown> = new Set<SecureTransport>(['off', 'on', 'starttls'])

/** Where to, in parts. Throws TypeError. */
export function addressOf(address: string | SocketAddress): SocketAddress {
  const { hostname, port } = typeof address === 'string' ? parsed(address) : (address ?? {})
  if (typeof hostname !== 'string' || hostname === '') {
    throw new TypeError(
      `address must be 'host:port' or { hostname, port }, got ${shown(address, hostname)}`,
    )
  }
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) {
    throw new TypeError(`address: port must be a whole number from 0 to 65535, got ${port}`)
  }
  return { hostname, port }
}

const shown = (address: unknown, hostname: unknown): string => {
  if (typeof address === 'string') return `'${address}'`
  return typeof address === 'object' ? `hostname ${kindOf(hostname)}` : kindOf(address)
}

function parsed(address: string): SocketAddress {
  try {
    const { host, port } = splitHostPort(address)
    return { hostname: host, port: /^\d+$/.test(port) ? Number(port) : Number.NaN }
  } catch (error) {
    throw new TypeError(`address: ${(error as Error).message}`, { cause: error })
  }
}

/** Throws TypeError. */
export function checkSocket(o: SocketOptions): void {
  checkOptions('connect', o, SOCKET)
  const { secureTransport, allowHalfOpen, sni, alpn, dialer, tls } = o
  if (secureTransport !== undefined && !TRANSPORTS.has(secureTransport)) {
    throw new TypeError("secureTransport must be 'off', 'on' or 'starttls'")
  }
  if (allowHalfOpen !== undefined) checkType('allowHalfOpen', allowHalfOpen, 'boolean')
  if (sni !== undefined && (typeof sni !== 'string' || sni === '')) {
    throw new TypeError(`sni must be a name, got ${sni === '' ? "''" : kindOf(sni)}`)
  }
  if (alpn !== undefined) checkProtocols(alpn)
  if (dialer !== undefined) checkFunction('dialer.dial', dialer?.dial)
  if (tls !== undefined && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls must be an object, got ${kindOf(tls)}`)
  }
  signalOf(o)
}

function checkProtocols(alpn: unknown): void {
  const fits = (name: unknown): boolean =>
    typeof name === 'string' && name !== '' && Buffer.byteLength(name) < 256
  if (Array.isArray(alpn) && alpn.every(fits)) return
  throw new TypeError('alpn must be a list of names of 1 to 255 bytes')
}
