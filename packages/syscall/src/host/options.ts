// What is known of a socket's options: set through node:net, remembered, or refused.
import type { Socket } from 'node:net'
import * as net from 'node:net'
import { ENOTSUP } from '../backend.js'
import {
  EINVAL,
  ENOPROTOOPT,
  IP_TOS,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from '../constants.js'

/** What came with 24.19 and 26.4, at once with arguments of setKeepAlive for the interval and the count. */
export const { BoundSocket } = net as typeof net & { BoundSocket?: BoundSocketClass }

/** A socket that is bound at once, and told why not. */
export interface BoundSocketLike {
  address(): { address: string; port: number }
  close(): void
}

type BoundSocketClass = new (options: {
  host: string
  port: number
  ipv6Only: boolean
  reusePort: boolean
}) => BoundSocketLike

const probesAreSet = BoundSocket !== undefined

type Later = Socket & {
  setTypeOfService?(tos: number): void
  setKeepAlive(on: boolean, idle: number, interval?: number, count?: number): void
}

const hasTypeOfService =
  typeof (net.Socket.prototype as Partial<Later>).setTypeOfService === 'function'

/** Node 20 ignores the option; systems whose kernels do not spread connections are refused by libuv. */
const hasReusePort = (): boolean => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const asked = major > 22 || (major === 22 && minor >= 12)
  return asked && ['linux', 'freebsd', 'sunos', 'aix'].includes(process.platform)
}

/** An option of the table below. */
type Name =
  | 'noDelay'
  | 'keepAlive'
  | 'idle'
  | 'interval'
  | 'count'
  | 'tos'
  | 'v6only'
  | 'reusePort'
  | 'reuseAddr'

interface Row {
  readonly name: Name
  readonly low: number
  readonly high: number
  /** What a socket says that was not told. */
  readonly initial: number
  /** Why it cannot be set here. */
  readonly refusal?: number
}

const flag = (name: Name, refusal?: number): Row => ({
  ...{ name, low: -(2 ** 31), high: 2 ** 31 - 1, initial: 0 },
  ...(refusal === undefined ? {} : { refusal }),
})

const key = (level: number, optname: number): number => level * 65_536 + optname

const probes = probesAreSet ? {} : { refusal: ENOPROTOOPT }

const ROWS: ReadonlyMap<number, Row> = new Map([
  [key(IPPROTO_TCP, TCP_NODELAY), flag('noDelay')],
  [key(SOL_SOCKET, SO_KEEPALIVE), flag('keepAlive')],
  [key(IPPROTO_TCP, TCP_KEEPIDLE), { name: 'idle', low: 1, high: 32_767, initial: 7200 }],
  [
    key(IPPROTO_TCP, TCP_KEEPINTVL),
    { name: 'interval', low: 1, high: 32_767, initial: 1, ...probes },
  ],
  [key(IPPROTO_TCP, TCP_KEEPCNT), { name: 'count', low: 1, high: 127, initial: 10, ...probes }],
  [
    key(IPPROTO_IP, IP_TOS),
    { ...flag('tos', hasTypeOfService ? undefined : ENOPROTOOPT), low: 0, high: 255 },
  ],
  [key(IPPROTO_IPV6, IPV6_V6ONLY), flag('v6only')],
  [key(SOL_SOCKET, SO_REUSEADDR), flag('reuseAddr')],
  [key(SOL_SOCKET, SO_REUSEPORT), flag('reusePort', hasReusePort() ? undefined : ENOTSUP)],
])

const FLAGS: ReadonlySet<Name> = new Set([
  'noDelay',
  'keepAlive',
  'v6only',
  'reusePort',
  'reuseAddr',
])

/** Whether it is this option. */
const isLinger = (level: number, optname: number): boolean =>
  level === SOL_SOCKET && optname === SO_LINGER

const LINGER_SIZE = 8

/** The options of one socket. */
export class Options {
  #set: Partial<Record<Name, number>> | null = null
  /** Whether a close resets the connection: SO_LINGER with no time. */
  resets = false

  /** Those that an accepted socket begins with. */
  inherit(from: Options): void {
    // Never changed in place: most connections of a listener share one.
    this.#set = from.#set
    this.resets = from.resets
  }

  get(name: Name): number | undefined {
    return this.#set?.[name]
  }

  /** setsockopt(2). `socket` is the connection's, once there is one. */
  set(
    socket: Socket | null,
    ...[level, optname, value]: [number, number, number | boolean | string | Uint8Array]
  ): number {
    if (isLinger(level, optname)) return this.#setLinger(value)
    const row = ROWS.get(key(level, optname))
    if (row === undefined || typeof value === 'string') return -ENOPROTOOPT
    const n = typeof value === 'object' ? intOf(value) : Number(value)
    const wanted = FLAGS.has(row.name) ? Number(n !== 0) : n
    // To be told what is so already is no request.
    if (row.refusal !== undefined && !(row.refusal === ENOTSUP && wanted === 0)) return -row.refusal
    // Also what is no number, as of bytes that are too few.
    if (!(n >= row.low && n <= row.high)) return -EINVAL
    this.#set = { ...this.#set, [row.name]: wanted }
    if (socket !== null) this.#apply(socket, row.name)
    return 0
  }

  /** getsockopt(2) of an int: what was set here, else what a socket begins with. */
  ask(level: number, optname: number): number | undefined {
    const row = ROWS.get(key(level, optname))
    return row === undefined ? undefined : (this.#set?.[row.name] ?? row.initial)
  }

  /** getsockopt(2) of a struct linger. */
  askBytes(level: number, optname: number, out: Uint8Array): number {
    if (!isLinger(level, optname)) return -ENOPROTOOPT
    const ints = Int32Array.of(Number(this.resets), 0)
    const bytes = new Uint8Array(ints.buffer).subarray(0, out.length)
    out.set(bytes)
    return bytes.length
  }

  /** Gives a socket that has just been made what was set before. */
  applyTo(socket: Socket): void {
    if (this.#set === null) return
    for (const name of ['noDelay', 'keepAlive', 'tos'] as const) {
      if (this.#set[name] !== undefined) this.#apply(socket, name)
    }
  }

  #apply(socket: Later, name: Name): void {
    const { noDelay, keepAlive, idle = 0, interval, count, tos } = this.#set ?? {}
    if (name === 'noDelay') socket.setNoDelay(noDelay === 1)
    else if (name === 'tos') socket.setTypeOfService?.(tos as number)
    else if (
      name === 'keepAlive' ||
      (keepAlive === 1 && ['idle', 'interval', 'count'].includes(name))
    ) {
      socket.setKeepAlive(
        keepAlive === 1,
        idle * 1000,
        interval === undefined ? undefined : interval * 1000,
        count,
      )
    }
  }

  /** A time to wait for is refused: what the system holds cannot be asked for here. */
  #setLinger(value: unknown): number {
    if (!(value instanceof Uint8Array) || value.length < LINGER_SIZE) return -EINVAL
    const [on = 0, seconds = 0] = new Int32Array(value.slice(0, LINGER_SIZE).buffer)
    if (on !== 0 && seconds !== 0) return -ENOPROTOOPT
    this.resets = on !== 0
    return 0
  }
}

function intOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? Number.NaN : (new Int32Array(bytes.slice(0, 4).buffer)[0] as number)
}
