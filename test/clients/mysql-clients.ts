// mysql2.
import assert from 'node:assert/strict'
import { mysqlStream } from '@netfd/net/node'
import type { Connection, ConnectionOptions, Pool, RowDataPacket } from 'mysql2/promise'
import { createConnection, createPool } from 'mysql2/promise'
import type { Client, Form, Hold, Where } from './client.js'
import { duplexOptions, isRefused, LARGE, whileDown } from './client.js'

const MIB = 1024 * 1024

const options = ({ host, port }: Where, form: Form): ConnectionOptions => {
  const o = duplexOptions(form)
  const account = { user: 'u', password: 'p', database: 'test' }
  return { host, port, ...account, ...(o && { stream: mysqlStream(o) }) }
}

const secure = ({ ca }: Where): ConnectionOptions => ({ ssl: { ca } })

const using = async (o: ConnectionOptions, work: (connection: Connection) => Promise<void>) => {
  const connection = await createConnection(o)
  try {
    await work(connection)
  } finally {
    await connection.end()
  }
}

const usingPool = async (
  o: ConnectionOptions,
  limit: number,
  work: (pool: Pool) => Promise<void>,
) => {
  const pool = createPool({ ...o, connectionLimit: limit })
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
}

const rows = async (at: Connection | Pool, sql: string): Promise<RowDataPacket[]> =>
  (await at.query<RowDataPacket[]>(sql))[0]

const hold =
  (more: (to: Where) => ConnectionOptions): Hold =>
  async (to, form) => {
    const connection = await createConnection({ ...options(to, form), ...more(to) })
    connection.on('error', () => undefined)
    await connection.query('select 1')
    return { ask: () => connection.query('select 2'), end: () => connection.destroy() }
  }

export const mysql2: Client = {
  name: 'mysql2',
  forms: ['duplex', 'tuned'],
  works: {
    query: (to, form) =>
      using(options(to, form), async (connection) => {
        assert.deepEqual(await rows(connection, 'select 6 * 7 as n'), [{ n: 42 }])
      }),
    prepared: (to, form) =>
      using(options(to, form), async (connection) => {
        for (const n of [1, 2, 3]) {
          const [rows] = await connection.execute<RowDataPacket[]>('select ? * 2 as n', [n])
          assert.equal(Number(rows[0]?.n), n * 2)
        }
      }),
    transaction: (to, form) =>
      using(options(to, form), async (connection) => {
        await connection.query(`create or replace table t_${form} (n int)`)
        await connection.beginTransaction()
        await connection.query(`insert into t_${form} values (1)`)
        await connection.rollback()
        assert.deepEqual(await rows(connection, `select * from t_${form}`), [])
      }),
    '64 MiB': (to, form) =>
      using(options(to, form), async (connection) => {
        // The promise-based connection streams by the one beneath it.
        const { connection: plain } = connection as unknown as {
          connection: import('mysql2').Connection
        }
        let size = 0
        const sql = `select repeat('x', ${MIB}) as part from seq_1_to_64`
        for await (const { part } of plain.query(sql).stream()) size += part.length
        assert.equal(size, LARGE)
      }),
    TLS: (to, form) =>
      using({ ...options(to, form), ...secure(to) }, async (connection) => {
        const [status] = await rows(connection, "show status like 'Ssl_version'")
        assert.match(status?.Value, /^TLS/)
      }),
    pool: (to, form) =>
      usingPool(options(to, form), 2, async (pool) => {
        const asked = Array.from({ length: 20 }, () =>
          rows(pool, 'select connection_id() as id, sleep(0.01)'),
        )
        const ids = (await Promise.all(asked)).map(([row]) => row?.id)
        assert.equal(new Set(ids).size, 2)
      }),
    reconnect: (to, form) =>
      usingPool(options(to, form), 1, async (pool) => {
        await rows(pool, 'select 1')
        await whileDown(to, async () => {
          await assert.rejects(rows(pool, 'select 1'))
          await isRefused(rows(pool, 'select 1'))
        })
        assert.deepEqual(await rows(pool, 'select 1 as n'), [{ n: 1 }])
      }),
  },
  holds: { plain: hold(() => ({})), TLS: hold(secure) },
}
