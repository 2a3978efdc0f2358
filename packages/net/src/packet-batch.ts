// Go: golang.org/x/net/ipv4, Message. Many packets in one piece of memory, for calls that move many.
import type { Messages } from '@netfd/poll/internal'
import { MAX_MESSAGES, sizeOf } from '@netfd/poll/internal'
import { AF_UNIX, MSG_TRUNC, SOCKADDR_STORAGE_SIZE } from '@netfd/syscall'
import { checkOptions, checkWhole, udpAddrOf } from './arguments.js'
import type { Addr } from './net.js'
import type { PacketInfo } from './packet-info.js'
import { infoOf, segmentSizeOf } from './packet-info.js'
import { PeerNames } from './peer-names.js'
import type { UDPAddr } from './udpaddr.js'
import { udpAddrFrom } from './udpaddr.js'
import { fromUnixSockaddr, isUnixAddr, toUnixSockaddr } from './unixaddr.js'

/** How much a PacketBatch has room for. */
export interface PacketBatchOptions {
  /** How many packets; 32 when left out, at most 128. */
  count?: number | undefined
  /** The most bytes of a packet; 2048 when left out. With `setGRO` on, 65535 is needed. */
  size?: number | undefined
  /** Bytes of control data a packet; 0 when left out. 128 are enough for all of `receiveInfo`, and for `setGRO`. */
  control?: number | undefined
}

// What `meta` has of each message, and how many numbers those are.
const LENGTH = 0
const FLAGS = 1
const NAME = 2
const CONTROL = 3
const META = 4

/** Room for a struct sockaddr_in6, and what makes the next one begin at a round number. A path has more. */
const NAME_SIZE = 32

const SIZE_MAX = 2 ** 28

/**
 * Room for many packets, which `readBatch` fills and `writeBatch` sends: 32 at a time, they were received for 0.56
 * and sent for 0.70 of the processor time that they took one by one. It is made once and used again; views and
 * addresses are made only of the packets that are asked for. While a call has it, nothing else may (`TypeError`).
 * For a `UnixgramConn` it is a `PacketBatch<UnixAddr>`.
 *
 * ```ts
 * import { dial, listenPacket, PacketBatch } from '@netfd/net'
 * await using server = await listenPacket('udp', '127.0.0.1:0')
 * await using client = await dial('udp', String(server.localAddr))
 * const batch = new PacketBatch({ count: 8, size: 512 })
 * for (const text of ['one', 'two']) batch.set(batch.length, Buffer.from(text))
 * await client.writeBatch(batch)
 * let came = 0
 * while (came < 2) came += await server.readBatch(batch)
 * await server.writeBatch(batch) // back to where they came from
 * console.assert((await client.read(new Uint8Array(16))) === 3)
 * ```
 *
 * @category Packets
 */
export class PacketBatch<A extends Addr = UDPAddr> {
  /** @internal */
  readonly messages: Messages
  readonly #names = new PeerNames<Addr>(addrFrom)
  #nameSize = NAME_SIZE

  /** Throws TypeError and RangeError for what is no size. */
  constructor(o: PacketBatchOptions = {}) {
    checkOptions('PacketBatch', o, ['count', 'size', 'control'])
    const { count = 32, size = 2048, control = 0 } = o
    checkWhole('count', count, 1, MAX_MESSAGES)
    checkWhole('size', size, 1, SIZE_MAX)
    checkWhole('control', control, 0, 1 << 16)
    this.messages = {
      slab: new Uint8Array(count * size),
      size,
      count,
      meta: new Int32Array(count * META),
      names: new Uint8Array(count * NAME_SIZE),
      control: control === 0 ? undefined : new Uint8Array(count * control),
      busy: false,
      length: 0,
      nameAt: (i) => this.#name(i),
    }
  }

  /** How many packets are in it: what the last read gave, or was set. */
  get length(): number {
    return this.messages.length
  }

  /** How many packets it has room for. */
  get capacity(): number {
    return this.messages.count
  }

  /** The bytes of packet `i`: a view, which the next read overwrites. */
  data(i: number): Uint8Array {
    const { slab, size } = this.messages
    return slab.subarray(i * size, i * size + this.#meta(i, LENGTH))
  }

  /** Whose packet `i` is, or where it goes; null for none. The same object while one peer's follow each other. */
  addr(i: number): A | null {
    this.free()
    return this.#name(i)
  }

  #name(i: number): A | null {
    const length = this.#number(i, NAME)
    return this.#names.nameOf(this.messages.names, length, i * this.#nameSize) as A | null
  }

  /** Whether packet `i` was longer than there is room: the rest is lost. */
  truncated(i: number): boolean {
    return (this.#meta(i, FLAGS) & MSG_TRUNC) !== 0
  }

  /** The MSG_ flags with which packet `i` came. */
  flags(i: number): number {
    return this.#meta(i, FLAGS)
  }

  /** The control data that came with packet `i`, or goes with it: a view. */
  control(i: number): Uint8Array {
    const length = this.#meta(i, CONTROL)
    const { control } = this.messages
    if (control === undefined) return new Uint8Array(0)
    const at = i * this.room
    return control.subarray(at, at + length)
  }

  /** What came with packet `i` of what `receiveInfo` has asked for. */
  info(i: number): PacketInfo {
    return infoOf(this.control(i))
  }

  /**
   * With `setGRO` on, the size of the packets that lie behind each other in `data(i)`; the last may be
   * smaller. Without, or where one came alone, the length of `data(i)`.
   */
  segmentSize(i: number): number {
    return segmentSizeOf(this.control(i)) ?? this.#meta(i, LENGTH)
  }

  /**
   * Sets packet `i`: its bytes, which are copied, or how many of those in `data(i)` count; where it goes, as it
   * was when left out, so that what came goes back; and its control data, none when left out. `length` becomes
   * `i + 1` at least, and `i` is at most `length`. Throws RangeError for what does not fit.
   */
  set(i: number, data: Uint8Array | number, addr?: A | null, control?: Uint8Array): void {
    const sockaddr = addr == null ? null : sockaddrOf(addr)
    this.free()
    const { messages } = this
    const { slab, size, meta } = messages
    checkWhole('i', i, 0, Math.min(messages.length, messages.count - 1))
    const length = typeof data === 'number' ? data : sizeOf(data)
    checkWhole('the length of data', length, 0, size)
    this.#setControl(i, control)
    if (typeof data !== 'number') slab.set(data, i * size)
    meta[i * META + LENGTH] = length
    meta[i * META + FLAGS] = 0
    if (sockaddr !== null) this.#setName(i, sockaddr)
    else if (addr === null || i === messages.length) meta[i * META + NAME] = 0
    if (i === messages.length) messages.length++
  }

  #setName(i: number, sockaddr: Uint8Array): void {
    this.giveRoom(sockaddr.length)
    this.messages.names.set(sockaddr, i * this.#nameSize)
    this.messages.meta[i * META + NAME] = sockaddr.length
  }

  /**
   * Bytes of control data a packet.
   * @internal
   */
  get room(): number {
    const { control, count } = this.messages
    return control === undefined ? 0 : control.length / count
  }

  #setControl(i: number, data: Uint8Array | undefined): void {
    const { control, meta } = this.messages
    const { room } = this
    const length = data === undefined ? 0 : sizeOf(data)
    checkWhole('the length of control', length, 0, room)
    if (data !== undefined) control?.set(data, i * room)
    meta[i * META + CONTROL] = length
  }

  /** Empties it. */
  clear(): void {
    this.free()
    this.messages.length = 0
  }

  /**
   * Each packet, one for each segment where packets came joined: views, as `data(i)` is one.
   */
  *[Symbol.iterator](): Generator<
    { data: Uint8Array; addr: A | null; truncated: boolean },
    void,
    undefined
  > {
    for (let i = 0; i < this.length; i++) {
      const whole = this.data(i)
      const addr = this.addr(i)
      const truncated = this.truncated(i)
      const size = this.segmentSize(i)
      if (size >= whole.length || size <= 0) yield { data: whole, addr, truncated }
      else {
        for (let at = 0; at < whole.length; at += size) {
          const data = whole.subarray(at, at + size)
          yield { data, addr, truncated: truncated && at + size >= whole.length }
        }
      }
    }
  }

  /**
   * Throws TypeError while a call has it.
   * @internal
   */
  free(): void {
    if (this.messages.busy) throw new TypeError('the batch is in use: await the call that has it')
  }

  /**
   * Makes room for addresses of so many bytes.
   * @internal
   */
  giveRoom(length: number): void {
    if (length <= this.#nameSize) return
    const { names, count } = this.messages
    const larger = new Uint8Array(count * SOCKADDR_STORAGE_SIZE)
    for (let i = 0; i < count; i++) {
      const name = names.subarray(i * this.#nameSize, (i + 1) * this.#nameSize)
      larger.set(name, i * SOCKADDR_STORAGE_SIZE)
    }
    this.messages.names = larger
    this.#nameSize = SOCKADDR_STORAGE_SIZE
  }

  /**
   * Whether each of its packets has an address.
   * @internal
   */
  get addressed(): boolean {
    const { meta, length } = this.messages
    for (let i = 0; i < length; i++) if (meta[i * META + NAME] === 0) return false
    return true
  }

  /**
   * Gives each of its packets the same address.
   * @internal
   */
  address(sockaddr: Uint8Array): void {
    for (let i = 0; i < this.length; i++) this.#setName(i, sockaddr)
  }

  /** One number of packet `i`. Throws RangeError when there is no such packet, TypeError while a call has it. */
  #meta(i: number, which: number): number {
    this.free()
    return this.#number(i, which)
  }

  #number(i: number, which: number): number {
    const { meta, length } = this.messages
    if (Number.isInteger(i) && i >= 0 && i < length) return meta[i * META + which] as number
    throw new RangeError(`there is no packet ${String(i)}, of ${length}`)
  }
}

/** What each packet of a batch has is an address of a local socket, or one of UDP. */
function addrFrom(sockaddr: Uint8Array): Addr {
  const [family] = new Uint16Array(sockaddr.buffer, sockaddr.byteOffset, 1)
  return family === AF_UNIX ? fromUnixSockaddr(sockaddr, 'unixgram') : udpAddrFrom(sockaddr)
}

/** An address of either family goes by a socket of both. */
function sockaddrOf(addr: Addr): Uint8Array {
  if (isUnixAddr(addr)) return toUnixSockaddr(addr, '')
  const own = udpAddrOf('addr', addr)
  return own.sockaddr(own.family)
}
