// WinterTC: Socket.
import type { TCPConn } from '@netfd/net'
import { NetClosingError } from '@netfd/net'
import type { Channel } from './channel.js'
import type { Chunk } from './chunk.js'
import { Pair } from './pair.js'
import { SocketError, socketError } from './socket-error.js'
import type { SecureTransport } from './socket-options.js'

/** The two ends of a connection that is open. */
export interface SocketInfo {
  /** The peer, for example `192.0.2.1:443`. */
  readonly remoteAddress: string
  /** This end. */
  readonly localAddress: string
  /** The protocol that both ends have agreed on in TLS. */
  readonly alpn?: string
}

/** A connection as WinterTC's Sockets API has it, made by `connect`. */
export interface Socket {
  /** What arrives, a stream of bytes as `readable` gives it. */
  readonly readable: ReadableStream<Uint8Array>
  /** What is sent, as `writable` takes it. */
  readonly writable: WritableStream<Chunk>
  /** Resolves when it is connected, for `'on'` after the handshake; rejects with SocketError. */
  readonly opened: Promise<SocketInfo>
  /**
   * Resolves when both directions are done, or after `close()`, with the descriptor free; rejects with
   * SocketError when it could not connect or a direction has failed. After `startTls()` it is the new socket's.
   */
  readonly closed: Promise<void>
  /** Whether `startTls()` has been called. */
  readonly upgraded: boolean
  /**
   * Closes now: readers see the end, writers get `reason` or a SocketError, and what is not with the
   * kernel is dropped. Ends a dial, and then `opened` rejects. Resolves as `closed` does.
   */
  close(reason?: unknown): Promise<void>
  /**
   * Begins TLS behind what has been written, for `secureTransport: 'starttls'`: the socket that it gives has
   * streams of its own, and those of this one fail (`ERR_SOCKET_UPGRADED`). Nothing is lost that was not read.
   * Throws TypeError when called twice or for a socket of another kind.
   */
  startTls(): Socket
}

/** What a socket is made of. */
export interface Opened {
  readonly channel: Channel
  readonly info: SocketInfo
  readonly conn: TCPConn
}

/** How a socket behaves, and what makes TLS of its connection. */
export interface SocketParts {
  readonly secureTransport: SecureTransport
  readonly allowHalfOpen: boolean
  readonly secure: (conn: TCPConn, signal: AbortSignal) => Promise<Opened>
}

/** A promise's rejection, which a caller need not look at. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** The socket of `connect`, and of `startTls`. */
export class NetSocket implements Socket {
  readonly opened: Promise<SocketInfo>
  readonly #parts: SocketParts
  readonly #opening: Promise<Opened>
  readonly #pair: Pair
  readonly #dialing = new AbortController()
  #next: NetSocket | null = null

  constructor(open: (signal: AbortSignal) => Promise<Opened>, parts: SocketParts) {
    this.#parts = parts
    this.#opening = handled(wrapped(open(this.#dialing.signal)))
    const channel = handled(this.#opening.then((opened) => opened.channel))
    this.#pair = new Pair(channel, {
      wrap: socketError,
      allowHalfOpen: parts.allowHalfOpen,
      giveUp: () => this.#dialing.abort(),
    })
    this.opened = handled(this.#opening.then(({ info }) => infoUnless(this.#dialing.signal, info)))
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#pair.readable
  }

  get writable(): WritableStream<Chunk> {
    return this.#pair.writable
  }

  get closed(): Promise<void> {
    return this.#pair.closed
  }

  get upgraded(): boolean {
    return this.#next !== null
  }

  close(reason?: unknown): Promise<void> {
    return this.#next === null ? this.#pair.close(reason) : this.#next.close(reason)
  }

  startTls(): Socket {
    const { secureTransport } = this.#parts
    if (secureTransport !== 'starttls') {
      throw new TypeError(`startTls needs secureTransport 'starttls', not '${secureTransport}'`)
    }
    if (this.#next !== null) throw new TypeError('startTls was called before')
    const parts: SocketParts = { ...this.#parts, secureTransport: 'on' }
    this.#next = new NetSocket((signal) => this.#upgrade(signal), parts)
    this.#pair.follow(this.#next.closed)
    return this.#next
  }

  async #upgrade(signal: AbortSignal): Promise<Opened> {
    signal.addEventListener('abort', () => this.#dialing.abort(), { once: true })
    const { conn } = await this.#opening
    const moved = new SocketError('the socket goes on as the one that startTls gave', {
      code: 'ERR_SOCKET_UPGRADED',
    })
    await this.#pair.leave(moved)
    return await this.#parts.secure(conn, signal)
  }
}

async function wrapped(opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening
  } catch (error) {
    throw socketError(error)
  }
}

/** A socket that is closed before is not opened any more. */
function infoUnless({ aborted }: AbortSignal, info: SocketInfo): SocketInfo {
  if (aborted) throw socketError(new NetClosingError())
  return info
}
