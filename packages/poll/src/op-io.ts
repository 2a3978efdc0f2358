// Go: internal/poll/fd_unix.go and writev.go. The operations that move bytes.
import { checkSize, sizeOf } from './bytes.js'
import { UnexpectedEOFError } from './errors.js'
import { hook } from './hook.js'
import type { KnownKind } from './kind.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'
import { cut, lendRoom, ROOM, returnRoom } from './room.js'

/** The most that one call moves; recv(2) and its neighbours are asked for no more. */
const MAX_RW = 1 << 30

/** How many buffers one call takes. */
const MAX_IOV = 1024

/** What an idle Op refers to, so that it keeps no caller's buffer alive. */
const NOTHING: Uint8Array = new Uint8Array(0)

/** Stands for the room of the thread in an operation, which must not hold the room itself while it waits. */
const IN_ROOM: Uint8Array = new Uint8Array(0)

/** Go: `FD.Read`. */
export class ReadOp extends Op<number | null> {
  static {
    describe(ReadOp, 'r', 'read')
  }

  readonly #kind: KnownKind
  #buf = NOTHING
  #size = 0
  #n = 0
  /** What a loop has read; null for a read into the caller's buffer. */
  #piece: Uint8Array | null = null

  constructor(kind: KnownKind) {
    super()
    this.#kind = kind
  }

  /** A read of nothing is complete, even past the deadline. */
  override get trivial(): boolean {
    return this.#size === 0
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  /** Reads without a buffer: what comes is `piece`. */
  ofRoom(): this {
    this.#piece = NOTHING
    return this.of(IN_ROOM, ROOM)
  }

  /** What was read: the caller's for good, and kept no longer. */
  piece(): Uint8Array {
    const piece = this.#piece as Uint8Array
    this.#piece = NOTHING
    return piece
  }

  /** What to read into, and its size. */
  of(buf: Uint8Array, size = sizeOf(buf)): this {
    this.#buf = buf
    this.#size = size
    this.#n = 0
    return this
  }

  attempt(fd: number): number {
    if (this.#buf === IN_ROOM) return this.#attemptInRoom(fd)
    if (this.waited) checkSize(this.#buf, this.#size)
    return this.#read(fd, this.#buf)
  }

  #attemptInRoom(fd: number): number {
    const room = lendRoom()
    const n = this.#read(fd, room)
    if (n > 0) this.#piece = cut(room, n)
    if (n <= 0 || this.#piece?.buffer !== room.buffer) returnRoom(room)
    return n
  }

  #read(fd: number, buf: Uint8Array): number {
    return this.#kind.socket ? hook.recv(fd, buf) : hook.read(fd, buf)
  }

  advance(n: number, side: PollSide | null): boolean {
    this.#n = n
    const pooled = this.#piece !== null && this.#buf !== IN_ROOM
    if (n > 0 && pooled) this.#piece = cut(this.#buf, n)
    if (side === null) return true
    if (n === 0) return !this.mortal || this.atEnd(side)
    if (n < this.#size && n < MAX_RW) side.drained = this.#kind.stream
    return true
  }

  override pooled(fd: number): Promise<number> {
    // While the thread pool reads, other loops do.
    if (this.#buf === IN_ROOM) this.#buf = new Uint8Array(ROOM)
    return hook.fileRead(fd, this.#buf, 0)
  }

  take(): number | null {
    const end = this.#n === 0 && this.#size > 0 && this.#kind.zeroReadIsEOF
    this.#buf = NOTHING
    return end ? null : this.#n
  }
}

/** Go: `FD.Write`. */
export class WriteOp extends Op<number> {
  static {
    describe(WriteOp, 'w', 'write')
  }

  readonly #kind: KnownKind
  #buf = NOTHING
  #size = 0
  #sent = 0

  constructor(kind: KnownKind) {
    super()
    this.#kind = kind
  }

  override get written(): number {
    return this.#sent
  }

  /** How many bytes were taken. */
  get sent(): number {
    return this.#sent
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  /** What to write, and its size. */
  of(buf: Uint8Array, size = sizeOf(buf)): this {
    this.#buf = buf
    this.#size = size
    this.#sent = 0
    return this
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.#buf, this.#size)
    const send = this.#kind.socket ? hook.send : hook.write
    return this.#sent === 0 ? send(fd, this.#buf) : send(fd, this.#buf, this.#sent)
  }

  advance(n: number): boolean {
    this.#sent += n
    if (this.#sent >= this.#size || this.#kind.message) return true
    if (n === 0) this.error = new UnexpectedEOFError()
    return false
  }

  override pooled(fd: number): Promise<number> {
    if (this.waited) checkSize(this.#buf, this.#size)
    return hook.fileWrite(fd, this.#buf, this.#sent)
  }

  take(): number {
    this.#buf = NOTHING
    return this.#sent
  }
}

/** Go: `FD.Writev`. Up to 1024 buffers a call; the caller's list is left as it is, and not asked again. */
export class WritevOp extends Op<number> {
  static {
    describe(WritevOp, 'w', 'writev')
  }

  readonly #kind: KnownKind
  readonly #bufs: Uint8Array[] = []
  readonly #sizes: number[] = []
  #index = 0
  #offset = 0
  #sent = 0

  constructor(kind: KnownKind, bufs: readonly Uint8Array[]) {
    super()
    this.#kind = kind
    // Not by its iterator, which may be anything's.
    for (let i = 0; i < bufs.length; i++) {
      const buf = bufs[i] as Uint8Array
      const size = sizeOf(buf)
      if (size === 0) continue
      this.#bufs.push(buf)
      this.#sizes.push(size)
    }
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  override get written(): number {
    return this.#sent
  }

  attempt(fd: number): number {
    if (this.#index === this.#bufs.length) return 0
    if (this.waited) this.#checkSizes()
    if (!this.#kind.socket) return hook.writev(fd, this.#bufs, this.#index, this.#offset)
    return hook.sendmsg(fd, this.#bufs, 0, undefined, this.#index, this.#offset)
  }

  advance(n: number): boolean {
    this.#sent += n
    for (let left = n; left > 0; ) {
      const rest = (this.#sizes[this.#index] as number) - this.#offset
      if (left < rest) {
        this.#offset += left
        break
      }
      left -= rest
      this.#index++
      this.#offset = 0
    }
    if (this.#index >= this.#bufs.length) return true
    if (n === 0) this.error = new UnexpectedEOFError()
    return false
  }

  override pooled(fd: number): Promise<number> {
    const head = this.#bufs[this.#index]
    if (this.waited) this.#checkSizes()
    return head === undefined ? Promise.resolve(0) : hook.fileWrite(fd, head, this.#offset)
  }

  take(): number {
    return this.#sent
  }

  /** Of those that the next call may take. */
  #checkSizes(): void {
    const end = Math.min(this.#index + MAX_IOV, this.#bufs.length)
    for (let i = this.#index; i < end; i++) {
      checkSize(this.#bufs[i] as Uint8Array, this.#sizes[i] as number)
    }
  }
}
