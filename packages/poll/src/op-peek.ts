// recv(2) with MSG_PEEK: looks at what is there, and leaves it there.
import {
  AF_UNIX,
  EAGAIN,
  IPPROTO_TCP,
  MSG_PEEK,
  SO_DOMAIN,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
  TCP_INFO,
} from '@netfd/syscall'
import { checkSize, sizeOf } from './bytes.js'
import { hook } from './hook.js'
import type { KnownKind } from './kind.js'
import type { PollCode } from './netpoll.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'

/** What an idle Op refers to, so that it keeps no caller's buffer alive. */
const NOTHING: Uint8Array = new Uint8Array(0)

/** The share of a receive buffer that bytes surely fit into; the rest may be taken by what the kernel adds. */
const SURE = 1 / 4

/**
 * A local socket holds what fits into the send buffer of its peer, where each write takes up this much at least,
 * however small it is. That buffer cannot be asked for, and counts as being as large as the one here.
 */
const SURE_LOCAL = 1 / 1024

/** Where struct tcp_info has `tcpi_rcv_wnd`, how much the kernel would still take; before Linux 6.2 it has none. */
const RCV_WND = 232

/** Whether the peer has been told to send nothing: then nothing comes, and no edge, until a read makes room. */
function isShut(fd: number): boolean {
  const info = new Uint8Array(RCV_WND + 4)
  const n = hook.getsockoptBytes(fd, IPPROTO_TCP, TCP_INFO, info)
  return n === info.length && new Uint32Array(info.buffer, RCV_WND, 1)[0] === 0
}

/** Waits until there are `min` bytes, or as many as there will be. */
export class PeekOp extends Op<number> {
  static {
    describe(PeekOp, 'r', 'read')
  }

  readonly #kind: KnownKind
  readonly #size: number
  #buf: Uint8Array
  #min: number
  #side: PollSide | null = null
  #n = 0

  constructor(kind: KnownKind, buf: Uint8Array, min: number) {
    super()
    this.#kind = kind
    this.#size = sizeOf(buf)
    this.#buf = buf
    this.#min = min
  }

  /** A look into no buffer is complete, even past the deadline. */
  override get trivial(): boolean {
    return this.#size === 0
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  override begin(side: PollSide): PollCode {
    this.#side = side
    return side.pd.prepare(side, this)
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.#buf, this.#size)
    const n = hook.recv(fd, this.#buf, 0, this.#size, MSG_PEEK)
    // At the end of a stream recv(2) says 0 only once its bytes are taken, and no further edge comes.
    const short = n > 0 && n < this.#min && this.#side?.pd.hangup !== true
    // What was read in part may go on taking all of its room.
    return short && n < this.#atMost(fd) && !isShut(fd) ? -EAGAIN : n
  }

  /** A buffer that is full raises no edge either, so more than it surely holds is not waited for. */
  #atMost(fd: number): number {
    const local = hook.getsockopt(fd, SOL_SOCKET, SO_DOMAIN) === AF_UNIX
    const buffer = hook.getsockopt(fd, SOL_SOCKET, local ? SO_SNDBUF : SO_RCVBUF)
    const held = buffer * (local ? SURE_LOCAL : SURE)
    if (held > 0) this.#min = Math.min(this.#min, Math.floor(held))
    return this.#min
  }

  advance(n: number, side: PollSide | null): boolean {
    this.#n = n
    return n > 0 || side === null || !this.mortal || this.atEnd(side)
  }

  take(): number {
    this.#buf = NOTHING
    this.#side = null
    return this.#n
  }
}
