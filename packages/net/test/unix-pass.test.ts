// A graceful restart: connections that are in use go to another process, and their clients notice nothing.
import { existsSync } from 'node:fs'
import { close } from '@netfd/syscall'
import { beforeAll, expect, it } from 'vitest'
import type { TCPConn, UnixConn } from '../src/index.js'
import { dial, serve } from '../src/index.js'
import { program, Running } from './program.js'
import { listening, pattern, same, track, until } from './support.js'
import { freePath, listeningAt } from './unix-support.js'

const CONNS = 1_000
const SIZE = 3_000
/** On a busy machine. */
const LONG = 120_000

let child = ''
let successor = ''

beforeAll(() => {
  child = program('unix-pass-child.ts')
  successor = program('unix-heir-child.ts')
})

/** Writes in small pieces while it reads what comes back. */
async function talk(conn: TCPConn | UnixConn, want: Uint8Array): Promise<Uint8Array> {
  const got = new Uint8Array(want.length)
  const sending = (async () => {
    for (let at = 0; at < want.length; at += 100) await conn.write(want.subarray(at, at + 100))
    conn.closeWrite()
  })()
  await conn.readFull(got)
  await sending
  return got
}

it.each(['tcp', 'unix'] as const)(
  'a thousand live connections over %s go to another process without the loss of a byte',
  async (network) => {
    const listener = network === 'tcp' ? await listening() : await listeningAt('unix')
    const handover = await listeningAt('unix', '')
    const heir = new Running([process.execPath, child, String(handover.addr), network])
    const front = track(await handover.accept())
    const wants = Array.from({ length: CONNS }, (_, i) => pattern(SIZE, i))
    const talks: Promise<Uint8Array>[] = []
    for (const want of wants) {
      const client = track(await dial(network, String(listener.addr)))
      const server = await listener.accept()
      talks.push(talk(client, want))
      // Some of it is echoed here, the rest over there.
      const buf = new Uint8Array(64)
      const n = (await server.read(buf)) ?? 0
      await server.write(buf.subarray(0, n))
      const fd = server.detach()
      await front.sendFd(fd)
      close(fd)
    }
    await front.close()
    const gots = await Promise.all(talks)
    expect(gots.filter((got, i) => !same(got, wants[i] as Uint8Array))).toEqual([])
    expect(await heir.line()).toBe(String(CONNS))
    expect(await heir.ended).toMatchObject({ code: 0, stderr: '' })
  },
  LONG,
)

it('a listener at a path goes to another process, and no client is refused in between', async () => {
  const path = freePath()
  const listener = await listeningAt('unix', path)
  const handover = await listeningAt('unix', '')
  const stop = new AbortController()
  const served = serve(
    listener,
    async (conn) => {
      for await (const piece of conn) await conn.write(piece)
    },
    { signal: stop.signal },
  )
  let asked = 0
  let over = false
  const end = () => {
    over = true
  }
  /** Who answers, again and again. */
  const asking = (async () => {
    const pids = new Set<number | undefined>()
    for (; !over; asked++) {
      await using conn = await dial('unix', path)
      pids.add(conn.peerCred()?.pid)
      await conn.write('hello')
      await conn.readFull(new Uint8Array(5))
    }
    return pids
  })()
  asking.catch(end)
  const heir = new Running([process.execPath, successor, String(handover.addr)])
  const front = track(await handover.accept())
  const fd = listener.dup()
  await front.sendFd(fd)
  close(fd)
  expect(await heir.line()).toBe('serving')
  listener.setUnlinkOnClose(false)
  stop.abort()
  await served
  const then = asked
  await until(() => over || asked > then + 100)
  end()
  // The kernel names the process that called listen(2), also where another one accepts.
  expect([...(await asking)]).toEqual([process.pid])
  expect(existsSync(path)).toBe(true)
  heir.hush()
  expect(await heir.ended).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(path)).toBe(false)
})
