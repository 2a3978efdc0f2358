// socketpair(2) in memory.
import {
  EAGAIN,
  ECONNRESET,
  EPIPE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  SHUT_RD,
  SHUT_WR,
} from '../constants.js'
import type { EdgeTarget } from '../kernel.js'
import { setImmediate } from './alive.js'
import { Queue } from './queue.js'
import type { Handle } from './table.js'

/** How many bytes one direction holds. */
const ROOM = 64 * 1024

/** One end. */
export class PairEnd implements Handle {
  target: EdgeTarget | null = null
  readonly #queue = new Queue()
  #peer: PairEnd | null = null
  #errno = 0
  /** Nothing more comes. */
  #ended = false
  #shutRead = false
  #shutWrite = false
  /** The peer's sender found no room. */
  #full = false
  /** How many bytes the queue holds: more while a look wants more. */
  #room = ROOM
  #edges = 0

  /** Two ends of one connection. */
  static make(): [PairEnd, PairEnd] {
    const [a, b] = [new PairEnd(), new PairEnd()]
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  started(): void {
    const ended = this.#ended ? EPOLLIN | EPOLLRDHUP : 0
    this.#tell(EPOLLOUT | ended | (this.#queue.bytes > 0 ? EPOLLIN : 0))
  }

  recv(buf: Uint8Array, offset: number, length: number, peek: boolean): number {
    if (this.#queue.bytes > 0) {
      const n = peek ? this.#queue.look(buf, offset, length) : this.#queue.take(buf, offset, length)
      this.#room = peek ? Math.max(ROOM, length) : ROOM
      if (this.#full && this.#queue.bytes < this.#room) {
        this.#full = false
        if (this.#peer !== null) this.#peer.#tell(EPOLLOUT)
      }
      return n
    }
    const errno = this.#errno
    this.#errno = 0
    if (errno !== 0) return -errno
    return this.#ended || this.#shutRead ? 0 : -EAGAIN
  }

  send(buf: Uint8Array, offset: number, length: number): number {
    const peer = this.#peer
    if (peer === null || this.#shutWrite || peer.#shutRead) return -EPIPE
    const n = Math.min(length, peer.#room - peer.#queue.bytes)
    if (n <= 0) {
      peer.#full = true
      return -EAGAIN
    }
    peer.#queue.add(buf.slice(offset, offset + n))
    peer.#tell(EPOLLIN)
    return n
  }

  shutdown(how: number): number {
    if (how !== SHUT_RD && !this.#shutWrite) {
      this.#shutWrite = true
      if (this.#peer !== null) this.#peer.#end()
    }
    if (how !== SHUT_WR && !this.#shutRead) {
      this.#shutRead = true
      this.#tell(EPOLLIN | EPOLLRDHUP)
      if (this.#peer !== null) this.#peer.#tell(EPOLLOUT)
    }
    return 0
  }

  close(): number {
    const peer = this.#peer
    this.#peer = null
    if (peer === null) return 0
    // A Unix socket that is closed with bytes unread resets its peer.
    if (this.#queue.bytes > 0) peer.#errno = ECONNRESET
    peer.#peer = null
    peer.#ended = true
    peer.#tell(EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLHUP)
    return 0
  }

  whenSent(): boolean {
    return false
  }

  #end(): void {
    this.#ended = true
    this.#tell(EPOLLIN | EPOLLRDHUP)
  }

  /** An edge comes in a turn of its own: the other end's call is not over yet. */
  #tell(events: number): void {
    const told = this.#edges !== 0
    this.#edges |= events
    if (told) return
    setImmediate(() => {
      const edges = this.#edges
      this.#edges = 0
      this.target?.ready(edges)
    })
  }
}
