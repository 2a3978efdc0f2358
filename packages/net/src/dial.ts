// Go: net/dial.go. From a name to a connection.
import type { InspectOptions } from 'node:util'
import { inspect } from 'node:util'
import type { Deadline } from '@netfd/poll'
import { dueIn, dueOf, signalOf } from '@netfd/poll/internal'
import type { Addr, TCPNetwork } from './addr.js'
import { addrOf, checkControl, checkNetworkName, checkOptions, checkTarget } from './arguments.js'
import type { Bound } from './bound.js'
import { earlier } from './bound.js'
import { dialParallel } from './dial-parallel.js'
import type { Dialing } from './dial-serial.js'
import { dialSerial } from './dial-serial.js'
import { AddrError, OpError } from './errors.js'
import { partition } from './ipsock.js'
import type { KeepAliveConfig, KeepAliveOptions } from './keep-alive.js'
import { keepAliveOf } from './keep-alive.js'
import type { Resolver } from './lookup.js'
import { defaultResolver } from './lookup.js'
import { preferMptcp } from './mptcp.js'
import { checkNetwork, dialAddrList } from './resolve.js'
import type { Control } from './sock.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'
import { newTCPConn } from './tcpconn.js'
import { dialTCPSocket } from './tcpsock-posix.js'
import type { DialTrace } from './trace.js'
import { opened, traceAttempt, traceDial, traceResolve } from './trace.js'

/** RFC 6555: how long IPv6 gets before IPv4 is tried beside it, in ms. */
const FALLBACK_DELAY = 300

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
  localAddr?: TCPAddr | null | undefined
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
 */
export class Dialer {
  readonly #options: DialerOptions
  readonly #keepAlive: KeepAliveConfig | null

  /** Checks the options; a wrong one throws TypeError or RangeError. */
  constructor(options: DialerOptions = {}) {
    checkOptions('Dialer', options, OPTIONS)
    checkDuration('timeout', options.timeout)
    checkDuration('fallbackDelay', options.fallbackDelay)
    this.#keepAlive = keepAliveOf(options)
    dueOf(options.deadline ?? null)
    const { localAddr, resolver } = options
    if (resolver !== undefined && typeof resolver?.lookupHost !== 'function') {
      throw new TypeError('resolver must have a function lookupHost')
    }
    checkControl(options.control)
    this.#options = { ...options }
    // An address of another network is one as well; it fits no dial, which then says so.
    if (localAddr != null && !isOfOtherNetwork(localAddr)) {
      this.#options.localAddr = addrOf('localAddr', localAddr)
    }
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
   * Connects to `host:port` over 'tcp', 'tcp4' or 'tcp6'. The host may be a name, an IP address, or
   * empty for this machine; the port may be a service name. A name with addresses of both families is
   * dialed with both, 300 ms apart.
   *
   * Rejects with OpError: `ECONNREFUSED` and the like, `ETIMEDOUT` past the timeout or deadline,
   * `ABORT_ERR`, `ENOTFOUND`, `ERR_ADDR`. With several addresses it is the first one's error, the
   * others are in `errors`. Go: `Dialer.DialContext`; connect(2).
   */
  dial(network: TCPNetwork, address: string, o: DialCallOptions = {}): Promise<TCPConn> {
    return traceDial(network, address, (trace) => this.#dial(network, address, o, trace))
  }

  async #dial(
    network: string,
    address: string,
    o: DialCallOptions,
    trace: DialTrace | null,
  ): Promise<TCPConn> {
    checkTarget('dial', network, address)
    const bound = this.#bound(o)
    const d = this.#dialing(network, trace)
    let addrs: TCPAddr[]
    try {
      const resolver = this.#options.resolver ?? defaultResolver
      const resolving = dialAddrList(resolver, network, address, d.laddr, bound)
      addrs = await traceResolve(trace, resolving)
    } catch (error) {
      throw new OpError('dial', network, null, null, error as Error)
    }
    const delay = this.#options.fallbackDelay || FALLBACK_DELAY
    if (network !== 'tcp' || delay < 0) return await dialSerial(d, addrs, bound)
    const { primaries, fallbacks } = partition(addrs)
    return await dialParallel(d, primaries, fallbacks, delay, bound)
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
    checkNetworkName(network)
    const from = laddr == null ? null : addrOf('laddr', laddr)
    const to = raddr == null ? null : addrOf('raddr', raddr)
    const run = (trace: DialTrace | null) => this.#dialTCP(network, from, to, o, trace)
    return await traceDial(network, String(to), run)
  }

  async #dialTCP(
    network: string,
    laddr: TCPAddr | null,
    raddr: TCPAddr | null,
    o: DialCallOptions,
    trace: DialTrace | null,
  ): Promise<TCPConn> {
    const bound = this.#bound(o)
    const d = this.#dialing(network, trace, laddr)
    try {
      checkNetwork(network)
      if (raddr === null) throw new AddrError('missing address', '')
    } catch (error) {
      throw new OpError('dial', network, laddr, raddr, error as Error)
    }
    return await dialSerial(d, [raddr], bound)
  }

  #bound(o: DialCallOptions): Bound {
    checkOptions('dial', o, CALL_OPTIONS)
    const signal = signalOf(o)
    const { timeout = 0, deadline } = this.#options
    const relative = timeout === 0 ? 0 : dueIn(timeout)
    return { due: earlier(relative, dueOf(deadline ?? null)), signal }
  }

  #dialing(
    network: string,
    trace: DialTrace | null,
    laddr: TCPAddr | null = this.#options.localAddr ?? null,
  ): Dialing {
    const { control, mptcp = false } = this.#options
    const open = async (addr: TCPAddr, bound: Bound, protocol: number) => {
      const fd = await dialTCPSocket(network, laddr, addr, { control, protocol }, bound)
      const conn = newTCPConn(fd, this.#keepAlive)
      if (opened.hasSubscribers) opened.publish(fd.trace())
      return conn
    }
    const tryOne = async (addr: TCPAddr, bound: Bound) => {
      try {
        return await preferMptcp(mptcp, (protocol) => open(addr, bound, protocol))
      } catch (error) {
        // Also around an OpError: a control callback may have got one from the raw connection.
        throw new OpError('dial', network, laddr, addr, error as Error)
      }
    }
    const attempt = (addr: TCPAddr, bound: Bound) =>
      traceAttempt(trace, addr, () => tryOne(addr, bound))
    return { network, laddr, attempt }
  }
}

const isOfOtherNetwork = ({ network }: Addr): boolean =>
  typeof network === 'string' && network !== 'tcp'

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
 */
export function dial(network: TCPNetwork, address: string, o?: DialCallOptions): Promise<TCPConn> {
  return plain.dial(network, address, o)
}

/** `dial` with a timeout in ms, resolving included; rejects with `ETIMEDOUT`. Go: `net.DialTimeout`. */
export async function dialTimeout(
  network: TCPNetwork,
  address: string,
  ms: number,
): Promise<TCPConn> {
  checkDuration('ms', ms)
  return await new Dialer({ timeout: ms }).dial(network, address)
}

/** Connects to one resolved address, from `laddr` when it is not null. Go: `net.DialTCP`. */
export function dialTCP(
  network: TCPNetwork,
  laddr: TCPAddr | null,
  raddr: TCPAddr,
  o?: DialCallOptions,
): Promise<TCPConn> {
  return plain.dialTCP(network, laddr, raddr, o)
}
