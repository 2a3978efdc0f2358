// From a connection, or from the wish for one, to a Duplex.
import type { StreamConn } from '@netfd/net'
import { checkOptions, kindOf } from '../arguments.js'
import { isTCPConn } from './conn-parts.js'
import { NetDuplex } from './net-duplex.js'
import type { ConnectOptions, DuplexOptions } from './options.js'
import { CONNECT, checkConnect, checkDuplex, DUPLEX } from './options.js'
import { targetOf } from './target.js'

/** The connections that are a stream's: a second one would take every other piece. */
const taken = new WeakSet<StreamConn>()

/** Throws TypeError for what is no connection, or a stream's already, and OpError for a closed one. */
export function checkConn(conn: StreamConn): void {
  const { read, write, close } = (conn ?? {}) as Partial<StreamConn>
  const all = [read, write, close, conn?.[Symbol.asyncIterator]]
  if (!all.every((f) => typeof f === 'function')) {
    throw new TypeError(`conn must be a Conn, got ${kindOf(conn)}`)
  }
  if (taken.has(conn)) throw new TypeError('conn is a Duplex already')
  if (isTCPConn(conn)) conn.getOption('type')
}

/**
 * Makes a Duplex of a connection, which is the stream's from then on: it reads, writes and closes. Calls
 * that wait are served first. Options are set on `conn` beforehand, or at any time on `duplex.conn`.
 *
 * Throws TypeError for what is no Conn or is a Duplex already, TypeError and RangeError for wrong
 * options, and OpError (`ERR_NET_CLOSED`) for a TCPConn that is closed.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { toDuplex } from '@netfd/net/node'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const duplex = toDuplex(await dial('tcp', String(listener.addr)))
 * duplex.end('hello')
 * await using peer = await listener.accept()
 * for await (const piece of peer) console.assert(String.fromCharCode(...piece) === 'hello')
 * duplex.destroy()
 * ```
 */
export function toDuplex(conn: StreamConn, o: DuplexOptions = {}): NetDuplex {
  checkOptions('toDuplex', o, DUPLEX)
  checkDuplex(o)
  checkConn(conn)
  const duplex = new NetDuplex(o, {}, conn)
  taken.add(conn)
  return duplex
}

/**
 * A Duplex that dials: now when `port` or `path` is given, else at `connect(port, host)`, as clients call it that
 * are given a socket. Until then writes, `end()` and what is set are kept. `userTimeout`,
 * `keepAliveConfig` and `options` are set, and `setup` is called, before `'connect'`; `form` is for the
 * connectors. A failed dial destroys it with the dial's OpError.
 *
 * Throws TypeError or RangeError for wrong options, before anything is dialed.
 *
 * ```ts
 * import { createServer } from 'node:net'
 * import { once } from 'node:events'
 * import { dialDuplex } from '@netfd/net/node'
 * const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
 * await once(server, 'listening')
 * const { port } = server.address() as { port: number }
 * const duplex = dialDuplex({ host: '127.0.0.1', port, userTimeout: 20_000 })
 * for await (const piece of duplex) console.assert(String(piece) === 'hello')
 * server.close()
 * ```
 */
export function dialDuplex(
  o: ConnectOptions & DuplexOptions & { host?: string | undefined; port?: number | undefined } = {},
): NetDuplex {
  checkOptions('dialDuplex', o, [...CONNECT, ...DUPLEX, 'host', 'port'])
  checkConnect(o)
  checkDuplex(o)
  const { host, port, signal, ...rest } = o
  // A name has no port.
  const at = port ?? (rest.path === undefined ? undefined : 0)
  const to = at === undefined ? null : targetOf(at, host)
  const duplex = new NetDuplex({ ...rest, signal }, rest, null)
  return to === null || duplex.destroyed ? duplex : duplex.connect(to)
}
