// Go: net/unixsock.go, UnixConn of records.
import { inspect } from 'node:util'
import type { CallOptions } from '@netfd/poll'
import { SHUT_RD, SHUT_WR, SO_PASSCRED, SOL_SOCKET } from '@netfd/syscall'
import { checkType } from './arguments.js'
import { NetConn } from './conn.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { RecordsOf } from './iterate.js'
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
 * A connection of records over a local socket (SOCK_SEQPACKET): what `dial('unixpacket', path)` gives. A `write`
 * is one record, taken whole or not at all: one that exceeds the send buffer fails with `EMSGSIZE`. A `read`
 * takes one record, and what does not fit into its buffer is lost. An empty record cannot be told from the
 * end of the connection, as in Go. Go: `net.UnixConn`; unix(7).
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('unixpacket', '')
 * await using conn = await dial('unixpacket', String(listener.addr))
 * await using peer = await listener.accept()
 * await conn.write('one')
 * await conn.write('two')
 * console.assert((await peer.read(new Uint8Array(16))) === 3)
 * ```
 *
 * @category Local sockets
 */
export class UnixpacketConn extends NetConn implements AsyncIterable<Uint8Array> {
  /** This end's name: the same object each time, also after close. */
  override get localAddr(): UnixAddr {
    return this.fd.laddr as UnixAddr
  }

  /** The other end's name: the same object each time, also after close. */
  override get remoteAddr(): UnixAddr {
    return this.fd.raddr as UnixAddr
  }

  /** Ends reading: a read that waits gets null. Throws OpError. Go: `CloseRead`; shutdown(2). */
  closeRead(): void {
    this.do('close', () => this.fd.shutdown(SHUT_RD))
  }

  /** Ends writing: the peer reads to the end. Reads go on. Go: `CloseWrite`; shutdown(2). */
  closeWrite(): void {
    this.do('close', () => this.fd.shutdown(SHUT_WR))
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
   * Writes with control data, which needs a byte: without data one zero byte is sent, and 0 reported. Several buffers
   * are one record.
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

  /**
   * `for await (const record of conn)`: one record each, whatever its size, until the end or an empty record.
   * Leaving the loop closes nothing and loses no record. Descriptors that come with one are closed.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return new RecordsOf(this.fd.records())
  }

  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `UnixpacketConn { ${endsOf(this.fd)} }`
  }
}

/** From a connected socket to a connection. */
export function newUnixpacketConn(fd: NetFD): UnixpacketConn {
  fd.establish()
  return new UnixpacketConn(fd)
}
