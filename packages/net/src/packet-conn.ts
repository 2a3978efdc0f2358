// Go: net/net.go, PacketConn; what udpsock.go and unixsock.go share. A socket whose messages have bounds.
import { isUint8Array } from 'node:util/types'
import type { CallOptions } from '@netfd/poll'
import type { ReceivedFrom, ReceivedMsg, ReceivedPacket } from '@netfd/poll/internal'
import { notBytes, ReadBatchOp, signalOf, WriteBatchOp, WriteListOp } from '@netfd/poll/internal'
import { kindOf } from './arguments.js'
import { NetConn } from './conn.js'
import { AddrError, WriteToConnectedError } from './errors.js'
import type { NetFD } from './fd.js'
import { Loop } from './iterate.js'
import type { Addr, Packet, PacketConn } from './net.js'
import { PacketBatch } from './packet-batch.js'
import { PeerNames } from './peer-names.js'

/** The bytes of what a caller writes. */
const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data, 'utf8') : data

/** Throws TypeError for what is no batch, and for one that a call has. */
function checkBatch(batch: unknown): asserts batch is PacketBatch<never> {
  if (!(batch instanceof PacketBatch)) {
    throw new TypeError(`batch must be a PacketBatch, got ${kindOf(batch)}`)
  }
  batch.free()
}

/** A socket of datagrams on a NetFD. `From` is what a packet's sender is, and `To` what one is sent to. */
export abstract class NetPacketConn<To extends Addr, From extends To | null>
  extends NetConn
  implements PacketConn<To, From>
{
  /** @internal */
  protected readonly names: PeerNames<To>
  /** Whether it has one peer, which alone it can write to. */
  readonly #connected: boolean

  /** @internal */
  constructor(fd: NetFD, made: (sockaddr: Uint8Array) => To) {
    super(fd)
    this.names = new PeerNames(made)
    this.#connected = fd.raddr !== null
  }

  /**
   * The address of the other end where it is connected, else null: the same object each time, also after
   * close.
   */
  abstract override get remoteAddr(): To | null

  /**
   * Reads one packet into `buf`, or waits for one: how many bytes. 0 is an empty packet, or an empty `buf`,
   * which takes none and never waits. What does not fit into `buf` is lost; `readFrom` tells. The kernel
   * writes into `buf` itself.
   *
   * Rejects with OpError: `ETIMEDOUT` past the read deadline, `ABORT_ERR`, `ERR_NET_CLOSED`, or the kernel's
   * errno, such as `ECONNREFUSED` where it is connected and the peer's machine has said so. The socket is as
   * good as before then. Go: `UDPConn.Read`; recv(2).
   */
  override read(buf: Uint8Array, o?: CallOptions): Promise<number> {
    return this.fd.read(buf, o) as Promise<number>
  }

  /**
   * Writes `data`, a string as UTF-8, as one packet to the peer that it is connected to, and resolves to its
   * length in bytes. An empty one is sent too. All of it is taken or none.
   *
   * Rejects with OpError: the codes of `read`, `EMSGSIZE` for more than a packet holds, and `EDESTADDRREQ` or
   * `ENOTCONN` where it is not connected. Go: `UDPConn.Write`; send(2).
   */
  override write(data: Uint8Array | string, o?: CallOptions): Promise<number> {
    return super.write(data, o)
  }

  /**
   * Reads one packet into `buf`, or waits for one: how many bytes, whose it is, and whether it was longer
   * than `buf`; the rest is lost then. An empty `buf` takes a packet as well. While one peer sends, `addr` is
   * the same object. Rejects as `read` does. Go: `PacketConn.ReadFrom`; recvfrom(2).
   */
  readFrom(buf: Uint8Array, o?: CallOptions): Promise<PacketInfoOf<From>> {
    return this.fd.receiveFrom(this.names, buf, o) as Promise<PacketInfoOf<From>>
  }

  /**
   * Writes `data`, a string as UTF-8, as one packet to `addr`, and resolves to its length in bytes. Rejects
   * with OpError: the kernel's errno, about this address alone (`ENETUNREACH`, `EPERM` by a firewall, …),
   * `EMSGSIZE`, `ERR_WRITE_TO_CONNECTED` where it is connected, `ERR_ADDR` for a missing address or one of
   * the other IP version, and as `read`. Go: `PacketConn.WriteTo`; sendto(2).
   */
  writeTo(data: Uint8Array | string, addr: To, o?: CallOptions): Promise<number> {
    const bytes = bytesOf(data)
    if (!isUint8Array(bytes)) return this.fd.unwritable(data)
    let sockaddr: Uint8Array
    try {
      if (this.#connected) throw new WriteToConnectedError()
      sockaddr = this.sockaddr(addr)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
    return this.fd.sendTo(bytes, sockaddr, addr, o)
  }

  /**
   * `readFrom` with control data, which goes into `oob`: `oobn` bytes of it, and the message's MSG_ flags
   * (`MSG_TRUNC`: `buf` was too small, `MSG_CTRUNC`: `oob` was). Go: `ReadMsgUDP`; recvmsg(2).
   */
  readMsg(buf: Uint8Array, oob: Uint8Array, o?: CallOptions): Promise<PacketMsgOf<From>> {
    return this.fd.receiveMsg(this.names, buf, oob, false, o) as Promise<PacketMsgOf<From>>
  }

  /**
   * Writes `data` as one packet with control data, to `addr`, or to the peer where it is connected; several
   * buffers, at most 1024, are one packet. Resolves to its length. Rejects as `writeTo`.
   * Go: `WriteMsgUDP`; sendmsg(2).
   */
  writeMsg(
    data: Uint8Array | readonly Uint8Array[],
    oob: Uint8Array | null,
    addr: To | null = null,
    o?: CallOptions,
  ): Promise<number> {
    if (!isUint8Array(data) && !Array.isArray(data)) return this.fd.failing('write', notBytes(data))
    let sockaddr: Uint8Array | null
    try {
      sockaddr = this.target(addr)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
    return this.fd.sendMsg(data, oob, sockaddr, addr, o)
  }

  /**
   * Reads the packets that are there into `batch`, or waits for one: how many, at most as many as there is room
   * for. Where many come at a time it is cheaper than one by one. Rejects as `readFrom`. recvmmsg(2); Go has it in
   * golang.org/x/net/ipv4.
   */
  readBatch(batch: PacketBatch<To>, o?: CallOptions): Promise<number> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      checkBatch(batch)
      batch.giveRoom(this.nameSize)
      return this.fd.run(ReadBatchOp.spares.get().of(batch.messages), signal)
    } catch (error) {
      return this.fd.failing('read', error as Error)
    }
  }

  /**
   * Writes all packets of `batch`, each to its own address, or all to `addr`, or to the peer where it is
   * connected; or each buffer of a list as a packet. Resolves to how many. Rejects as `writeTo` with the
   * first that fails, and `messagesWritten`, how many went before it: a loop may go on behind it.
   *
   * On a connected socket that is refused, the kernel swallows the refusal here: one that must know uses `write`.
   * sendmmsg(2).
   */
  writeBatch(
    batch: PacketBatch<To> | readonly Uint8Array[],
    addr: To | null = null,
    o?: CallOptions,
  ): Promise<number> {
    try {
      const signal = o === undefined ? undefined : signalOf(o)
      if (this.#connected && addr !== null) throw new WriteToConnectedError()
      const sockaddr = addr === null ? null : this.sockaddr(addr)
      if (Array.isArray(batch)) {
        if (!this.#connected && sockaddr === null) throw new AddrError('missing address', '')
        const op = new WriteListOp(batch, sockaddr, addr).patient(this.patient)
        return this.fd.run(op, signal)
      }
      checkBatch(batch)
      if (sockaddr !== null) batch.address(sockaddr)
      else if (!this.#connected && !batch.addressed) throw new AddrError('missing address', '')
      const op = WriteBatchOp.spares.get().of(batch.messages, batch.length, !this.#connected)
      return this.fd.run(op.patient(this.patient), signal)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
  }

  /**
   * Every packet that comes, with its sender: a copy of its own each, of up to 64 KiB. It goes on for ever;
   * leaving the loop loses no packet, and an error, which ends it, none but what it is about.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Packet<From>, void, undefined> {
    return new PacketsOf(this.fd.receiving(this.names)) as unknown as AsyncGenerator<
      Packet<From>,
      void,
      undefined
    >
  }

  /**
   * Whether no edge tells of room for what it sends.
   * @internal
   */
  protected get patient(): boolean {
    return false
  }

  /**
   * The most bytes that the struct sockaddr of a sender has.
   * @internal
   */
  protected get nameSize(): number {
    return 28
  }

  /**
   * The struct sockaddr of an address to write to, null for the peer where it is connected. Throws what is wrong.
   * @internal
   */
  protected target(addr: To | null): Uint8Array | null {
    if (this.#connected && addr !== null) throw new WriteToConnectedError()
    return this.#connected ? null : this.sockaddr(addr)
  }

  /**
   * The struct sockaddr of an address to write to. Throws what is wrong with it.
   * @internal
   */
  protected sockaddr(addr: To | null): Uint8Array {
    if (addr == null) throw new AddrError('missing address', '')
    return this.fd.sockaddr(addr as never)
  }
}

type PacketInfoOf<From> = ReceivedFrom<From> & { n: number }
type PacketMsgOf<From> = ReceivedMsg<From> & { n: number }

/** Reads packets; see `FD.receiving`. */
interface Receiving {
  next(): Promise<ReceivedPacket<Addr | null> | null>
  stop(): void
}

/** Packet by packet; where records end, so does the loop. */
class PacketsOf extends Loop<ReceivedPacket<Addr | null> | null, ReceivedPacket<Addr | null>> {
  readonly #receiving: Receiving

  constructor(receiving: Receiving) {
    super()
    this.#receiving = receiving
  }

  protected ask(): Promise<ReceivedPacket<Addr | null> | null> {
    return this.#receiving.next()
  }

  protected value(packet: ReceivedPacket<Addr | null> | null): ReceivedPacket<Addr | null> | null {
    return packet
  }

  protected stop(): void {
    this.#receiving.stop()
  }
}
