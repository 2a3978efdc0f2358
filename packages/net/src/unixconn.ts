// Go: net/unixsock.go, UnixConn of a stream.
import { inspect } from 'node:util'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { NetStreamConn } from './stream-conn.js'
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
