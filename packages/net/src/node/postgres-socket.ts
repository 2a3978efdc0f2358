// postgres.js, which takes a function that resolves with a connected socket.
import type { Duplex } from 'node:stream'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import { FailedStream } from './failed-stream.js'
import type { ConnectOptions } from './options.js'

/** What postgres.js gives to the function that is its option `socket`: its own options, checked by it. */
export interface PostgresTarget {
  /** The server, or several of them. */
  host: string | readonly string[]
  /** The port of each. */
  port: number | readonly number[]
}

const first = <T>(value: T | readonly T[]): T => [value].flat()[0] as T

/**
 * The option `socket` of postgres.js, which its types do not know. Host and port are those of postgres.js itself; of several hosts the
 * first is dialed.
 *
 * ```ts no-run
 * import { postgresSocket } from '@netfd/net/node'
 * import postgres from 'postgres'
 * const socket = { socket: postgresSocket({ userTimeout: 20_000 }) }
 * const sql = postgres({ host: 'db.internal', database: 'shop', ...socket })
 * console.log(await sql`select now()`)
 * ```
 *
 * A dial that fails rejects the query with its error, and the next query dials again; so does a peer that is
 * gone. Throws TypeError or RangeError for a wrong option.
 */
export function postgresSocket(
  o: ConnectOptions = {},
): (target: PostgresTarget) => Promise<Duplex> {
  checkConnector('postgresSocket', o)
  const options = { ...o }
  return async (target) => {
    const to = { host: first<string>(target.host), port: first<number>(target.port) }
    const socket = await openSocket(options, to).catch((error: Error) => new FailedStream(error))
    // postgres.js takes the server's name for TLS from its socket, and both for its errors.
    return Object.assign(socket, to)
  }
}
