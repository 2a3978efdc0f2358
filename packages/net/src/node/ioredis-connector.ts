// ioredis, which takes a class that connects.
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { connect } from 'node:tls'
import { host } from '@netfd/poll/internal'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import { FailedStream } from './failed-stream.js'
import type { ConnectOptions } from './options.js'

/** What ioredis gives to its connector: its own options. */
interface Target {
  host?: string | undefined
  port?: number | undefined
  path?: string | null | undefined
  sentinels?: unknown
  tls?: ConnectionOptions | undefined
  disconnectTimeout?: number | undefined
}

/** What ioredis uses of the class that is its option `Connector`. */
export interface IoredisConnector {
  /** Whether the connection is wanted. */
  connecting: boolean
  /** Whether the server is one that is wanted: any is. */
  check(info: unknown): boolean
  /** Resolves with a connection, or with one that fails. */
  connect(): Promise<Duplex>
  /** Ends the connection, also one that is still to come. */
  disconnect(): void
}

/** As ioredis has them. */
const PORT = 6379
const DISCONNECT_TIMEOUT = 2_000

/** Serves a client for as long as that lives; each `connect` is a new connection. */
class Connector implements IoredisConnector {
  connecting = false
  readonly #o: ConnectOptions
  readonly #to: { host: string; port: number }
  readonly #tls: ConnectionOptions | undefined
  readonly #disconnectTimeout: number
  #stream: Duplex | null = null
  #dial: AbortController | null = null

  constructor(o: ConnectOptions, to: Target) {
    if (to.path != null || to.sentinels != null) {
      throw new TypeError('ioredisConnector dials a host and a port, no path and no sentinels')
    }
    this.#o = o
    this.#to = { host: to.host ?? 'localhost', port: to.port ?? PORT }
    this.#tls = to.tls
    this.#disconnectTimeout = to.disconnectTimeout ?? DISCONNECT_TIMEOUT
  }

  check(): boolean {
    return true
  }

  /** Never rejects: ioredis would end for good, and ask no retryStrategy. */
  async connect(): Promise<Duplex> {
    this.connecting = true
    const dial = new AbortController()
    this.#dial = dial
    const stream = await this.#open(dial.signal).catch((error: Error) => new FailedStream(error))
    // What the client has given up ends without a word.
    if (dial.signal.aborted) stream.destroy()
    else this.#stream = stream
    return stream
  }

  disconnect(): void {
    this.connecting = false
    this.#dial?.abort()
    const stream = this.#stream
    if (stream === null || stream.destroyed) return
    // A peer that is gone takes no end.
    const timer = host.setTimeout(() => stream.destroy(), this.#disconnectTimeout)
    stream.once('close', () => host.clearTimeout(timer))
    stream.end()
  }

  async #open(signal: AbortSignal): Promise<Duplex> {
    const socket = await openSocket(this.#o, { ...this.#to, signal })
    if (!this.#tls) return socket
    try {
      return connect({ host: this.#to.host, ...this.#tls, socket })
    } catch (error) {
      // A certificate that cannot be read, for one.
      socket.destroy()
      throw error
    }
  }
}

/**
 * The option `Connector` of ioredis: a class, of which it makes one for each client. Host, port and `tls`
 * are those of ioredis itself.
 *
 * ```ts no-run
 * import { ioredisConnector } from '@netfd/net/node'
 * import { Redis } from 'ioredis'
 * const redis = new Redis({ host: 'cache.internal', Connector: ioredisConnector({ userTimeout: 20_000 }) })
 * console.log(await redis.get('greeting'))
 * ```
 *
 * A dial that fails is the client's `'error'`, and so is a peer that is gone; then its retryStrategy is
 * asked. Throws TypeError or RangeError for a wrong option; the class throws TypeError for a client with a
 * `path` or `sentinels`.
 *
 * The type is what the place wants where it is used: ioredis declares private members, which no class but
 * its own has.
 */
export function ioredisConnector<C = new (options: unknown) => IoredisConnector>(
  o: ConnectOptions = {},
): C {
  checkConnector('ioredisConnector', o)
  const options = { ...o }
  class Dialing extends Connector {
    constructor(target: unknown) {
      super(options, target as Target)
    }
  }
  return Dialing as C
}
