// A connected stream for a client: a socket of Node's on our descriptor, or a Duplex.
import type { Socket } from 'node:net'
import { checkOptions } from '../arguments.js'
import { connect } from './connect.js'
import { checkConnector } from './connector-options.js'
import { toDuplex } from './duplex.js'
import { canHandOver, noHandOver, toNetSocket } from './hand-over.js'
import type { NetDuplex } from './net-duplex.js'
import type { ConnectOptions } from './options.js'
import { targetOf } from './target.js'

/** Where {@link dialSocket} dials to. */
export interface DialTo {
  /** A name or an IP address. */
  readonly host: string
  /** A TCP port. */
  readonly port: number
  /** Ends the dial. */
  readonly signal?: AbortSignal | undefined
}

const neverAborted = new AbortController().signal

/**
 * Dials, and makes of the connection what `form` says: a `net.Socket`, a Duplex, or the first of them where
 * the runtime has it. `userTimeout`, `keepAliveConfig` and `options` are set, and `setup` is called, before.
 * The signal ends the dial, and nothing later. The connectors rest on it; one for another client is a line.
 *
 * Rejects with the dial's OpError, `ABORT_ERR` for the signal, with what `setup` threw, or with TypeError or
 * RangeError for a wrong option, before anything is dialed; for the form `'socket'` on Bun, whose sockets take
 * no descriptor, with `ERR_NO_HANDOVER`. Go: `net.Dial`.
 *
 * ```ts
 * import { once } from 'node:events'
 * import { createServer } from 'node:net'
 * import { dialSocket } from '@netfd/net/node'
 * const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
 * await once(server, 'listening')
 * const { port } = server.address() as { port: number }
 * const socket = await dialSocket({ userTimeout: 20_000 }, { host: '127.0.0.1', port })
 * for await (const piece of socket) console.assert(String(piece) === 'hello')
 * server.close()
 * ```
 */
export async function dialSocket(o: ConnectOptions, to: DialTo): Promise<Socket | NetDuplex> {
  checkConnector('dialSocket', o)
  checkOptions('dialSocket', to, ['host', 'port', 'signal'])
  return await openSocket(o, { ...to, ...targetOf(to.port, to.host) })
}

/** The same for a connector, which has looked at its options before. */
export async function openSocket(o: ConnectOptions, to: DialTo): Promise<Socket | NetDuplex> {
  const { form = 'auto' } = o
  if (form === 'socket' && !canHandOver) throw noHandOver()
  const conn = await connect(o, to, to.signal ?? neverAborted)
  if (form === 'duplex' || (form === 'auto' && !canHandOver)) return toDuplex(conn)
  return toNetSocket(conn)
}
