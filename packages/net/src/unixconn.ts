// Go: net/unixsock.go, UnixConn of a stream.
import { inspect } from 'node:util'
import type { CallOptions } from '@netfd/poll'
import { SO_PASSCRED, SOL_SOCKET } from '@netfd/syscall'
import { checkType } from './arguments.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { NetStreamConn } from './stream-conn.js'
import type {
  PeerCred,
  ReceivedFds,
  ReceiveFdOptions,
  SendFdOptions,
  UnixMsg,
} from './unix-rights.js'
import { peerCred, readMsg, receiveFd, sendFd, writeMsg } from './unix-rights.js'
import type { UnixAddr } from './unixaddr.js'

/**
 * A stream of bytes over a local socket: what `dial('unix', path)` gives, and a listener on one. It does what
 * a TCPConn does, transfers inside the kernel included, between the two as well. The end that dialed has no
 * name as a rule, and prints as `@`. Go: `net.UnixConn`; unix(7).
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('unix', '') // the kernel chooses an abstract name
 * await using conn = await dial('unix', String(listener.addr))
 * await using peer = await listener.accept()
 * await conn.write('hello')
 * console.assert((await peer.read(new Uint8Array(16))) === 5)
 * ```
 *
 * @category Local sockets
 */
export class UnixConn extends NetStreamConn {
  /** This end's name: the same object each time, also after close. */
  override get localAddr(): UnixAddr {
    return this.fd.laddr as UnixAddr
  }

  /** The other end's name: the same object each time, also after close. */
  override get remoteAddr(): UnixAddr {
    return this.fd.raddr as UnixAddr
  }

  /**
   * Reads with control data, which goes into `oob`: `n` bytes into `buf` (null at the end), `oobn` into `oob`, and
   * the MSG_ flags (`MSG_CTRUNC`: `oob` was too small). Descriptors that come are the caller's to close, see
   * `parseUnixRights` of `@netfd/syscall`. With an empty `buf` one byte is read and dropped. Rejects as `read` does.
   * Go: `ReadMsgUnix`; recvmsg(2).
   */
  readMsg(buf: Uint8Array, oob: Uint8Array, o?: CallOptions): Promise<UnixMsg> {
    return readMsg(this.fd, buf, oob, o)
  }

  /**
   * Writes with control data, which needs a byte: without data one zero byte is sent, and 0 reported. One call, which
   * may take less than all of the data.
   * Rejects as `write` does. Go: `WriteMsgUnix`; sendmsg(2).
   */
  writeMsg(
    data: Uint8Array | readonly Uint8Array[],
    oob: Uint8Array | null,
    addr: UnixAddr | null = null,
    o?: CallOptions,
  ): Promise<number> {
    return writeMsg(this.fd, data, oob, addr, o)
  }

  /**
   * Passes descriptors, 253 at most, to the peer's process, together with `data`, or with one zero byte without it.
   * They stay the caller's, who may close them as soon as this has been called. Hand a connection over with
   * `sendFd(conn.detach())`: two processes that read one socket take each other's bytes. Rejects as `write` does,
   * with `EBADF` for a number that is not open and nothing sent. unix(7), SCM_RIGHTS.
   */
  sendFd(fd: number | readonly number[], data?: Uint8Array, o?: SendFdOptions): Promise<void> {
    return sendFd(this.fd, fd, data, o)
  }

  /**
   * Receives what `sendFd` has sent: descriptors, which are kept from child processes and are the caller's (give
   * one to `fileConn`, then close it), and the data with them in `buf`; null at the end. Without `buf` one
   * byte is read and dropped, which is the one that `sendFd` sends: where other data may come, give one. A read may begin with bytes
   * that were sent before, and `fds` is empty where none came with it. More than `max` of them are closed, all, and
   * it rejects with `ERR_CONTROL_TRUNCATED`; otherwise as `read` does.
   */
  receiveFd(buf?: Uint8Array, o?: ReceiveFdOptions): Promise<ReceivedFds | null> {
    return receiveFd(this.fd, buf, o)
  }

  /**
   * Who connected, or listened, at that time; of a socket pair its maker. Null where the socket has no peer. Throws
   * OpError. SO_PEERCRED in unix(7).
   */
  peerCred(): PeerCred | null {
    return this.do('get', () => peerCred(this.fd))
  }

  /**
   * Whether each message brings the sender's process, user and group, for `readMsg` (`parseUnixCredentials` of
   * `@netfd/syscall`). It names a socket that has no name when that next sends. SO_PASSCRED in unix(7).
   */
  setPassCred(on: boolean): void {
    checkType('on', on, 'boolean')
    this.do('set', () => this.fd.setInt(SOL_SOCKET, SO_PASSCRED, on))
  }

  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `UnixConn { ${endsOf(this.fd)} }`
  }
}

/** From a connected socket to a connection. */
export function newUnixConn(fd: NetFD): UnixConn {
  fd.establish()
  return new UnixConn(fd)
}
