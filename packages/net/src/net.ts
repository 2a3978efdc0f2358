// Go: net/net.go. What all networks share: addresses, connections, listeners, errors.
import type { CallOptions, Deadline } from '@netfd/poll'
import type { PacketBatch } from './packet-batch.js'

/**
 * The networks of TCP: of either IP version, of IPv4 alone, of IPv6 alone.
 *
 * ```ts
 * import { dial, listen, type TCPNetwork } from '@netfd/net'
 *
 * const network: TCPNetwork = process.env.IPV6_ONLY === '1' ? 'tcp6' : 'tcp'
 * await using listener = await listen(network, 'localhost:0')
 * await using conn = await dial(network, String(listener.addr))
 * ```
 */
export type TCPNetwork = 'tcp' | 'tcp4' | 'tcp6'

/**
 * The networks of UDP: of either IP version, of IPv4 alone, of IPv6 alone.
 *
 * ```ts
 * import { listenPacket, type UDPNetwork } from '@netfd/net'
 *
 * const network: UDPNetwork = process.env.IPV6_ONLY === '1' ? 'udp6' : 'udp'
 * await using conn = await listenPacket(network, 'localhost:0')
 * ```
 */
export type UDPNetwork = 'udp' | 'udp4' | 'udp6'

/**
 * The networks of local sockets: streams of bytes, datagrams, and records over a connection.
 *
 * ```ts
 * import { resolveUnixAddr, type UnixNetwork } from '@netfd/net'
 *
 * const network: UnixNetwork = 'unixpacket'
 * console.log(`${resolveUnixAddr(network, '@records')}`) // @records
 * ```
 */
export type UnixNetwork = 'unix' | 'unixgram' | 'unixpacket'

/**
 * A network end point: what `localAddr` and `remoteAddr` are, and what errors name. Go: `net.Addr`.
 *
 * ```ts
 * import { type Addr, TCPAddr } from '@netfd/net'
 *
 * const addr: Addr = new TCPAddr('127.0.0.1', 80)
 * console.log(addr.network, addr.toString()) // tcp 127.0.0.1:80
 * ```
 */
export interface Addr {
  /** The name of the network, for example `tcp`. */
  readonly network: string
  /** The address as Go prints it, for example `192.0.2.1:25` or `[2001:db8::1]:80`. */
  toString(): string
}

/**
 * An address that a socket can be bound or connected to. Go: `sockaddr` in sockaddr_posix.go.
 * @internal
 */
export interface Sockaddr extends Addr {
  /** AF_INET, AF_INET6 or AF_UNIX: that of the socket which fits the address best. */
  readonly family: number
  /** Whether it stands for any address at all. */
  readonly isWildcard: boolean
}

/**
 * A connection between two ends. Any number of calls may be under way at once: reads wait for reads and
 * writes for writes, in order; reads and writes do not wait for each other. Every promise settles.
 * Go: `net.Conn`.
 */
export interface Conn extends AsyncDisposable {
  /**
   * Reads what is there into `buf`, or waits for something: how many bytes, or null at the end of the
   * stream. 0 only for an empty `buf`. Rejects with OpError: `ETIMEDOUT` past the read deadline,
   * `ABORT_ERR`, `ERR_NET_CLOSED`, or the kernel's, such as `ECONNRESET`.
   */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null>
  /** Writes all of `data` (a string as UTF-8); a rejection carries `bytesWritten`. */
  write(data: Uint8Array | string, o?: CallOptions): Promise<number>
  /** Closes; every call that waits is rejected with `ERR_NET_CLOSED`. A second close is rejected. */
  close(): Promise<void>
  /** This end's address: the same object each time, also after close. */
  readonly localAddr: Addr
  /**
   * The other end's address: the same object each time, also after close. Null for a socket of packets that
   * is connected to no peer.
   */
  readonly remoteAddr: Addr | null
  /** Sets when reads and writes fail: a Date, epoch milliseconds, or null for never. */
  setDeadline(t: Deadline): void
  /** `setDeadline` for reads. */
  setReadDeadline(t: Deadline): void
  /** `setDeadline` for writes. */
  setWriteDeadline(t: Deadline): void
  /** Sets how long each read from now on may take, in milliseconds from its start; 0 is no limit. */
  setReadTimeout(ms: number): void
  /** `setReadTimeout` for writes. */
  setWriteTimeout(ms: number): void
}

/**
 * A connection that is a stream of bytes: what TCP connections and the ends of a `pipe` are.
 *
 * ```ts
 * import { pipe, type StreamConn } from '@netfd/net'
 * async function length(conn: StreamConn): Promise<number> {
 *   const head = new Uint8Array(4)
 *   await conn.readFull(head)
 *   return new DataView(head.buffer).getUint32(0)
 * }
 * const [a, b] = pipe()
 * await a.write(Uint8Array.of(0, 0, 1, 0))
 * console.assert((await length(b)) === 256)
 * await Promise.all([a.close(), b.close()])
 * ```
 */
export interface StreamConn extends Conn, AsyncIterable<Uint8Array> {
  /** The other end's address: the same object each time, also after close. */
  readonly remoteAddr: Addr
  /** Fills all of `buf`, or rejects with `bytesRead`; `ERR_UNEXPECTED_EOF` when the stream ends. */
  readFull(buf: Uint8Array, o?: CallOptions): Promise<number>
}

/**
 * A packet, as a loop over a socket of packets gives it.
 *
 * ```ts
 * import { dial, listenPacket, type Packet } from '@netfd/net'
 * const shown = ({ data, addr }: Packet): string => `${data.length} bytes from ${addr}`
 * await using conn = await listenPacket('udp', '127.0.0.1:0')
 * await using client = await dial('udp', String(conn.localAddr))
 * await client.write('ping')
 * for await (const packet of conn) {
 *   console.assert(shown(packet) === `4 bytes from ${client.localAddr}`)
 *   break
 * }
 * ```
 */
export interface Packet<From = Addr | null> {
  /** Its bytes, the caller's for good. */
  data: Uint8Array
  /** Whose it is; null for a sender that has no name, as a Unix socket may have none. */
  addr: From
  /** Whether it was longer than 64 KiB, and the rest of it is lost. */
  truncated: boolean
}

/**
 * A socket of packets, which have bounds, and each its sender. Go: `net.PacketConn`.
 *
 * ```ts
 * import { listenPacket, type PacketConn } from '@netfd/net'
 * const network: string = 'udp4'
 * await using conn: PacketConn = await listenPacket(network, '127.0.0.1:0')
 * await conn.writeTo('ping', conn.localAddr)
 * const { n, addr } = await conn.readFrom(new Uint8Array(16))
 * console.assert(n === 4 && String(addr) === String(conn.localAddr))
 * ```
 */
export interface PacketConn<To extends Addr = Addr, From extends To | null = To | null>
  extends Conn,
    AsyncIterable<Packet<From>> {
  /** Reads one packet into `buf`: how many bytes, whose it is, and whether it was longer than `buf`. */
  readFrom(buf: Uint8Array, o?: CallOptions): Promise<{ n: number; addr: From; truncated: boolean }>
  /** Writes one packet to an address. */
  writeTo(data: Uint8Array | string, addr: To, o?: CallOptions): Promise<number>
  /** `readFrom` with control data in `oob`, and the MSG_ flags of the packet. */
  readMsg(
    buf: Uint8Array,
    oob: Uint8Array,
    o?: CallOptions,
  ): Promise<{ n: number; oobn: number; flags: number; addr: From }>
  /** Reads the packets that are there, or waits for one: how many. */
  readBatch(batch: PacketBatch<To>, o?: CallOptions): Promise<number>
  /** Writes all packets of a batch, or each buffer of a list as a packet: how many. */
  writeBatch(
    batch: PacketBatch<To> | readonly Uint8Array[],
    addr?: To | null,
    o?: CallOptions,
  ): Promise<number>
  /** `writeTo` with control data, or to the peer where it is connected; several buffers are one packet. */
  writeMsg(
    data: Uint8Array | readonly Uint8Array[],
    oob: Uint8Array | null,
    addr?: To | null,
    o?: CallOptions,
  ): Promise<number>
}

/**
 * Waits for connections on an address: what `listen` gives for a network that is only known as a string.
 * Go: `net.Listener`.
 */
export interface Listener<C extends Conn = Conn> extends AsyncIterable<C>, AsyncDisposable {
  /** Accepts the next connection. Rejects with OpError, as `TCPListener.accept` does. */
  accept(o?: CallOptions): Promise<C>
  /** Stops listening; accepts that wait are rejected with `ERR_NET_CLOSED`. A second close is rejected. */
  close(): Promise<void>
  /** The address it listens on: the same object each time. */
  readonly addr: Addr
}

/** Whatever bytes can be read from, as from a Conn. Go: `io.Reader`. */
export interface Reader {
  /** Reads what is there into `buf`, or waits: how many bytes, or null at the end. */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null>
}

/**
 * What every error of this package has. Two copies of the package may be loaded at once, so match
 * `code` (or `timeout`), not the class. Go: `net.Error`.
 *
 * ```ts
 * import { AddrError, type NetError } from '@netfd/net'
 *
 * const error: NetError = new AddrError('missing port in address', 'localhost')
 * console.log(error.code, error.timeout) // ERR_ADDR false
 * ```
 */
export abstract class NetError extends Error {
  /** What happened, for programs to match. */
  abstract readonly code: string

  /** Whether time ran out: a deadline that passed, or the kernel's own ETIMEDOUT. */
  get timeout(): boolean {
    return false
  }

  /** Whether the same call may succeed later; every timeout is temporary too. */
  get temporary(): boolean {
    return false
  }
}

/** The fields that an error below may have; decided by name, since its class may be a copy. */
export interface Cause extends Error {
  readonly code?: unknown
  readonly errno?: unknown
  readonly syscall?: unknown
  readonly timeout?: unknown
  readonly temporary?: unknown
  readonly address?: unknown
  readonly port?: unknown
}

/** The code that an error passes on to the one that wraps it. */
export function codeOf({ code, timeout }: Cause): string | undefined {
  if (code === 'ERR_DEADLINE_EXCEEDED' && timeout === true) return 'ETIMEDOUT'
  return typeof code === 'string' ? code : undefined
}
