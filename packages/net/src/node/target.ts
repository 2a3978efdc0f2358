// Node: net.Socket.connect's arguments. Where a stream is to be connected to.
import { checkFunction } from '../arguments.js'
import type { Target } from './connect.js'

/** Where to, as an object. */
export interface ConnectTo {
  /** A TCP port. */
  port: number
  /** A name or an IP address; `'localhost'` when left out. */
  host?: string | undefined
}

/** What `connect` is called with. */
export type ConnectArgs =
  | [to: ConnectTo, connected?: (() => void) | undefined]
  | [port: number, host?: string | undefined, connected?: (() => void) | undefined]
  | [port: number, connected?: (() => void) | undefined]

/** The arguments of a call, told apart. Throws TypeError or RangeError. */
export function connectArgs(args: ConnectArgs): { to: Target; connected: (() => void) | null } {
  const [first] = args
  const connected = args.slice(1).find((arg) => typeof arg === 'function')
  if (typeof first === 'object' && first !== null) return found(first.port, first.host, connected)
  const [, host] = args
  return found(first, typeof host === 'function' ? undefined : host, connected)
}

function found(port: unknown, host: unknown, connected: unknown): ReturnType<typeof connectArgs> {
  const to = targetOf(port, host)
  if (connected === undefined) return { to, connected: null }
  checkFunction('connected', connected)
  return { to, connected: connected as () => void }
}

/** A host and a port, as Node takes them: the port may be a text of digits. Throws TypeError or RangeError. */
export function targetOf(port: unknown, host: unknown): Target {
  if (host != null && typeof host !== 'string') {
    throw new TypeError(`host must be a string, got ${typeof host}`)
  }
  return { host: host || 'localhost', port: portOf(port) }
}

function portOf(value: unknown): number {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw new TypeError(`port must be a number, got ${value === null ? 'null' : typeof value}`)
  }
  const port = value === '' ? Number.NaN : Number(value)
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return port
  throw new RangeError(`port must be a whole number from 0 to 65535, got ${value}`)
}
