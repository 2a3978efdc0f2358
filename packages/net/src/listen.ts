// Go: net/dial.go, ListenConfig and Listen; tcpsock.go, ListenTCP.
import type { InspectOptions } from 'node:util'
import { inspect } from 'node:util'
import { signalOf } from '@netfd/poll/internal'
import type { TCPNetwork } from './addr.js'
import { addrOf, checkControl, checkNetworkName, checkOptions, checkTarget } from './arguments.js'
import { OpError } from './errors.js'
import { firstForListen } from './ipsock.js'
import type { KeepAliveConfig, KeepAliveOptions } from './keep-alive.js'
import { keepAliveOf } from './keep-alive.js'
import { defaultResolver } from './lookup.js'
import { preferMptcp } from './mptcp.js'
import { checkNetwork, internetAddrList } from './resolve.js'
import type { Control } from './sock.js'
import { listenSocket } from './sock.js'
import { TCPAddr } from './tcpaddr.js'
import { TCPListener } from './tcplistener.js'

/** How a ListenConfig listens. Go: `net.ListenConfig`. */
export interface ListenOptions extends KeepAliveOptions {
  /** Called with the socket before it is bound, to set options. */
  control?: Control | undefined
  /**
   * Whether to take Multipath TCP connections, from clients that ask for one; by default where the kernel
   * has it. On those some options of TCP do not work: see @netfd/net/docs/socket-options.md.
   */
  mptcp?: boolean | undefined
  /** How many connections may wait to be accepted; the kernel's limit (somaxconn) when left out. */
  backlog?: number | undefined
  /** Whether several sockets may listen on the address, and share its connections. SO_REUSEPORT. */
  reusePort?: boolean | undefined
}

/** What `ListenConfig.listen` takes. */
export interface ListenCallOptions {
  /** Ends the resolving of the host's name; it means nothing to the listener. */
  signal?: AbortSignal | undefined
}

const CALL_OPTIONS = ['signal'] as const satisfies readonly (keyof ListenCallOptions)[]
const OPTIONS = [
  'control',
  'mptcp',
  'backlog',
  'reusePort',
  'keepAlive',
  'keepAliveConfig',
] as const satisfies readonly (keyof ListenOptions)[]

/**
 * Listens with options. Go: `net.ListenConfig`.
 *
 * ```ts
 * import { ListenConfig } from '@netfd/net'
 * const config = new ListenConfig({ reusePort: true, keepAlive: 30_000 })
 * await using listener = await config.listen('tcp', '127.0.0.1:0')
 * console.assert(listener.addr.port > 0)
 * ```
 */
export class ListenConfig {
  readonly #options: ListenOptions
  readonly #keepAlive: KeepAliveConfig | null

  /** Checks the options; a wrong one throws TypeError or RangeError. */
  constructor(options: ListenOptions = {}) {
    checkOptions('ListenConfig', options, OPTIONS)
    const { backlog } = options
    if (
      backlog !== undefined &&
      !(Number.isInteger(backlog) && backlog >= 0 && backlog < 2 ** 31)
    ) {
      throw new RangeError('backlog must be a whole number from 0 to 2147483647')
    }
    this.#keepAlive = keepAliveOf(options)
    checkControl(options.control)
    this.#options = { ...options }
  }

  /** What console.log shows: the options. */
  [inspect.custom](_depth: number, o: InspectOptions): string {
    return `ListenConfig ${inspect(this.#options, o)}`
  }

  /** Whether Multipath TCP connections are taken. Go: `ListenConfig.MultipathTCP`. */
  get multipathTCP(): boolean {
    return this.#options.mptcp ?? true
  }

  /**
   * Listens on `host:port`. An empty host or an unspecified address means all of this machine's, IPv4
   * and IPv6, when the network is 'tcp'; port 0 lets the kernel choose. A name gives one listener, on
   * its first IPv4 address.
   *
   * Rejects with OpError: `EADDRINUSE`, `EACCES`, `ERR_ADDR` and the like. Go: `ListenConfig.Listen`;
   * bind(2), listen(2).
   */
  async listen(
    network: TCPNetwork,
    address: string,
    o: ListenCallOptions = {},
  ): Promise<TCPListener> {
    checkTarget('listen', network, address)
    checkOptions('listen', o, CALL_OPTIONS)
    const signal = signalOf(o)
    let laddr: TCPAddr
    try {
      checkNetwork(network)
      const bound = { due: 0, signal }
      laddr = firstForListen(await internetAddrList(defaultResolver, network, address, bound))
    } catch (error) {
      throw new OpError('listen', network, null, null, error as Error)
    }
    return await this.#listen(network, laddr)
  }

  /** Listens on an address that is resolved already; null is every address, any port. */
  async listenTCP(network: TCPNetwork, laddr: TCPAddr | null): Promise<TCPListener> {
    checkNetworkName(network)
    const addr = laddr == null ? null : addrOf('laddr', laddr)
    try {
      checkNetwork(network)
    } catch (error) {
      throw new OpError('listen', network, null, addr, error as Error)
    }
    return await this.#listen(network, addr ?? TCPAddr.of('', 0, ''))
  }

  async #listen(network: string, laddr: TCPAddr): Promise<TCPListener> {
    const { control, backlog, reusePort = false } = this.#options
    const plan = { network, laddr, raddr: null, control, backlog, reusePort }
    try {
      const open = (protocol: number) => listenSocket({ ...plan, protocol })
      const fd = await preferMptcp(this.multipathTCP, open)
      fd.establish()
      return new TCPListener(fd, this.#keepAlive)
    } catch (error) {
      throw new OpError('listen', network, null, laddr, error as Error)
    }
  }
}

/**
 * Listens on `host:port` with the options and errors of a ListenConfig. Go: `net.Listen`.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * console.log(`listening on ${listener.addr}`)
 * ```
 */
export async function listen(
  network: TCPNetwork,
  address: string,
  o: ListenOptions & ListenCallOptions = {},
): Promise<TCPListener> {
  checkTarget('listen', network, address)
  checkOptions('listen', o, [...OPTIONS, ...CALL_OPTIONS])
  const { signal, ...options } = o
  return await new ListenConfig(options).listen(network, address, { signal })
}

/** Listens on one resolved address; null is every address, any port. Go: `net.ListenTCP`. */
export async function listenTCP(network: TCPNetwork, laddr: TCPAddr | null): Promise<TCPListener> {
  return await new ListenConfig().listenTCP(network, laddr)
}
