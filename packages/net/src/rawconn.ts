// Go: net/rawconn.go. A connection's descriptor, for calls that this package does not have.

import { inspect } from 'node:util'
import type { CallOptions } from '@netfd/poll'
import { NetClosingError } from '@netfd/poll/internal'
import type { GettableSockopt, SettableSockopt, SockoptValue } from '@netfd/syscall'
import { EINVAL, SyscallError } from '@netfd/syscall'
import { checkFunction } from './arguments.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'

/**
 * A connection's descriptor, lent for the length of a function. Go: `syscall.RawConn`.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * import { getsockopt, SO_TYPE, SOCK_STREAM, SOL_SOCKET } from '@netfd/syscall'
 * const listener = await listen('tcp', '127.0.0.1:0')
 * const type = listener.syscallConn().control((fd) => getsockopt(fd, SOL_SOCKET, SO_TYPE))
 * console.assert(type === SOCK_STREAM)
 * await listener.close()
 * ```
 *
 * @category Descriptors
 */
export class RawConn {
  readonly #fd: NetFD

  /** @internal */
  constructor(fd: NetFD) {
    this.#fd = fd
  }

  /**
   * Calls `fn` with the descriptor, which is valid until `fn` returns, and returns what it returns.
   * Throws OpError (`ERR_NET_CLOSED`) after close; what `fn` throws passes through.
   */
  control<T>(fn: (fd: number) => T): T {
    checkFunction('fn', fn)
    const fd = this.#fd
    if (fd.closed) throw fd.setError('raw-control', new NetClosingError())
    return fd.rawControl(fn)
  }

  /**
   * Sets a socket option of the typed table, as the connection's `setOption` does: what a `control` callback
   * can do with a socket without its number. Throws OpError (`ENOPROTOOPT` for an option that there is not),
   * TypeError or RangeError. setsockopt(2).
   *
   * ```ts
   * import { Dialer, listen } from '@netfd/net'
   * await using listener = await listen('tcp', '127.0.0.1:0')
   * const dialer = new Dialer({ control: (_network, _address, raw) => raw.setOption('noDelay', true) })
   * await using conn = await dialer.dial('tcp', String(listener.addr))
   * console.assert(conn.syscallConn().getOption('noDelay') === true)
   * ```
   */
  setOption<O extends SettableSockopt>(option: O, value: SockoptValue<O>): void {
    this.#do('set', (fd) => fd.setOption(option, value))
  }

  /** The value of a socket option, as `setOption` takes it. Throws OpError. getsockopt(2). */
  getOption<O extends GettableSockopt>(option: O): SockoptValue<O> {
    return this.#do('get', (fd) => fd.getOption(option))
  }

  /**
   * Calls `fn` under the read lock until it returns true, waiting for readability after each false.
   * `fn` must make its own non-blocking call and return false only at EAGAIN. Rejects with OpError.
   */
  async read(fn: (fd: number) => boolean, o?: CallOptions): Promise<void> {
    checkFunction('fn', fn)
    await this.#fd.rawRead(fn, o)
  }

  /** What console.log shows: the ends of its connection. */
  [inspect.custom](): string {
    return `RawConn { ${endsOf(this.#fd)} }`
  }

  /** As `read`, for writing. */
  async write(fn: (fd: number) => boolean, o?: CallOptions): Promise<void> {
    checkFunction('fn', fn)
    await this.#fd.rawWrite(fn, o)
  }

  #do<T>(op: string, f: (fd: NetFD) => T): T {
    try {
      return f(this.#fd)
    } catch (error) {
      throw this.#fd.opError(op, error as Error)
    }
  }
}

/** The raw connection of a listener: `control` and the options work. Go: `rawListener`. */
export class RawListener extends RawConn {
  /** Rejects with EINVAL and does not call `fn`: a listener has no data. */
  override read(_fn?: (fd: number) => boolean): Promise<void> {
    return Promise.reject(new SyscallError('raw-read', EINVAL))
  }

  /** Rejects with EINVAL and does not call `fn`. */
  override write(_fn?: (fd: number) => boolean): Promise<void> {
    return Promise.reject(new SyscallError('raw-write', EINVAL))
  }
}
