// tedious, the client of SQL Server.
import type { Socket } from 'node:net'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import type { ConnectOptions } from './options.js'

/** Where tedious wants to go. Its types do not say that it says so. */
interface TediousTarget {
  host: string
  port: number
}

/**
 * The option `connector` of tedious, inside its `options`. Host and port are those of tedious itself, which
 * may be routed elsewhere by the server.
 *
 * ```ts no-run
 * import { tediousConnector } from '@netfd/net/node'
 * import { Connection } from 'tedious'
 * const connector = tediousConnector({ userTimeout: 20_000 })
 * const connection = new Connection({ server: 'db.internal', options: { port: 1433, connector } })
 * connection.connect((error) => console.log(error ?? 'connected'))
 * ```
 *
 * A dial that fails is the error of tedious's `connect`. Throws TypeError or RangeError for a wrong option.
 */
export function tediousConnector(o: ConnectOptions = {}): () => Promise<Socket> {
  checkConnector('tediousConnector', o)
  const options = { ...o }
  const connector = async (
    { host, port }: TediousTarget,
    _lookup?: unknown,
    signal?: AbortSignal,
  ): Promise<Socket> =>
    (await openSocket(options, { host, port, ...(signal && { signal }) })) as Socket
  return connector as () => Promise<Socket>
}
