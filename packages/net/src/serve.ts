// Go: net/http/server.go, Serve and Shutdown. The loop around accept: a handler for each connection, and
// an end to all of them.
import type { Abortable } from '@netfd/poll/internal'
import {
  host,
  offAbort,
  onAbort,
  reasonOf,
  signalOf,
  startTimer,
  wasAborted,
} from '@netfd/poll/internal'
import { checkFunction, checkOptions, checkType, kindOf } from './arguments.js'
import { looked } from './looked.js'
import type { Conn, Listener } from './net.js'
import type { Warn } from './serve-warning.js'
import { warnOfKinds } from './serve-warning.js'

/** How {@link serve} serves. */
export interface ServeOptions<C extends Conn = Conn> {
  /** How many connections are served at once; those over it wait in the kernel's backlog. No limit when left out. */
  limit?: number | undefined
  /** Ends it: no connection is accepted any more, and those that are open have `grace` to end. */
  signal?: AbortSignal | undefined
  /**
   * How long handlers may go on after the abort, in ms up to 2^31 - 1, before their connections are reset.
   * Without end when left out, as with Go's `Shutdown`: no answer is cut off that the program did not say may be.
   */
  grace?: number | undefined
  /**
   * Told of each error, by default a warning for the first one of each kind: what a handler failed with, or, with
   * null in place of the connection, what accepting or closing the listener failed with.
   */
  onError?: ((error: unknown, conn: C | null) => unknown) | undefined
}

/**
 * Accepts connections and runs `handle` for each, at once and without waiting for the others. The connection
 * is closed when the handler is done, so at its return if it returns no promise, unless the handler has closed
 * or detached it. Resolves once `signal` is aborted, or the listener is closed elsewhere, and all handlers
 * are done. For a server of Node's (`http`, `tls`, ...) there is another `serve`, in `@netfd/net/node`.
 *
 * - **Too many:** the listener's own loop accepts, and waits at `EMFILE` and the like, see `TCPListener`. Over
 *   `limit`, accept(2) is not called until a handler is done.
 * - **A handler that fails** harms no other. Its connection is reset, not closed: half an answer must not look
 *   like a whole one. `onError` is told first, while the connection can still be asked (`info`); without it, the
 *   first error of each code is a warning (`process.on('warning')`, code `NETFD_SERVE`). So is what `onError`
 *   itself fails with.
 * - **The abort** closes the listener, so that new clients are refused at once and go elsewhere; a descriptor of
 *   `listener.dup()` goes on listening for a successor. No handler starts any more. Those that run have `grace`,
 *   and what is left then is reset. A handler that waits for something else than its connection is waited for
 *   all the same: hand it the signal. Errors that the abort led to (`ABORT_ERR`, the signal's reason,
 *   `ERR_NET_CLOSED` after a reset) are not reported. A handler that fails because the signal ended its read of
 *   this very connection was between two requests: its connection is closed, not reset; where further requests
 *   are there unread, by `closeGracefully`, so that the answers before them arrive.
 * - **Accepting that fails for good** closes the listener and tells `onError` at once; serve rejects with that
 *   OpError when the handlers are done. The abort shortens that as well.
 *
 * Throws TypeError or RangeError for wrong arguments. Go: `http.Server.Serve`, `Shutdown`.
 *
 * ```ts
 * import { dial, listen, serve, type TCPConn } from '@netfd/net'
 *
 * const listener = await listen('tcp', '127.0.0.1:0')
 * const stop = new AbortController() // process.once('SIGTERM', () => stop.abort())
 * const { signal } = stop
 * async function echo(conn: TCPConn): Promise<void> {
 *   const buf = new Uint8Array(1024)
 *   for (;;) {
 *     const n = await conn.read(buf, { signal }) // ends at the abort; an answer that has begun does not
 *     if (n === null) return
 *     await conn.write(buf.subarray(0, n))
 *   }
 * }
 * const served = serve(listener, echo, { limit: 1_000, signal, grace: 10_000 })
 *
 * await using conn = await dial('tcp', String(listener.addr))
 * await conn.write('ping')
 * const answer = new Uint8Array(4)
 * await conn.readFull(answer)
 * stop.abort()
 * await served
 * console.assert((await conn.read(answer)) === null)
 * ```
 *
 * @category Connections
 */
export function serve<C extends Conn>(
  listener: Listener<C>,
  handle: (conn: C) => unknown,
  o: ServeOptions<C> = {},
): Promise<void> {
  checkOptions('serve', o, ['limit', 'signal', 'grace', 'onError'])
  if (typeof listener?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError(`listener must be a Listener, got ${kindOf(listener)}`)
  }
  checkHandle(handle)
  const { limit = Number.POSITIVE_INFINITY, grace = Number.POSITIVE_INFINITY, onError } = o
  checkLimit(limit)
  checkGrace(grace)
  if (onError !== undefined) checkFunction('onError', onError)
  return new Serving({ listener, handle, limit, grace, onError, signal: signalOf(o) }).run()
}

function checkHandle(handle: unknown): void {
  const { emit } = (handle ?? {}) as { emit?: unknown }
  if (typeof handle !== 'function' && typeof emit === 'function') {
    const other = 'a server of Node’s is what serve of @netfd/net/node takes'
    throw new TypeError(`handle must be a function, got ${kindOf(handle)}: ${other}`)
  }
  checkFunction('handle', handle)
}

function checkLimit(limit: unknown): void {
  checkType('limit', limit, 'number')
  if (limit === Number.POSITIVE_INFINITY) return
  if (Number.isSafeInteger(limit) && (limit as number) >= 1) return
  throw new RangeError(`limit must be a whole number from 1 on, or Infinity, got ${limit}`)
}

const LONGEST_GRACE = 2 ** 31 - 1

function checkGrace(grace: unknown): void {
  checkType('grace', grace, 'number')
  if (grace === Number.POSITIVE_INFINITY) return
  if ((grace as number) >= 0 && (grace as number) <= LONGEST_GRACE) return
  throw new RangeError(`grace must be from 0 to ${LONGEST_GRACE} ms, or Infinity, got ${grace}`)
}

/** The arguments of `serve`, checked. */
interface Settings<C extends Conn> {
  readonly listener: Listener<C>
  readonly handle: (conn: C) => unknown
  readonly limit: number
  readonly grace: number
  readonly onError: ServeOptions<C>['onError']
  readonly signal: AbortSignal | undefined
}

/** What some kinds of connections can do at their end. */
interface Ending {
  readonly unread?: boolean
  closeGracefully?(): Promise<void>
  reset?(): Promise<void>
}

class Serving<C extends Conn> implements Abortable {
  readonly #o: Settings<C>
  readonly #open = new Set<C>()
  readonly #warn: Warn = warnOfKinds()
  /** Wakes what waits for a handler to be done. */
  #left: (() => void) | null = null
  #grace: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null
  #cut = false

  constructor(o: Settings<C>) {
    this.#o = o
  }

  async run(): Promise<void> {
    const { signal } = this.#o
    if (signal !== undefined) onAbort(signal, this)
    try {
      if (this.#stopped) this.aborted()
      else await this.#accept()
    } catch (error) {
      this.#tell(error, null)
      throw error
    } finally {
      await this.#close()
      while (this.#open.size > 0) await this.#oneLeft()
      if (signal !== undefined) offAbort(signal, this)
      if (this.#grace !== null) host.clearTimeout(this.#grace)
    }
  }

  /** Ends the loop below by closing the listener, and what the handlers do once their time is over. */
  aborted(): void {
    void this.#close()
    const { grace } = this.#o
    if (grace !== Number.POSITIVE_INFINITY) this.#grace = startTimer(() => this.#cutOff(), grace)
  }

  async #accept(): Promise<void> {
    const { listener, limit } = this.#o
    for await (const conn of listener) {
      // It was accepted in the very turn of the abort, and goes the way of those in the backlog.
      if (this.#stopped) await this.#end(conn, reset)
      else void this.#attend(conn)
      while (this.#open.size >= limit) await this.#oneLeft()
    }
  }

  async #attend(conn: C): Promise<void> {
    this.#open.add(conn)
    try {
      await this.#o.handle(conn)
      await conn[Symbol.asyncDispose]()
    } catch (error) {
      await this.#end(conn, this.#failed(error, conn))
    }
    this.#open.delete(conn)
    this.#left?.()
  }

  /** Tells of it, and how the connection is to end. */
  #failed(error: unknown, conn: C): typeof closed {
    if (this.#stopped && this.#isAbort(error)) return wasReading(error, conn) ? letGo : reset
    this.#tell(error, conn)
    return reset
  }

  get #stopped(): boolean {
    const { signal } = this.#o
    return signal !== undefined && wasAborted(signal)
  }

  /** Whether it is what the abort led to. */
  #isAbort(error: unknown): boolean {
    if (error === reasonOf(this.#o.signal as AbortSignal)) return true
    const { code } = looked(error)
    return code === 'ABORT_ERR' || (this.#cut && code === 'ERR_NET_CLOSED')
  }

  #cutOff(): void {
    this.#cut = true
    for (const conn of this.#open) void this.#end(conn, reset)
  }

  #oneLeft(): Promise<void> {
    return new Promise((resolve) => {
      this.#left = resolve
    })
  }

  /** Never rejects: its callers go on with other connections. */
  async #end(conn: C, end: typeof closed): Promise<void> {
    try {
      await end(conn)
    } catch (error) {
      this.#tell(error, conn)
    }
  }

  /** Closes the listener, once: so what that fails with is told of once. */
  #close(): Promise<void> {
    this.#closing ??= this.#closeListener()
    return this.#closing
  }

  async #closeListener(): Promise<void> {
    try {
      await this.#o.listener[Symbol.asyncDispose]()
    } catch (error) {
      this.#tell(error, null)
    }
  }

  #tell(error: unknown, conn: C | null): void {
    const { onError } = this.#o
    if (onError !== undefined) void this.#call(onError, error, conn)
    else if (conn !== null) this.#warn('a connection could not be served', error)
    else this.#warn('no more connections are accepted', error)
  }

  /** A handler of errors that fails must not end the connections of others. */
  async #call(
    onError: NonNullable<ServeOptions<C>['onError']>,
    error: unknown,
    conn: C | null,
  ): Promise<void> {
    try {
      await onError(error, conn)
    } catch (failure) {
      this.#warn('onError failed', failure)
    }
  }
}

const closed = (conn: Conn): PromiseLike<void> => conn[Symbol.asyncDispose]()

/**
 * Closes a connection that waited for its next request. One that is there and unread would turn the close into
 * a reset, which takes the answers along that the peer has not read: then what comes is read and dropped.
 */
async function letGo(conn: Conn & Ending): Promise<void> {
  try {
    if (conn.unread === true) await conn.closeGracefully?.()
  } catch {
    // The handler has closed it while it was read.
  }
  await closed(conn)
}

/** Aborts a connection, where its kind can be; closed it is in any case, unless it was before. */
async function reset(conn: Conn & Ending): Promise<void> {
  try {
    await conn.reset?.()
  } catch {
    // The handler has closed or detached it. One that could not be reset is closed below.
  }
  await closed(conn)
}

/** Whether it comes from a read of this connection: on one of another, half an answer may depend. */
function wasReading(error: unknown, conn: Conn): boolean {
  const { op, addr } = looked(error)
  return op === 'read' && addr === conn.remoteAddr
}
