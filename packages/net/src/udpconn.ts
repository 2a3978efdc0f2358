// Go: net/udpsock.go and udpsock_posix.go, UDPConn.
import { inspect } from 'node:util'
import type { CallOptions } from '@netfd/poll'
import type { Offload, ReceivedMsg } from '@netfd/poll/internal'
import { SegmentsOp, signalOf, viewOf } from '@netfd/poll/internal'
import { IPPROTO_UDP, segmentSize as segmentControl, UDP_GRO } from '@netfd/syscall'
import { checkType, checkWhole } from './arguments.js'
import type { QueuedError } from './error-queue.js'
import { readError } from './error-queue.js'
import { JoinedError } from './errors.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import type { GroupOptions } from './multicast.js'
import {
  joinGroup,
  leaveGroup,
  setMulticastInterface,
  setMulticastLoopback,
  setMulticastTTL,
} from './multicast.js'
import type { Packet } from './net.js'
import { PacketBatch } from './packet-batch.js'
import { NetPacketConn } from './packet-conn.js'
import type { MTUDiscover, ReceiveInfoOptions } from './udp-options.js'
import { pathMTU, receiveInfo, setMTUDiscover, setRecvErr } from './udp-options.js'
import type { UDPAddr } from './udpaddr.js'
import { udpAddrFrom } from './udpaddr.js'

/** Bytes of control data that the size of joined packets takes. */
const SEGMENT_ROOM = 24
/** Those of what comes before it. */
const TIMESTAMP_ROOM = 32
const DROPS_ROOM = 24

/** The most bytes of a datagram over IPv4. */
const MAX_SEGMENT = 65_507

/**
 * A UDP socket: made by `listenPacket`, for packets from and to anybody, or by `dial`, for those of one peer.
 * Go: `net.UDPConn`; udp(7).
 *
 * ```ts
 * import { dial, listenPacket } from '@netfd/net'
 * await using server = await listenPacket('udp', '127.0.0.1:0')
 * await using client = await dial('udp', String(server.localAddr))
 * await client.write('ping')
 * const buf = new Uint8Array(1500)
 * const { n, addr } = await server.readFrom(buf)
 * await server.writeTo(buf.subarray(0, n), addr)
 * console.assert((await client.read(buf)) === 4)
 * ```
 *
 * @category Packets
 */
export class UDPConn extends NetPacketConn<UDPAddr, UDPAddr> {
  /** Whether the devices it sends by cut segments, as far as is known. */
  readonly #offload: Offload = { works: true }
  /** The control data of `writeSegments` for the last size. */
  #cut: { readonly size: number; readonly control: Uint8Array } | null = null
  #joins = false
  #stamps = false
  #drops = false

  /** @internal */
  constructor(fd: NetFD) {
    super(fd, udpAddrFrom)
  }

  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `UDPConn { ${endsOf(this.fd)} }`
  }

  /** This end's address, with the port that the kernel chose: the same object each time, also after close. */
  override get localAddr(): UDPAddr {
    return this.fd.laddr as UDPAddr
  }

  /** See `PacketConn`: rejects with `ERR_GRO` while `setGRO` is on, for it could not tell packets apart. */
  override read(buf: Uint8Array, o?: CallOptions): Promise<number> {
    return this.#joins ? this.fd.failing('read', new JoinedError()) : super.read(buf, o)
  }

  /** See `PacketConn`: rejects with `ERR_GRO` while `setGRO` is on, for it could not tell packets apart. */
  override readFrom(
    buf: Uint8Array,
    o?: CallOptions,
  ): Promise<{ n: number; addr: UDPAddr; truncated: boolean }> {
    return this.#joins ? this.fd.failing('read', new JoinedError()) : super.readFrom(buf, o)
  }

  /**
   * See `PacketConn`: rejects with `ERR_GRO` while `setGRO` is on for an `oob` without room for the size of the
   * packets, 24 bytes and what `timestamp` (32) and `drops` (24) take: joined packets would look like one.
   */
  override readMsg(
    buf: Uint8Array,
    oob: Uint8Array,
    o?: CallOptions,
  ): Promise<ReceivedMsg<UDPAddr> & { n: number }> {
    return this.#joins && oob?.byteLength < this.#segmentRoom
      ? this.fd.failing('read', new JoinedError(`oob needs ${this.#segmentRoom} bytes`))
      : super.readMsg(buf, oob, o)
  }

  /**
   * See `PacketConn`: rejects with `ERR_GRO` while `setGRO` is on for a batch without room for the size of the
   * packets, 24 bytes of `control` and what `timestamp` (32) and `drops` (24) take. 128 are enough for all.
   */
  override readBatch(batch: PacketBatch, o?: CallOptions): Promise<number> {
    return this.#joins && batch instanceof PacketBatch && batch.room < this.#segmentRoom
      ? this.fd.failing(
          'read',
          new JoinedError(`the batch needs ${this.#segmentRoom} bytes of control`),
        )
      : super.readBatch(batch, o)
  }

  /** Bytes of control data without which the size of joined packets could be cut off. */
  get #segmentRoom(): number {
    return SEGMENT_ROOM + (this.#stamps ? TIMESTAMP_ROOM : 0) + (this.#drops ? DROPS_ROOM : 0)
  }

  /**
   * Writes `data` as packets of `segmentSize` bytes each, but for the last, to `addr`, or to the peer where it
   * is connected; resolves to its length. The kernel cuts it, up to 64 packets a call, where the devices can: that
   * took 0.13 of the processor time of separate writes. Else they are sent as a batch is. A packet longer than the
   * path takes is `EMSGSIZE` or `EINVAL`. Rejects as `writeTo`, with `bytesWritten`. UDP_SEGMENT in udp(7).
   *
   * ```ts
   * import { dial, listenPacket } from '@netfd/net'
   * await using server = await listenPacket('udp', '127.0.0.1:0')
   * await using client = await dial('udp', String(server.localAddr))
   * await client.writeSegments(new Uint8Array(2500), 1200)
   * const sizes = []
   * for (let i = 0; i < 3; i++) sizes.push(await server.read(new Uint8Array(2000)))
   * console.assert(sizes.join() === '1200,1200,100')
   * ```
   */
  writeSegments(
    data: Uint8Array,
    segmentSize: number,
    addr: UDPAddr | null = null,
    o?: CallOptions,
  ): Promise<number> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      checkWhole('segmentSize', segmentSize, 1, MAX_SEGMENT)
      const bytes = viewOf(data)
      const to = this.target(addr)
      if (this.#cut?.size !== segmentSize) {
        this.#cut = { size: segmentSize, control: segmentControl(segmentSize) }
      }
      const { control } = this.#cut
      const op = new SegmentsOp(bytes, segmentSize, control, to, addr, this.#offload)
      return this.fd.run(op, signal)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
  }

  /**
   * Has the kernel join packets of one sender and size that come behind each other: fewer and longer reads.
   * `readMsg` and `readBatch` tell the size in control data then (`PacketBatch.segmentSize`) and need room for it, 24
   * bytes, and for 65535 bytes of data. Without the one they reject with `ERR_GRO`, and so do `read`, `readFrom`
   * and `for await`. Throws OpError. UDP_GRO in udp(7).
   */
  setGRO(on: boolean): void {
    checkType('on', on, 'boolean')
    this.do('set', () => this.fd.setInt(IPPROTO_UDP, UDP_GRO, on))
    this.#joins = on
  }

  /**
   * Every packet that comes, with its sender: a copy of its own each, of up to 64 KiB. It goes on for ever;
   * leaving the loop loses no packet. Throws OpError (`ERR_GRO`) after `setGRO(true)`, which joins packets.
   */
  override [Symbol.asyncIterator](): AsyncGenerator<Packet<UDPAddr>, void, undefined> {
    if (this.#joins) throw this.fd.opError('read', new JoinedError())
    return super[Symbol.asyncIterator]()
  }

  /**
   * Switches what each packet brings besides its bytes: `packetInfo` reads it from the control data of
   * `readMsg`, and `PacketBatch.info` from a batch with room for it. On a socket of both families IPv4 packets
   * bring theirs too. Throws OpError.
   */
  receiveInfo(o: ReceiveInfoOptions): void {
    this.do('set', () => receiveInfo(this.fd, o))
    this.#stamps = o.timestamp ?? this.#stamps
    this.#drops = o.drops ?? this.#drops
  }

  /**
   * Joins a multicast group, of IPv4 or IPv6, on one interface, and from one sender alone where `source` says
   * so. Twice is `EADDRINUSE`. Throws OpError, `ERR_ADDR` for an interface that there is not. A socket that is
   * bound to all addresses also gets what comes to groups that other sockets of this machine have joined.
   * MCAST_JOIN_GROUP in ip(7).
   */
  joinGroup(group: string, o?: GroupOptions): void {
    this.do('set', () => joinGroup(this.fd, group, o))
  }

  /**
   * What a socket for one group is given.
   * @internal
   */
  joinAlone(iface: string | null, group: UDPAddr): void {
    if (iface !== null) this.setMulticastInterface(iface)
    this.setMulticastLoopback(false)
    this.joinGroup(group.ip, { iface: iface ?? (group.zone || undefined) })
  }

  /** Leaves a group that was joined with the same options, else `EADDRNOTAVAIL`. Throws OpError. */
  leaveGroup(group: string, o?: GroupOptions): void {
    this.do('set', () => leaveGroup(this.fd, group, o))
  }

  /** The interface by which packets to groups go out; null: as the routes say. IP_MULTICAST_IF. */
  setMulticastInterface(iface: string | null): void {
    this.do('set', () => setMulticastInterface(this.fd, iface))
  }

  /** Whether members on this machine get what is sent to groups here, as they do at first. IP_MULTICAST_LOOP. */
  setMulticastLoopback(on: boolean): void {
    this.do('set', () => setMulticastLoopback(this.fd, on))
  }

  /** How many hops packets to groups may take: 1 at first, so that they stay in this network. IP_MULTICAST_TTL. */
  setMulticastTTL(n: number): void {
    this.do('set', () => setMulticastTTL(this.fd, n))
  }

  /**
   * How the path's MTU is found: `'do'` forbids fragments, and a packet that is too long is `EMSGSIZE`;
   * `'probe'` as well, but sends what this machine's device takes; `'dont'` has routers cut packets; `'want'`
   * leaves it to the kernel. Throws OpError. IP_MTU_DISCOVER in ip(7).
   */
  setMTUDiscover(mode: MTUDiscover): void {
    this.do('set', () => setMTUDiscover(this.fd, mode))
  }

  /** The MTU of the path to the peer, as far as it is known, in bytes. Throws OpError, `ENOTCONN` without a peer. */
  pathMTU(): number {
    return this.do('get', () => pathMTU(this.fd))
  }

  /**
   * Has the kernel keep what it hears of packets that were sent: `readError` gives it. Then the next call fails
   * with such an error on a socket without a peer as well, whichever peer it is about, and is not made: it is to be
   * made again. Off by default, as everywhere. Throws OpError. IP_RECVERR in ip(7).
   */
  setRecvErr(on: boolean): void {
    this.do('set', () => setRecvErr(this.fd, on))
  }

  /**
   * The oldest of the errors that `setRecvErr` has the kernel keep, or null; it never waits. A read that waits
   * is woken by an error, and fails with it. Once the queue was read to its end, the next call is made as if
   * there had been none. Throws OpError. MSG_ERRQUEUE in recv(2).
   */
  readError(): QueuedError | null {
    return this.do('read', () => readError(this.fd))
  }

  /** The peer's address where it is connected, else null: the same object each time, also after close. */
  override get remoteAddr(): UDPAddr | null {
    return this.fd.raddr as UDPAddr | null
  }
}

/** From a socket to what is made of it. */
export function newUDPConn(fd: NetFD): UDPConn {
  fd.establish()
  return new UDPConn(fd)
}
