// @ts-check
// One end of very many connections: a puppet that does the same with all of them.
import { dial, ListenConfig } from '@netfd/net'
import { obey } from '../lib/obey.mjs'
import { inTurns, MESSAGE, memory, phase, withEach } from '../lib/phases.mjs'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

/** @type {import('@netfd/net').TCPListener | undefined} */
let listener
/** @type {TCPConn[]} */
let conns = []
/** Reads that wait, of all connections. @type {Promise<string[]>} */
let reads = Promise.resolve([])
let aborting = new AbortController()
const room = new Uint8Array(MESSAGE * 65_536)
const message = Buffer.alloc(MESSAGE, 'm')

/** @param {number} i */
const roomOf = (i) => room.subarray(i * MESSAGE, (i + 1) * MESSAGE)

/** @type {(conn: TCPConn) => Promise<'closed'>} */
const close = async (conn) => {
  await conn.close()
  return 'closed'
}

const commands = {
  /** @type {(address: string) => Promise<string>} */
  listen: async (address) => {
    listener = await new ListenConfig({ mptcp: false }).listen('tcp', address)
    return String(listener.addr)
  },
  /** @type {(times: number) => Promise<unknown>} */
  accept: (times) =>
    phase(async () => {
      while (conns.length < times && listener !== undefined) conns.push(await listener.accept())
      return []
    }),
  /** @type {(addresses: readonly string[], times: number) => Promise<unknown>} */
  open: (addresses, times) =>
    phase(() =>
      inTurns(times, async (i) => {
        conns.push(await dial('tcp', addresses[i % addresses.length] ?? ''))
        return 'open'
      }),
    ),
  /** Says one message on each, and hears it. @type {(seed: number) => Promise<unknown>} */
  ask: (seed) =>
    phase(() =>
      withEach(seed, conns, async (conn, i) => {
        await conn.write(message)
        return await conn.readFull(roomOf(i))
      }),
    ),
  /** Hears one message on each, and says it. @type {(seed: number) => Promise<unknown>} */
  answer: (seed) =>
    phase(() =>
      withEach(seed, conns, async (conn, i) => {
        await conn.readFull(roomOf(i))
        return await conn.write(roomOf(i))
      }),
    ),
  /** Begins to read on each. @type {(seed: number) => void} */
  wait: (seed) => {
    aborting = new AbortController()
    const { signal } = aborting
    reads = withEach(seed, conns, (conn, i) => conn.read(roomOf(i), { signal }))
  },
  /** @type {(ms: number) => Promise<unknown>} */
  idle: (ms) =>
    phase(async () => {
      await new Promise((resolve) => setTimeout(resolve, ms))
      return []
    }),
  /** What the reads came to. */
  reads: () => phase(() => reads),
  /** @type {(ms: number) => Promise<unknown>} */
  deadline: (ms) =>
    phase(async () => {
      const due = Date.now() + ms
      for (const conn of conns) conn.setReadDeadline(due)
      const said = await reads
      for (const conn of conns) conn.setReadDeadline(null)
      return said
    }),
  abort: () =>
    phase(() => {
      aborting.abort()
      return reads
    }),
  /** @type {(seed: number) => Promise<unknown>} */
  reset: (seed) =>
    phase(async () => {
      const said = await withEach(seed, conns, async (conn) => {
        await conn.reset()
        return 'reset'
      })
      conns = []
      return said
    }),
  /** @type {(seed: number) => Promise<unknown>} */
  close: (seed) =>
    phase(async () => {
      const said = await withEach(seed, conns, close)
      conns = []
      reads = Promise.resolve([])
      return said
    }),
  memory,
  end: async () => await listener?.[Symbol.asyncDispose](),
}

await obey(commands, async () => {
  const first = await new ListenConfig().listen('tcp', '127.0.0.1:0')
  const a = await dial('tcp', String(first.addr))
  const b = await first.accept()
  for (const each of [a, b, first]) await each.close()
})
