// The tables of docs/transfers.md say what goes inside the kernel and whose memory the rest goes through.
import { readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { PassThrough, Readable } from 'node:stream'
import type { Destination, Source } from '@netfd/net'
import { pipe } from '@netfd/net'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../packages/net/test/program.js'
import { chain, countCalls, pair, pattern, readAll } from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'

afterAll(closeIdlePipes)

const ALL = 500_000
const guide = readFileSync(new URL('../../docs/transfers.md', import.meta.url), 'utf8')

/** The rows of the table with this head: what is given, and how it goes. */
function table(head: string): [given: string, how: string][] {
  const rows = guide.slice(guide.indexOf(`| ${head} |`)).split('\n\n', 1)[0] as string
  return rows
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim()))
    .map(([, given = '', how = '']) => [given, how])
}

async function file(): Promise<Source & Destination> {
  const path = join(scratch(), 'file')
  writeFileSync(path, pattern(ALL))
  const handle = await open(path, 'r+')
  onTestFinished(() => handle.close())
  return handle
}

function pipeEnd(): Source {
  const [a, b] = pipe()
  void a.write(pattern(ALL)).then(() => a.close())
  onTestFinished(() => b.close())
  return b
}

function bytes(): ReadableStream {
  const body = new Response(pattern(ALL)).body
  return body as ReadableStream
}

async function tcpSource(): Promise<Source> {
  const { from, src } = await chain()
  void from.write(pattern(ALL)).then(() => from.closeWrite())
  return src
}

function reader(): Source {
  let left = ALL
  return {
    read: async (buf) => {
      const n = Math.min(left, buf.length)
      left -= n
      return n === 0 ? null : n
    },
  }
}

const SOURCES: (() => Source | Promise<Source>)[] = [
  tcpSource,
  file,
  pipeEnd,
  reader,
  () => Readable.from([pattern(ALL)], { objectMode: false }),
  bytes,
  () => ReadableStream.from([pattern(ALL)]) as unknown as Source,
  () => [pattern(ALL)],
]

it('every row of readFrom is true: what is called inside the kernel sends nothing from memory', async () => {
  const rows = table('`readFrom`')
  expect(rows).toHaveLength(SOURCES.length)
  for (const [at, [given, how]] of rows.entries()) {
    const src = await SOURCES[at]?.()
    const [client, server] = await pair()
    const sent = { inKernel: 0, copied: 0 }
    const calls = countCalls('splice', 'sendfilePool', 'send')
    const all = readAll(server)
    const before = calls.send
    expect(await client.readFrom(src as Source), given).toBe(ALL)
    sent.inKernel = calls.splice + calls.sendfilePool
    sent.copied = calls.send - before
    client.closeWrite()
    expect(await all).toHaveLength(ALL)
    expect(sent.inKernel > 0, given).toBe(how.startsWith('inside the kernel'))
    // A source that is a connection is itself written to during the transfer.
    if (given.includes('FileHandle')) expect(sent.copied).toBe(0)
    if (sent.inKernel === 0) expect(sent.copied).toBeGreaterThan(0)
  }
})

/** The memories that the pieces had. */
class Rooms extends Set<ArrayBufferLike> {
  take(piece: Uint8Array): number {
    this.add(piece.buffer)
    return piece.length
  }
}

const drained = (): Writable => {
  const dst = new PassThrough()
  dst.resume()
  return dst
}

const DESTINATIONS: ((rooms: Rooms) => Destination | Promise<Destination>)[] = [
  async () => {
    const [dst, to] = await pair()
    // It reads until the end of the test closes it.
    readAll(to).catch(() => undefined)
    return dst
  },
  async (rooms) => {
    const handle = (await file()) as { write(data: Uint8Array): Promise<unknown> }
    const { write } = handle
    return Object.assign(handle, {
      write: (data: Uint8Array, ...rest: []) => {
        rooms.take(data)
        return write.call(handle, data, ...rest)
      },
    }) as Destination
  },
  (rooms) => {
    const [dst, to] = pipe()
    const all = readAll(to)
    onTestFinished(async () => {
      await dst.close()
      await all
      await to.close()
    })
    const { write } = dst
    return Object.assign(dst, {
      write: (data: Uint8Array) => {
        rooms.take(data)
        return write.call(dst, data)
      },
    })
  },
  (rooms) => ({ write: (data) => rooms.take(data) }),
  (rooms) => ({ write: async (data) => rooms.take(data) }),
  (rooms) => {
    const dst = drained()
    const { write } = dst
    return Object.assign(dst, {
      write: (data: Uint8Array, done: () => void) => {
        rooms.take(data)
        return write.call(dst, data, done as never)
      },
    })
  },
  (rooms) => new WritableStream({ write: (data: Uint8Array) => void rooms.take(data) }),
]

it('every row of writeTo is true: one room is used again, or each piece has its own', async () => {
  const rows = table('`writeTo`')
  expect(rows).toHaveLength(DESTINATIONS.length)
  for (const [at, [given, how]] of rows.entries()) {
    const [client, server] = await pair()
    const rooms = new Rooms()
    const dst = (await DESTINATIONS[at]?.(rooms)) as Destination
    const calls = countCalls('splice')
    void client.write(pattern(ALL)).then(() => client.closeWrite())
    expect(await server.writeTo(dst), given).toBe(ALL)
    const way = calls.splice > 0 ? 'inside' : rooms.size > 2 ? 'a room for each' : 'one room'
    expect(how.startsWith(way), `${given}: ${how}, not ${way}, ${rooms.size}`).toBe(true)
  }
})
