// Go: net/unixsock.go, UnixConn of datagrams.
import { inspect } from 'node:util'
import { isUint8Array } from 'node:util/types'
import type { CallOptions } from '@netfd/poll'
import {
  EAFNOSUPPORT,
  SO_PASSCRED,
  SOCKADDR_STORAGE_SIZE,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import { checkType } from './arguments.js'
import { AddrError } from './errors.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { NetPacketConn } from './packet-conn.js'
import type { ReceivedFds, ReceiveFdOptions, SendFdOptions } from './unix-rights.js'
import { receiveFd, sendFd } from './unix-rights.js'
import type { UnixAddr } from './unixaddr.js'

/**
 * A local socket of datagrams: made by `listenPacket('unixgram', path)`, for messages from and to anybody, or by
 * `dial('unixgram', path)`, for one peer. Messages are not lost and keep their order: where the receiver's queue
 * is full (11 messages, see net.unix.max_dgram_qlen), a write waits. The sender of one from a socket without a
 * name is null. The file of a path stays when the socket is closed, as in Go. Go: `net.UnixConn`; unix(7).
 *
 * ```ts
 * import { dial, listenPacket } from '@netfd/net'
 * await using log = await listenPacket('unixgram', '')
 * await using conn = await dial('unixgram', String(log.localAddr))
 * await conn.write('<13>hello')
 * const { n, addr } = await log.readFrom(new Uint8Array(1024))
 * console.assert(n === 9 && addr === null)
 * ```
 *
 * @category Local sockets
 */
export class UnixgramConn extends NetPacketConn<UnixAddr, UnixAddr | null> {
  readonly #connected: boolean

  /** @internal */
  constructor(fd: NetFD) {
    super(fd, (sockaddr) => fd.addrOf(sockaddr) as UnixAddr)
    this.#connected = fd.raddr !== null
  }

  /** This end's name: the same object each time, also after close. */
  override get localAddr(): UnixAddr {
    return this.fd.laddr as UnixAddr
  }

  /** The peer's name where it is connected, else null: the same object each time, also after close. */
  override get remoteAddr(): UnixAddr | null {
    return this.fd.raddr as UnixAddr | null
  }

  /**
   * Writes `data`, a string as UTF-8, as one message to `addr`, and resolves to its length in bytes. Where the
   * receiver's queue is full it waits: no edge may ever tell of room there, so it is tried again after 1, 2, 4 …
   * 50 ms too. Rejects with OpError: `ENOENT` and `ECONNREFUSED` where nothing receives, `EMSGSIZE`,
   * `ERR_WRITE_TO_CONNECTED` where it is connected, `EAFNOSUPPORT` for an address of another network, and as
   * `read`. Go: `UnixConn.WriteTo`; sendto(2).
   */
  override writeTo(data: Uint8Array | string, addr: UnixAddr, o?: CallOptions): Promise<number> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
    if (this.#connected || !isUint8Array(bytes)) return super.writeTo(bytes, addr, o)
    try {
      const sockaddr = this.sockaddr(addr)
      return this.fd.sendPatiently('sendto', bytes, null, sockaddr, addr, o)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
  }

  /** `writeTo` with control data, or to the peer where it is connected. Go: `WriteMsgUnix`; sendmsg(2). */
  override writeMsg(
    data: Uint8Array | readonly Uint8Array[],
    oob: Uint8Array | null,
    addr: UnixAddr | null = null,
    o?: CallOptions,
  ): Promise<number> {
    const bytes = isUint8Array(data) || Array.isArray(data)
    if (this.#connected || !bytes) return super.writeMsg(data, oob, addr, o)
    try {
      const sockaddr = this.sockaddr(addr)
      return this.fd.sendPatiently('sendmsg', data, oob, sockaddr, addr, o)
    } catch (error) {
      return this.fd.failing('write', error as Error, addr)
    }
  }

  /**
   * Passes descriptors, 253 at most, to the peer that it is connected to, with `data`, which may be empty. They
   * stay the caller's, who may close them as soon as this has been called. Without a peer, give `unixRights` of
   * `@netfd/syscall` to `writeMsg`. Rejects as `write` does. unix(7), SCM_RIGHTS.
   */
  sendFd(fd: number | readonly number[], data?: Uint8Array, o?: SendFdOptions): Promise<void> {
    return sendFd(this.fd, fd, data, o)
  }

  /** Receives one message with its descriptors, as `UnixConn.receiveFd` does. */
  async receiveFd(buf?: Uint8Array, o?: ReceiveFdOptions): Promise<ReceivedFds> {
    return (await receiveFd(this.fd, buf, o)) as ReceivedFds
  }

  /**
   * Whether each message brings the sender's process, user and group, for `readMsg` (`parseUnixCredentials` of
   * `@netfd/syscall`). It names a socket that has no name when that next sends. SO_PASSCRED in unix(7).
   */
  setPassCred(on: boolean): void {
    checkType('on', on, 'boolean')
    this.do('set', () => this.fd.setInt(SOL_SOCKET, SO_PASSCRED, on))
  }

  /** @internal */
  protected override get patient(): boolean {
    return !this.#connected
  }

  /** @internal */
  protected override get nameSize(): number {
    return SOCKADDR_STORAGE_SIZE
  }

  /** @internal */
  protected override sockaddr(addr: UnixAddr | null): Uint8Array {
    if (addr == null) throw new AddrError('missing address', '')
    if (addr.network !== 'unixgram') throw new SyscallError('', EAFNOSUPPORT)
    return this.fd.sockaddr(addr, 'sendto')
  }

  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `UnixgramConn { ${endsOf(this.fd)} }`
  }
}

/** From a socket to what is made of it. */
export function newUnixgramConn(fd: NetFD): UnixgramConn {
  fd.establish()
  return new UnixgramConn(fd)
}
