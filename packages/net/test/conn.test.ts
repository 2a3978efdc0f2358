// Go: net/net_test.go and timeout_test.go. Reading from a connection, and what one costs.
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { close } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { DeadlineExceededError, UnexpectedEOFError } from '../src/index.js'
import { rejected } from './error-walk.js'
import {
  countCalls,
  errorOf,
  listening,
  never,
  PAST,
  pair,
  pattern,
  readAll,
  readFull,
  text,
  turns,
} from './support.js'

describe('a connection', () => {
  it('has every method of Go’s, and echoes (TestConnAndListener, TestTCPConnSpecificMethods)', async () => {
    const [client, server] = await pair(await listening('tcp4', '127.0.0.1:0'))
    client.setKeepAlive(false)
    client.setKeepAlivePeriod(3_000)
    client.setLinger(0)
    client.setLinger(-1)
    client.setNoDelay(false)
    client.setReadBuffer(8_192)
    client.setWriteBuffer(8_192)
    client.setUserTimeout(30_000)
    for (const set of ['setDeadline', 'setReadDeadline', 'setWriteDeadline'] as const) {
      client[set](never())
      client[set](new Date(never()))
      client[set](null)
    }
    client.unref()
    client.ref()
    const fd = client.dup()
    close(fd)
    expect(client.localAddr.network).toBe('tcp')
    expect(String(client.localAddr)).toBe(String(server.remoteAddr))
    expect(await client.write('TCPCONN TEST')).toBe(12)
    const buf = new Uint8Array(128)
    expect(text(buf.subarray(0, (await server.read(buf)) ?? 0))).toBe('TCPCONN TEST')
  })

  it('carries 1 MiB in odd chunks', async () => {
    const [client, server] = await pair()
    const want = pattern(1 << 20)
    const send = async () => {
      for (let at = 0, size = 1; at < want.length; at += size, size = (size * 7 + 3) % 40_009) {
        await client.write(want.subarray(at, at + size))
        size ||= 1
      }
      client.closeWrite()
    }
    const [got] = await Promise.all([readAll(server, 7_919), send()])
    expect(Buffer.compare(got, want)).toBe(0)
  })

  it('writes strings as UTF-8 and counts bytes', async () => {
    const [client, server] = await pair()
    expect(await client.write('☺ naïve')).toBe(10)
    expect(await client.write('')).toBe(0)
    client.closeWrite()
    expect(text(await readAll(server))).toBe('☺ naïve')
  })

  it.each([
    ['a number', 5],
    ['null', null],
    ['an array', [1, 2]],
  ])('refuses to write %s', async (_, what) => {
    const [client] = await pair()
    await expect(client.write(what as never)).rejects.toThrow(TypeError)
  })

  it('costs one recv and one send a message in a ping-pong', async () => {
    const [client, server] = await pair()
    const MESSAGES = 200
    const [a, b] = [new Uint8Array(64), new Uint8Array(64)]
    const ball = pattern(16)
    const calls = countCalls('recv', 'send')
    for (let i = 0; i < MESSAGES; i++) {
      const [, there] = await Promise.all([client.write(ball), server.read(b)])
      const [, back] = await Promise.all([server.write(ball), client.read(a)])
      expect([there, back]).toEqual([16, 16])
    }
    expect(calls.send).toBe(2 * MESSAGES)
    // The first read of each end tries before it knows that there is nothing.
    expect(calls.recv).toBeGreaterThanOrEqual(2 * MESSAGES)
    expect(calls.recv).toBeLessThanOrEqual(2 * MESSAGES + 2)
  })
})

describe('read', () => {
  it('of nothing is 0 and never waits, even past the deadline (TestZeroByteRead)', async () => {
    const [client] = await pair()
    const nothing = new Uint8Array(0)
    expect(await client.read(nothing)).toBe(0)
    client.setReadDeadline(PAST)
    expect(await client.read(nothing)).toBe(0)
    await client.close()
    expect((await rejected('read', client.read(nothing))).code).toBe('ERR_NET_CLOSED')
  })

  it('is null once the peer has closed, each time (TestCloseUnblocksRead)', async () => {
    const [client, server] = await pair()
    const waiting = server.read(new Uint8Array(8))
    await client.close()
    expect(await waiting).toBe(null)
    expect(await server.read(new Uint8Array(8))).toBe(null)
  })

  it('ends when its deadline is moved into the past (TestReadTimeoutUnblocksRead)', async () => {
    const [client] = await pair()
    client.setReadDeadline(never())
    const waiting = client.read(new Uint8Array(8))
    client.setReadDeadline(PAST)
    const error = await rejected('read', waiting)
    expect(error.message).toBe(`read tcp ${client.localAddr}->${client.remoteAddr}: i/o timeout`)
    expect(error.cause).toBeInstanceOf(DeadlineExceededError)
  })

  it('of a reset connection fails with ECONNRESET, not the end, and is not temporary (TestNotTemporaryRead)', async () => {
    const [client, server] = await pair()
    await client.reset()
    const error = await rejected('read', server.read(new Uint8Array(8)))
    expect(error).toMatchObject({
      code: 'ECONNRESET',
      syscall: 'read',
      temporary: false,
      timeout: false,
    })
    const again = await rejected('read', server.read(new Uint8Array(8)))
    expect(again).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
  })

  it('sees data that came before a reset', async () => {
    const [client, server] = await pair()
    await client.write('last words')
    const buf = new Uint8Array(4)
    expect(await server.read(buf)).toBe(4)
    await client.close()
    expect(text(await readAll(server))).toBe(' words')
  })

  it('can be aborted, and loses no byte', async () => {
    const [client, server] = await pair()
    const reason = new Error('enough')
    const abort = new AbortController()
    const waiting = server.read(new Uint8Array(8), abort)
    abort.abort(reason)
    const error = await rejected('read', waiting)
    expect(error.cause.cause).toBe(reason)
    await client.write('kept')
    expect(text(await readFull(server, 4))).toBe('kept')
  })
})

describe('readFull', () => {
  it('fills the buffer, however it arrives', async () => {
    const [client, server] = await pair()
    const buf = new Uint8Array(10)
    const filled = server.readFull(buf)
    for (const part of ['01', '2345', '6789']) {
      await client.write(part)
      await turns(2)
    }
    expect(await filled).toBe(10)
    expect(text(buf)).toBe('0123456789')
  })

  it('rejects with how much there was when the stream ends early', async () => {
    const [client, server] = await pair()
    await client.write('half')
    client.closeWrite()
    const error = await errorOf<UnexpectedEOFError>(server.readFull(new Uint8Array(8)))
    expect(error).toBeInstanceOf(UnexpectedEOFError)
    expect(error).toMatchObject({ code: 'ERR_UNEXPECTED_EOF', bytesRead: 4 })
  })
})

describe('for await over a connection', () => {
  it('gives everything, and ends with the stream', async () => {
    const [client, server] = await pair()
    const want = pattern(300_001)
    const sent = client.write(want).then(() => client.closeWrite())
    const pieces: Uint8Array[] = []
    for await (const piece of server) pieces.push(piece)
    await sent
    expect(Buffer.compare(Buffer.concat(pieces), want)).toBe(0)
  })

  it('gives each piece memory of its own', async () => {
    const [client, server] = await pair()
    const pieces: Uint8Array[] = []
    await client.write('one')
    for await (const piece of server) {
      pieces.push(piece)
      if (pieces.length === 3) break
      await client.write(['two', 'three'][pieces.length - 1] as string)
    }
    expect(pieces.map(text)).toEqual(['one', 'two', 'three'])
  })

  it('ends at once when it is left while it waits, and loses no byte', async () => {
    const [a, b] = await pair()
    const pieces = b[Symbol.asyncIterator]()
    const waiting = pieces.next()
    await turns(3)
    expect(await pieces.return(undefined)).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    const failing = b[Symbol.asyncIterator]()
    const idle = failing.next()
    await turns(3)
    await expect(failing.throw(new Error('mine'))).rejects.toThrow('mine')
    expect(await idle).toEqual({ done: true, value: undefined })
    await a.write('hello')
    const buf = new Uint8Array(8)
    expect(await b.read(buf)).toBe(5)
  })

  it('ends at once although more pieces were asked for than there are', async () => {
    const [a, b] = await pair()
    await a.write('first')
    await turns(3)
    const pieces = b[Symbol.asyncIterator]()
    const [first, second, end] = [pieces.next(), pieces.next(), pieces.return(undefined)]
    expect(text((await first).value as Uint8Array)).toBe('first')
    expect([await second, await end]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    await a.write('second')
    expect(await b.read(new Uint8Array(8))).toBe(6)
  })

  it('ends when a stream made of it is destroyed, while it waits or queues', async () => {
    const [a, b] = await pair()
    const first = b.read(new Uint8Array(1))
    const streams = [Readable.from(b), Readable.from(b)]
    for (const stream of streams) stream.resume()
    await turns(3)
    await Promise.all(streams.map((stream) => once(stream.destroy(), 'close')))
    await a.write('hello')
    expect([await first, await b.read(new Uint8Array(8))]).toEqual([1, 4])
  })

  it('that is left loses no byte and closes nothing', async () => {
    const [client, server] = await pair()
    const want = pattern(200_000)
    const sent = client.write(want).then(() => client.closeWrite())
    const pieces: Uint8Array[] = []
    for (let i = 0; i < 3; i++) {
      for await (const piece of server) {
        pieces.push(piece)
        break
      }
    }
    for await (const piece of server) pieces.push(piece)
    await sent
    expect(Buffer.compare(Buffer.concat(pieces), want)).toBe(0)
    expect(await server.write('still open')).toBe(10)
  })
})
