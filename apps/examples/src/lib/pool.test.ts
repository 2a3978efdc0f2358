import { setTimeout as sleep } from 'node:timers/promises'
import type { TCPConn, TCPListener } from '@netfd/net'
import { dial, listen } from '@netfd/net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PoolOptions } from './pool.js'
import { Pool } from './pool.js'

const HOUR = 3_600_000

let listener: TCPListener
let peers: TCPConn[]
let pools: Pool[]
beforeEach(async () => {
  listener = await listen('tcp', '127.0.0.1:0')
  peers = []
  pools = []
})
afterEach(async () => {
  await Promise.all([listener, ...pools, ...peers].map((one) => one[Symbol.asyncDispose]()))
})

/** Dials, and keeps the other end. */
const open = async (): Promise<TCPConn> => {
  const [conn, peer] = await Promise.all([dial('tcp', `${listener.addr}`), listener.accept()])
  peers.push(peer)
  return conn
}

const poolOf = (o: Partial<PoolOptions> = {}): Pool => {
  const pool = new Pool({ open, size: 2, idleFor: HOUR, lifetime: HOUR, ...o })
  pools.push(pool)
  return pool
}

const until = async (condition: () => boolean): Promise<void> => {
  for (let i = 0; i < 10_000 && !condition(); i++) await sleep(1)
  expect(condition()).toBe(true)
}

it('the connection that came back last is the first to be used again', async () => {
  const pool = poolOf()
  const [a, b] = [await pool.take(), await pool.take()]
  pool.give(b)
  pool.give(a)
  expect(pool).toMatchObject({ busy: 0, idle: 2, waiting: 0 })
  expect(await pool.take()).toBe(a)
  expect(await pool.take()).toBe(b)
  expect(pool.tally).toEqual({ taken: 4, opened: 2, hungUp: 0, aged: 0 })
  pool.give(a)
  pool.give(b)
})

it('a connection that lay idle is read from as any other', async () => {
  const pool = poolOf()
  pool.give(await pool.take())
  const conn = await pool.take()
  await peers[0]?.write('hello')
  expect(await conn.read(new Uint8Array(9))).toBe(5)
  pool.give(conn)
})

it('no more are open than its size, and those who wait are served in their order', async () => {
  const pool = poolOf()
  const order: number[] = []
  const task = (i: number) =>
    pool.use(async () => {
      order.push(i)
      expect(pool.busy).toBeLessThanOrEqual(2)
      await sleep(1)
    })
  await Promise.all([0, 1, 2, 3, 4, 5].map(task))
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
  expect(pool.tally.opened).toBe(2)
})

it('one who waits leaves at the signal, and the next one is served in its place', async () => {
  const pool = poolOf({ size: 1 })
  const conn = await pool.take()
  const stop = new AbortController()
  const left = pool.take({ signal: stop.signal }).catch((error) => error)
  const next = pool.take()
  expect(pool.waiting).toBe(2)
  const reason = new Error('enough')
  stop.abort(reason)
  expect(await left).toBe(reason)
  expect(pool.waiting).toBe(1)
  pool.give(conn)
  expect(await next).toBe(conn)
  await expect(pool.take({ signal: stop.signal })).rejects.toBe(reason)
  pool.give(conn)
})

it('a dial that the one who wanted it did not wait for is not lost', async () => {
  const pool = poolOf()
  const stop = new AbortController()
  const left = pool.take({ signal: stop.signal }).catch(() => 'left')
  stop.abort()
  expect(await left).toBe('left')
  await until(() => pool.idle === 1)
})

it.each<[string, (peer: TCPConn) => Promise<unknown>]>([
  ['ends', (peer) => peer.close()],
  ['is reset', (peer) => peer.reset()],
  ['says something unasked', (peer) => peer.write('!')],
])('an idle connection whose peer %s is closed at once', async (_, act) => {
  const pool = poolOf()
  pool.give(await pool.take())
  await act(peers[0] as TCPConn)
  await until(() => pool.idle === 0)
  expect(pool.tally.hungUp).toBe(1)
})

it('a connection whose peer has ended in this very turn is not handed out', async () => {
  const pool = poolOf()
  const first = await pool.take()
  pool.give(first)
  const closing = peers[0]?.close()
  const second = await pool.take()
  expect(second).not.toBe(first)
  await closing
  pool.give(second)
})

it('one that lies idle too long is closed', async () => {
  const pool = poolOf({ idleFor: 1 })
  pool.give(await pool.take())
  await until(() => pool.idle === 0)
  expect(pool.tally.aged).toBe(1)
})

it('one that has become too old is closed when it comes back, also when others wait', async () => {
  const pool = poolOf({ size: 1, lifetime: 1 })
  const old = await pool.take()
  const waiting = pool.take()
  await sleep(5)
  pool.give(old)
  expect(await waiting).not.toBe(old)
  await pool.drop(await waiting)
})

it('a dial that fails is told to the one who has waited longest, and the rest go on', async () => {
  let calls = 0
  const pool = poolOf({
    size: 1,
    open: () => (calls++ === 0 ? Promise.reject(new Error('no')) : open()),
  })
  const [first, second] = [pool.take(), pool.take()]
  await expect(first).rejects.toThrow('no')
  pool.give(await second)
})

it('what a task fails with drops its connection, and makes room for another', async () => {
  const pool = poolOf({ size: 1 })
  const failing = pool.use(() => Promise.reject(new Error('no')))
  const next = pool.take()
  await expect(failing).rejects.toThrow('no')
  pool.give(await next)
  expect(pool.tally.opened).toBe(2)
})

it('a connection that its user has closed is not handed out again', async () => {
  const pool = poolOf()
  await pool.use((conn) => conn.close())
  expect(pool).toMatchObject({ busy: 0, idle: 0 })
})

it('refuses what is not lent', async () => {
  const pool = poolOf()
  const conn = await pool.take()
  pool.give(conn)
  expect(() => pool.give(conn)).toThrow(TypeError)
  await expect(pool.drop(conn)).rejects.toThrow(TypeError)
})

it('a closed pool refuses all, and closes what comes back', async () => {
  const pool = poolOf({ size: 1 })
  const conn = await pool.take()
  const waiting = pool.take().catch((error: Error) => error.message)
  await pool.close()
  expect(await waiting).toBe('the pool is closed')
  await expect(pool.take()).rejects.toThrow('the pool is closed')
  pool.give(conn)
  expect(await peers[0]?.read(new Uint8Array(1))).toBe(null)
  await pool.close()
})
