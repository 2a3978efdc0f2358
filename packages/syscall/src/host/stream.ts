// A connection over a net.Socket: calls that never wait, and edges.
import { Socket } from 'node:net'
import {
  EAGAIN,
  ECONNRESET,
  EINPROGRESS,
  ENOTCONN,
  EPIPE,
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  SHUT_RD,
  SHUT_WR,
} from '../constants.js'
import type { EdgeTarget } from '../kernel.js'
import type { End } from './addr.js'
import { anyEnd, endOf, sockaddrOf } from './addr.js'
import { numberOf } from './numbers.js'
import type { BoundSocketLike, Options } from './options.js'
import { copyPiece, loseRoom, MAX_PIECE } from './piece.js'
import { Queue } from './queue.js'
import type { Handle } from './table.js'

/** How many bytes are taken ahead of the reader, and one read of the runtime more. */
const HIGH = 64 * 1024

const NOTHING = new Uint8Array(0)

const CONNECTED = 1
/** The peer has ended its side. */
const ENDED = 2
const SHUT_READ = 4
const SHUT_WRITE = 8
/** The reader is behind, and the socket is not read. */
const FULL = 16
/** A piece that send has taken is not the system's yet. */
const BUSY = 32
/** The runtime has destroyed the socket. */
const DEAD = 64
const CLOSED = 128
/** A look wants more than there is, and takes nothing: it would wait for ever if no more were read. */
const LOOKING = 256

const GONE = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP

/** One function for all sockets serves as listener of an event: most connections wait, and hold no closures. */
const OWNER = Symbol('netfd.stream')
type Owned = Socket & { [OWNER]?: Stream }

function onData(this: Owned, chunk: Uint8Array): void {
  this[OWNER]?.arrived(chunk)
}

function onEnd(this: Owned): void {
  this[OWNER]?.ended()
}

function onError(this: Owned, error: Error): void {
  this[OWNER]?.failed(error)
}

function onClose(this: Owned): void {
  this[OWNER]?.gone()
}

function onConnect(this: Owned): void {
  this[OWNER]?.connected()
}

/**
 * Resets: resetAndDestroy alone ends the socket first, and a peer that sees that end takes it for one. While an end
 * of its own is on its way libuv refuses to reset, and the runtime would leave the descriptor open: the kernel resets
 * such a connection by itself where bytes are unread, or when more of them come.
 */
export function resetSocket(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished && socket.writableLength === 0) {
    socket.destroy()
    return
  }
  socket.destroySoon = socket.destroy
  socket.resetAndDestroy()
}

/** How a socket is to be connected. */
export interface Way {
  readonly peer: Uint8Array
  readonly local: End | null
  readonly bound: BoundSocketLike | null
}

/** A connection. */
export class Stream implements Handle {
  target: EdgeTarget | null = null
  readonly family: number
  readonly options: Options
  /** The runtime's socket. */
  readonly socket: Socket
  #marks = 0
  /** What killed it, until a call was told. */
  #errno = 0
  #queue: Queue | null = null
  #local: Uint8Array | null = null
  /** Is called for every piece; made with the first. */
  #wrote: (() => void) | null = null
  #sent: (() => void) | null = null

  constructor(family: number, options: Options, socket: Socket) {
    this.family = family
    this.options = options
    this.socket = socket
    const owned: Owned = socket
    owned[OWNER] = this
    socket.on('error', onError)
    socket.on('close', onClose)
    socket.on('end', onEnd)
  }

  /** Begins to connect: -EINPROGRESS, or what is wrong at once. */
  static connect(family: number, options: Options, way: Way): Stream | number {
    const { peer, local, bound } = way
    const handle = bound === null ? {} : { handle: bound as never }
    const socket = new Socket({ allowHalfOpen: true, ...handle })
    const stream = new Stream(family, options, socket)
    const from = local === null ? {} : { localAddress: local.host, localPort: local.port }
    const { host, port } = endOf(peer)
    socket.on('connect', onConnect)
    socket.on('data', onData)
    try {
      socket.connect({ host: reachable(host), port, autoSelectFamily: false, ...from })
    } catch (error) {
      socket.destroy()
      return -numberOf(error)
    }
    socket.unref()
    return stream
  }

  /** What a listener accepted: it is not read before `started`. */
  static accepted(family: number, options: Options, socket: Socket): Stream {
    const stream = new Stream(family, options, socket)
    stream.#marks = CONNECTED
    socket.unref()
    options.applyTo(socket)
    return stream
  }

  started(): void {
    if (this.#marks & CONNECTED && this.socket.listenerCount('data') === 0) {
      this.socket.on('data', onData)
      this.socket.resume()
    }
    const unread = this.#queue !== null && this.#queue.bytes > 0
    let events = unread ? EPOLLIN : 0
    if (this.#marks & CONNECTED) events |= EPOLLOUT
    if (this.#marks & ENDED) events |= EPOLLIN | EPOLLRDHUP
    if (this.#marks & DEAD) events |= GONE
    if (events !== 0) this.target?.ready(events)
  }

  connected(): void {
    this.#marks |= CONNECTED
    this.options.applyTo(this.socket)
    this.target?.ready(EPOLLOUT)
  }

  arrived(chunk: Uint8Array): void {
    // Behind a close the peer has sent into the void, and is told so, as a kernel does.
    if (this.#marks & CLOSED) {
      resetSocket(this.socket)
      return
    }
    this.#queue ??= new Queue()
    const queue = this.#queue
    queue.add(chunk)
    // One that still looks says so again.
    this.#marks &= ~LOOKING
    this.target?.ready(EPOLLIN)
    if (queue.bytes > HIGH && (this.#marks & (FULL | CLOSED | LOOKING)) === 0) {
      this.#marks |= FULL
      this.socket.pause()
    }
  }

  ended(): void {
    this.#marks |= ENDED
    this.#askWhy()
    this.target?.ready(EPOLLIN | EPOLLRDHUP)
  }

  /**
   * The runtime tells of a reset that comes together with bytes as of an end (libuv, at POLLHUP), and what came would
   * look whole. A write of nothing tells them apart: after an end of the peer's it succeeds, and sends nothing.
   */
  #askWhy(): void {
    if (this.#marks & (SHUT_WRITE | DEAD | CLOSED)) return
    this.socket.write(NOTHING)
    if (this.socket.errored == null) return
    this.#errno = ECONNRESET
    this.#marks |= DEAD
  }

  failed(error: Error): void {
    // Behind the peer's end a reset concerns writes alone, which say EPIPE.
    if ((this.#marks & (DEAD | ENDED)) === 0) this.#errno = numberOf(error)
    this.gone()
  }

  /** The runtime closes a socket by itself once both sides have ended. */
  gone(): void {
    if ((this.#marks & CLOSED) === 0) this.#rescue()
    this.#marks |= DEAD
    this.#tellSent()
    this.target?.ready(GONE)
  }

  /**
   * Lets go of the socket, paused, with what no call has taken in front of what comes: null where that is too late,
   * for the peer has ended its side, or it is no connection.
   */
  release(): Socket | null {
    if ((this.#marks & (CONNECTED | ENDED | DEAD)) !== CONNECTED) return null
    const owned: Owned = this.socket
    delete owned[OWNER]
    owned.off('error', onError).off('close', onClose).off('end', onEnd)
    owned.off('data', onData).off('connect', onConnect)
    owned.pause()
    const rest = new Uint8Array(this.#queue?.bytes ?? 0)
    if (this.#queue?.look(rest, 0, rest.length)) owned.unshift(rest)
    return owned
  }

  recv(buf: Uint8Array, offset: number, length: number, peek: boolean): number {
    const queue = this.#queue
    if (queue !== null && queue.bytes > 0) {
      const n = peek ? queue.look(buf, offset, length) : queue.take(buf, offset, length)
      // A connection that waits for more holds no empty queue.
      if (queue.bytes === 0) this.#queue = null
      const short = peek && queue.bytes < length
      if (short) this.#marks |= LOOKING
      if (this.#marks & FULL && (short || queue.bytes <= HIGH)) {
        this.#marks &= ~FULL
        this.socket.resume()
      }
      return n
    }
    if (this.#errno !== 0) return -this.takeError()
    if (this.#marks & (ENDED | SHUT_READ | DEAD)) return 0
    return -EAGAIN
  }

  send(buf: Uint8Array, offset: number, length: number): number {
    const marks = this.#marks
    if (marks & (DEAD | SHUT_WRITE)) return this.#errno === 0 ? -EPIPE : -this.takeError()
    if (marks & BUSY || (marks & CONNECTED) === 0) return -EAGAIN
    const n = Math.min(length, MAX_PIECE)
    this.#wrote ??= () => this.#pieceWritten()
    const { socket } = this
    socket.write(copyPiece(buf, offset, n), this.#wrote)
    if (socket.writableLength > 0) {
      this.#marks |= BUSY
      loseRoom()
    } else if (socket.errored != null) {
      // The error's event comes with the next tick; the call that met it is this one.
      this.#marks |= DEAD
      return -numberOf(socket.errored)
    }
    return n
  }

  shutdown(how: number): number {
    if ((this.#marks & CONNECTED) === 0 || this.#marks & DEAD) return -ENOTCONN
    // Both sides have ended, and there is no connection any more.
    if (this.#marks & SHUT_WRITE && this.#marks & ENDED) return -ENOTCONN
    if (how !== SHUT_RD && (this.#marks & SHUT_WRITE) === 0) {
      this.#marks |= SHUT_WRITE
      this.socket.end()
    }
    if (how !== SHUT_WR) {
      this.#marks |= SHUT_READ
      this.target?.ready(EPOLLIN | EPOLLRDHUP)
    }
    return 0
  }

  close(): number {
    const { socket } = this
    const marks = this.#marks
    this.#marks |= CLOSED
    if ((marks & CONNECTED) === 0 || marks & DEAD) socket.destroy()
    else if (this.options.resets || (this.#queue?.bytes ?? 0) > 0) resetSocket(socket)
    else if (socket.writableLength > 0) socket.destroySoon()
    else socket.destroy()
    this.#queue = null
    return 0
  }

  whenSent(sent: () => void): boolean {
    if ((this.#marks & (BUSY | DEAD)) !== BUSY || this.options.resets) return false
    this.#sent = sent
    return true
  }

  /** How many bytes the system has taken, in whole pieces. */
  get sent(): number {
    return this.socket.bytesWritten - this.socket.writableLength
  }

  /** SO_ERROR: what killed it, once. */
  takeError(): number {
    const errno = this.#errno
    this.#errno = 0
    return errno
  }

  /** Why nothing may be asked of a connection that is none: 0 while it is one. */
  get pending(): number {
    return this.#marks & (CONNECTED | DEAD) ? 0 : EINPROGRESS
  }

  /** The peer's address, while there is a peer: its caller keeps it, and a connection that waits does not. */
  get peer(): Uint8Array | null {
    const { remoteAddress: host, remotePort: port } = this.socket
    const known = (this.#marks & CONNECTED) !== 0 && host !== undefined && port !== undefined
    return known ? sockaddrOf(this.family, { host, port }) : null
  }

  get local(): Uint8Array {
    if (this.#local !== null) return this.#local
    const { localAddress: host, localPort: port } = this.socket
    if (host === undefined || port === undefined)
      return sockaddrOf(this.family, anyEnd(this.family))
    this.#local = sockaddrOf(this.family, { host, port })
    return this.#local
  }

  #pieceWritten(): void {
    // An earlier piece was the system's at once, and its callback comes only now.
    if ((this.#marks & BUSY) === 0 || this.socket.writableLength > 0) return
    this.#marks &= ~BUSY
    this.#tellSent()
    this.target?.ready(EPOLLOUT)
  }

  #tellSent(): void {
    const sent = this.#sent
    this.#sent = null
    sent?.()
  }

  /** What came before the end and the runtime still holds, for the reader was behind. */
  #rescue(): void {
    for (let chunk = this.socket.read(); chunk !== null; chunk = this.socket.read()) {
      this.#queue ??= new Queue()
      this.#queue.add(chunk)
    }
  }
}

/** Windows does not connect to an unspecified address, which elsewhere is this host. Go: `toLocal`. */
function reachable(host: string): string {
  if (process.platform !== 'win32') return host
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
