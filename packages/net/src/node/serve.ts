// The connections of our listener for a server of Node's.
import type { Server } from 'node:net'
import { isUint8Array } from 'node:util/types'
import type { TCPConn, UnixConn } from '@netfd/net'
import { checkFunction, checkOptions, kindOf } from '../arguments.js'
import { warnOfKinds } from '../serve-warning.js'
import { toDuplex } from './duplex.js'
import { canHandOver, noHandOver, toNetSocket } from './hand-over.js'
import type { NetDuplex } from './net-duplex.js'
import type { Form } from './options.js'
import { checkForm } from './options.js'

/** What {@link serve} takes: a `TCPListener`, or the `UnixListener` of streams. */
export interface StreamListener<C extends TCPConn | UnixConn> extends AsyncIterable<C> {
  /** The next connection. */
  accept(): Promise<C>
}

/** How {@link serve} serves. */
export interface ServeOptions<C extends TCPConn | UnixConn = TCPConn> {
  /**
   * Called with each connection before the server sees it: to read a PROXY line, to look at who it is, to set
   * options. Bytes (or a promise of them) that it returns come first: what it read, and is the server's business.
   * It holds up no other connection. When it fails, the connection is closed.
   */
  prepare?: ((conn: C) => unknown) | undefined
  /** What the server gets; `'auto'` when left out. */
  form?: Form | undefined
  /** Told what `prepare` or the handing over failed with; by default the first one of each code is a warning. */
  onError?: ((error: Error, conn: C) => void) | undefined
}

/**
 * Accepts the listener's connections and gives them to a server of Node's (`net`, `tls`, `http`, `https`,
 * `http2`, and whatever takes its `'connection'`) until the listener is closed; resolves then. What is wrong
 * for a while, such as `EMFILE`, is waited for, see `TCPListener`. A `UnixListener` of streams is served too. Where
 * connections need not be seen first, `server.listen({ fd: listener.dup() })` costs less, for then Node accepts. A
 * function of your own for each connection is what the `serve` of `@netfd/net` runs.
 *
 * The server is told that it listens, without which one of `http` would look after no timeout. Closing it
 * closes no listener: that is yours, and so is closing the server, whose timer it ends. Rejects with OpError when accepting fails for good; throws TypeError for
 * wrong arguments; with the form `'socket'` on Bun, `ERR_NO_HANDOVER`.
 *
 * ```ts
 * import { createServer } from 'node:http'
 * import { listen } from '@netfd/net'
 * import { serve } from '@netfd/net/node'
 * const listener = await listen('tcp', '127.0.0.1:0', { reusePort: true })
 * const server = createServer((_, response) => response.end('hello'))
 * const serving = serve(listener, server, { prepare: (conn) => conn.setUserTimeout(20_000) })
 * const response = await fetch(`http://${listener.addr}`)
 * console.assert((await response.text()) === 'hello')
 * await listener.close()
 * await serving
 * server.close()
 * server.closeAllConnections()
 * ```
 */
export function serve<C extends TCPConn | UnixConn>(
  listener: StreamListener<C>,
  server: Server,
  o: ServeOptions<C> = {},
): Promise<void> {
  checkOptions('serve', o, ['prepare', 'form', 'onError'])
  if (typeof listener?.accept !== 'function') {
    throw new TypeError(`listener must be a TCPListener or UnixListener, got ${kindOf(listener)}`)
  }
  if (typeof server?.emit !== 'function') {
    throw new TypeError(`server must be a server of Node's, got ${kindOf(server)}`)
  }
  const { prepare, form = 'auto', onError = warning() } = o
  if (prepare !== undefined) checkFunction('prepare', prepare)
  checkFunction('onError', onError)
  checkForm(form)
  if (form === 'socket' && !canHandOver) throw noHandOver()
  return new Serving(server, { prepare, form, onError }).run(listener)
}

/** Servers that were told. A second word would start a second timer of http's. */
const told = new WeakSet<Server>()

function listens(server: Server): void {
  if (server.listening || told.has(server)) return
  told.add(server)
  server.emit('listening')
}

type Settings<C extends TCPConn | UnixConn> = ServeOptions<C> & {
  form: Form
  onError: NonNullable<ServeOptions<C>['onError']>
}

class Serving<C extends TCPConn | UnixConn> {
  readonly #server: Server
  readonly #o: Settings<C>

  constructor(server: Server, o: Settings<C>) {
    this.#server = server
    this.#o = o
  }

  async run(listener: StreamListener<C>): Promise<void> {
    listens(this.#server)
    for await (const conn of listener) void this.#serve(conn)
  }

  async #serve(conn: C): Promise<void> {
    const { prepare, onError } = this.#o
    try {
      const stream = this.#streamOf(conn, bytesOf(await prepare?.(conn)))
      // In a turn of its own: what a listener of the server's throws is no failure of the connection.
      process.nextTick(() => this.#server.emit('connection', stream))
    } catch (error) {
      await conn[Symbol.asyncDispose]()
      onError(error as Error, conn)
    }
  }

  /** As the server makes its own sockets. */
  #streamOf(conn: C, unread: Uint8Array | undefined): NetDuplex | ReturnType<typeof toNetSocket> {
    const { allowHalfOpen = false, pauseOnConnect = false } = this.#server as ServerSettings
    const { form } = this.#o
    if (form === 'duplex' || !canHandOver) return toDuplex(conn, { allowHalfOpen, unread })
    return toNetSocket(conn, { allowHalfOpen, unread, paused: pauseOnConnect })
  }
}

/** What `prepare` returned. Anything but bytes would be lost in silence. */
function bytesOf(prepared: unknown): Uint8Array | undefined {
  if (prepared === undefined || isUint8Array(prepared)) return prepared
  throw new TypeError(`prepare must return a Uint8Array or nothing, got ${kindOf(prepared)}`)
}

/** What a server's constructor was told. */
interface ServerSettings extends Server {
  readonly allowHalfOpen?: boolean
  readonly pauseOnConnect?: boolean
}

function warning(): (error: Error) => void {
  const warn = warnOfKinds()
  return (error) => warn('a connection could not be served', error)
}
