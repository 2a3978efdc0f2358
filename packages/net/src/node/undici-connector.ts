// undici, and the global fetch by way of its dispatcher.
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import type { ConnectOptions } from './options.js'
import { serverName, tlsOver } from './tls-over.js'

/** What undici asks a connector for. */
export interface UndiciTarget {
  /** The server. */
  hostname: string
  /** Whether TLS is wanted: `'https:'`. */
  protocol: string
  /** Its port, or an empty text for the one of the protocol. */
  port: string
  /** The name to ask for in TLS; that of the server when left out. */
  servername?: string | undefined
  /** A tunnel through a proxy, over which TLS is wanted. */
  httpSocket?: Socket | undefined
}

/** How a connector answers undici. */
export type UndiciCallback = (...args: [null, Socket] | [Error, null]) => void

/** What {@link undiciConnector} takes beside the options of every connector. */
export interface UndiciOptions extends ConnectOptions {
  /** Whether to offer HTTP/2 to the server, as undici's own `allowH2` does, which must be set as well. */
  allowH2?: boolean
  /** Certificates and the like. */
  tls?: ConnectionOptions
}

/**
 * A connector for undici's `Client`, `Pool` and `Agent`, and for `fetch` with such a dispatcher.
 *
 * ```ts no-run
 * import { undiciConnector } from '@netfd/net/node'
 * import { Agent, request, setGlobalDispatcher } from 'undici'
 * setGlobalDispatcher(new Agent({ connect: undiciConnector({ userTimeout: 20_000 }) }))
 * const { body } = await request('http://service.internal/')
 * console.log(await body.text())
 * ```
 *
 * A dial or a handshake that fails rejects the request with its error. Throws TypeError or RangeError for a
 * wrong option. On Bun, which has a client of its own under this name, it is never called.
 */
export function undiciConnector(
  o: UndiciOptions = {},
): (target: UndiciTarget, callback: UndiciCallback) => void {
  const { allowH2 = false, tls, ...connect } = o
  checkConnector('undiciConnector', o, 'allowH2', 'tls')
  const ALPNProtocols = allowH2 ? ['http/1.1', 'h2'] : ['http/1.1']
  const open = async (target: UndiciTarget): Promise<Socket> => {
    const { hostname, protocol, httpSocket } = target
    const secure = protocol === 'https:'
    const port = Number(target.port) || (secure ? 443 : 80)
    // undici leaves the brackets of an IPv6 address on.
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const socket = httpSocket ?? (await openSocket(connect, { host, port }))
    // undici's types say net.Socket; what it uses of one a NetDuplex has.
    if (!secure) return socket as Socket
    const name = serverName(target.servername || host)
    return await tlsOver(socket, { host, ALPNProtocols, ...name, ...tls })
  }
  return (target, callback) => {
    open(target).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }
}
