// Go: internal/poll/fd_unix.go and writev.go. The operations that move bytes.
import { UnexpectedEOFError } from './errors.js'
import { hook } from './hook.js'
import type { PARKED, PollCode } from './netpoll.js'
import { Op } from './op.js'
import type { PollDesc, PollSide } from './poll-desc.js'

/** What kind of descriptor it is. One object serves all descriptors of a kind. */
export interface Traits {
  /** Whether recv(2) and send(2) work on it. */
  readonly socket: boolean
  /** Whether it is a byte stream, so that a short read means that nothing is left. */
  readonly stream: boolean
  /** Whether a read of 0 bytes is the end. */
  readonly zeroReadIsEOF: boolean
}

/** The most that one call moves; recv(2) and its neighbours are asked for no more. */
const MAX_RW = 1 << 30

/** What an idle Op refers to, so that it keeps nobody's buffer alive. */
const NOTHING: Uint8Array = new Uint8Array(0)

/** Go: `FD.Read`. */
export class ReadOp extends Op<number | null> {
  readonly #traits: Traits
  #buf = NOTHING
  #n = 0
  #side: PollSide | null = null

  constructor(traits: Traits) {
    super()
    this.#traits = traits
  }

  get kind() {
    return 'r' as const
  }

  get name() {
    return 'read'
  }

  get call() {
    return 'read'
  }

  /** A read of nothing is complete, even past the deadline. */
  override get trivial(): boolean {
    return this.#buf.length === 0
  }

  of(buf: Uint8Array): this {
    this.#buf = buf
    this.#n = 0
    return this
  }

  override begin(pd: PollDesc, side: PollSide): PollCode | typeof PARKED {
    this.#side = side
    return pd.beginRead(side, this)
  }

  attempt(fd: number): number {
    return this.#traits.socket ? hook.recv(fd, this.#buf) : hook.read(fd, this.#buf)
  }

  advance(n: number): boolean {
    this.#n = n
    if (n > 0 && n < this.#buf.length && n < MAX_RW && this.#side !== null) {
      this.#side.drained = this.#traits.stream
    }
    return true
  }

  override pooled(fd: number): Promise<number> {
    return hook.fileRead(fd, this.#buf, 0)
  }

  take(): number | null {
    const end = this.#n === 0 && this.#buf.length > 0 && this.#traits.zeroReadIsEOF
    this.#buf = NOTHING
    return end ? null : this.#n
  }
}

/** Go: `FD.Write`. */
export class WriteOp extends Op<number> {
  readonly #traits: Traits
  #buf = NOTHING
  #sent = 0

  constructor(traits: Traits) {
    super()
    this.#traits = traits
  }

  get kind() {
    return 'w' as const
  }

  get name() {
    return 'write'
  }

  get call() {
    return 'write'
  }

  override get written(): number {
    return this.#sent
  }

  of(buf: Uint8Array): this {
    this.#buf = buf
    this.#sent = 0
    return this
  }

  attempt(fd: number): number {
    const send = this.#traits.socket ? hook.send : hook.write
    return this.#sent === 0 ? send(fd, this.#buf) : send(fd, this.#buf, this.#sent)
  }

  advance(n: number): boolean {
    this.#sent += n
    if (this.#sent >= this.#buf.length) return true
    if (n === 0) this.error = new UnexpectedEOFError()
    return false
  }

  override pooled(fd: number): Promise<number> {
    return hook.fileWrite(fd, this.#buf, this.#sent)
  }

  take(): number {
    this.#buf = NOTHING
    return this.#sent
  }
}

/** Go: `FD.Writev`. Up to 1024 buffers a call; the caller's list is left as it is. */
export class WritevOp extends Op<number> {
  readonly #traits: Traits
  readonly #bufs: Uint8Array[]
  #index = 0
  #offset = 0
  #sent = 0

  constructor(traits: Traits, bufs: readonly Uint8Array[]) {
    super()
    this.#traits = traits
    this.#bufs = bufs.filter((buf) => buf.length > 0)
  }

  get kind() {
    return 'w' as const
  }

  get name() {
    return 'writev'
  }

  get call() {
    return 'writev'
  }

  override get written(): number {
    return this.#sent
  }

  attempt(fd: number): number {
    if (this.#index === this.#bufs.length) return 0
    if (!this.#traits.socket) return hook.writev(fd, this.#bufs, this.#index, this.#offset)
    return hook.sendmsg(fd, this.#bufs, 0, undefined, this.#index, this.#offset)
  }

  advance(n: number): boolean {
    this.#sent += n
    for (let left = n; left > 0; ) {
      const rest = (this.#bufs[this.#index] as Uint8Array).length - this.#offset
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
    return head === undefined ? Promise.resolve(0) : hook.fileWrite(fd, head, this.#offset)
  }

  take(): number {
    return this.#sent
  }
}
