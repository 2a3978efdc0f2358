import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { hook as pollHook } from '@netfd/poll/testing'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { Source } from '../src/index.js'
import { pipe } from '../src/index.js'
import { rejected } from './error-walk.js'
import { scratch } from './program.js'
import {
  chain,
  countCalls,
  PAST,
  pair,
  pattern,
  readAll,
  same,
  turns,
  watchPromise,
} from './support.js'

// The pipes of splice are kept for the next transfer.
afterAll(closeIdlePipes)

const parts = (): Uint8Array[] => [
  pattern(10),
  pattern(70_000, 10),
  new Uint8Array(0),
  pattern(5, 70_010),
]
const ALL = 70_015

async function* generated(): AsyncGenerator<Uint8Array> {
  for (const part of parts()) yield part
}

async function streamFile(): Promise<Source> {
  const path = join(scratch(), 'file')
  writeFileSync(path, pattern(ALL))
  const stream = createReadStream(path)
  // What is behind a limit stays in it, and its file open.
  onTestFinished(() => void stream.destroy())
  return stream
}

/** Everything that a connection can take bytes from by copying. */
const sources: [name: string, make: () => Source | Promise<Source>][] = [
  ['an async generator', generated],
  ['a Readable of Node', () => Readable.from(parts(), { objectMode: false })],
  ['a file stream of Node', streamFile],
  ['a ReadableStream of the web', () => ReadableStream.from(parts()) as unknown as Source],
  [
    'an end of pipe()',
    async () => {
      const [a, b] = pipe()
      // What is behind a limit may be more than it holds, and fails with its reader.
      const written = a.write(pattern(ALL)).catch(() => undefined)
      void written.then(() => a.close())
      onTestFinished(() => b.close())
      return b
    },
  ],
  [
    'anything that reads',
    () => {
      let at = 0
      return {
        read: async (buf: Uint8Array) => {
          const part = pattern(Math.min(buf.length, 777, ALL - at), at)
          buf.set(part)
          at += part.length
          return part.length === 0 ? null : part.length
        },
      }
    },
  ],
]

describe('readFrom', () => {
  it.each(sources)('%s copies all of it', async (_, make) => {
    const [client, server] = await pair()
    const sending = client.readFrom(await make()).then((n) => {
      client.closeWrite()
      return n
    })
    const [got, sent] = await Promise.all([readAll(server), sending])
    expect(sent).toBe(ALL)
    expect(same(got, pattern(ALL))).toBe(true)
  })

  it.each(sources)('%s stops at its limit', async (_, make) => {
    const [client, server] = await pair()
    expect(await client.readFrom(await make(), { limit: 12 })).toBe(12)
    client.closeWrite()
    expect(same(await readAll(server), pattern(12))).toBe(true)
  })

  it('two separate writes of a pipe brings both (TestCopyPipeIntoTCP)', async () => {
    const [client, server] = await pair()
    const [a, b] = pipe()
    onTestFinished(() => b.close())
    const sending = client.readFrom(b).then(() => client.closeWrite())
    await a.write('first ')
    await turns(5)
    await a.write('second')
    await a.close()
    expect(Buffer.from(await readAll(server)).toString()).toBe('first second')
    await sending
  })

  it('says how much went before the write that failed, as the error of that write', async () => {
    const [client, server] = await pair()
    let read = 0
    const endless = {
      read: async (buf: Uint8Array) => {
        if (++read > 3) client.setWriteDeadline(PAST)
        buf.fill(1, 0, 100)
        return 100
      },
    }
    const error = await rejected('readfrom', client.readFrom(endless))
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}`
    expect(error.message).toBe(`readfrom ${ends}: write ${ends}: i/o timeout`)
    expect(error).toMatchObject({ timeout: true, code: 'ETIMEDOUT', bytesWritten: 300 })
    expect(server).toBeDefined()
  })

  it('counts what went of the write that failed', async () => {
    const [client, server] = await pair()
    const sending = client.readFrom(
      (async function* () {
        yield new Uint8Array(5)
        yield new Uint8Array(64 << 20)
      })(),
    )
    const watched = watchPromise(sending)
    await turns(50)
    expect(watched.state).toBe('pending')
    client.setWriteDeadline(PAST)
    const error = await rejected('readfrom', sending)
    client.closeWrite()
    const got = await readAll(server)
    expect(error.bytesWritten).toBe(got.length)
    expect(got.length).toBeGreaterThan(5)
  })

  it('fails as its source fails', async () => {
    const [client] = await pair()
    const broken = new Error('the disk is on fire')
    const source = { read: () => Promise.reject(broken) }
    const error = await client.readFrom(source).catch((error: Error) => error)
    expect(error).toMatchObject({ name: 'OpError', op: 'readfrom', cause: broken, bytesWritten: 0 })
  })
})

describe('writeTo', () => {
  it('a connection splices', async () => {
    const { from, src, dst, to } = await chain()
    const calls = countCalls('splice')
    await from.write('through')
    from.closeWrite()
    expect(await src.writeTo(dst)).toBe(7)
    dst.closeWrite()
    expect(Buffer.from(await readAll(to)).toString()).toBe('through')
    expect(calls.splice).toBeGreaterThan(0)
  })

  it('anything else copies, until the peer ends its side', async () => {
    const [client, server] = await pair()
    const got: Uint8Array[] = []
    const writer = {
      write: async (data: Uint8Array) => {
        got.push(data.slice())
      },
    }
    const want = pattern(300_000)
    const sending = client.write(want).then(() => client.closeWrite())
    expect(await server.writeTo(writer)).toBe(300_000)
    await sending
    expect(same(Buffer.concat(got), want)).toBe(true)
  })

  it('a file that takes a part of each write gets the rest as well', async () => {
    const [client, server] = await pair()
    const path = join(scratch(), 'file')
    const file = await open(path, 'w')
    type Write = (data: Uint8Array, at: number, length: number) => Promise<unknown>
    const write = file.write.bind(file) as Write
    Object.assign(file, {
      write: (data: Uint8Array, at = 0) => write(data, at, Math.min(1_000, data.length - at)),
    })
    const want = pattern(300_000)
    const sending = client.write(want).then(() => client.closeWrite())
    expect(await server.writeTo(file)).toBe(300_000)
    await Promise.all([sending, file.close()])
    expect(same(readFileSync(path), want)).toBe(true)
  })

  it('a writer that fails is an error of its own', async () => {
    const [client, server] = await pair()
    await client.write('x')
    const full = new Error('disk full')
    const error = await server
      .writeTo({ write: () => Promise.reject(full) })
      .catch((error: Error) => error)
    expect(error).toMatchObject({ name: 'OpError', op: 'writeto', cause: full })
  })
})

it('a transfer holds the process for as long as it lasts, also when it fails', async () => {
  const [client] = await pair()
  const poller = pollHook.poller()
  const [hold, release] = [vi.spyOn(poller, 'hold'), vi.spyOn(poller, 'release')]
  onTestFinished(() => void vi.restoreAllMocks())
  async function* failing(): AsyncGenerator<string> {
    yield 'begun'
    throw new Error('the source')
  }
  await expect(client.readFrom(failing())).rejects.toThrow('the source')
  expect(hold.mock.calls.length).toBeGreaterThan(0)
  expect(release).toHaveBeenCalledTimes(hold.mock.calls.length)
})
