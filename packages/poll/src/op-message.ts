// Go: internal/poll/fd_unix.go (ReadFrom, WriteTo, ReadMsg, WriteMsg). One message a call, and whose it is.
//
// A server of datagrams makes a call a packet, from as many peers as it has. So the operations are used again
// by all descriptors of the thread, and the kernel writes addresses where there is room for one already: what
// a packet costs is the promise, the result, and an address where the peer is another than before.
import { EMSGSIZE, MSG_TRUNC, SOCKADDR_STORAGE_SIZE, SyscallError } from '@netfd/syscall'
import { checkSize, sizeOf } from './bytes.js'
import { hook } from './hook.js'
import type { KnownKind } from './kind.js'
import { STREAM } from './kind.js'
import type { MarkedError } from './op.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'
import { cut, lendRoom, ROOM, returnRoom } from './room.js'
import { Spares } from './spares.js'

/** How many buffers one call takes. */
const MAX_IOV = 1024

/** What an idle Op refers to, so that it keeps no caller's buffer alive. */
const NOTHING: Uint8Array = new Uint8Array(0)

/** What carries control data where the caller has no data: on a stream it would be lost without a byte. */
const CARRIER: Uint8Array = new Uint8Array(1)

/** Where the kernel puts the address of a sender and what it says of the message, until they are looked at. */
const name = new Uint8Array(SOCKADDR_STORAGE_SIZE)
const meta = new Int32Array(3)

/** To whom a message was to go that was not sent, by its error. */
const targets = new WeakMap<Error, unknown>()

/** An error is about a message to this address, if there is one. */
export function aim(error: Error, to: unknown): void {
  if (to != null) targets.set(error, to)
}

/** What the caller named as the address of the message that failed so; undefined where it named none. */
export const targetOf = (error: Error): unknown => targets.get(error)

/** What becomes of the addresses of senders. */
export interface Names<A> {
  /** The first `length` bytes of `name` are a struct sockaddr, and will be another one after this. */
  nameOf(name: Uint8Array, length: number): A
}

/** The addresses as the kernel has them; null for a sender that has none. */
export const COPIES: Names<Uint8Array | null> = {
  nameOf: (from, length) => (length === 0 ? null : from.slice(0, length)),
}

/** What `readFrom` gives. */
export interface ReceivedFrom<A = Uint8Array | null> {
  /** How many bytes are in the buffer; null at the end of a stream or of records. */
  n: number | null
  /** Whose they are. */
  addr: A
  /** Whether the message was longer than the buffer: the rest is lost. */
  truncated: boolean
}

/** What `readMsg` gives. */
export interface ReceivedMsg<A = Uint8Array | null> {
  /** How many bytes are in the buffer; null at the end of a stream or of records. */
  n: number | null
  /** How many bytes of control data came. */
  oobn: number
  /** The MSG_ flags of the message, such as MSG_TRUNC and MSG_CTRUNC. */
  flags: number
  /** Whose it is. */
  addr: A
}

/** What a loop over packets gives. */
export interface ReceivedPacket<A> {
  /** The bytes, the caller's for good. */
  data: Uint8Array
  /** Whose they are. */
  addr: A
  /** Whether the packet was longer than 64 KiB. */
  truncated: boolean
}

/** What all reads of messages share. */
abstract class ReceiveOp<T> extends Op<T> {
  protected kind: KnownKind = STREAM
  protected names: Names<unknown> = COPIES
  protected buf = NOTHING
  protected size = 0
  protected n = 0
  protected addr: unknown = null

  override get mortal(): boolean {
    return this.kind.mortal
  }

  protected set(kind: KnownKind, names: Names<unknown>, buf: Uint8Array, size: number): void {
    this.kind = kind
    this.names = names
    this.buf = buf
    this.size = size
  }

  /** A message of so many bytes came, with an address of so many. */
  protected came(n: number, nameLength: number, side: PollSide | null): boolean {
    this.n = n
    this.addr = this.names.nameOf(name, nameLength)
    return n > 0 || side === null || !this.mortal || this.atEnd(side)
  }

  /** How many bytes came, or null at the end. */
  protected get count(): number | null {
    return this.n === 0 && this.kind.zeroReadIsEOF && this.size > 0 ? null : this.n
  }

  /** Nothing of the caller's stays here. */
  protected clear(): void {
    this.buf = NOTHING
    this.names = COPIES
    this.addr = null
  }
}

/** Go: `FD.ReadFrom`. It takes a datagram also where there is no room for any of it. */
export class ReadFromOp extends ReceiveOp<ReceivedFrom<unknown>> {
  static readonly spares = new Spares(() => new ReadFromOp())
  static {
    describe(ReadFromOp, 'r', 'read', 'recvfrom')
  }

  #truncated = false

  of(kind: KnownKind, names: Names<unknown>, buf: Uint8Array): this {
    this.set(kind, names, buf, sizeOf(buf))
    return this
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.buf, this.size)
    return hook.recvfrom(fd, this.buf, undefined, undefined, undefined, name, meta)
  }

  advance(n: number, side: PollSide | null): boolean {
    this.#truncated = ((meta[1] as number) & MSG_TRUNC) !== 0
    return this.came(n, meta[0] as number, side)
  }

  take(): ReceivedFrom<unknown> {
    const got = { n: this.count, addr: this.addr, truncated: this.#truncated }
    this.clear()
    ReadFromOp.spares.give(this)
    return got
  }
}

/** Reads for a loop: into the room of the thread, and out of it. */
export class PacketOp extends ReceiveOp<ReceivedPacket<unknown> | null> {
  static {
    describe(PacketOp, 'r', 'read', 'recvfrom')
  }

  #data = NOTHING
  #truncated = false

  constructor(kind: KnownKind, names: Names<unknown>) {
    super()
    this.set(kind, names, NOTHING, ROOM)
  }

  attempt(fd: number): number {
    const room = lendRoom()
    const n = hook.recvfrom(fd, room, undefined, undefined, undefined, name, meta)
    if (n > 0) this.#data = cut(room, n)
    if (this.#data.buffer !== room.buffer) returnRoom(room)
    return n
  }

  advance(n: number, side: PollSide | null): boolean {
    this.#truncated = ((meta[1] as number) & MSG_TRUNC) !== 0
    return this.came(n, meta[0] as number, side)
  }

  /** Null where records end. */
  take(): ReceivedPacket<unknown> | null {
    const got = { data: this.#data, addr: this.addr, truncated: this.#truncated }
    const end = this.count === null
    this.#data = NOTHING
    this.addr = null
    return end ? null : got
  }
}

/** Go: `FD.ReadMsg`. */
export class ReadMsgOp extends ReceiveOp<ReceivedMsg<unknown>> {
  static readonly spares = new Spares(() => new ReadMsgOp())
  static {
    describe(ReadMsgOp, 'r', 'read', 'recvmsg')
  }

  #oob = NOTHING
  #oobSize = 0
  #adopt = false
  #oobn = 0
  #flags = 0

  /** `adopt`: descriptors that come are closed with the thread, unless they are closed or disowned before. */
  of(
    ...[kind, names, buf, oob, adopt]: [KnownKind, Names<unknown>, Uint8Array, Uint8Array, boolean]
  ): this {
    this.#oobSize = sizeOf(oob)
    this.set(kind, names, buf, sizeOf(buf))
    this.#oob = oob
    this.#adopt = adopt
    return this
  }

  attempt(fd: number): number {
    if (this.waited) {
      checkSize(this.buf, this.size)
      checkSize(this.#oob, this.#oobSize)
    }
    const carried = this.size === 0 && this.#oobSize > 0 && this.kind.zeroReadIsEOF
    const buf = carried ? CARRIER : this.buf
    const n = hook.recvmsg(fd, buf, undefined, this.#oob, meta, name, this.#adopt)
    return carried && n > 0 ? 0 : n
  }

  advance(n: number, side: PollSide | null): boolean {
    this.#oobn = meta[0] as number
    this.#flags = meta[1] as number
    return this.came(n, meta[2] as number, this.size === 0 ? null : side)
  }

  take(): ReceivedMsg<unknown> {
    const got = { n: this.count, oobn: this.#oobn, flags: this.#flags, addr: this.addr }
    this.clear()
    this.#oob = NOTHING
    ReadMsgOp.spares.give(this)
    return got
  }
}

/** Go: `FD.WriteTo`. */
export class WriteToOp extends Op<number> {
  static readonly spares = new Spares(() => new WriteToOp())
  static {
    describe(WriteToOp, 'w', 'write', 'sendto')
  }

  #buf = NOTHING
  #size = 0
  #name = NOTHING
  #to: unknown
  #sent = 0

  /** `name` is the address as the kernel has it, `to` as the caller named it. */
  of(buf: Uint8Array, name: Uint8Array, to: unknown): this {
    this.#size = sizeOf(buf)
    this.#buf = buf
    this.#name = name
    this.#to = to
    this.#sent = 0
    return this
  }

  override get written(): number {
    return this.#sent
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    aim(error, this.#to)
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.#buf, this.#size)
    return hook.sendto(fd, this.#buf, undefined, undefined, undefined, this.#name)
  }

  advance(n: number): boolean {
    this.#sent = n
    return true
  }

  take(): number {
    this.#buf = this.#name = NOTHING
    this.#to = undefined
    WriteToOp.spares.give(this)
    return this.#sent
  }
}

/** Go: `FD.WriteMsg`. One call: where messages have bounds, all of it is one, however many buffers it has. */
export class WriteMsgOp extends Op<number> {
  static {
    describe(WriteMsgOp, 'w', 'write', 'sendmsg')
  }

  readonly #kind: KnownKind
  readonly #bufs: readonly Uint8Array[]
  readonly #sizes: readonly number[]
  readonly #oob: Uint8Array | undefined
  readonly #oobSize: number
  readonly #name: Uint8Array | undefined
  readonly #to: unknown
  #sent = 0

  /** `sockaddr` is the address as the kernel has it, `to` as the caller named it. */
  constructor(
    ...[kind, data, oob, sockaddr, to]: [
      KnownKind,
      Uint8Array | readonly Uint8Array[],
      Uint8Array | null,
      Uint8Array | null,
      unknown,
    ]
  ) {
    super()
    this.#kind = kind
    // Not by its iterator, which may be anything's.
    const bufs = Array.isArray(data) ? [...Array(data.length).keys()].map((i) => data[i]) : [data]
    this.#sizes = bufs.map(sizeOf)
    this.#oobSize = oob === null ? 0 : sizeOf(oob)
    this.#oob = oob ?? undefined
    const carried = this.#oobSize > 0 && kind.zeroReadIsEOF && this.#sizes.every((n) => n === 0)
    this.#bufs = carried ? [CARRIER] : bufs
    if (carried) this.#sizes = [1]
    this.#name = sockaddr ?? undefined
    this.#to = to
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  override get written(): number {
    return this.#sent
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    aim(error, this.#to)
  }

  attempt(fd: number): number {
    const bufs = this.#bufs
    if (this.waited) {
      for (let i = 0; i < bufs.length; i++)
        checkSize(bufs[i] as Uint8Array, this.#sizes[i] as number)
      if (this.#oob !== undefined) checkSize(this.#oob, this.#oobSize)
    }
    // The call would send those that it takes, and the rest would be another message.
    if (bufs.length > MAX_IOV) throw new SyscallError('sendmsg', -EMSGSIZE)
    const data = bufs.length === 1 ? (bufs[0] as Uint8Array) : bufs
    return hook.sendmsg(fd, data, undefined, this.#oob, undefined, undefined, this.#name)
  }

  advance(n: number): boolean {
    this.#sent = this.#bufs[0] === CARRIER ? 0 : n
    return true
  }

  take(): number {
    return this.#sent
  }
}
