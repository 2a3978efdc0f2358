// Go: net/dial.go, ListenConfig and Listen; tcpsock.go, ListenTCP.
import type { InspectOptions } from 'node:util'
import { inspect } from 'node:util'
import { signalOf } from '@netfd/poll/internal'
import {
  addrOf,
  checkControl,
  checkNetworkName,
  checkOptions,
  checkTarget,
  checkType,
  isMistake,
  udpAddrOf,
} from './arguments.js'
import type { IntOption } from './conn-options.js'
import { AddrError, OpError } from './errors.js'
import { firstForListen } from './ipsock.js'
import type { KeepAliveOptions } from './keep-alive.js'
import { keepAliveOf } from './keep-alive.js'
import { defaultResolver } from './lookup.js'
import type { Listener, PacketConn, Sockaddr, TCPNetwork, UDPNetwork } from './net.js'
import type { Protocol } from './network.js'
import { checkProtocol } from './network.js'
import { resolveAddrList } from './resolve.js'
import type { Control } from './sock.js'
import { TCPAddr } from './tcpaddr.js'
import type { TCPListener } from './tcplistener.js'
import { listenTCPAddr } from './tcpsock-posix.js'
import { UDPAddr } from './udpaddr.js'
import type { UDPConn } from './udpconn.js'
import { listenMulticastUDPAddr, listenUDPAddr } from './udpsock-posix.js'
import type { UnixAddr } from './unixaddr.js'
import { isUnixAddr, unixAddrOf } from './unixaddr.js'
import type { UnixConn } from './unixconn.js'
import type { UnixgramConn } from './unixgramconn.js'
import type { UnixListener } from './unixlistener.js'
import type { UnixpacketConn } from './unixpacketconn.js'
import { checkMode, checkNoPath, isPath } from './unixpath.js'
import { listenUnixAddr, listenUnixgramAddr } from './unixsock-posix.js'

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
  /**
   * The permissions of the file of a local socket, such as `0o660`, as the umask leaves them: it never has
   * others. RangeError where the address is no path. fchmod(2) before bind(2).
   */
  mode?: number | undefined
  /**
   * Whether a socket's file that is in the way is removed when nothing listens on it any more: a server that
   * was killed leaves its own. To connect tells, but not of a server that has its file and does not listen yet: of
   * two processes that start at one moment both may succeed, and the first has no file then. RangeError where the
   * address is no path.
   */
  unlinkStale?: boolean | undefined
}

/**
 * What `listen` gives for each network.
 *
 * ```ts
 * import { type Listeners, listen } from '@netfd/net'
 * const open = <N extends keyof Listeners>(network: N): Promise<Listeners[N]> =>
 *   listen(network, '127.0.0.1:0')
 * await using listener = await open('tcp4')
 * console.assert(listener.addr.port > 0)
 * ```
 */
export interface Listeners {
  /** TCP over either IP version. */
  tcp: TCPListener
  /** TCP over IPv4. */
  tcp4: TCPListener
  /** TCP over IPv6. */
  tcp6: TCPListener
  /** Streams of bytes over local sockets. */
  unix: UnixListener<UnixConn>
  /** Connections of records over local sockets. */
  unixpacket: UnixListener<UnixpacketConn>
}

/**
 * What `listenPacket` gives for each network.
 *
 * ```ts
 * import { listenPacket, type PacketConns } from '@netfd/net'
 * const open = <N extends keyof PacketConns>(network: N): Promise<PacketConns[N]> =>
 *   listenPacket(network, '127.0.0.1:0')
 * await using conn = await open('udp4')
 * console.assert(conn.localAddr.port > 0)
 * ```
 */
export interface PacketConns {
  /** UDP over either IP version. */
  udp: UDPConn
  /** UDP over IPv4. */
  udp4: UDPConn
  /** UDP over IPv6. */
  udp6: UDPConn
  /** Datagrams over a local socket. */
  unixgram: UnixgramConn
}

/** What `ListenConfig.listen` takes. */
export interface ListenCallOptions {
  /** Ends the resolving of the host's name; it means nothing to the listener. */
  signal?: AbortSignal | undefined
}

/** The names of those options. */
export const CALL_OPTIONS = ['signal'] as const satisfies readonly (keyof ListenCallOptions)[]
const OPTIONS = [
  'control',
  'mptcp',
  'backlog',
  'reusePort',
  'mode',
  'unlinkStale',
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
 *
 * @category More connections
 */
export class ListenConfig {
  readonly #options: ListenOptions
  readonly #keepAlive: readonly IntOption[]

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
    checkMode(options.mode)
    if (options.unlinkStale !== undefined) checkType('unlinkStale', options.unlinkStale, 'boolean')
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
   * its first IPv4 address. Over 'unix' and 'unixpacket' the address is the name of a local socket, see
   * {@link UnixAddr}; for '' the kernel chooses an abstract one. A network that is a literal gives that network's class, one that is only known as
   * a string gives a Listener.
   *
   * Rejects with OpError: `EADDRINUSE`, `EACCES`, `ERR_ADDR` and the like. Go: `ListenConfig.Listen`;
   * bind(2), listen(2).
   */
  listen<N extends keyof Listeners>(
    network: N,
    address: string,
    o?: ListenCallOptions,
  ): Promise<Listeners[N]>
  // Only what is known as a string: a literal that names no network does not compile.
  listen<N extends string>(
    network: string extends N ? N : never,
    address: string,
    o?: ListenCallOptions,
  ): Promise<Listener>
  async listen(network: string, address: string, o: ListenCallOptions = {}): Promise<Listener> {
    checkTarget('listen', network, address, 'tcp', 'unix', 'unixpacket')
    checkOptions('listen', o, CALL_OPTIONS)
    return await this.#listen(network, await localAddr(network, address, o))
  }

  /** Listens on an address that is resolved already; null is every address, any port. */
  async listenTCP(network: TCPNetwork, laddr: TCPAddr | null): Promise<TCPListener> {
    checkNetworkName(network, 'tcp')
    const addr = laddr == null ? null : addrOf('laddr', laddr)
    try {
      checkProtocol(network, 'tcp')
    } catch (error) {
      throw new OpError('listen', network, null, addr, error as Error)
    }
    return (await this.#listen(network, addr ?? TCPAddr.of('', 0, ''))) as TCPListener
  }

  /**
   * A socket for packets from and to anybody at `host:port` of 'udp', 'udp4' or 'udp6'. An empty host or an
   * unspecified address means all of this machine's, IPv4 and IPv6, when the network is 'udp'; port 0 lets
   * the kernel choose. At a multicast address it is bound to all addresses, as other sockets may be: `joinGroup`
   * joins the group. Over 'unixgram' the address is the name of a local socket, see {@link UnixAddr}. Of the options,
   * `control`, `reusePort`, `mode` and `unlinkStale` mean something here.
   *
   * Rejects with OpError as `listen` does. Go: `ListenConfig.ListenPacket`; bind(2).
   */
  listenPacket<N extends keyof PacketConns>(
    network: N,
    address: string,
    o?: ListenCallOptions,
  ): Promise<PacketConns[N]>
  listenPacket<N extends string>(
    network: string extends N ? N : never,
    address: string,
    o?: ListenCallOptions,
  ): Promise<PacketConn>
  async listenPacket(
    network: string,
    address: string,
    o: ListenCallOptions = {},
  ): Promise<PacketConn> {
    checkTarget('listenPacket', network, address, 'udp', 'unixgram')
    checkOptions('listenPacket', o, CALL_OPTIONS)
    return await this.#listenPacket(network, await localAddr(network, address, o))
  }

  /** `listenPacket` at an address that is resolved already; null is every address, any port. */
  async listenUDP(network: UDPNetwork, laddr: UDPAddr | null): Promise<UDPConn> {
    checkNetworkName(network, 'udp')
    const addr = laddr == null ? null : udpAddrOf('laddr', laddr)
    try {
      checkProtocol(network, 'udp')
    } catch (error) {
      throw new OpError('listen', network, null, addr, error as Error)
    }
    return (await this.#listenPacket(network, addr ?? UDPAddr.of('', 0, ''))) as UDPConn
  }

  /**
   * A socket that has joined the multicast group `group`, on the interface `iface`, or on one of the kernel's
   * choice. It is bound to all addresses, and others may be to the same port. What it sends to the group, members
   * on this machine do not get (`setMulticastLoopback`). For several groups use `listenPacket` and `joinGroup`.
   * Go: `net.ListenMulticastUDP`.
   */
  async listenMulticastUDP(
    network: UDPNetwork,
    iface: string | null,
    group: UDPAddr,
  ): Promise<UDPConn> {
    checkNetworkName(network, 'udp')
    const addr = group == null ? null : udpAddrOf('group', group)
    const { control, reusePort = false } = this.#options
    try {
      checkProtocol(network, 'udp')
      if (addr === null) throw new AddrError('missing address', '')
      return await listenMulticastUDPAddr(network, iface, addr, { control, reusePort })
    } catch (error) {
      if (isMistake(error)) throw error
      throw new OpError('listen', network, null, addr, error as Error)
    }
  }

  /** Nothing else asks what kind of address it is. */
  async #listenPacket(network: string, laddr: Sockaddr): Promise<PacketConn> {
    const { control, reusePort = false, mode, unlinkStale } = this.#options
    const path = { mode, unlinkStale: unlinkStale ?? false }
    if (!(isUnixAddr(laddr) && isPath(laddr.bytes))) checkNoPath({ mode, unlinkStale })
    try {
      if (isUDP(laddr)) return await listenUDPAddr(network, laddr, { control, reusePort })
      if (isUnixAddr(laddr)) {
        return await listenUnixgramAddr(network, laddr, { control, reusePort, ...path })
      }
      throw new AddrError('unexpected address type', String(laddr))
    } catch (error) {
      throw new OpError('listen', network, null, laddr, error as Error)
    }
  }

  /**
   * Listens on the name of a local socket, over 'unix' or 'unixpacket'. Rejects with OpError, as `listen` does.
   * Go: `net.ListenUnix`.
   */
  async listenUnix<N extends 'unix' | 'unixpacket'>(
    network: N,
    laddr: UnixAddr,
  ): Promise<Listeners[N]> {
    checkNetworkName(network, 'unix', 'unixpacket')
    const addr = unixLaddr(network, laddr, 'unix', 'unixpacket')
    return (await this.#listen(network, addr)) as Listeners[N]
  }

  /**
   * A socket for datagrams from anybody at the name of a local socket: `listenPacket` at an address that is resolved
   * already. Go: `net.ListenUnixgram`.
   */
  async listenUnixgram(network: 'unixgram', laddr: UnixAddr): Promise<UnixgramConn> {
    checkNetworkName(network, 'unixgram')
    return (await this.#listenPacket(
      network,
      unixLaddr(network, laddr, 'unixgram'),
    )) as UnixgramConn
  }

  /** Nothing else asks what kind of address it is. */
  async #listen(network: string, laddr: Sockaddr): Promise<Listener> {
    const { control, backlog, reusePort = false, mode, unlinkStale } = this.#options
    const settings = { control, backlog, reusePort }
    const path = { mode, unlinkStale: unlinkStale ?? false }
    if (!(isUnixAddr(laddr) && isPath(laddr.bytes))) checkNoPath({ mode, unlinkStale })
    try {
      if (isTCP(laddr)) {
        const mptcp = this.multipathTCP
        return await listenTCPAddr(network, laddr, { ...settings, mptcp }, this.#keepAlive)
      }
      if (isUnixAddr(laddr)) return await listenUnixAddr(network, laddr, { ...settings, ...path })
      throw new AddrError('unexpected address type', String(laddr))
    } catch (error) {
      throw new OpError('listen', network, null, laddr, error as Error)
    }
  }
}

/** The name to be bound, on a network that is one of the protocols'. */
function unixLaddr(network: string, laddr: UnixAddr, ...protocols: Protocol[]): UnixAddr {
  const addr = laddr == null ? null : unixAddrOf('laddr', laddr)
  try {
    checkProtocol(network, ...protocols)
    if (addr === null) throw new AddrError('missing address', '')
    return addr
  } catch (error) {
    throw new OpError('listen', network, null, addr, error as Error)
  }
}

/** The address that `address` stands for, of a listener or of a socket for packets. */
async function localAddr(
  network: string,
  address: string,
  o: ListenCallOptions,
): Promise<Sockaddr> {
  const bound = { due: 0, signal: signalOf(o) }
  try {
    return firstForListen(await resolveAddrList(defaultResolver, network, address, bound))
  } catch (error) {
    throw new OpError('listen', network, null, null, error as Error)
  }
}

const isTCP = (addr: Sockaddr): addr is TCPAddr => addr instanceof TCPAddr
const isUDP = (addr: Sockaddr): addr is UDPAddr => addr instanceof UDPAddr

/**
 * Listens on `host:port` with the options and errors of a ListenConfig. Go: `net.Listen`.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * console.log(`listening on ${listener.addr}`)
 * ```
 *
 * @category Connections
 */
export function listen<N extends keyof Listeners>(
  network: N,
  address: string,
  o?: ListenOptions & ListenCallOptions,
): Promise<Listeners[N]>
export function listen<N extends string>(
  network: string extends N ? N : never,
  address: string,
  o?: ListenOptions & ListenCallOptions,
): Promise<Listener>
export async function listen(
  network: string,
  address: string,
  o: ListenOptions & ListenCallOptions = {},
): Promise<Listener> {
  checkTarget('listen', network, address, 'tcp', 'unix', 'unixpacket')
  checkOptions('listen', o, [...OPTIONS, ...CALL_OPTIONS])
  const { signal, ...options } = o
  return await new ListenConfig(options).listen(network, address, { signal })
}

/**
 * Listens on one resolved address; null is every address, any port. Go: `net.ListenTCP`.
 *
 * @category More connections
 */
export async function listenTCP(network: TCPNetwork, laddr: TCPAddr | null): Promise<TCPListener> {
  return await new ListenConfig().listenTCP(network, laddr)
}

/**
 * Listens on the name of a local socket. Go: `net.ListenUnix`.
 *
 * @category Local sockets
 */
export async function listenUnix<N extends 'unix' | 'unixpacket'>(
  network: N,
  laddr: UnixAddr,
  o: ListenOptions = {},
): Promise<Listeners[N]> {
  return await new ListenConfig(o).listenUnix(network, laddr)
}
