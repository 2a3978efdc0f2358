// Node: lib/net.js, Socket. A stream with the members that clients expect of a socket.
import { addAbortSignal, Duplex } from 'node:stream'
import type { OpError, StreamConn, TCPConn } from '@netfd/net'
import { NetClosingError } from '@netfd/net'
import { EALREADY, EISCONN, EPIPE, SyscallError } from '@netfd/syscall'
import { checkFunction } from '../arguments.js'
import type { Callback } from './before-connect.js'
import { BeforeConnect } from './before-connect.js'
import type { Pieces } from './conn-parts.js'
import { ackedBy, closeConn, endWriting, isTCPConn, piecesOf, writeAll } from './conn-parts.js'
import { checkIdle, IdleTimer } from './idle-timer.js'
import type { ConnectOptions, DuplexOptions } from './options.js'
import { SocketEnds } from './socket-ends.js'
import type { KeepAliveSettings } from './socket-flags.js'
import { keepAliveOf, setKeepAlive, setNoDelay, setRef } from './socket-flags.js'
import type { ConnectArgs } from './target.js'
import { connectArgs } from './target.js'

/**
 * A Duplex with the members and events of `net.Socket`, made by `toDuplex` and `dialDuplex`. netfd reads
 * and writes; while nothing comes it holds no buffer, and what is not read stays in the kernel. It is
 * closed and told so as a socket of Node is: `'end'`, `'error'`, `'close'` with `hadError`.
 *
 * A connection that fails destroys it with the OpError: `code`, `errno`, `syscall`, `address` and `port`
 * are as Node has them. A read deadline that passes on `conn` destroys it with `ETIMEDOUT`. Options and
 * what the kernel knows are at hand as `conn`.
 *
 * ```ts
 * import { once } from 'node:events'
 * import { listen } from '@netfd/net'
 * import { dialDuplex } from '@netfd/net/node'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const socket = dialDuplex({ userTimeout: 20_000 })
 * socket.connect(listener.addr.port, '127.0.0.1')
 * await once(socket, 'connect')
 * console.assert(socket.conn?.getOption('userTimeout') === 20_000)
 * socket.destroy()
 * await once(socket, 'close')
 * ```
 */
export class NetDuplex extends SocketEnds {
  #conn: StreamConn | null
  #before: BeforeConnect | null
  #pieces: Pieces | null = null
  #read = 0
  #sent = 0
  #writes = false
  #resets = false
  #idle: IdleTimer | null = null
  #acked = -1
  /** The idle time that `setTimeout` has set, in ms. */
  timeout?: number

  /** @internal */
  constructor(o: DuplexOptions, how: ConnectOptions, conn: StreamConn | null) {
    const { allowHalfOpen = false, highWaterMark } = o
    super({
      allowHalfOpen,
      emitClose: false,
      ...(highWaterMark === undefined ? {} : { highWaterMark }),
    })
    this.#conn = conn
    this.#before = conn === null ? new BeforeConnect(how) : null
    this.on('end', ended)
    if (o.unread !== undefined && o.unread.length > 0) this.unshift(o.unread)
    if (o.signal !== undefined) addAbortSignal(o.signal, this)
    if (conn !== null) this.read(0)
  }

  /** The connection, for its options and `info()`; null before it is there, and for a Conn of another kind. */
  get conn(): TCPConn | null {
    return this.#conn !== null && isTCPConn(this.#conn) ? this.#conn : null
  }

  /** Whether a dial is under way. */
  get connecting(): boolean {
    return this.#before?.dialing === true && !this.destroyed
  }

  /** Whether it is not connected yet. */
  get pending(): boolean {
    return this.#before !== null
  }

  /** `'closed'` before `connect` and after the end, `'opening'`, then `'open'`, `'readOnly'` or `'writeOnly'`. */
  get readyState(): 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed' {
    if (this.connecting) return 'opening'
    if (this.pending) return 'closed'
    if (this.readable) return this.writable ? 'open' : 'readOnly'
    return this.writable ? 'writeOnly' : 'closed'
  }

  /** How many bytes have come. */
  get bytesRead(): number {
    return this.#read
  }

  /** How many bytes have been written, those included that wait to be sent. */
  get bytesWritten(): number {
    return this.#sent + this.writableLength
  }

  /** Dials `port` of `host` (`'localhost'` when left out); `connected` is called once, as `'connect'` is. */
  connect(to: { port: number; host?: string | undefined }, connected?: () => void): this
  connect(port: number, host: string, connected?: () => void): this
  connect(port: number, connected?: () => void): this
  connect(...args: ConnectArgs): this {
    const { to, connected } = connectArgs(args)
    if (this.destroyed) throw new NetClosingError()
    const before = this.#before
    if (before === null || before.dialing) {
      return this.destroy(new SyscallError('connect', before === null ? EISCONN : EALREADY))
    }
    if (connected !== null) this.once('connect', connected)
    before.dial(to, {
      connected: (conn) => this.#connected(conn, before),
      failed: (error) => this.destroy(error),
    })
    return this
  }

  /** Whether small writes are sent at once; true when left out. Before `connect` it is kept. */
  setNoDelay(on = true): this {
    if (this.#conn !== null) setNoDelay(this.#conn, Boolean(on))
    else if (this.#before !== null) this.#before.flags.noDelay = Boolean(on)
    return this
  }

  /** Switches keep-alive probes; a delay of 0 ms leaves it as it is. Before `connect` it is kept. */
  setKeepAlive(on?: boolean, initialDelay?: number): this
  setKeepAlive(settings: KeepAliveSettings): this
  setKeepAlive(on?: boolean | KeepAliveSettings, initialDelay?: number): this {
    const config = keepAliveOf(on, initialDelay)
    if (this.#conn !== null) setKeepAlive(this.#conn, config)
    else if (this.#before !== null) this.#before.flags.keepAlive = config
    return this
  }

  /** Lets it keep the process alive while it reads or writes, as by default. */
  ref(): this {
    if (this.#conn !== null) setRef(this.#conn, true)
    else if (this.#before !== null) this.#before.flags.unref = false
    return this
  }

  /** Lets the process end although it reads or writes. */
  unref(): this {
    if (this.#conn !== null) setRef(this.#conn, false)
    else if (this.#before !== null) this.#before.flags.unref = true
    return this
  }

  /**
   * Has `'timeout'` emitted when nothing has moved for `ms` milliseconds, once until something moves
   * again; 0 is never. It destroys nothing. A write that waits has moved when the peer has acknowledged
   * some of it.
   */
  setTimeout(ms: number, callback?: () => void): this {
    checkIdle(ms)
    if (callback !== undefined) checkFunction('callback', callback)
    if (this.destroyed) return this
    this.timeout = ms
    this.#idle?.stop()
    this.#idle = ms === 0 ? null : new IdleTimer(ms, () => this.#idled())
    if (callback === undefined) return this
    if (ms === 0) this.removeListener('timeout', callback)
    else this.once('timeout', callback)
    return this
  }

  /** Destroys it once everything is written. */
  destroySoon(): void {
    if (this.writable) this.end()
    if (this.writableFinished) this.destroy()
    else this.once('finish', () => this.destroy())
  }

  /** Destroys it with a reset, which the peer meets as `ECONNRESET`; a dial is given up. */
  resetAndDestroy(): this {
    if (this.#before?.dialing === false) return this.destroy(new NetClosingError())
    this.#resets = true
    return this.destroy()
  }

  /** Called by the stream when it wants more: reads once. */
  override _read(): void {
    const conn = this.#ready
    if (conn === null) {
      if (this.#before !== null) this.#before.wanted = true
      return
    }
    this.#pieces ??= piecesOf(conn)
    this.#pieces.next().then(
      (n) => this.#arrived(n),
      (error: Error) => this.destroy(error),
    )
  }

  /** @internal */
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: Callback): void {
    this.#send((conn) => conn.write(chunk), callback)
  }

  /** @internal */
  override _writev(chunks: { chunk: Uint8Array }[], callback: Callback): void {
    const bufs = chunks.map(({ chunk }) => chunk)
    this.#send((conn) => writeAll(conn, bufs), callback)
  }

  /** @internal */
  override _final(callback: Callback): void {
    const conn = this.#ready
    if (conn === null) {
      this.#hold(() => this._final(callback), callback)
      return
    }
    try {
      endWriting(conn)
    } catch (error) {
      callback(error as Error)
      return
    }
    callback()
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#idle?.stop()
    this.#idle = null
    callback(error)
    const closed = (failure: Error | null) =>
      process.nextTick(() => this.#closed(error, error === null ? failure : null))
    this.#released().then(() => closed(null), closed)
  }

  /** @internal */
  protected override get either(): StreamConn | null {
    return this.#conn
  }

  /** The connection once the client has heard of it: nothing is read or written before. */
  get #ready(): StreamConn | null {
    return this.#before === null ? this.#conn : null
  }

  /** The client is told in a turn of its own: what its listeners throw is no failure of the dial. */
  #connected(conn: StreamConn, before: BeforeConnect): void {
    this.#conn = conn
    before.flags.applyTo(conn)
    process.nextTick(() => this.#opened(before))
  }

  #opened({ held, wanted }: BeforeConnect): void {
    if (this.destroyed) return
    this.#before = null
    this.#idle?.moved()
    this.emit('connect')
    this.emit('ready')
    held?.run()
    if (wanted) this._read()
    else if (!this.isPaused()) this.read(0)
  }

  #arrived(n: number | null): void {
    if (this.destroyed) return
    const piece = n === null ? null : (this.#pieces as Pieces).piece()
    this.#read += n ?? 0
    this.#idle?.moved()
    const whole = call(this.push, this, piece)
    // The end is told also when the client reads nothing. After a listener of the client's has thrown the
    // stream does not read on by itself.
    if (piece === null || !whole) call(this.read, this, 0)
  }

  #hold(run: () => void, callback: Callback): void {
    if (this.#before !== null) this.#before.held = { run, callback }
  }

  #send(start: (conn: StreamConn) => Promise<number>, callback: Callback): void {
    const conn = this.#ready
    if (conn === null) {
      this.#hold(() => this.#send(start, callback), callback)
      return
    }
    this.#writes = true
    this.#idle?.moved()
    start(conn).then(
      (n) => this.#wrote(n, null, callback),
      (error: OpError) => this.#wrote(error.bytesWritten ?? 0, error, callback),
    )
  }

  #wrote(n: number, error: Error | null, callback: Callback): void {
    this.#writes = false
    this.#sent += n
    this.#idle?.moved()
    call(callback, undefined, error)
  }

  #idled(): void {
    const acked = this.#writes && this.#conn !== null ? ackedBy(this.#conn) : this.#acked
    if (acked === this.#acked) {
      this.emit('timeout')
      return
    }
    this.#acked = acked
    this.#idle?.moved()
  }

  /** Resolves when there is no descriptor any more. */
  #released(): Promise<void> {
    if (this.#conn !== null) return closeConn(this.#conn, this.#resets)
    return this.#before?.giveUp() ?? Promise.resolve()
  }

  #closed(error: Error | null, failure: Error | null): void {
    this.#before?.held?.callback(error ?? new NetClosingError())
    if (failure !== null) this.emit('error', failure)
    this.emit('close', (error ?? failure) !== null)
  }
}

/**
 * Out of a promise the stream's listeners are called here: what they throw is theirs, and rejects nothing.
 * Whether they threw nothing.
 */
function call<A>(f: (argument: A) => unknown, self: unknown, argument: A): boolean {
  try {
    f.call(self, argument)
    return true
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
    return false
  }
}

/** The peer has ended its side. */
function ended(this: NetDuplex): void {
  if (!this.allowHalfOpen) this.write = writeAfterEnd as NetDuplex['write']
}

/** As Node has it: not to be read any more is no reason to fail, to have been ended by the peer is. */
function writeAfterEnd(
  this: NetDuplex,
  chunk: unknown,
  encoding?: BufferEncoding | Callback,
  callback?: Callback,
): boolean {
  if (!this.writableEnded) {
    return Duplex.prototype.write.call(this, chunk, encoding as BufferEncoding, callback)
  }
  const told = typeof encoding === 'function' ? encoding : callback
  const error = new SyscallError('write', EPIPE)
  if (told !== undefined) process.nextTick(told, error)
  this.destroy(error)
  return false
}
