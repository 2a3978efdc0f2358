// Go: net/unixsock.go and unixsock_posix.go, UnixListener.
import { inspect } from 'node:util'
import { SOCK_STREAM } from '@netfd/syscall'
import { checkType } from './arguments.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { NetListener } from './listener.js'
import type { UnixAddr } from './unixaddr.js'
import type { UnixConn } from './unixconn.js'
import { newUnixConn } from './unixconn.js'
import type { UnixpacketConn } from './unixpacketconn.js'
import { newUnixpacketConn } from './unixpacketconn.js'
import { isPath, SocketFile } from './unixpath.js'

/**
 * A listening local socket: made by `listen('unix', path)`, `listen('unixpacket', path)`, `listenUnix` or
 * `ListenConfig`. One that was bound to a path removes the file when it is closed, unless another file is
 * there by then. A process that ends without a close leaves it: see `unlinkStale` in ListenOptions.
 * Go: `net.UnixListener`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('unix', '')
 * await using client = await dial('unix', String(listener.addr))
 * await using conn = await listener.accept()
 * console.assert(conn.localAddr.name === listener.addr.name)
 * ```
 *
 * @category Local sockets
 */
export class UnixListener<
  C extends UnixConn | UnixpacketConn = UnixConn | UnixpacketConn,
> extends NetListener<C> {
  /** What it was bound to. Looked at once: later the path may be another listener's, or another directory's. */
  readonly #file: SocketFile | null
  #unlinks = false

  /** @internal */
  constructor(fd: NetFD, unlink: boolean) {
    super(fd)
    this.#file = isPath(this.addr.bytes) ? new SocketFile(this.addr.bytes) : null
    this.#unlinks = unlink
  }

  /** The name it listens on: the same object each time. */
  override get addr(): UnixAddr {
    return this.fd.laddr as UnixAddr
  }

  /**
   * Whether `close` removes the file that it is bound to; by default it does where this listener made the file,
   * and not for one that `fileListener` gave. Off where a successor listens on (`dup`) under the same path. An
   * abstract name has no file. Go: `UnixListener.SetUnlinkOnClose`.
   */
  setUnlinkOnClose(on: boolean): void {
    checkType('on', on, 'boolean')
    this.#unlinks = on
  }

  /**
   * Stops listening, and removes the file as said above: accepts that wait are rejected with `ERR_NET_CLOSED`.
   * Accepted connections go on; those still in the backlog are reset. A second close is rejected, and removes
   * nothing. Go: `UnixListener.Close`; unlink(2).
   */
  override close(): Promise<void> {
    // First, as in Go: while the socket is open, the file cannot be another one with the same number.
    if (this.#unlinks && !this.fd.closed) this.#file?.remove()
    return super.close()
  }

  /** @internal */
  protected made(fd: NetFD): C {
    return (fd.sotype === SOCK_STREAM ? newUnixConn(fd) : newUnixpacketConn(fd)) as C
  }

  /** What console.log shows: the name, and whether it is open. */
  override [inspect.custom](): string {
    return `UnixListener { ${endsOf(this.fd)} }`
  }
}
