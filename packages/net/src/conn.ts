// Go: net/net.go, conn. What a connection does whatever its protocol.
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { isUint8Array } from 'node:util/types'
import type { CallOptions, Deadline } from '@netfd/poll'
import type { GettableSockopt, SettableSockopt, SockoptValue } from '@netfd/syscall'
import { SO_RCVBUF, SO_SNDBUF, SOL_SOCKET } from '@netfd/syscall'
import { checkType } from './arguments.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import type { Addr, Conn } from './net.js'
import { RawConn } from './rawconn.js'

/** The connection on a NetFD. */
export abstract class NetConn implements Conn {
  /** @internal */
  protected readonly fd: NetFD

  /** @internal */
  constructor(fd: NetFD) {
    this.fd = fd
  }

  /** This end's address: the same object each time, also after close. */
  get localAddr(): Addr {
    return this.fd.laddr as Addr
  }

  /** The other end's address: the same object each time, also after close. */
  get remoteAddr(): Addr | null {
    return this.fd.raddr
  }

  /**
   * Reads what is there into `buf`, or waits for something: how many bytes, or null once the peer has
   * closed its side. 0 only for an empty `buf`, which never waits. The kernel writes into `buf` itself.
   *
   * Rejects with OpError: `ETIMEDOUT` past the read deadline, `ABORT_ERR`, `ERR_NET_CLOSED`, or the
   * kernel's errno, such as `ECONNRESET`. Go: `TCPConn.Read`; recv(2).
   */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null> {
    return this.fd.read(buf, o)
  }

  /**
   * Writes all of `data`, a string as UTF-8, and resolves to its length in bytes. It is taken over by
   * the kernel then, not received by the peer. Writes never interleave. A rejection carries
   * `bytesWritten`; codes are those of `read`, and `EPIPE`. Go: `TCPConn.Write`; send(2).
   */
  write(data: Uint8Array | string, o?: CallOptions): Promise<number> {
    // A string's bytes may be another realm's Buffer, so bytes are told by what they are.
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
    return isUint8Array(bytes) ? this.fd.write(bytes, o) : this.fd.unwritable(data)
  }

  /**
   * Closes the connection: calls that wait are rejected with `ERR_NET_CLOSED`. Data not sent yet goes
   * on in the background, see `setLinger`. Resolves when the descriptor is free. A second close is
   * rejected. Go: `TCPConn.Close`; close(2).
   */
  close(): Promise<void> {
    return this.fd.close()
  }

  /**
   * Sets when reads and writes fail, those that wait now included: a Date, epoch milliseconds, or null
   * for never. A deadline in the past beats data that is there. The connection stays usable. It costs
   * no timer unless a call waits. Throws OpError after close. Go: `SetDeadline`.
   */
  setDeadline(t: Deadline): void {
    this.set(() => this.fd.setDeadline(t))
  }

  /** `setDeadline` for reads. */
  setReadDeadline(t: Deadline): void {
    this.set(() => this.fd.setReadDeadline(t))
  }

  /** `setDeadline` for writes. */
  setWriteDeadline(t: Deadline): void {
    this.set(() => this.fd.setWriteDeadline(t))
  }

  /**
   * Sets how long each read may take that starts from now on, in milliseconds from its start, time in a queue
   * behind another read included; 0, as it is at first, is no limit. A read that is not done by then rejects
   * with `ETIMEDOUT`, and the next one has the whole time again; a deadline that comes earlier counts. Each
   * read of `readFull` and of a `for await` loop, each `peek`, and each wait of a transfer for this connection
   * is such a call. Calls that wait already keep theirs. It costs nothing until a call has to wait. Throws
   * TypeError, RangeError for what is no finite number from 0 on, and OpError. Go has no such call.
   *
   * ```ts
   * import { pipe } from '@netfd/net'
   * const [conn, peer] = pipe()
   * conn.setReadTimeout(10)
   * const code = await conn.read(new Uint8Array(16)).catch((error) => error.code)
   * console.assert(code === 'ETIMEDOUT')
   * await Promise.all([conn.close(), peer.close()])
   * ```
   */
  setReadTimeout(ms: number): void {
    this.set(() => this.fd.setReadTimeout(ms))
  }

  /** `setReadTimeout` for writes: all of `data` has to be taken in time, else `bytesWritten` says how much was. */
  setWriteTimeout(ms: number): void {
    this.set(() => this.fd.setWriteTimeout(ms))
  }

  /** The size of the receive buffer in bytes; the kernel doubles and clamps it. SO_RCVBUF. */
  setReadBuffer(bytes: number): void {
    checkType('bytes', bytes, 'number')
    this.set(() => this.fd.setInt(SOL_SOCKET, SO_RCVBUF, bytes))
  }

  /** The size of the send buffer in bytes; the kernel doubles and clamps it. SO_SNDBUF. */
  setWriteBuffer(bytes: number): void {
    checkType('bytes', bytes, 'number')
    this.set(() => this.fd.setInt(SOL_SOCKET, SO_SNDBUF, bytes))
  }

  /**
   * Sets a socket option of the typed table, by its name (`'noDelay'`, `'userTimeout'`, …) or its row in
   * `sockopt` of `@netfd/syscall`; the value has the option's type. Throws OpError (`ENOPROTOOPT` for an
   * option the kernel does not have), TypeError or RangeError. setsockopt(2).
   */
  setOption<O extends SettableSockopt>(option: O, value: SockoptValue<O>): void {
    this.do('set', () => this.fd.setOption(option, value))
  }

  /** The value of a socket option, as `setOption` takes it. Throws OpError. getsockopt(2). */
  getOption<O extends GettableSockopt>(option: O): SockoptValue<O> {
    return this.do('get', () => this.fd.getOption(option))
  }

  /** The descriptor, for calls that this class does not have. Go: `SyscallConn`. */
  syscallConn(): RawConn {
    return new RawConn(this.fd)
  }

  /**
   * A duplicate of the descriptor, which is the caller's: kept from child processes, and sharing all options
   * and flags, O_NONBLOCK among them. Closing either leaves the other alone. Go: `File`; fcntl(2).
   */
  dup(): number {
    return this.do('file', () => this.fd.dup())
  }

  /**
   * Hands the descriptor over: it is open, and the caller's; this object is closed. It is non-blocking,
   * unless `fileConn` made it of one that blocks: then it is as it came. Calls that wait are rejected with
   * `ERR_NET_CLOSED`. The kernel tells a reset once: where a call was told of it, the next owner reads the end.
   */
  detach(): number {
    return this.do('file', () => this.fd.detach())
  }

  /**
   * The socket of the runtime that it is made of on the host backend, with this closed; else null.
   * @internal
   */
  release(): Socket | null {
    return this.do('file', () => this.fd.release())
  }

  /**
   * How many bytes the system has taken, on the host backend, which does not know what the peer has acknowledged.
   * @internal
   */
  sent(): number {
    return this.do('get', () => this.fd.sent())
  }

  /** Lets calls that wait keep the process alive, as they do by default. */
  ref(): void {
    this.fd.ref()
  }

  /** Lets the process end although calls wait. */
  unref(): void {
    this.fd.unref()
  }

  /**
   * Whether calls that wait keep the process alive: what takes the descriptor over goes on so.
   * @internal
   */
  hasRef(): boolean {
    return this.fd.hasRef()
  }

  /** `await using`: closes, unless it is closed already. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.fd.closed) await this.close()
  }

  /** What console.log shows: the two ends, and whether it is open. */
  [inspect.custom](): string {
    return `Conn { ${endsOf(this.fd)} }`
  }

  /** Runs `f`; what it throws is this operation's error. */
  protected do<T>(op: string, f: () => T): T {
    try {
      return f()
    } catch (error) {
      throw this.fd.opError(op, error as Error)
    }
  }

  /** As Go has it, deadlines and buffer sizes name this end alone. */
  protected set(f: () => void): void {
    try {
      f()
    } catch (error) {
      throw this.fd.setError('set', error as Error)
    }
  }
}
