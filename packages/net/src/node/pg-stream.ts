// pg, which makes its connection itself from a stream that it is given.
import type { DuplexConnectOptions } from './connector-options.js'
import { checkDuplexConnector } from './connector-options.js'
import { dialDuplex } from './duplex.js'
import type { NetDuplex } from './net-duplex.js'

/**
 * The option `stream` of pg's `Client` and `Pool`: pg calls `connect(port, host)` on what it returns, so
 * it is a Duplex, in every runtime. A function, for each client of a pool needs one of its own.
 *
 * ```ts no-run
 * import { pgStream } from '@netfd/net/node'
 * import pg from 'pg'
 * const pool = new pg.Pool({ host: 'db.internal', stream: pgStream({ userTimeout: 20_000 }) })
 * const { rows } = await pool.query('select now()')
 * console.log(rows)
 * ```
 *
 * A dial that fails rejects the query with its error, and so does a peer that is gone. Throws TypeError or
 * RangeError for a wrong option, and TypeError for the form `'socket'`.
 */
export function pgStream(o: DuplexConnectOptions = {}): () => NetDuplex {
  checkDuplexConnector('pgStream', o)
  const options = { ...o }
  return () => dialDuplex(options)
}
