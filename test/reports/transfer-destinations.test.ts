// Wherever a program may want bytes, writeTo brings them there: the right ones, counted, and with the
// next piece read only when there is room for it.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer as createHTTP, get } from 'node:http'
import { createServer, connect as netConnect } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { WritableStream } from 'node:stream/web'
import { createGunzip, createGzip } from 'node:zlib'
import type { Destination, OpError, TCPConn } from '@netfd/net'
import { pipe } from '@netfd/net'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../packages/net/test/program.js'
import {
  chain,
  countCalls,
  errorOf,
  PAST,
  pair,
  pattern,
  readAll,
  turns,
  watchPromise,
} from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'

afterAll(closeIdlePipes)

const any = (value: unknown) => value as never
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const ALL = 1_500_000

/** A destination, and what came of it once it has been ended. */
interface End {
  dst: Destination
  all: () => Promise<Uint8Array>
}

/** The pieces themselves, as they were given: a room that is used again would show. */
function kept(): { got: Uint8Array[]; all: () => Promise<Uint8Array> } {
  const got: Uint8Array[] = []
  return { got, all: async () => Buffer.concat(got) }
}

/** `result`, once `end` is done. */
async function after<T>(end: () => unknown, result: Promise<T> | (() => T)): Promise<T> {
  await end()
  return typeof result === 'function' ? result() : await result
}

function keeping(write: (got: Uint8Array[], data: Uint8Array) => unknown): () => End {
  return () => {
    const { got, all } = kept()
    return { dst: { write: (data) => write(got, data) }, all }
  }
}

function nodeStream(delay: boolean, highWaterMark: number): End {
  const { got, all } = kept()
  const dst = new Writable({
    highWaterMark,
    write(piece, _, done) {
      got.push(piece)
      if (delay) setImmediate(done)
      else done()
    },
  })
  return { dst, all }
}

async function nodeSocket(): Promise<End> {
  const { got, all } = kept()
  const server = createServer((socket) => socket.on('data', (piece) => got.push(piece)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const dst = netConnect((server.address() as { port: number }).port, '127.0.0.1')
  return {
    dst,
    all: async () => {
      dst.end()
      await once(dst, 'close')
      await new Promise((resolve) => server.close(resolve))
      return all()
    },
  }
}

async function response(): Promise<End> {
  let answered: (end: End) => void
  const end = new Promise<End>((resolve) => {
    answered = resolve
  })
  const server = createHTTP((_, dst) => {
    answered({
      dst,
      all: async () => {
        dst.end()
        const got = await received
        await new Promise((resolve) => server.close(resolve))
        return Buffer.concat(got)
      },
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  const received = once(get({ port, agent: false }), 'response').then(([message]) =>
    message.toArray(),
  )
  return await end
}

function childInput(): End {
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] })
  const out = child.stdout.toArray()
  return {
    dst: child.stdin,
    all: async () => {
      child.stdin.end()
      return Buffer.concat(await out)
    },
  }
}

function webStream(): { dst: WritableStream<Uint8Array>; all: () => Promise<Uint8Array> } {
  const { got, all } = kept()
  const write = async (piece: Uint8Array) => {
    await turns(1)
    got.push(piece)
  }
  return { dst: new WritableStream({ write }), all }
}

const DESTINATIONS: Record<string, () => End | Promise<End>> = {
  'a TCPConn': async () => {
    const [dst, to] = await pair()
    const all = readAll(to)
    return { dst, all: () => after(() => dst.closeWrite(), all) }
  },
  'an end of pipe()': () => {
    const [dst, to] = pipe()
    const all = readAll(to)
    const closed = async () => {
      await dst.close()
      await all
      await to.close()
    }
    return { dst, all: () => after(closed, all) }
  },
  'a FileHandle': async () => {
    const path = join(scratch(), 'file')
    const dst = await open(path, 'w')
    return {
      dst,
      all: () =>
        after(
          () => dst.close(),
          () => readFileSync(path),
        ),
    }
  },
  'a Writer that is done at once': () => {
    const got: Uint8Array[] = []
    const write = (data: Uint8Array) => {
      got.push(data.slice())
      return data.length
    }
    return { dst: { write }, all: async () => Buffer.concat(got) }
  },
  'a Writer that keeps what it gets': keeping((got, data) => void got.push(data)),
  'a Writer that keeps it and promises': keeping(async (got, data) => void got.push(data)),
  'a Writer that keeps it and says true': keeping((got, data) => got.push(data) > 0),
  'a slow Writer': keeping(async (got, data) => {
    got.push(data)
    await turns(2)
    return data.length
  }),
  'a Writer that takes a part at once': () => {
    const got: Uint8Array[] = []
    const write = (data: Uint8Array) => {
      const part = data.slice(0, 9_999)
      got.push(part)
      return part.length
    }
    return { dst: { write }, all: async () => Buffer.concat(got) }
  },
  'a Writer that promises a part': keeping(async (got, data) => {
    const part = data.subarray(0, 9_999)
    got.push(part)
    return part.length
  }),
  'a Writer that answers as a file does': keeping(async (got, data) => {
    const part = data.subarray(0, 9_999)
    got.push(part)
    return { bytesWritten: part.length }
  }),
  'a Writer that changes its mind': (() => {
    let calls = 0
    return keeping((got, data) => {
      const sync = ++calls % 3 !== 0
      got.push(sync ? data.slice() : data)
      return sync ? data.length : Promise.resolve()
    })
  })(),
  'a Writer that keeps a part and copies the rest': () => {
    const got: Uint8Array[] = []
    const write = (data: Uint8Array) => {
      if (data.length < 10_000 || got.length % 2 === 1) {
        got.push(data.slice())
        return data.length
      }
      const part = data.subarray(0, 9_999)
      got.push(part)
      return Promise.resolve(part.length)
    }
    return { dst: { write }, all: async () => Buffer.concat(got) }
  },
  'a Writable': () => nodeStream(false, 16_384),
  'a slow Writable': () => nodeStream(true, 16_384),
  'a slow Writable with a large buffer': () => nodeStream(true, 1 << 20),
  'a Writable in object mode': () => {
    const { got, all } = kept()
    const write = (piece: Uint8Array, _: unknown, done: () => void) => {
      got.push(piece)
      setImmediate(done)
    }
    return { dst: new Writable({ objectMode: true, write }), all }
  },
  'a Transform': () => {
    const dst = createGzip()
    const out = dst.pipe(createGunzip()).toArray()
    return {
      dst,
      all: async () => {
        dst.end()
        return Buffer.concat(await out)
      },
    }
  },
  'a file stream of Node': () => {
    const path = join(scratch(), 'file')
    const dst = createWriteStream(path)
    const all = async () => {
      dst.end()
      await once(dst, 'close')
      return readFileSync(path)
    }
    return { dst, all }
  },
  'a socket of node:net': nodeSocket,
  'a response of node:http': response,
  "a child process's stdin": childInput,
  'a WritableStream': webStream,
  'the writer of a WritableStream': () => {
    const { dst, all } = webStream()
    return { dst: dst.getWriter(), all }
  },
}

/** A connection on which these bytes arrive, in pieces of all sizes, and then the end. */
async function arriving(size = ALL): Promise<TCPConn> {
  const [client, server] = await pair()
  const bytes = pattern(size)
  const send = async () => {
    for (let at = 0, piece = 1; at < size; at += piece, piece = (piece * 7) % 100_003) {
      await client.write(bytes.subarray(at, at + piece))
      if (piece < 1_000) await turns(1)
    }
    client.closeWrite()
  }
  // The connection may be closed before all has gone.
  send().catch(() => undefined)
  return server
}

describe('writeTo brings every byte to', () => {
  it.each(Object.entries(DESTINATIONS))('%s', async (_, make) => {
    const server = await arriving()
    const { dst, all } = await make()
    expect(await server.writeTo(dst)).toBe(ALL)
    const got = await all()
    expect(got).toHaveLength(ALL)
    expect(sha(got)).toBe(sha(pattern(ALL)))
  })

  it.each(Object.entries(DESTINATIONS))('%s, up to a limit', async (_, make) => {
    const server = await arriving()
    const { dst, all } = await make()
    expect(await server.writeTo(dst, { limit: 100_001 })).toBe(100_001)
    expect(await server.writeTo(dst, { limit: 0 })).toBe(0)
    // What is behind the limit is still in the connection.
    const rest = await readAll(server)
    expect(sha(Buffer.concat([await all(), rest]))).toBe(sha(pattern(ALL)))
  })
})

describe('bad input is named before a byte is read', () => {
  it.each<[string, unknown, unknown, RegExp]>([
    ['null', null, {}, /^dst must be .* got null/],
    ['text', 'text', {}, /^dst must be .* got string/],
    ['an object', {}, {}, /^dst must be .* got Object/],
    ['a Readable stream', new ReadableStream(), {}, /^dst must be .* got ReadableStream/],
    ['a write that is none', { write: 5 }, {}, /^dst must be/],
    ['limit', { write: () => 1 }, { limit: Number.NaN }, /^limit must be a whole number/],
    ['signal', { write: () => 1 }, { signal: 5 }, /^signal must be an AbortSignal/],
    ['options', { write: () => 1 }, { limt: 5 }, /^writeTo has no option 'limt'/],
  ])('%s', async (_, dst, o, message) => {
    const server = await arriving(3)
    const error = await errorOf(server.writeTo(any(dst), any(o)))
    expect(error.message).toMatch(message)
    expect(error.name).toMatch(/^(Type|Range)Error$/)
    expect(await readAll(server)).toHaveLength(3)
  })

  it('a stream that is locked', async () => {
    const server = await arriving(3)
    const dst = new WritableStream()
    dst.getWriter()
    expect((await errorOf(server.writeTo(dst))).message).toMatch(/^dst is locked to a writer/)
  })
})

const full = (): Error => Object.assign(new TypeError('no space'), { code: 'ENOSPC' })

/** A Writable that fails on its third piece, closing something first. */
function failing(): Writable {
  let pieces = 0
  return new Writable({
    highWaterMark: 1,
    write: (_, __, done) => void setImmediate(done, ++pieces === 3 ? full() : null),
    destroy: (error, done) => void setImmediate(() => setImmediate(done, error)),
  })
}

describe('a destination that fails is the cause', () => {
  it.each<[string, () => Destination, number | undefined]>([
    ['a Writer that throws', () => ({ write: () => thrown(full()) }), 0],
    ['a Writer that rejects', () => ({ write: () => Promise.reject(full()) }), 0],
    ['a thenable that throws', () => ({ write: () => hostile(full()) }), 0],
    [
      'a Writer that says how far it came',
      () => ({ write: () => Promise.reject(Object.assign(full(), { bytesWritten: 1 })) }),
      1,
    ],
    ['a Writable', failing, undefined],
    ['a WritableStream', () => new WritableStream({ write: () => thrown(full()) }), 0],
  ])('%s', async (_, make, bytesWritten) => {
    const server = await arriving()
    const error = await errorOf<OpError>(server.writeTo(make()))
    expect(error).toMatchObject({ name: 'OpError', op: 'writeto', code: 'ENOSPC' })
    if (bytesWritten !== undefined) expect(error.bytesWritten).toBe(bytesWritten)
    expect(error.bytesRead).toBeGreaterThanOrEqual(error.bytesWritten as number)
    // The connection is as good as before, and has the rest.
    expect((await readAll(server)).length).toBe(ALL - (error.bytesRead as number))
  })

  it('a Writer whose answer cannot be', async () => {
    for (const answer of [-1, 1.5, 1e9, Number.NaN]) {
      const server = await arriving(10)
      const error = await errorOf<OpError>(server.writeTo({ write: () => answer }))
      expect(error.cause.message).toMatch(/^dst\.write took .* bytes of/)
    }
  })

  it('a Writer that takes nothing', async () => {
    const server = await arriving(10)
    const error = await errorOf(server.writeTo({ write: async () => 0 }))
    expect(error).toMatchObject({ code: 'ERR_UNEXPECTED_EOF', bytesWritten: 0 })
  })

  it.each<[string, (dst: Writable) => unknown, string]>([
    ['ended', (dst) => dst.end(), 'ERR_STREAM_WRITE_AFTER_END'],
    ['destroyed', (dst) => dst.destroy(), 'ERR_STREAM_PREMATURE_CLOSE'],
  ])('a Writable that was %s before, of which nothing is asked', async (_, end, code) => {
    const server = await arriving(10)
    const dst = new PassThrough()
    end(dst)
    const error = await errorOf(server.writeTo(dst))
    expect(error).toMatchObject({ op: 'writeto', code, bytesWritten: 0, bytesRead: 0 })
    expect(await readAll(server)).toHaveLength(10)
  })

  it.each<[string, (dst: Writable) => unknown, string]>([
    ['ended', (dst) => dst.end(), 'ERR_STREAM_WRITE_AFTER_END'],
    ['destroyed', (dst) => dst.destroy(), 'ERR_STREAM_PREMATURE_CLOSE'],
    ['destroyed with an error', (dst) => dst.destroy(full()), 'ENOSPC'],
  ])('a Writable that is %s while it has no room', async (_, end, code) => {
    const server = await arriving()
    const waiting: (() => void)[] = []
    const dst = new Writable({ highWaterMark: 1, write: (_, __, done) => void waiting.push(done) })
    const sending = errorOf<OpError>(server.writeTo(dst))
    await turns(20)
    end(dst)
    for (const done of waiting) done()
    expect((await sending).code).toBe(code)
    await turns(2)
    expect(dst.eventNames()).toEqual([])
  })

  it('a socket of node:net whose peer goes away', async () => {
    const server = createServer((socket) => socket.resetAndDestroy())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const dst = netConnect((server.address() as { port: number }).port, '127.0.0.1')
    const [client, conn] = await pair()
    const writing = errorOf(client.write(new Uint8Array(64 << 20)))
    expect((await errorOf(conn.writeTo(dst))).code).toMatch(/^(ECONNRESET|EPIPE)$/)
    await conn.close()
    await writing
    await new Promise((resolve) => server.close(resolve))
  })
})

/** A promise whose `then` throws. */
const hostile = (error: Error): object =>
  Object.defineProperty({}, 'then', { value: () => thrown(error) })

function thrown(error: Error): never {
  throw error
}

describe('a transfer that waits for its destination ends at once', () => {
  const never = () => new Promise<void>(() => undefined)
  const STUCK: Record<string, () => Destination> = {
    'a Writer': () => ({ write: never }),
    'a Writable': () => new Writable({ write: () => undefined }),
    'a Writable that has not called back': () =>
      new Writable({ highWaterMark: 1 << 20, write: () => undefined }),
    'a WritableStream': () => new WritableStream({ write: never }),
    'an end of pipe()': () => {
      const [a, b] = pipe()
      onTestFinished(async () => {
        await Promise.all([a.close(), b.close()])
      })
      return a
    },
  }
  const ENDINGS: Record<string, (conn: TCPConn, stop: AbortController) => unknown> = {
    ERR_NET_CLOSED: (conn) => conn.close(),
    ETIMEDOUT: (conn) => conn.setReadDeadline(PAST),
    ABORT_ERR: (_, stop) => stop.abort('enough'),
  }
  const cases = Object.keys(STUCK).flatMap((name) =>
    Object.keys(ENDINGS).map((code) => [name, code] as const),
  )

  it.each(cases)('%s with %s', async (name, code) => {
    const server = await arriving()
    const stop = new AbortController()
    const dst = (STUCK[name] as () => Destination)()
    const sending = server.writeTo(dst, { signal: stop.signal })
    const ended = errorOf<OpError>(sending)
    const watched = watchPromise(sending)
    await turns(30)
    expect(watched.state).toBe('pending')
    await ENDINGS[code]?.(server, stop)
    const error = await ended
    expect(error).toMatchObject({ name: 'OpError', op: 'writeto', code })
    if (code === 'ABORT_ERR') expect(error.cause.cause).toBe('enough')
    expect(error.bytesRead).toBeGreaterThanOrEqual(error.bytesWritten as number)
    // Nothing that was read is anywhere but in the destination.
    if (code === 'ABORT_ERR') {
      expect(await readAll(server)).toHaveLength(ALL - (error.bytesRead as number))
    }
  })

  it.each(Object.keys(ENDINGS))('a TCPConn and a silent peer, with %s', async (code) => {
    const { src, dst } = await chain()
    for (const to of [dst, { write: () => 1 }]) {
      const stop = new AbortController()
      const ended = errorOf(src.writeTo(to, { signal: stop.signal }))
      await turns(3)
      await ENDINGS[code]?.(src, stop)
      expect(await ended).toMatchObject({ code, bytesWritten: 0 })
      if (code === 'ERR_NET_CLOSED') break
    }
  })

  it('an end of pipe() says to the byte what went', async () => {
    const server = await arriving()
    const [a, b] = pipe()
    const stop = new AbortController()
    const ended = errorOf<OpError>(server.writeTo(a, { signal: stop.signal }))
    await turns(50)
    stop.abort()
    const { bytesWritten } = await ended
    await a.close()
    expect(await readAll(b)).toHaveLength(bytesWritten as number)
    await b.close()
  })
})

it('what a stream of Node has in its buffer is counted, for it is on its way', async () => {
  const server = await arriving()
  const { got, all } = kept()
  let go = (): void => undefined
  const dst = new Writable({
    highWaterMark: 100_000,
    write: (piece, _, done) => {
      got.push(piece)
      go = done
    },
  })
  const stop = new AbortController()
  const ended = errorOf<OpError>(server.writeTo(dst, { signal: stop.signal }))
  await turns(30)
  stop.abort()
  const { bytesWritten, bytesRead } = await ended
  expect(bytesWritten).toBe(bytesRead)
  dst.end()
  while (!dst.writableFinished) {
    go()
    await turns(1)
  }
  expect(sha(await all())).toBe(sha(pattern(bytesWritten as number)))
})

it('a stream stays open, and has no more listeners than before', async () => {
  const count = (dst: Writable) => dst.eventNames().map((name) => [name, dst.listenerCount(name)])
  const dst = new PassThrough()
  dst.resume()
  const before = count(dst)
  expect(await (await arriving(300_000)).writeTo(dst)).toBe(300_000)
  expect(count(dst)).toEqual(before)
  expect([dst.destroyed, dst.writableEnded]).toEqual([false, false])
  const broken = failing()
  await errorOf((await arriving()).writeTo(broken))
  await new Promise((resolve) => broken.on('close', resolve))
  broken.removeAllListeners('close')
  expect(count(broken)).toEqual([])
  const web = new WritableStream()
  await (await arriving(10)).writeTo(web)
  expect(web.locked).toBe(false)
})

it('a stream that failed before is left alone', async () => {
  const dst = new PassThrough()
  await errorOf(once(dst.destroy(full()), 'finish'))
  await turns(2)
  expect((await errorOf((await arriving(10)).writeTo(dst))).code).toBe('ENOSPC')
  await turns(2)
  expect(dst.eventNames().filter((name) => dst.listenerCount(name) > 0)).toEqual(
    new PassThrough().eventNames(),
  )
})

it('a corked stream takes what fits in it', async () => {
  const { got, all } = kept()
  const dst = new Writable({ write: (piece, _, done) => done(void got.push(piece)) })
  dst.cork()
  expect(await (await arriving(1_000)).writeTo(dst)).toBe(1_000)
  dst.uncork()
  expect(sha(await all())).toBe(sha(pattern(1_000)))
})

it('a TCPConn is spliced', async () => {
  const calls = countCalls('splice')
  const { from, src, dst, to } = await chain()
  void from.write(pattern(300_000)).then(() => from.closeWrite())
  const all = readAll(to)
  expect(await src.writeTo(dst)).toBe(300_000)
  dst.closeWrite()
  expect(sha(await all)).toBe(sha(pattern(300_000)))
  expect(calls.splice).toBeGreaterThan(0)
})
