// recvmmsg(2) and sendmmsg(2): many messages a call. Go has them in golang.org/x/net (ReadBatch, WriteBatch).
import { EINVAL, EIO } from '@netfd/syscall'
import { budget } from './budget.js'
import { checkSize, notBytes, sizeOf } from './bytes.js'
import { hook } from './hook.js'
import type { MarkedError } from './op.js'
import { describe, Op } from './op.js'
import { aim } from './op-message.js'
import { Patience } from './patience.js'
import type { PollSide } from './poll-side.js'
import { Spares } from './spares.js'

/** How many messages one call takes. */
export const MAX_MESSAGES = 128

/** How many numbers `meta` has for each message: length, flags, length of the name, length of the control data. */
const META = 4

/** Memory for several messages: each has its share of it, from its number times the size on. */
export interface Messages {
  /** The bytes. */
  readonly slab: Uint8Array
  /** How many of them a message has room for. */
  readonly size: number
  /** How many messages there is room for; at most 128. */
  readonly count: number
  /** Four numbers a message. */
  readonly meta: Int32Array
  /** For each message as many bytes, 32 to 128: a struct sockaddr. */
  names: Uint8Array
  /** Room for control data, a multiple of `count`. */
  readonly control: Uint8Array | undefined
  /** How many messages are in it. */
  length: number
  /** Whether a call has it. */
  busy: boolean
  /** What its errors name as the address of a message. */
  nameAt(i: number): unknown
}

const NONE: Messages = {
  slab: new Uint8Array(0),
  size: 0,
  count: 0,
  meta: new Int32Array(0),
  names: new Uint8Array(0),
  control: undefined,
  length: 0,
  busy: false,
  nameAt: () => undefined,
}

/** So many messages of a batch take as long as one call for one of them. */
const MESSAGES_AN_OP = 4

/**
 * Counts messages and bytes in place of the number that the call gave, which was counted already as one
 * operation. Batches would pay for a turn of the loop every 256 messages otherwise, a tenth of what they cost.
 */
function charge(n: number, bytes: number): void {
  budget.charge(bytes - n, Math.ceil(n / MESSAGES_AN_OP) - 1)
}

/** Reads what is there, at most as many messages as there is room for. */
export class ReadBatchOp extends Op<number> {
  static readonly spares = new Spares(() => new ReadBatchOp())
  static {
    describe(ReadBatchOp, 'r', 'read', 'recvmmsg')
  }

  #messages = NONE
  #n = 0

  of(messages: Messages): this {
    this.#messages = messages
    messages.busy = true
    this.#n = 0
    return this
  }

  attempt(fd: number): number {
    const { slab, size, count, meta, names, control } = this.#messages
    return hook.recvmmsg(fd, slab, size, count, meta, names, control)
  }

  advance(n: number, side: PollSide | null): boolean {
    const { meta, count } = this.#messages
    this.#n = n
    let bytes = 0
    for (let i = 0; i < n; i++) bytes += meta[i * META] as number
    charge(n, bytes)
    // The kernel stopped because the queue was empty: whatever comes then raises an edge.
    if (side !== null) side.drained = n < count
    return true
  }

  take(): number {
    this.#messages.length = this.#n
    this.#messages.busy = false
    this.#messages = NONE
    ReadBatchOp.spares.give(this)
    return this.#n
  }
}

/** What all writes of several messages share: they go on where the kernel stopped. */
abstract class WritesOp extends Op<number> {
  protected sent = 0
  protected bytes = 0
  protected count = 0
  #patience: Patience | null = null

  override get written(): number {
    return this.bytes
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    error.messagesWritten = this.sent
  }

  /** Has it try by time as well; see Patience. */
  patient(yes: boolean): this {
    this.#patience = yes ? new Patience() : null
    return this
  }

  attempt(fd: number): number {
    if (this.#patience === null) return this.send(fd)
    return this.#patience.attempt(this, () => this.send(fd))
  }

  override lastAttempt(fd: number): number {
    this.#patience?.end()
    return this.send(fd)
  }

  take(): number {
    this.#patience?.end()
    return this.sent
  }

  /** Sends the messages that are left, as many as one call takes. */
  protected abstract send(fd: number): number

  /** How many bytes a message has. */
  protected abstract sizeAt(i: number): number

  advance(n: number): boolean {
    let bytes = 0
    for (let i = this.sent; i < this.sent + n; i++) bytes += this.sizeAt(i)
    charge(n, bytes)
    this.sent += n
    this.bytes += bytes
    return this.sent >= this.count
  }

  protected restart(count: number): void {
    this.sent = this.bytes = 0
    this.count = count
  }
}

/** Writes the first messages of a slab. */
export class WriteBatchOp extends WritesOp {
  static readonly spares = new Spares(() => new WriteBatchOp())
  static {
    describe(WriteBatchOp, 'w', 'write', 'sendmmsg')
  }

  #messages = NONE
  #named = false

  /** `named`: each message has an address. */
  of(messages: Messages, count: number, named: boolean): this {
    this.restart(count)
    this.#messages = messages
    messages.busy = true
    this.#named = named
    return this
  }

  /** None is written without the kernel. */
  override get trivial(): boolean {
    return this.count === 0
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    if (this.#named && this.sent < this.count) aim(error, this.#messages.nameAt(this.sent))
  }

  protected send(fd: number): number {
    const { slab, size, meta, names, control } = this.#messages
    const { sent } = this
    const to = this.#named ? names : undefined
    return hook.sendmmsg(fd, slab, size, sent, this.count - sent, meta, to, control)
  }

  protected sizeAt(i: number): number {
    return this.#messages.meta[i * META] as number
  }

  override take(): number {
    this.#messages.busy = false
    this.#messages = NONE
    WriteBatchOp.spares.give(this)
    return super.take()
  }
}

/** Writes each buffer of a list as a message, all to one address. */
export class WriteListOp extends WritesOp {
  static {
    describe(WriteListOp, 'w', 'write', 'sendmmsg')
  }

  readonly #bufs: Uint8Array[] = []
  readonly #sizes: number[] = []
  readonly #name: Uint8Array | undefined
  readonly #to: unknown

  constructor(bufs: readonly Uint8Array[], sockaddr: Uint8Array | null, to: unknown) {
    super()
    if (!Array.isArray(bufs)) throw notBytes(bufs)
    // Not by its iterator, which may be anything's.
    for (let i = 0; i < bufs.length; i++) {
      this.#sizes.push(sizeOf(bufs[i]))
      this.#bufs.push(bufs[i] as Uint8Array)
    }
    this.#name = sockaddr ?? undefined
    this.#to = to
    this.restart(this.#bufs.length)
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    aim(error, this.#to)
  }

  /** A list of none is written without the kernel. */
  override get trivial(): boolean {
    return this.count === 0
  }

  protected send(fd: number): number {
    const { sent } = this
    const n = Math.min(this.count - sent, MAX_MESSAGES)
    if (this.waited) {
      for (let i = sent; i < sent + n; i++) {
        checkSize(this.#bufs[i] as Uint8Array, this.#sizes[i] as number)
      }
    }
    return hook.sendmmsgv(fd, this.#bufs, sent, n, this.#name)
  }

  protected sizeAt(i: number): number {
    return this.#sizes[i] as number
  }
}

/** Whether the devices that a socket sends by cut segments themselves; known once one did not. */
export interface Offload {
  works: boolean
}

/** The most that one datagram carries over IPv4, and so what the kernel cuts at one go. */
const MAX_PAYLOAD = 65_507

/** Older kernels cut no more than this. */
const MAX_SEGMENTS = 64

/** Writes one buffer as datagrams of one size; the kernel cuts it, or `sendmmsg` sends the pieces. */
export class SegmentsOp extends Op<number> {
  static {
    describe(SegmentsOp, 'w', 'write', 'sendmsg')
  }

  readonly #data: Uint8Array
  readonly #size: number
  readonly #segment: number
  readonly #control: Uint8Array
  readonly #name: Uint8Array | undefined
  readonly #to: unknown
  readonly #offload: Offload
  #cutHere = false
  #sent = 0

  /** `data` must be a view of the caller's that no code of the caller's can answer for. */
  constructor(
    ...[data, segment, control, sockaddr, to, offload]: [
      Uint8Array,
      number,
      Uint8Array,
      Uint8Array | null,
      unknown,
      Offload,
    ]
  ) {
    super()
    this.#data = data
    this.#size = data.length
    this.#segment = segment
    this.#control = control
    this.#name = sockaddr ?? undefined
    this.#to = to
    this.#offload = offload
    this.#cutHere = !offload.works
  }

  override get written(): number {
    return this.#sent
  }

  override mark(error: MarkedError): void {
    super.mark(error)
    aim(error, this.#to)
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.#data, this.#size)
    return this.#cutHere ? this.#sendPieces(fd) : this.#sendRun(fd)
  }

  #sendRun(fd: number): number {
    const at = this.#sent
    const most = Math.max(1, Math.min(MAX_SEGMENTS, Math.floor(MAX_PAYLOAD / this.#segment)))
    const end = Math.min(this.#size, at + most * this.#segment)
    const run = at === 0 && end === this.#size ? this.#data : this.#data.subarray(at, end)
    // A single datagram needs no cutting, and no device that can.
    const control = run.length > this.#segment ? this.#control : undefined
    return hook.sendmsg(fd, run, undefined, control, undefined, undefined, this.#name)
  }

  #sendPieces(fd: number): number {
    const pieces: Uint8Array[] = []
    for (let at = this.#sent; at < this.#size && pieces.length < MAX_SEGMENTS; ) {
      pieces.push(this.#data.subarray(at, at + this.#segment))
      at += this.#segment
    }
    // Nothing is a packet too, as it is where a device cuts.
    if (this.#size === 0) pieces.push(this.#data)
    const n = hook.sendmmsgv(fd, pieces, 0, pieces.length, this.#name)
    return n < 0 ? n : Math.min(n * this.#segment, this.#size - this.#sent)
  }

  advance(n: number): boolean {
    budget.charge(0, Math.ceil(n / this.#segment / MESSAGES_AN_OP) - 1)
    this.#sent += n
    // Only now is it known that the refusal was about the cutting, and not about the address.
    if (this.#cutHere) this.#offload.works = false
    return this.#sent >= this.#size
  }

  /** A device that has no checksum of its own cannot cut: whether it does depends on where the packets go. */
  override retry(errno: number): boolean {
    if (this.#cutHere || (errno !== EIO && errno !== EINVAL)) return false
    this.#cutHere = true
    return true
  }

  take(): number {
    return this.#sent
  }
}
