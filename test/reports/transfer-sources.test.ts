// What a program has may be sent by readFrom: the right bytes, counted as bytes, and nothing lost in silence.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { getEventListeners, once } from 'node:events'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open, writeFile } from 'node:fs/promises'
import { createServer, connect as netConnect } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import type { OpError, Piece, Source, TCPConn } from '@netfd/net'
import { pipe } from '@netfd/net'
import { hook as pollHook } from '@netfd/poll/testing'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { scratch } from '../../packages/net/test/program.js'
import {
  chain,
  countCalls,
  errorOf,
  never,
  PAST,
  pair,
  pattern,
  readAll,
  replacePoll,
  turns,
  until,
  watchPromise,
} from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { armedTimers } from '../timers.js'

afterAll(closeIdlePipes)

const any = (value: unknown) => value as never
const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Everything that is sent, and what readFrom said. */
async function sent(src: Source, o?: { limit?: number }): Promise<{ n: number; got: Buffer }> {
  const [client, server] = await pair()
  const sending = client.readFrom(src, o).finally(() => client.closeWrite())
  const [got, n] = await Promise.all([readAll(server), sending])
  return { n, got: Buffer.from(got) }
}

const SIZES = [10, 70_000, 0, 16_384, 65_536, 1, 300_000, 5]
const ALL = SIZES.reduce((a, b) => a + b)

function parts(): Uint8Array[] {
  let at = 0
  return SIZES.map((size) => {
    at += size
    return pattern(size, at - size)
  })
}

async function* generated<T>(pieces: readonly T[]): AsyncGenerator<T> {
  for (const piece of pieces) yield piece
}

/** Pieces that come one turn after the other. */
async function* slowly<T>(pieces: readonly T[]): AsyncGenerator<T> {
  for (const piece of pieces) {
    await turns(2)
    yield piece
  }
}

async function path(): Promise<string> {
  const file = join(scratch(), 'file')
  await writeFile(file, pattern(ALL))
  return file
}

async function handle(): Promise<FileHandle> {
  const file = await open(await path())
  onTestFinished(() => file.close())
  return file
}

function byteStream(): ReadableStream {
  const left = parts().filter((part) => part.length > 0)
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const part = left.shift()
      if (part === undefined) {
        controller.close()
        ;(controller.byobRequest as { respond(n: number): void } | null)?.respond(0)
      } else controller.enqueue(part)
    },
  })
}

function ownReader(): Source {
  const all = pattern(ALL)
  let at = 0
  return {
    read: async (buf) => {
      const n = Math.min(buf.length, 7_777, ALL - at)
      buf.set(all.subarray(at, at + n))
      at += n
      return n === 0 ? null : n
    },
  }
}

async function nodeSocket(): Promise<Source> {
  const server = createServer((socket) => void Readable.from(parts()).pipe(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = netConnect((server.address() as { port: number }).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  onTestFinished(() => void server.close())
  return socket
}

async function childOutput(): Promise<Source> {
  const child = spawn('cat', [await path()], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill())
  return child.stdout
}

async function connSource(): Promise<Source> {
  const [a, b] = pipe()
  void a.write(pattern(ALL)).then(() => a.close())
  onTestFinished(() => b.close())
  return b
}

async function tcpSource(): Promise<TCPConn> {
  const { from, src } = await chain()
  void from.write(pattern(ALL)).then(() => from.closeWrite())
  return src
}

const SOURCES: Record<string, () => Source | Promise<Source>> = {
  'a TCPConn': tcpSource,
  'an end of pipe()': connSource,
  'a FileHandle': handle,
  'a Reader of its own': ownReader,
  'an array of bytes': parts,
  'a generator': function* () {
    yield* parts()
  } as () => Source,
  'an array of promises': () => any(parts().map((part) => Promise.resolve(part))),
  'an async generator': () => generated(parts()),
  'a slow async generator': () => slowly(parts()),
  'ArrayBuffers and views': () =>
    generated<Piece>([
      ...parts().slice(0, 3),
      parts()[3]?.buffer as ArrayBuffer,
      new DataView((parts()[4] as Uint8Array).buffer),
      new Uint8Array(parts()[5] as Uint8Array),
      new Uint16Array((parts()[6] as Uint8Array).buffer),
      Buffer.from(parts()[7] as Uint8Array),
    ]),
  'a Readable in object mode': () => Readable.from(parts()),
  'a Readable of bytes': () => Readable.from(parts(), { objectMode: false }),
  'a slow Readable': () => Readable.from(slowly(parts()), { objectMode: false }),
  'a file stream of Node': async () => createReadStream(await path()),
  'a Transform': () => Readable.from(parts()).pipe(new PassThrough()),
  'a socket of node:net': nodeSocket,
  "a child process's stdout": childOutput,
  'a ReadableStream': () => ReadableStream.from(parts()),
  'a ReadableStream of bytes': byteStream,
  'the reader of a ReadableStream': () => ReadableStream.from(parts()).getReader(),
  'the reader of a ReadableStream of bytes': () => byteStream().getReader(),
  'the BYOB reader of a ReadableStream': () => byteStream().getReader({ mode: 'byob' }),
  'the body of a Response': () => new Response(pattern(ALL)).body as Source,
  'a Blob as a stream': () => new Blob(any(parts())).stream() as Source,
}

describe('readFrom sends every byte of', () => {
  it.each(Object.entries(SOURCES))('%s', async (_, make) => {
    const { n, got } = await sent(await make())
    expect(n).toBe(ALL)
    expect(sha(got)).toBe(sha(pattern(ALL)))
  })
})

describe('what stands behind a limit is still in', () => {
  it.each<[string, () => Readable]>([
    ['a Readable of bytes', () => Readable.from(parts(), { objectMode: false })],
    ['a Readable in object mode', () => Readable.from(parts())],
    ['a Readable of one piece that has ended', () => Readable.from([Buffer.from(pattern(ALL))])],
    ['a Transform', () => Readable.from(parts()).pipe(new PassThrough())],
  ])('%s', async (_, make) => {
    const src = make()
    const { n, got } = await sent(src, { limit: 5 })
    expect(n).toBe(5)
    expect([...got]).toEqual([...pattern(5)])
    expect(src.destroyed).toBe(false)
    const rest = await sent(src, { limit: 70_001 })
    expect(rest.n).toBe(70_001)
    const end = Buffer.concat([got, rest.got, ...(await src.toArray())])
    expect(sha(end)).toBe(sha(pattern(ALL)))
  })

  it('a Readable of text, whole characters of it', async () => {
    const src = Readable.from(['aé𝄞z', 'end'], { objectMode: false, encoding: 'utf8' })
    const { n, got } = await sent(src, { limit: 4 })
    expect([n, got.toString('hex')]).toEqual([4, '61c3a9f0'])
    // The character that the limit cut cannot be put back in half.
    expect((await src.toArray()).join('')).toBe('zend')
  })

  it('a Readable of text, half a character of it too', async () => {
    const src = Readable.from(['ab\ud834', '\udd1e'])
    expect((await sent(src, { limit: 1 })).n).toBe(1)
    expect((await src.toArray()).join('')).toBe('b𝄞')
  })

  it('a Readable of hex digits, as the digits they are', async () => {
    const src = Readable.from([Buffer.from('0123')], { objectMode: false }).setEncoding('hex')
    expect((await sent(src, { limit: 2 })).got.toString()).toBe('30')
    expect((await src.toArray()).join('')).toBe('313233')
  })

  it.each<[string, () => ReadableStream]>([
    ['a ReadableStream of bytes', byteStream],
    ['a ReadableStream, from the next piece on', () => ReadableStream.from(parts())],
  ])('%s', async (name, make) => {
    const src = make()
    const { n } = await sent(src, { limit: 5 })
    expect(n).toBe(5)
    expect(src.locked).toBe(false)
    const rest: Uint8Array[] = []
    for await (const piece of src) rest.push(piece)
    const lost = name.endsWith('of bytes') ? 0 : 5
    expect(sha(Buffer.concat(rest))).toBe(sha(pattern(ALL).subarray(5 + lost)))
  })

  it('a connection, a file and an end of pipe()', async () => {
    const tcp = await tcpSource()
    const file = await handle()
    const end = (await connSource()) as TCPConn
    for (const src of [tcp, file, end]) expect((await sent(src, { limit: 5 })).n).toBe(5)
    for (const src of [tcp, file, end]) {
      expect(sha((await sent(src)).got)).toBe(sha(pattern(ALL).subarray(5)))
    }
  })

  it('an iterable that starts anew, whose generator ran its finally', async () => {
    let ended = 0
    const src = async function* () {
      try {
        yield* parts()
      } finally {
        ended++
      }
    }
    expect((await sent(src(), { limit: 5 })).n).toBe(5)
    expect(ended).toBe(1)
  })
})

describe('text is sent as UTF-8, and counted in bytes', () => {
  const TEXT = 'aé€𝄞z'.repeat(20_000)
  const cut = (size: number): string[] => {
    const pieces: string[] = []
    for (let i = 0; i < TEXT.length; i += size) pieces.push(TEXT.slice(i, i + size))
    return pieces
  }

  it.each<[string, () => Source | Promise<Source>]>([
    ['an async iterable that cuts characters in half', () => generated(cut(5))],
    ['an array that cuts characters in half', () => cut(4)],
    ['a Readable in object mode', () => Readable.from(cut(3))],
    [
      'a file stream with an encoding',
      async () => {
        const file = join(scratch(), 'u.txt')
        await writeFile(file, TEXT)
        return createReadStream(file, 'utf8')
      },
    ],
    ['a ReadableStream', () => ReadableStream.from(cut(7))],
    ['the reader of a ReadableStream', () => ReadableStream.from(cut(5)).getReader()],
  ])('%s', async (_, make) => {
    const { n, got } = await sent(await make())
    expect(n).toBe(Buffer.byteLength(TEXT))
    expect(sha(got)).toBe(sha(TEXT))
  })

  it.each([0, 1, 2, 3, 4, 8, 9, 11])('with a limit of %i bytes', async (limit) => {
    const { n, got } = await sent(generated(['aé', '€𝄞z']), { limit })
    const want = Buffer.from('aé€𝄞z').subarray(0, limit)
    expect([n, got.toString('hex')]).toEqual([want.length, want.toString('hex')])
  })

  it.each<[string, Piece[], string]>([
    ['at the end', ['a\ud834'], 'a\ufffd'],
    ['before bytes', ['a\ud834', Buffer.from('b')], 'a\ufffdb'],
    ['before other text', ['\ud834', 'b'], '\ufffdb'],
    ['as the second one', ['\udd1e', 'b'], '\ufffdb'],
  ])('half a character alone %s is U+FFFD', async (_, pieces, want) => {
    for (const src of [generated(pieces), Readable.from(pieces), ReadableStream.from(pieces)]) {
      expect((await sent(src)).got.toString()).toBe(want)
    }
  })
})

describe('what is neither bytes nor text is a TypeError', () => {
  it.each<[string, unknown]>([
    ['text', 'text'],
    ['bytes', new Uint8Array(3)],
    ['a view', new DataView(new ArrayBuffer(3))],
    ['null', null],
    ['a number', 5],
    ['a function', () => 5],
    ['an object', {}],
    ['an object whose read is none', { read: 5 }],
    ['a Blob', new Blob(['x'])],
    ['a Writable', new Writable()],
  ])('at the call: %s', async (_, src) => {
    const [client] = await pair()
    const error = await errorOf(client.readFrom(any(src)))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^src must be/)
  })

  it('at the call: a stream that is locked', async () => {
    const [client] = await pair()
    const src = ReadableStream.from(parts())
    src.getReader()
    expect((await errorOf(client.readFrom(src))).message).toMatch(/^src is locked to a reader/)
  })

  it.each<[string, () => Source]>([
    ['an iterable', () => any(generated([5]))],
    ['an array of numbers', () => any([1, 2, 3])],
    ['a Readable', () => Readable.from([{}])],
    ['a ReadableStream', () => any(ReadableStream.from([null]))],
    ['a Reader', () => any({ read: async () => undefined })],
    ['a Reader that fills more than there is', () => any({ read: async () => 1e9 })],
  ])('before the first byte, from %s', async (_, make) => {
    const [client, server] = await pair()
    const error = await errorOf<OpError>(client.readFrom(make()))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^src/)
    expect(error.bytesWritten).toBe(0)
    client.closeWrite()
    expect(await readAll(server)).toHaveLength(0)
  })

  it('later on, with what had been sent', async () => {
    const [client] = await pair()
    const error = await errorOf<OpError>(client.readFrom(any(generated(['ab', 5]))))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ bytesWritten: 2, bytesRead: 2 })
  })

  it.each<[string, unknown, RegExp]>([
    ['limit', { limit: 1.5 }, /^limit must be a whole number/],
    ['limit', { limit: '5' }, /^limit must be a number/],
    ['signal', { signal: {} }, /^signal must be an AbortSignal/],
    ['options', { limits: 5 }, /^readFrom has no option 'limits': did you mean 'limit'\?/],
  ])('as an option: %s', async (_, o, message) => {
    const [client] = await pair()
    let asked = 0
    const src = { read: async () => ++asked }
    expect((await errorOf(client.readFrom(any(src), any(o)))).message).toMatch(message)
    expect(asked).toBe(0)
  })
})

describe('a transfer from a silent source ends at once, and takes nothing along, from', () => {
  const silence = <T>(): Promise<T> => new Promise(() => undefined)

  /** The source, and what is written to it afterwards and must be there still, if it can. */
  interface Silent {
    src: Source
    later?: () => Promise<string>
  }

  const SILENT: Record<string, () => Silent> = {
    'an end of pipe()': () => {
      const [a, b] = pipe()
      onTestFinished(async () => {
        await Promise.all([a.close(), b.close()])
      })
      const later = async () => {
        await a.write('late')
        const buf = Buffer.alloc(9)
        return buf.toString('latin1', 0, (await b.read(buf)) as number)
      }
      return { src: b, later }
    },
    'a Readable': () => {
      const src = new PassThrough()
      const later = async () => {
        src.end('late')
        return Buffer.concat(await src.toArray()).toString()
      }
      return { src, later }
    },
    'a ReadableStream': () => {
      const through = new TransformStream<string, string>()
      const later = async () => {
        const writer = through.writable.getWriter()
        void writer.write('late')
        const { value } = await through.readable.getReader().read()
        return value as string
      }
      return { src: through.readable as Source, later }
    },
    'a Reader': () => ({ src: { read: () => silence() } }),
    'an async iterable': () => ({
      src: { [Symbol.asyncIterator]: () => ({ next: () => silence() }) },
    }),
    'an async generator': () => ({
      src: (async function* (): AsyncGenerator<string> {
        await silence()
        yield ''
      })(),
    }),
    'a reader of a ReadableStream': () => ({ src: new ReadableStream().getReader() }),
  }
  const ENDINGS: Record<string, (conn: TCPConn, stop: AbortController) => unknown> = {
    ERR_NET_CLOSED: (conn) => conn.close(),
    ETIMEDOUT: (conn) => conn.setWriteDeadline(PAST),
    ABORT_ERR: (_, stop) => stop.abort('enough'),
  }
  const cases = Object.keys(SILENT).flatMap((name) =>
    Object.keys(ENDINGS).map((code) => [name, code] as const),
  )

  it.each(cases)('%s with %s', async (name, code) => {
    const [client] = await pair()
    const { src, later } = (SILENT[name] as () => Silent)()
    const stop = new AbortController()
    const sending = client.readFrom(src, { signal: stop.signal })
    const watched = watchPromise(sending)
    await turns(3)
    expect(watched.state).toBe('pending')
    await ENDINGS[code]?.(client, stop)
    const error = await errorOf<OpError>(sending)
    expect(error).toMatchObject({ name: 'OpError', op: 'readfrom', code })
    expect(error).toMatchObject({ bytesRead: 0, bytesWritten: 0 })
    if (code === 'ABORT_ERR') expect(error.cause.cause).toBe('enough')
    if (later !== undefined) expect(await later()).toBe('late')
  })

  it('an array of promises when a deadline comes that was set before', async () => {
    const [client, server] = await pair()
    client.setWriteDeadline(Date.now() + 20)
    const error = await errorOf<OpError>(client.readFrom(any(['a', silence()])))
    await client.close()
    // On a busy machine the deadline may be there before the first byte is.
    const arrived = (await server.read(new Uint8Array(8))) ?? 0
    expect(error).toMatchObject({ code: 'ETIMEDOUT', bytesWritten: arrived })
  })

  it('a source that was not asked, because it had ended before', async () => {
    const [client] = await pair()
    let asked = 0
    const src = { read: async () => ++asked }
    client.setWriteDeadline(PAST)
    expect(await errorOf(client.readFrom(src))).toMatchObject({ code: 'ETIMEDOUT' })
    client.setWriteDeadline(null)
    const signal = AbortSignal.abort()
    expect(await errorOf(client.readFrom(src, { signal }))).toMatchObject({ code: 'ABORT_ERR' })
    await client.close()
    expect(await errorOf(client.readFrom(src))).toMatchObject({ code: 'ERR_NET_CLOSED' })
    expect(asked).toBe(0)
  })

  it('a source that is not asked again, because it ended before that', async () => {
    const [client] = await pair()
    const stop = new AbortController()
    const { send } = pollHook
    replacePoll({
      send: (...args) => {
        const n = send(...args)
        stop.abort()
        return n
      },
    })
    let asked = 0
    const src = { read: async () => ++asked }
    const error = await errorOf(client.readFrom(src, { signal: stop.signal }))
    expect(error).toMatchObject({ code: 'ABORT_ERR', bytesWritten: 1, bytesRead: 1 })
    expect(asked).toBe(1)
  })

  it.each(Object.keys(ENDINGS))('a TCPConn and a FileHandle with %s', async (code) => {
    const { dst, src } = await chain()
    const stop = new AbortController()
    const sending = dst.readFrom(src, { signal: stop.signal })
    const ended = errorOf(sending)
    await turns(3)
    // A splice that waits for its source heeds the deadline of its source.
    if (code === 'ETIMEDOUT') src.setReadDeadline(PAST)
    else await ENDINGS[code]?.(dst, stop)
    expect(await ended).toMatchObject({ op: 'readfrom', code, bytesWritten: 0 })
    const file = await handle()
    if (code === 'ETIMEDOUT') dst.setWriteDeadline(PAST)
    const again = dst.readFrom(file, { signal: stop.signal })
    expect(await errorOf(again)).toMatchObject({ op: 'readfrom', code, bytesWritten: 0 })
  })
})

describe('a transfer whose peer does not read', () => {
  it.each([true, false])(
    'leaves the last piece in a stream, objectMode: %s',
    async (objectMode) => {
      const [client, server] = await pair()
      const all = pattern(32 << 20)
      const src = new Readable({ objectMode, read: () => undefined })
      src.push(Buffer.from(all))
      src.push(null)
      const ended = errorOf<OpError>(client.readFrom(src))
      await turns(20)
      client.setWriteDeadline(PAST)
      expect(await ended).toMatchObject({ code: 'ETIMEDOUT' })
      client.closeWrite()
      const got = await readAll(server)
      const rest = Buffer.concat(await src.toArray())
      expect(sha(Buffer.concat([got, rest]))).toBe(sha(all))
    },
  )

  it('says how much went, and leaves the rest in the stream', async () => {
    const [client, server] = await pair()
    const size = 32 << 20
    const all = pattern(size)
    const src = Readable.from(
      (function* () {
        for (let at = 0; at < size; at += 1 << 20) yield all.subarray(at, at + (1 << 20))
      })(),
      { objectMode: false },
    )
    const stop = new AbortController()
    const sending = client.readFrom(src, { signal: stop.signal })
    const ended = errorOf<OpError>(sending)
    await turns(50)
    stop.abort('enough')
    const { bytesWritten = 0, code, cause } = await ended
    expect(cause.cause).toBe('enough')
    expect(code).toBe('ABORT_ERR')
    expect(bytesWritten).toBeGreaterThan(0)
    client.closeWrite()
    const got = await readAll(server)
    expect(got).toHaveLength(bytesWritten)
    const rest = Buffer.concat(await src.toArray())
    expect(sha(Buffer.concat([got, rest]))).toBe(sha(all))
  })

  it('tells what was taken and cannot be put back', async () => {
    const [client, server] = await pair()
    const sending = client.readFrom(generated([pattern(64 << 20), new Uint8Array(1)]))
    const ended = errorOf<OpError>(sending)
    await turns(20)
    await client.close()
    const { bytesRead, bytesWritten, code } = await ended
    expect(code).toBe('ERR_NET_CLOSED')
    expect(bytesRead).toBe(64 << 20)
    expect(await readAll(server)).toHaveLength(bytesWritten as number)
  })

  it('lets a generator run its finally, also while it waits', async () => {
    const [client] = await pair()
    let release = (): void => undefined
    let ended = false
    const src = (async function* () {
      try {
        yield 'a'
        await new Promise<void>((resolve) => {
          release = resolve
        })
        yield 'b'
      } finally {
        ended = true
      }
    })()
    const sending = errorOf<OpError>(client.readFrom(src))
    await turns(3)
    await client.close()
    expect(await sending).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 1 })
    expect(ended).toBe(false)
    release()
    await until(() => ended)
  })
})

async function* failing(why: Error): AsyncGenerator<string> {
  yield 'ab'
  throw why
}

describe('a source that fails', () => {
  const broken = new TypeError('the disk is on fire')

  it.each<[string, () => Source]>([
    ['an iterable', () => failing(broken)],
    [
      'a Readable',
      () =>
        new Readable({
          read() {
            this.push('ab')
            setImmediate(() => this.destroy(broken))
            this.read = () => null
          },
        }),
    ],
    [
      'a Transform',
      () => {
        const src = new Transform({ transform: (_, __, done) => done(broken) })
        src.push('ab')
        setImmediate(() => src.write('x'))
        return src
      },
    ],
    [
      'a ReadableStream',
      () => {
        let pulls = 0
        return new ReadableStream<string>({
          pull: (controller) => {
            if (pulls++ === 0) controller.enqueue('ab')
            else controller.error(broken)
          },
        })
      },
    ],
  ])('is the cause: %s', async (_, make) => {
    const [client, server] = await pair()
    const error = await errorOf<OpError>(client.readFrom(make()))
    expect(error).toMatchObject({ name: 'OpError', op: 'readfrom', cause: broken })
    client.closeWrite()
    expect(await readAll(server)).toHaveLength(error.bytesWritten as number)
  })

  it('is a premature close when a stream was destroyed without a reason', async () => {
    const [client] = await pair()
    const code = 'ERR_STREAM_PREMATURE_CLOSE'
    const src = new PassThrough()
    const sending = client.readFrom(src)
    await turns(2)
    src.destroy()
    expect(await errorOf(sending)).toMatchObject({ op: 'readfrom', code })
    expect(await errorOf(client.readFrom(src))).toMatchObject({ op: 'readfrom', code })
  })
})

it('a stream has no more listeners after a transfer than before', async () => {
  const count = (src: Readable) => src.eventNames().map((name) => [name, src.listenerCount(name)])
  const src = new PassThrough()
  src.write('0123456789')
  const before = count(src)
  await sent(src, { limit: 5 })
  expect(count(src)).toEqual(before)
  const stop = new AbortController()
  const [client] = await pair()
  const sending = errorOf(client.readFrom(src, { signal: stop.signal }))
  await turns(2)
  stop.abort()
  await sending
  expect(count(src)).toEqual(before)
})

it('a transfer that is over is told of nothing', async () => {
  const { signal } = new AbortController()
  const [client, server] = await pair()
  const timers = armedTimers().size
  expect(await client.readFrom(['a'], { signal })).toBe(1)
  expect(await server.writeTo({ write: () => 1 }, { signal, limit: 1 })).toBe(1)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  for (const conn of [client, server]) conn.setDeadline(never())
  expect(armedTimers().size).toBe(timers)
})

it('what stays in the kernel, stays there: a TCPConn is spliced and a file is sent', async () => {
  const calls = countCalls('splice', 'sendfilePool', 'send')
  await sent(await handle())
  expect(calls).toMatchObject({ splice: 0, send: 0 })
  expect(calls.sendfilePool).toBeGreaterThan(0)
  const src = await tcpSource()
  const before = calls.send
  await sent(src)
  expect(calls.splice).toBeGreaterThan(0)
  expect(calls.send - before).toBeLessThan(ALL / 8192)
})
