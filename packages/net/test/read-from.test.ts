// Go: net/splice_test.go and sendfile_test.go. Bytes from anywhere into a connection, and out of one.
import { execFileSync } from 'node:child_process'
import { constants, createReadStream, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { EINVAL } from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { Source, TCPConn } from '../src/index.js'
import { pipe } from '../src/index.js'
import { rejected } from './error-walk.js'
import { scratch } from './program.js'
import {
  countCalls,
  PAST,
  pair,
  pattern,
  readAll,
  replacePoll,
  turns,
  watchPromise,
} from './support.js'

// The pipes of splice are kept for the next transfer.
afterAll(closeIdlePipes)

/** Two connections: what is written to `from` can be moved on to whoever reads `to`. */
async function chain(): Promise<{ from: TCPConn; src: TCPConn; dst: TCPConn; to: TCPConn }> {
  const [from, src] = await pair()
  const [dst, to] = await pair()
  return { from, src, dst, to }
}

const same = (got: Uint8Array, want: Uint8Array): boolean => Buffer.compare(got, want) === 0

describe('readFrom a connection (TestSplice)', () => {
  it.each([0, 1, 1_000, 65_536, 1 << 20, (8 << 20) + 7])(
    'moves all of %i bytes inside the kernel',
    async (size) => {
      const { from, src, dst, to } = await chain()
      const calls = countCalls('splice', 'recv')
      const want = pattern(size)
      const sending = from.write(want).then(() => from.closeWrite())
      const moving = dst.readFrom(src).then((n) => {
        dst.closeWrite()
        return n
      })
      const [got, moved] = await Promise.all([readAll(to), moving, sending])
      expect(moved).toBe(size)
      expect(same(got, want)).toBe(true)
      expect(calls.splice).toBeGreaterThan(0)
    },
  )

  it('moves what comes in many writes', async () => {
    const { from, src, dst, to } = await chain()
    const sending = (async () => {
      for (let i = 0; i < 500; i++) await from.write(pattern(100, i * 100))
      from.closeWrite()
    })()
    const moving = dst.readFrom(src).then(() => dst.closeWrite())
    const [got] = await Promise.all([readAll(to), moving, sending])
    expect(same(got, pattern(50_000))).toBe(true)
  })

  it('stops at its limit, and leaves the rest to be read', async () => {
    const { from, src, dst, to } = await chain()
    await from.write(pattern(1_000))
    from.closeWrite()
    expect(await dst.readFrom(src, { limit: 0 })).toBe(0)
    expect(await dst.readFrom(src, { limit: -1 })).toBe(0)
    expect(await dst.readFrom(src, { limit: 300 })).toBe(300)
    expect(await dst.readFrom(src, { limit: 5_000 })).toBe(700)
    // At its end, there is nothing more.
    expect(await dst.readFrom(src)).toBe(0)
    dst.closeWrite()
    expect(same(await readAll(to), pattern(1_000))).toBe(true)
  })

  it('makes a proxy of two ways, which ends when both sides have', async () => {
    const { from: client, src: front, dst: back, to: server } = await chain()
    const through = async (a: TCPConn, b: TCPConn) => {
      await b.readFrom(a)
      b.closeWrite()
    }
    const proxy = Promise.all([through(front, back), through(back, front)])
    await client.write('question')
    client.closeWrite()
    const asked = await readAll(server)
    await server.write(asked.slice().reverse())
    server.closeWrite()
    expect(Buffer.from(await readAll(client)).toString()).toBe('noitseuq')
    await proxy
  })

  it('copies when the kernel does not splice, and nothing is lost', async () => {
    const { from, src, dst, to } = await chain()
    replacePoll({ splice: () => -EINVAL })
    await from.write(pattern(100_000))
    from.closeWrite()
    const moving = dst.readFrom(src).then((n) => {
      dst.closeWrite()
      return n
    })
    expect(same(await readAll(to), pattern(100_000))).toBe(true)
    expect(await moving).toBe(100_000)
  })

  it('ends with the deadline of either, and says how much there was', async () => {
    const { from, src, dst } = await chain()
    await from.write('12345')
    const moving = dst.readFrom(src)
    await turns(10)
    src.setReadDeadline(PAST)
    const error = await rejected('readfrom', moving)
    expect(error).toMatchObject({ timeout: true, bytesWritten: 5 })
    expect(error.message).toBe(`readfrom tcp ${dst.localAddr}->${dst.remoteAddr}: i/o timeout`)
    src.setReadDeadline(null)
    dst.setWriteDeadline(PAST)
    await from.write('67890')
    expect((await rejected('readfrom', dst.readFrom(src))).timeout).toBe(true)
  })

  it.each(['src', 'dst'] as const)('ends when %s is closed', async (which) => {
    const ends = await chain()
    const moving = ends.dst.readFrom(ends.src)
    const watched = watchPromise(moving)
    await turns(10)
    expect(watched.state).toBe('pending')
    await ends[which].close()
    expect((await rejected('readfrom', moving)).code).toBe('ERR_NET_CLOSED')
  })
})

/** A file of these bytes, open for reading and closed after the test. */
async function fileOf(bytes: Uint8Array): Promise<FileHandle> {
  const path = join(scratch(), 'file')
  writeFileSync(path, bytes)
  return opened(path)
}

async function opened(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  const file = await open(path, flags)
  onTestFinished(() => file.close())
  return file
}

describe('readFrom a file (TestSendfile)', () => {
  it.each([0, 1, 4_096, (12 << 20) + 5])(
    'sends all of %i bytes inside the kernel',
    async (size) => {
      const [client, server] = await pair()
      const want = pattern(size)
      const file = await fileOf(want)
      const calls = countCalls('sendfilePool', 'send')
      const sending = client.readFrom(file).then((n) => {
        client.closeWrite()
        return n
      })
      const [got, sent] = await Promise.all([readAll(server), sending])
      expect(sent).toBe(size)
      expect(same(got, want)).toBe(true)
      expect(calls.send).toBe(0)
      expect(calls.sendfilePool).toBeGreaterThan(0)
    },
  )

  it('sends it in parts, each from where the last one ended (TestSendfileParts)', async () => {
    const [client, server] = await pair()
    const file = await fileOf(pattern(2_500))
    for (const want of [1_000, 1_000, 500, 0]) {
      expect(await client.readFrom(file, { limit: 1_000 })).toBe(want)
    }
    client.closeWrite()
    expect(same(await readAll(server), pattern(2_500))).toBe(true)
  })

  it('starts at the position of the file, and moves it (TestSendfileSeeked)', async () => {
    const [client, server] = await pair()
    const file = await fileOf(pattern(1_000))
    await file.read(new Uint8Array(100), 0, 100, null)
    expect(await client.readFrom(file, { limit: 600 })).toBe(600)
    const rest = await file.read(new Uint8Array(1_000), 0, 1_000, null)
    expect(rest.bytesRead).toBe(300)
    client.closeWrite()
    expect(same(await readAll(server), pattern(1_000).subarray(100, 700))).toBe(true)
  })

  it('ends with the write deadline (TestSendfileOnWriteTimeoutExceeded)', async () => {
    const [client] = await pair()
    const file = await fileOf(pattern(64))
    client.setWriteDeadline(PAST)
    const error = await rejected('readfrom', client.readFrom(file))
    expect(error).toMatchObject({ timeout: true, bytesWritten: 0 })
    client.setWriteDeadline(null)
    expect(await client.readFrom(file)).toBe(64)
  })

  it('copies a file that sendfile does not serve (TestCopyFromTTY)', async () => {
    const [client, server] = await pair()
    replacePoll({ sendfilePool: async () => -EINVAL })
    const file = await fileOf(pattern(200_000))
    const sending = client.readFrom(file, { limit: 150_000 }).then((n) => {
      client.closeWrite()
      return n
    })
    const [got, sent] = await Promise.all([readAll(server), sending])
    expect(sent).toBe(150_000)
    expect(same(got, pattern(150_000))).toBe(true)
  })

  it('sends files whose size nobody knows', async () => {
    const [client, server] = await pair()
    const sent = await client.readFrom(await opened('/proc/self/cmdline'))
    client.closeWrite()
    expect(sent).toBeGreaterThan(0)
    expect(await readAll(server)).toHaveLength(sent)
  })
})

it('readFrom a FIFO takes what comes, write by write (TestSendfilePipe, TestCopyPipeIntoTCP)', async () => {
  const [client, server] = await pair()
  const path = join(scratch(), 'fifo')
  execFileSync('mkfifo', [path])
  // Open for both, so that neither end waits for the other to come.
  const writer = await opened(path, constants.O_RDWR)
  const reader = await opened(path)
  const sending = client.readFrom(reader, { limit: 12 })
  await writer.write('first ')
  await server.readFull(new Uint8Array(6))
  await writer.write('second')
  expect(await sending).toBe(12)
  client.closeWrite()
  expect(Buffer.from(await readAll(server)).toString()).toBe('second')
})

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
  return createReadStream(path)
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
      void a.write(pattern(ALL)).then(() => a.close())
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
