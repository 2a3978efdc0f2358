// mysql2, whose server speaks first.
import type { DuplexConnectOptions } from './connector-options.js'
import { checkDuplexConnector } from './connector-options.js'
import { dialDuplex } from './duplex.js'
import type { NetDuplex } from './net-duplex.js'

/** What mysql2 gives to the function that is its option `stream`. */
export interface MysqlTarget {
  /** The options of the connection; of them, the server and its port. */
  config: { host?: string | undefined; port?: number | undefined }
}

/** MySQL's own port. */
const PORT = 3306

/**
 * The option `stream` of mysql2's `createConnection` and `createPool`. mysql2 wants the stream at once, so it
 * is a Duplex, in every runtime. Host and port are those of mysql2's own options.
 *
 * ```ts no-run
 * import { mysqlStream } from '@netfd/net/node'
 * import { createPool } from 'mysql2/promise'
 * const pool = createPool({ host: 'db.internal', stream: mysqlStream({ userTimeout: 20_000 }) })
 * const [rows] = await pool.query('select now()')
 * console.log(rows)
 * ```
 *
 * A dial that fails rejects the query with its error, and so does a peer that is gone. Throws TypeError or
 * RangeError for a wrong option, and TypeError for the form `'socket'`.
 */
export function mysqlStream(o: DuplexConnectOptions = {}): (target: MysqlTarget) => NetDuplex {
  checkDuplexConnector('mysqlStream', o)
  const options = { ...o }
  return ({ config: { host = 'localhost', port = PORT } }) => dialDuplex({ ...options, host, port })
}
