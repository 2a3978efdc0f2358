// Go: net/unixsock.go, UnixConn of records.
import { inspect } from 'node:util'
import { SHUT_RD, SHUT_WR } from '@netfd/syscall'
import { NetConn } from './conn.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { RecordsOf } from './iterate.js'
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
