// Go: net/tcpsock.go and tcpsockopt_posix.go, TCPConn.

import type { FileHandle } from 'node:fs/promises'
import { inspect } from 'node:util'
import type { CallOptions } from '@netfd/poll'
import { signalOf } from '@netfd/poll/internal'
import type { GettableSockopt, SettableSockopt, SockoptValue, TCPInfo } from '@netfd/syscall'
import {
  IPPROTO_TCP,
  SHUT_RD,
  SHUT_WR,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
} from '@netfd/syscall'
import { checkOptions, checkType } from './arguments.js'
import { NetConn } from './conn-base.js'
import type { Transfer, TransferOptions } from './copy.js'
import { copyFrom, copyTo, limitOf } from './copy.js'
import type { Destination } from './destinations.js'
import { destinationOf } from './destinations.js'
import type { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { checkPatience, readToEnd } from './graceful.js'
import { hook } from './hook.js'
import { endsOf } from './inspect.js'
import type { KeepAliveConfig, SetInt } from './keep-alive.js'
import { setKeepAliveConfig, setKeepAliveIdle } from './keep-alive.js'
import { setLinger } from './linger.js'
import { usesMptcp } from './mptcp.js'
import type { Source } from './sources.js'
import { isFileHandle, sourceOf } from './sources.js'
import type { TCPAddr } from './tcpaddr.js'

/**
 * A TCP connection: made by `dial`, `Dialer` or a `TCPListener`. TCP_NODELAY and keep-alive are on.
 * Go: `net.TCPConn`; tcp(7).
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await dial('tcp', listener.addr.toString())
 * await using peer = await listener.accept()
 * conn.setDeadline(Date.now() + 5_000)
 * await conn.write('hello')
 * const buf = new Uint8Array(16)
 * console.assert((await peer.read(buf)) === 5)
 * ```
 */
export class TCPConn extends NetConn {
  /** What console.log shows: the two ends, and whether it is open. */
  override [inspect.custom](): string {
    return `TCPConn { ${endsOf(this.fd)} }`
  }

  /** This end's address: the same object each time, also after close. */
  override get localAddr(): TCPAddr {
    return this.fd.laddr as TCPAddr
  }

  /** The other end's address: the same object each time, also after close. */
  override get remoteAddr(): TCPAddr {
    return this.fd.raddr as TCPAddr
  }

  /**
   * Writes all of `bufs` in order with as few calls as there can be, 1024 buffers each, and resolves to
   * the sum of their lengths. The list is left as it is. Go: `Buffers.WriteTo`; writev(2).
   */
  writev(bufs: readonly Uint8Array[], o?: CallOptions): Promise<number> {
    return this.fd.writev(bufs, o)
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
   * Closes so that what was written last reaches a peer that is still sending: ends writing, reads and
   * drops what comes until the peer ends its side, for at most `ms` milliseconds (5000 when left out), then
   * closes. A plain close with bytes unread sends a reset instead, which may destroy the answer on its way (nginx:
   * lingering close). Resolves when the descriptor is free, also when the peer reset the connection, a
   * read deadline of yours passed or you called `close` before the end.
   *
   * Await your writes first. A read that waits is served first, and takes its bytes; the time runs for it
   * as well. Rejects with OpError (`ERR_NET_CLOSED`) when the connection was closed before, with
   * TypeError or RangeError for an `ms` that is no finite number from 0 on.
   */
  async closeGracefully(ms = 5_000): Promise<void> {
    checkPatience(ms)
    try {
      this.closeWrite()
    } catch (error) {
      // The peer has reset the connection, and what it sent is read to its end all the same.
      if ((error as OpError).code !== 'ENOTCONN') throw error
    }
    await readToEnd(this.fd, ms)
    if (!this.fd.closed) await this.close()
  }

  /**
   * Aborts the connection: what was not sent is dropped and the peer gets a reset (ECONNRESET).
   * Resolves when the descriptor is free. Go: `SetLinger(0)` and `Close`; SO_LINGER in socket(7).
   */
  async reset(): Promise<void> {
    this.setLinger(0)
    await this.close()
  }

  /** Whether small writes are sent at once, as they are by default. Go: `SetNoDelay`; TCP_NODELAY. */
  setNoDelay(on: boolean): void {
    checkType('on', on, 'boolean')
    this.do('set', () => this.fd.setInt(IPPROTO_TCP, TCP_NODELAY, on))
  }

  /** Switches keep-alive probes, which are on by default. Go: `SetKeepAlive`; SO_KEEPALIVE. */
  setKeepAlive(on: boolean): void {
    checkType('on', on, 'boolean')
    this.do('set', () => this.fd.setInt(SOL_SOCKET, SO_KEEPALIVE, on))
  }

  /**
   * How long nothing comes before the first probe, in ms, rounded up to whole seconds; 0 is 15 s, a
   * negative time changes nothing. The kernel takes 1 to 32 767 s. Go: `SetKeepAlivePeriod`.
   */
  setKeepAlivePeriod(ms: number): void {
    checkType('ms', ms, 'number')
    this.do('set', () => setKeepAliveIdle(this.#setter(), ms))
  }

  /** Everything about keep-alive at once; the first refusal ends it. Go: `SetKeepAliveConfig`. */
  setKeepAliveConfig(config: KeepAliveConfig): void {
    this.do('set', () => setKeepAliveConfig(this.#setter(), config))
  }

  /**
   * What close does with data not sent yet. Negative: it is sent in the background, as by default.
   * 0: it is dropped and the peer gets a reset. Positive: close waits up to that many seconds until the
   * peer has acknowledged it all; then it goes on in the background. The wait holds no thread, keeps the
   * process alive as a call does, and is cut short by `process.exit()` and `worker.terminate()`: the
   * kernel goes on sending. Go: `SetLinger`; SO_LINGER in socket(7).
   */
  setLinger(seconds: number): void {
    checkType('seconds', seconds, 'number')
    this.do('set', () => setLinger(this.fd, seconds))
  }

  /**
   * How long sent data may stay unacknowledged, in ms, before the kernel gives the connection up with
   * `ETIMEDOUT`; 0 is the kernel's default, about 15 minutes. This is what notices a peer that has gone
   * in the middle of a request: keep-alive is silent then. Throws OpError, `ENOPROTOOPT` where the peer
   * has made it a Multipath TCP connection, which has no such option. TCP_USER_TIMEOUT.
   */
  setUserTimeout(ms: number): void {
    checkType('ms', ms, 'number')
    this.do('set', () => this.fd.setInt(IPPROTO_TCP, TCP_USER_TIMEOUT, ms))
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

  /**
   * What the kernel knows about the connection: its state, round-trip time (µs), losses, counters. Only
   * the fields that this kernel has. Throws OpError. TCP_INFO in tcp(7).
   */
  info(): TCPInfo {
    return this.getOption('info')
  }

  /**
   * Takes bytes from `src` until it ends, or `limit` of them, and writes them here; resolves to how
   * many. From a TCPConn they are spliced inside the kernel, but for a row of small pieces, which are
   * cheaper to copy; from a FileHandle sent by sendfile from its own position. Anything else is copied: a
   * Conn, streams of Node and of the web and their readers, iterables of bytes or of text. A stream keeps
   * what is behind the limit, and is never destroyed.
   *
   * Rejects with OpError: what the source failed with, or as `write` does, also while the source is silent:
   * `ERR_NET_CLOSED`, `ETIMEDOUT` past the write deadline, `ABORT_ERR`. It carries `bytesWritten`, and
   * `bytesRead` when it copied. TypeError or RangeError for what is no source or no whole number.
   * Go: `TCPConn.ReadFrom`; splice(2), sendfile(2).
   */
  async readFrom(src: Source, o: TransferOptions = {}): Promise<number> {
    const open = sourceOf(src)
    const transfer = this.#transfer('readfrom', o)
    if (transfer.limit <= 0) return 0
    return (await this.#inKernel(src, transfer)) ?? (await copyFrom(transfer, open))
  }

  /**
   * Sends what arrives here to `dst` until the peer ends its side, or `limit` bytes of it; resolves to how
   * many. To a TCPConn they are spliced inside the kernel. To a FileHandle, a stream of Node or of the web,
   * a Conn or a Writer of one's own they are copied, and the next piece is read when `dst` has room for
   * it. `dst` is not ended.
   *
   * Rejects with OpError: what `dst` failed with, or as `read` does, also while `dst` keeps it waiting. It
   * carries `bytesWritten` and `bytesRead`. TypeError for what is no destination. Go: `TCPConn.WriteTo`.
   */
  async writeTo(dst: Destination, o: TransferOptions = {}): Promise<number> {
    const open = destinationOf(dst)
    const transfer = this.#transfer('writeto', o)
    if (isTCPConn(dst)) {
      return await dst.readFrom(this, { limit: transfer.limit, signal: transfer.signal })
    }
    return transfer.limit <= 0 ? 0 : await copyTo(transfer, open)
  }

  /** Whether the connection speaks Multipath TCP. Go: `MultipathTCP`. */
  multipathTCP(): boolean {
    return this.do('raw-control', () => this.fd.lend(usesMptcp))
  }

  #transfer(op: Transfer['op'], o: TransferOptions): Transfer {
    checkOptions(op === 'readfrom' ? 'readFrom' : 'writeTo', o, ['limit', 'signal'])
    return { fd: this.fd, op, limit: limitOf(o.limit), signal: signalOf(o) }
  }

  #setter(): SetInt {
    return (level, optname, value) => this.fd.setInt(level, optname, value)
  }

  /** The bytes moved without leaving the kernel, or null where it cannot. */
  async #inKernel(src: Source, { limit, signal }: Transfer): Promise<number | null> {
    if (isTCPConn(src)) return await this.fd.spliceFrom(src.fd, limit, { signal })
    if (isFileHandle(src)) return await this.#sendFile(src, limit, signal)
    return null
  }

  /** As Go has it, a file that could not even begin fails with the error of the write that was to come. */
  async #sendFile(
    src: FileHandle,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<number | null> {
    try {
      return await this.fd.sendFile(src, null, limit, { signal })
    } catch (error) {
      const { cause, bytesWritten, code, timeout } = error as OpError
      if (bytesWritten !== 0 || !(timeout || code === 'ERR_NET_CLOSED')) throw error
      throw this.fd.opError('readfrom', this.fd.opError('write', cause, 0), 0)
    }
  }
}

// Outside the class: a bundler renames one that names itself.
const isTCPConn = (end: object): end is TCPConn => end instanceof TCPConn

/** From a socket to a connection: TCP_NODELAY, then keep-alive. Go ignores refusals here too. */
export function newTCPConn(fd: NetFD, keepAlive: KeepAliveConfig | null): TCPConn {
  const { sysfd } = fd
  hook.setsockopt(sysfd, IPPROTO_TCP, TCP_NODELAY, 1)
  if (keepAlive !== null) applyKeepAlive(sysfd, keepAlive)
  fd.establish()
  return new TCPConn(fd)
}

/** The first refusal ends it, and what was set stays, as in SetKeepAliveConfig. */
function applyKeepAlive(sysfd: number, config: KeepAliveConfig): void {
  let refused = false
  setKeepAliveConfig((level, optname, value) => {
    if (!refused) refused = hook.setsockopt(sysfd, level, optname, value) < 0
  }, config)
}
