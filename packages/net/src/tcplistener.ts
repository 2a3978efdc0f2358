// Go: net/tcpsock.go and tcpsock_posix.go, TCPListener.
import { inspect } from 'node:util'
import type { IntOption } from './conn-options.js'
import { setConnOptions } from './conn-options.js'
import type { NetFD } from './fd.js'
import { hook } from './hook.js'
import { endsOf } from './inspect.js'
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
 *
 * @category Connections
 */
export class TCPListener extends NetListener<TCPConn> {
  readonly #options: readonly IntOption[]
  #inherited: boolean | null = null

  /** @internal */
  constructor(fd: NetFD, options: readonly IntOption[]) {
    super(fd)
    this.#options = options
  }

  /** The address it listens on, with the port the kernel chose: the same object each time. */
  override get addr(): TCPAddr {
    return this.fd.laddr as TCPAddr
  }

  /** @internal */
  protected made(fd: NetFD): TCPConn {
    if (!this.#inherits(fd)) setConnOptions(fd.sysfd, this.#options)
    return newTCPConn(fd)
  }

  /**
   * Whether accepted sockets have the options that `listen` gave to this one. The first is asked. Where the
   * listener's number was given to a caller, its options may be others by now.
   */
  #inherits({ sysfd }: NetFD): boolean {
    if (!this.fd.sole) return false
    this.#inherited ??= this.#options.every(
      ({ level, optname, value }) => hook.getsockopt(sysfd, level, optname) === value,
    )
    return this.#inherited
  }

  /** What console.log shows: the address, and whether it is open. */
  override [inspect.custom](): string {
    return `TCPListener { ${endsOf(this.fd)} }`
  }
}
