// pg and postgres.js.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { pgStream, postgresSocket } from '@netfd/net/node'
import type { ClientConfig, PoolConfig } from 'pg'
import pg from 'pg'
import postgres from 'postgres'
import type { Client, Form, Hold, Where } from './client.js'
import { connectorOptions, duplexOptions, isRefused, LARGE, whileDown } from './client.js'

const MIB = 1024 * 1024

/** A table that no other work uses. */
const table = (form: Form, name: string): string => `${name}_${form}`

const config = ({ host, port }: Where, form: Form): ClientConfig => {
  const o = duplexOptions(form)
  return { host, port, user: 'postgres', ...(o && { stream: pgStream(o) }) }
}

const secure = ({ ca }: Where): ClientConfig => ({ ssl: { ca } })

const usingPg = async (options: ClientConfig, work: (client: pg.Client) => Promise<void>) => {
  const client = new pg.Client(options)
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const usingPool = async (options: PoolConfig, work: (pool: pg.Pool) => Promise<void>) => {
  const pool = new pg.Pool(options)
  pool.on('error', () => undefined)
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
}

/** The first column of the first row. */
const one = async (client: pg.Client | pg.Pool, text: string, values: unknown[] = []) => {
  const { rows } = await client.query({ text, values, rowMode: 'array' })
  return rows[0]?.[0]
}

/** Asks again until the server is back. */
const again = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let i = 0; i < 100; i++) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return await ask()
}

const holdPg =
  (more: (to: Where) => ClientConfig): Hold =>
  async (to, form) => {
    const client = new pg.Client({ ...config(to, form), ...more(to) })
    client.on('error', () => undefined)
    await client.connect()
    await client.query('select 1')
    return { ask: () => client.query('select 2'), end: () => client.end() }
  }

const pool: Hold = async (to, form) => {
  const pool = new pg.Pool({ ...config(to, form), max: 1 })
  pool.on('error', () => undefined)
  await pool.query('select 1')
  return { ask: () => pool.query('select 2'), end: () => pool.end() }
}

export const nodePostgres: Client = {
  name: 'pg',
  forms: ['duplex', 'tuned'],
  works: {
    query: (to, form) =>
      usingPg(config(to, form), async (client) => {
        assert.equal(await one(client, 'select 6 * 7'), 42)
      }),
    prepared: (to, form) =>
      usingPg(config(to, form), async (client) => {
        for (const n of [1, 2, 3]) {
          const { rows } = await client.query({
            name: 'twice',
            text: 'select $1::int * 2 as n',
            values: [n],
          })
          assert.deepEqual(rows, [{ n: n * 2 }])
        }
      }),
    transaction: (to, form) =>
      usingPg(config(to, form), async (client) => {
        const name = table(form, 'pg')
        await client.query(`drop table if exists ${name}; create table ${name} (n int)`)
        await client.query('begin')
        await client.query(`insert into ${name} values (1)`)
        await client.query('rollback')
        assert.equal(await one(client, `select count(*) from ${name}`), '0')
      }),
    'pub/sub': (to, form) =>
      usingPg(config(to, form), async (client) => {
        await client.query(`listen ${table(form, 'news')}`)
        const heard = once(client, 'notification')
        await client.query(`notify ${table(form, 'news')}, 'hello'`)
        assert.equal((await heard)[0].payload, 'hello')
      }),
    '64 MiB': (to, form) =>
      usingPg(config(to, form), async (client) => {
        const query = new pg.Query(`select repeat('x', ${MIB}) as part from generate_series(1, 64)`)
        let size = 0
        query.on('row', ({ part }) => {
          size += part.length
        })
        const end = once(query, 'end')
        client.query(query)
        await end
        assert.equal(size, LARGE)
      }),
    TLS: (to, form) =>
      usingPg({ ...config(to, form), ...secure(to) }, async (client) => {
        const text = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
        assert.equal(await one(client, text), true)
      }),
    pool: (to, form) =>
      usingPool({ ...config(to, form), max: 2 }, async (pool) => {
        const asked = Array.from({ length: 20 }, (_, n) => one(pool, 'select $1::int', [n]))
        assert.equal((await Promise.all(asked)).length, 20)
        assert.equal(pool.totalCount, 2)
      }),
    reconnect: (to, form) =>
      usingPool(config(to, form), async (pool) => {
        await one(pool, 'select 1')
        await whileDown(to, async () => {
          await assert.rejects(one(pool, 'select 1'))
          await isRefused(one(pool, 'select 1'))
        })
        assert.equal(await again(() => one(pool, 'select 1')), 1)
      }),
  },
  holds: { plain: holdPg(() => ({})), TLS: holdPg(secure), pool },
}

type Sql = postgres.Sql
type SqlOptions = postgres.Options<Record<string, never>>

const openSql = ({ host, port }: Where, form: Form, more: SqlOptions = {}): Sql => {
  const o = connectorOptions(form)
  const socket = o && { socket: postgresSocket(o) }
  return postgres({ host, port, user: 'postgres', onnotice: () => undefined, ...socket, ...more })
}

const usingSql = async (sql: Sql, work: (sql: Sql) => Promise<void>) => {
  try {
    await work(sql)
  } finally {
    await sql.end()
  }
}

const holdSql =
  (more: (to: Where) => SqlOptions): Hold =>
  async (to, form) => {
    const sql = openSql(to, form, { max: 1, ...more(to) })
    await sql`select 1`
    return { ask: async () => await sql`select 2`, end: () => sql.end({ timeout: 1 }) }
  }

const secureSql = ({ ca }: Where): SqlOptions => ({ ssl: { ca } })

export const postgresJs: Client = {
  name: 'postgres',
  forms: ['socket', 'duplex', 'tuned'],
  works: {
    // What it is asked with values is prepared.
    query: (to, form) =>
      usingSql(openSql(to, form), async (sql) => {
        assert.deepEqual([...(await sql`select ${21}::int * 2 as n`)], [{ n: 42 }])
      }),
    pipeline: (to, form) =>
      usingSql(openSql(to, form, { max: 1 }), async (sql) => {
        const asked = Array.from({ length: 100 }, (_, n) => sql`select ${n}::int as n`)
        assert.deepEqual([...((await Promise.all(asked)).at(-1) ?? [])], [{ n: 99 }])
      }),
    transaction: (to, form) =>
      usingSql(openSql(to, form), async (sql) => {
        const name = sql(table(form, 'postgres_js'))
        await sql`drop table if exists ${name}`
        await sql`create table ${name} (n int)`
        const broken = sql.begin(async (sql) => {
          await sql`insert into ${name} values (1)`
          throw new Error('taken back')
        })
        await assert.rejects(broken, /taken back/)
        assert.deepEqual([...(await sql`select count(*)::int as n from ${name}`)], [{ n: 0 }])
      }),
    'pub/sub': (to, form) =>
      usingSql(openSql(to, form), async (sql) => {
        const news = table(form, 'news_js')
        const heard = new Promise(
          (resolve) => void sql.listen(news, resolve, () => void sql.notify(news, 'hello').then()),
        )
        assert.equal(await heard, 'hello')
      }),
    '64 MiB': (to, form) =>
      usingSql(openSql(to, form), async (sql) => {
        let size = 0
        const rows = sql`select repeat('x', ${MIB}::int) as part from generate_series(1, 64)`
        for await (const [row] of rows.cursor(1)) size += row?.part.length
        assert.equal(size, LARGE)
      }),
    TLS: (to, form) =>
      usingSql(openSql(to, form, secureSql(to)), async (sql) => {
        const rows = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`
        assert.deepEqual([...rows], [{ ssl: true }])
      }),
    pool: (to, form) =>
      usingSql(openSql(to, form, { max: 2 }), async (sql) => {
        const asked = Array.from(
          { length: 20 },
          () => sql`select pg_backend_pid() as pid, pg_sleep(0.01)`,
        )
        const pids = (await Promise.all(asked)).map(([row]) => row?.pid)
        assert.equal(new Set(pids).size, 2)
      }),
    reconnect: (to, form) =>
      usingSql(openSql(to, form, { max: 1, backoff: () => 0.02 }), async (sql) => {
        await sql`select 1`
        await whileDown(to, async () => {
          await assert.rejects(async () => await sql`select 1`)
          for (const _ of [1, 2]) await isRefused(sql`select 1`.execute())
        })
        assert.equal((await again(async () => await sql`select 1`)).length, 1)
      }),
  },
  holds: { plain: holdSql(() => ({})), TLS: holdSql(secureSql) },
}
