// Go: net/tcpsock.go and tcpsockopt_posix.go, TCPConn.

import { inspect } from 'node:util'
import { checkTimeout, unread } from '@netfd/poll/internal'
import type { TCPInfo } from '@netfd/syscall'
import {
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
} from '@netfd/syscall'
import { checkType } from './arguments.js'
import type { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { readToEnd } from './graceful.js'
import { endsOf } from './inspect.js'
import type { KeepAliveConfig, SetInt } from './keep-alive.js'
import { setKeepAliveConfig, setKeepAliveIdle } from './keep-alive.js'
import { usesMptcp } from './mptcp.js'
import { NetStreamConn } from './stream-conn.js'
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
 *
 * @category Connections
 */
export class TCPConn extends NetStreamConn {
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
    checkTimeout(ms)
    try {
      this.closeWrite()
    } catch (error) {
      // The peer has reset the connection, and what it sent is read to its end all the same.
      if ((error as OpError).code !== 'ENOTCONN') throw error
    }
    // Its own time counts, and not that of a read before.
    if (!this.fd.closed) this.fd.setReadTimeout(0)
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

  /**
   * Whether a close would reset it now, for bytes of the peer's are unread.
   * @internal
   */
  get unread(): boolean {
    return !this.fd.closed && unread(this.fd.sysfd)
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
   * in the middle of a request: keep-alive is silent then. It also ends a connection whose peer lives and
   * has read nothing for so long, while data waits for it. Throws OpError, `ENOPROTOOPT` where the peer
   * has made it a Multipath TCP connection, which has no such option. TCP_USER_TIMEOUT.
   */
  setUserTimeout(ms: number): void {
    checkType('ms', ms, 'number')
    this.do('set', () => this.fd.setInt(IPPROTO_TCP, TCP_USER_TIMEOUT, ms))
  }

  /**
   * What the kernel knows about the connection: its state, round-trip time (µs), losses, counters. Only
   * the fields that this kernel has. Throws OpError. TCP_INFO in tcp(7).
   */
  info(): TCPInfo {
    return this.getOption('info')
  }

  /** Whether the connection speaks Multipath TCP. Go: `MultipathTCP`. */
  multipathTCP(): boolean {
    return this.do('raw-control', () => this.fd.lend(usesMptcp))
  }

  #setter(): SetInt {
    return (level, optname, value) => this.fd.setInt(level, optname, value)
  }
}

/** From a socket with its options to a connection. */
export function newTCPConn(fd: NetFD): TCPConn {
  fd.establish()
  return new TCPConn(fd)
}

/** Negative: off. 0: a reset at close. Positive: so many seconds of waiting at close. */
function setLinger(fd: NetFD, seconds: number): void {
  if (seconds !== Math.trunc(seconds)) {
    throw new RangeError('linger must be a whole number of seconds')
  }
  fd.setOption('linger', { on: seconds >= 0, seconds: Math.max(seconds, 0) })
}
