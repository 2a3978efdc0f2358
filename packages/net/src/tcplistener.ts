// Go: net/tcpsock.go and tcpsock_posix.go, TCPListener.
import { inspect } from 'node:util'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import type { KeepAliveConfig } from './keep-alive.js'
import { NetListener } from './listener.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'
import { newTCPConn } from './tcpconn.js'

/**
 * A listening TCP socket: made by `listen`, `ListenConfig` or `listenTCP`. A connection is accepted
 * only when the program asks for one; until then it waits in the kernel's backlog. Go: `net.TCPListener`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using client = await dial('tcp', listener.addr.toString())
 * for await (const conn of listener) {
 *   await conn.write('hello')
 *   await conn.close()
 *   break
 * }
 * console.assert((await client.read(new Uint8Array(16))) === 5)
 * ```
 */
export class TCPListener extends NetListener<TCPConn> {
  readonly #keepAlive: KeepAliveConfig | null

  /** @internal */
  constructor(fd: NetFD, keepAlive: KeepAliveConfig | null) {
    super(fd)
    this.#keepAlive = keepAlive
  }

  /** The address it listens on, with the port the kernel chose: the same object each time. */
  override get addr(): TCPAddr {
    return this.fd.laddr as TCPAddr
  }

  /** @internal */
  protected made(fd: NetFD): TCPConn {
    return newTCPConn(fd, this.#keepAlive)
  }

  /** What console.log shows: the address, and whether it is open. */
  override [inspect.custom](): string {
    return `TCPListener { ${endsOf(this.fd)} }`
  }
}
