// Go: net/dial.go. From a name to a connection.
import type { InspectOptions } from 'node:util'
import { inspect } from 'node:util'
import type { Deadline } from '@netfd/poll'
import { dueIn, dueOf, signalOf, turnFor } from '@netfd/poll/internal'
import {
  addrOf,
  checkControl,
  checkNetworkName,
  checkOptions,
  checkTarget,
  udpAddrOf,
} from './arguments.js'
import type { Bound } from './bound.js'
import { earlier } from './bound.js'
import { connOptions } from './conn-options.js'
import { AddrError, OpError } from './errors.js'
import { partition } from './ipsock.js'
import type { KeepAliveOptions } from './keep-alive.js'
import { keepAliveOf } from './keep-alive.js'
import type { Resolver } from './lookup.js'
import { defaultResolver } from './lookup.js'
import type { Addr, Conn, Sockaddr, TCPNetwork, UDPNetwork, UnixNetwork } from './net.js'
import type { Protocol } from './network.js'
import { checkProtocol } from './network.js'
import { dialAddrList } from './resolve.js'
import type { Control } from './sock.js'
import type { DialSettings } from './sys-dialer.js'
import { SysDialer } from './sys-dialer.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'
import type { DialTrace } from './trace.js'
import { traceDial, traceResolve } from './trace.js'
import type { UDPAddr } from './udpaddr.js'
import type { UDPConn } from './udpconn.js'
import type { UnixAddr } from './unixaddr.js'
import { isUnixNetwork, unixAddrOf } from './unixaddr.js'
import type { UnixConn } from './unixconn.js'
import type { UnixgramConn } from './unixgramconn.js'
import type { UnixpacketConn } from './unixpacketconn.js'

/** RFC 6555: how long IPv6 gets before IPv4 is tried beside it, in ms. */
const FALLBACK_DELAY = 300

/**
 * What `dial` gives for each network.
 *
 * ```ts
 * import { type Conns, dial, listen } from '@netfd/net'
 * const connect = <N extends keyof Conns>(network: N, address: string): Promise<Conns[N]> =>
 *   dial(network, address)
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await connect('tcp4', String(listener.addr))
 * conn.setNoDelay(false)
 * ```
 */
export interface Conns {
  /** TCP over either IP version. */
  tcp: TCPConn
  /** TCP over IPv4. */
  tcp4: TCPConn
  /** TCP over IPv6. */
  tcp6: TCPConn
  /** UDP over either IP version. */
  udp: UDPConn
  /** UDP over IPv4. */
  udp4: UDPConn
  /** UDP over IPv6. */
  udp6: UDPConn
  /** A stream of bytes over a local socket. */
  unix: UnixConn
  /** Datagrams over a local socket. */
  unixgram: UnixgramConn
  /** Records over a local socket. */
  unixpacket: UnixpacketConn
}

/** What a dial takes. */
export interface DialCallOptions {
  /** Ends the dial with `ABORT_ERR`; once it has resolved, the signal means nothing to the connection. */
  signal?: AbortSignal | undefined
}

/** How a Dialer dials. All fields have Go's meaning; durations are milliseconds. Go: `net.Dialer`. */
export interface DialerOptions extends KeepAliveOptions {
  /** How long a dial may take, resolving included; 0: no limit. Negative: it has run out already. */
  timeout?: number | undefined
  /**
   * When a dial must be done: a Date or epoch ms, read when the dial begins. The earlier of this and
   * `timeout` counts, on a clock that is never set.
   */
  deadline?: Deadline | undefined
  /** The local end; its port may be 0. */
  localAddr?: Addr | null | undefined
  /** How long to wait before IPv4 is tried beside IPv6; 0: 300 ms. Negative: one after the other. */
  fallbackDelay?: number | undefined
  /** Resolves names; the host's own resolver when left out. */
  resolver?: Resolver | undefined
  /** Called with each socket before it is connected, to set options. */
  control?: Control | undefined
  /** Whether to use Multipath TCP where both ends have it. */
  mptcp?: boolean | undefined
}

const CALL_OPTIONS = ['signal'] as const satisfies readonly (keyof DialCallOptions)[]
const OPTIONS = [
  'timeout',
  'deadline',
  'localAddr',
  'fallbackDelay',
  'resolver',
  'control',
  'mptcp',
  'keepAlive',
  'keepAliveConfig',
] as const satisfies readonly (keyof DialerOptions)[]

/**
 * Dials with options. One Dialer serves any number of dials. Go: `net.Dialer`.
 *
 * ```ts
 * import { Dialer, listen } from '@netfd/net'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const dialer = new Dialer({ timeout: 5_000, keepAlive: 30_000 })
 * await using conn = await dialer.dial('tcp', listener.addr.toString())
 * console.assert(conn.remoteAddr.port === listener.addr.port)
 * ```
 *
 * @category Connections
 */
export class Dialer {
  readonly #options: DialerOptions
  readonly #settings: DialSettings
  readonly #laddr: Sockaddr | null

  /** Checks the options; a wrong one throws TypeError or RangeError. */
  constructor(options: DialerOptions = {}) {
    checkOptions('Dialer', options, OPTIONS)
    checkDuration('timeout', options.timeout)
    checkDuration('fallbackDelay', options.fallbackDelay)
    const keepAlive = keepAliveOf(options)
    dueOf(options.deadline ?? null)
    const { localAddr, resolver } = options
    if (resolver !== undefined && typeof resolver?.lookupHost !== 'function') {
      throw new TypeError('resolver must have a function lookupHost')
    }
    checkControl(options.control)
    this.#laddr = localAddr == null ? null : localSockaddr(localAddr)
    this.#options = { ...options }
    const { control, mptcp = false } = this.#options
    this.#settings = { control, mptcp, options: connOptions(keepAlive) }
    if (localAddr != null) this.#options.localAddr = this.#laddr
  }

  /** What console.log shows: the options. */
  [inspect.custom](_depth: number, o: InspectOptions): string {
    return `Dialer ${inspect(this.#options, o)}`
  }

  /** Whether Multipath TCP is asked for. Go: `Dialer.MultipathTCP`. */
  get multipathTCP(): boolean {
    return this.#options.mptcp ?? false
  }

  /**
   * Connects to `host:port` over TCP or UDP ('tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6'), or to the name of a local
   * socket, see {@link UnixAddr}, over 'unix', 'unixgram' or 'unixpacket'. The host may be a name, an IP address, or
   * empty for this machine; the port may be a service name. A name with addresses of both families is
   * dialed with both, 300 ms apart, over TCP. Over UDP nothing is sent, and no peer need be there. A network that is a literal gives that network's class, one that is only
   * known as a string gives a Conn.
   *
   * Rejects with OpError: `ECONNREFUSED` and the like, `ETIMEDOUT` past the timeout or deadline,
   * `ABORT_ERR`, `ENOTFOUND`, `ERR_ADDR`. With several addresses it is the first one's error, the
   * others are in `errors`. Go: `Dialer.DialContext`; connect(2).
   */
  dial<N extends keyof Conns>(network: N, address: string, o?: DialCallOptions): Promise<Conns[N]>
  // Only what is known as a string: a literal that names no network does not compile.
  dial<N extends string>(
    network: string extends N ? N : never,
    address: string,
    o?: DialCallOptions,
  ): Promise<Conn>
  dial(network: string, address: string, o: DialCallOptions = {}): Promise<Conn> {
    return traceDial(network, address, (trace) => this.#dial(network, address, o, trace))
  }

  async #dial(
    network: string,
    address: string,
    o: DialCallOptions,
    trace: DialTrace | null,
  ): Promise<Conn> {
    checkTarget('dial', network, address)
    const bound = this.#bound(o)
    const turn = turnFor()
    if (turn !== null) await turn
    const { resolver = defaultResolver } = this.#options
    const laddr = this.#laddr
    let addrs: Sockaddr[]
    try {
      const resolve = () => dialAddrList(resolver, network, address, laddr, bound)
      const known = trace === null ? resolve() : traceResolve(trace, resolve)
      addrs = known instanceof Promise ? await known : known
    } catch (error) {
      throw new OpError('dial', network, null, null, error as Error)
    }
    const sd = this.#sysDialer(network, laddr, trace)
    const delay = this.#options.fallbackDelay || FALLBACK_DELAY
    if (network !== 'tcp' || delay < 0) return await sd.dialSerial(addrs, bound)
    const { primaries, fallbacks } = partition(addrs)
    return await sd.dialParallel(primaries, fallbacks, delay, bound)
  }

  /**
   * Connects to one address that is resolved already, from `laddr` when it is not null.
   * Go: `Dialer.DialTCP`.
   */
  async dialTCP(
    network: TCPNetwork,
    laddr: TCPAddr | null,
    raddr: TCPAddr,
    o: DialCallOptions = {},
  ): Promise<TCPConn> {
    checkNetworkName(network, 'tcp')
    const from = laddr == null ? this.#laddr : addrOf('laddr', laddr)
    const to = raddr == null ? null : addrOf('raddr', raddr)
    const run = (trace: DialTrace | null) => this.#dialOne(['tcp'], network, from, to, o, trace)
    return (await traceDial(network, String(to), run)) as TCPConn
  }

  /** `dialTCP` for UDP: a socket that exchanges packets with `raddr` alone. Go: `net.DialUDP`. */
  async dialUDP(
    network: UDPNetwork,
    laddr: UDPAddr | null,
    raddr: UDPAddr,
    o: DialCallOptions = {},
  ): Promise<UDPConn> {
    checkNetworkName(network, 'udp')
    const from = laddr == null ? this.#laddr : udpAddrOf('laddr', laddr)
    const to = raddr == null ? null : udpAddrOf('raddr', raddr)
    const run = (trace: DialTrace | null) => this.#dialOne(['udp'], network, from, to, o, trace)
    return (await traceDial(network, String(to), run)) as UDPConn
  }

  /**
   * Connects to a local socket by its name, from `laddr` when it is not null. The file of a `laddr` that is a path
   * stays when the connection is closed, as in Go. Rejects as `dial` does. While the listener's queue is full the
   * kernel refuses at once; with a timeout, deadline or signal that is tried again after 1, 2, 4 … 50 ms until
   * it ends, and without one it fails with `EAGAIN`. Over 'unixgram' with a `laddr` and no `raddr` it is bound and
   * has no peer: its `remoteAddr` is null, and it writes by `writeTo`. Go: `net.DialUnix`.
   */
  async dialUnix<N extends UnixNetwork>(
    network: N,
    laddr: UnixAddr | null,
    raddr: UnixAddr | null,
    o: DialCallOptions = {},
  ): Promise<Conns[N]> {
    checkNetworkName(network, 'unix', 'unixgram', 'unixpacket')
    const from = laddr == null ? this.#laddr : unixAddrOf('laddr', laddr)
    const to = raddr == null ? null : unixAddrOf('raddr', raddr)
    const known = ['unix', 'unixgram', 'unixpacket'] as const
    const run = (trace: DialTrace | null) => this.#dialOne(known, network, from, to, o, trace)
    return (await traceDial(network, String(to), run)) as Conns[N]
  }

  async #dialOne(
    ...[protocols, network, laddr, raddr, o, trace]: [
      readonly Protocol[],
      string,
      Sockaddr | null,
      Sockaddr | null,
      DialCallOptions,
      DialTrace | null,
    ]
  ): Promise<Conn> {
    const bound = this.#bound(o)
    const turn = turnFor()
    if (turn !== null) await turn
    try {
      checkProtocol(network, ...protocols)
      if (raddr === null && network !== 'unixgram') throw new AddrError('missing address', '')
    } catch (error) {
      throw new OpError('dial', network, laddr, raddr, error as Error)
    }
    return await this.#sysDialer(network, laddr, trace).dialSerial([raddr], bound)
  }

  #bound(o: DialCallOptions): Bound {
    checkOptions('dial', o, CALL_OPTIONS)
    const signal = signalOf(o)
    const { timeout = 0, deadline } = this.#options
    const relative = timeout === 0 ? 0 : dueIn(timeout)
    return { due: earlier(relative, dueOf(deadline ?? null)), signal }
  }

  #sysDialer(network: string, laddr: Sockaddr | null, trace: DialTrace | null): SysDialer {
    return new SysDialer(network, laddr, this.#settings, trace)
  }
}

/** An address of another network is one as well; it fits no dial, which then says so. */
function localSockaddr(addr: Addr): Sockaddr {
  if (addr.network === 'udp') return udpAddrOf('localAddr', addr)
  if (isUnixNetwork(addr.network)) return unixAddrOf('localAddr', addr)
  const other = typeof addr.network === 'string' && addr.network !== 'tcp'
  return other ? (addr as Sockaddr) : addrOf('localAddr', addr)
}

function checkDuration(name: string, value: number | undefined): void {
  if (value === undefined) return
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number of milliseconds`)
  if (Number.isNaN(value)) throw new RangeError(`${name} must not be NaN`)
}

const plain = new Dialer()

/**
 * Connects to `host:port` with the defaults of a Dialer, and its errors. Go: `net.Dial`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('tcp', 'localhost:0')
 * await using conn = await dial('tcp', listener.addr.toString())
 * await conn.write('hello')
 * ```
 *
 * @category Connections
 */
export function dial<N extends keyof Conns>(
  network: N,
  address: string,
  o?: DialCallOptions,
): Promise<Conns[N]>
export function dial<N extends string>(
  network: string extends N ? N : never,
  address: string,
  o?: DialCallOptions,
): Promise<Conn>
export function dial(network: string, address: string, o?: DialCallOptions): Promise<Conn> {
  return plain.dial(network, address, o)
}

/**
 * `dial` with a timeout in ms, resolving included; rejects with `ETIMEDOUT`. Go: `net.DialTimeout`.
 *
 * @category More connections
 */
export async function dialTimeout<N extends keyof Conns>(
  network: N,
  address: string,
  ms: number,
): Promise<Conns[N]>
export async function dialTimeout<N extends string>(
  network: string extends N ? N : never,
  address: string,
  ms: number,
): Promise<Conn>
export async function dialTimeout(network: string, address: string, ms: number): Promise<Conn> {
  checkDuration('ms', ms)
  return await new Dialer({ timeout: ms }).dial(network, address)
}

/**
 * Connects to one resolved address, from `laddr` when it is not null. Go: `net.DialTCP`.
 *
 * @category More connections
 */
export function dialTCP(
  network: TCPNetwork,
  laddr: TCPAddr | null,
  raddr: TCPAddr,
  o?: DialCallOptions,
): Promise<TCPConn> {
  return plain.dialTCP(network, laddr, raddr, o)
}

/**
 * A UDP socket that exchanges packets with `raddr` alone, bound to `laddr` when it is not null. Nothing is
 * sent: whether a peer is there, a later read or write may tell. Go: `net.DialUDP`.
 *
 * @category Packets
 */
export function dialUDP(
  network: UDPNetwork,
  laddr: UDPAddr | null,
  raddr: UDPAddr,
  o?: DialCallOptions,
): Promise<UDPConn> {
  return plain.dialUDP(network, laddr, raddr, o)
}

/**
 * Connects to a local socket by its name, from `laddr` when it is not null. Over 'unixgram' `raddr` may be null:
 * then the socket is bound to `laddr` and has no peer. Go: `net.DialUnix`.
 *
 * @category Local sockets
 */
export function dialUnix<N extends UnixNetwork>(
  network: N,
  laddr: UnixAddr | null,
  raddr: UnixAddr | null,
  o?: DialCallOptions,
): Promise<Conns[N]> {
  return plain.dialUnix(network, laddr, raddr, o)
}
