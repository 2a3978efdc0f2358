// Go: net/net_test.go, conn_test.go and timeout_test.go. What a connection does, method by method.
import { close } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { DeadlineExceededError, NetClosingError, UnexpectedEOFError } from '../src/index.js'
import { rejected, throws } from './error-walk.js'
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
  turns,
  watchPromise,
} from './support.js'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** Writes until a write has to wait; how that one ends is in `ending`, and its error counts what went. */
function stuckWrite(conn: TCPConn): { ending: Promise<unknown> } {
  // More than any pair of socket buffers on this machine takes.
  const ending = conn.write(new Uint8Array(64 << 20))
  ending.catch(() => undefined)
  return { ending }
}

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
    // Told once, as the kernel tells it.
    expect(await server.read(new Uint8Array(8))).toBe(null)
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

describe('write', () => {
  it('says how much went when it ends in the middle', async () => {
    const [client, server] = await pair()
    smallBuffersOf(client, server)
    const { ending } = stuckWrite(client)
    client.setWriteDeadline(Date.now() + 20)
    const error = await rejected('write', ending)
    expect(error.timeout).toBe(true)
    const sent = error.bytesWritten as number
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThan(64 << 20)
    client.closeWrite()
    expect(await readAll(server)).toHaveLength(sent)
  })

  it('past its deadline sends nothing, even of nothing', async () => {
    const [client] = await pair()
    client.setWriteDeadline(PAST)
    for (const data of ['data', '']) {
      const error = await rejected('write', client.write(data))
      expect(error).toMatchObject({ timeout: true, bytesWritten: 0 })
    }
    client.setWriteDeadline(null)
    expect(await client.write('data')).toBe(4)
  })

  it('to a peer that has gone is EPIPE or ECONNRESET in the end', async () => {
    const [client, server] = await pair()
    await server.close()
    const attempt = async (): Promise<never> => {
      for (;;) {
        await client.write('x')
        await turns(1)
      }
    }
    expect((await rejected('write', attempt())).code).toMatch(/^(EPIPE|ECONNRESET)$/)
  })

  it('does not spin when the peer has ended its own side (TestEndlessWrite)', async () => {
    const [client, server] = await pair()
    smallBuffersOf(client, server)
    server.closeWrite()
    const { ending } = stuckWrite(client)
    await turns(20)
    const calls = countCalls('send')
    await turns(200)
    // Nobody reads, so the write waits and the kernel is not asked again and again.
    expect(calls.send).toBeLessThanOrEqual(1)
    await client.close()
    expect((await rejected('write', ending)).code).toBe('ERR_NET_CLOSED')
  })

  it('of two callers at once never mixes them', async () => {
    const [client, server] = await pair()
    const SIZE = 1 << 20
    const reading = readAll(server)
    await Promise.all([1, 2, 3].map((byte) => client.write(new Uint8Array(SIZE).fill(byte))))
    client.closeWrite()
    const got = await reading
    expect(got).toHaveLength(3 * SIZE)
    for (let i = 0; i < 3; i++) {
      expect(got.subarray(i * SIZE, (i + 1) * SIZE).every((byte) => byte === i + 1)).toBe(true)
    }
  })
})

/** Small buffers on both ends of a connection. */
function smallBuffersOf(...conns: TCPConn[]): void {
  for (const conn of conns) {
    conn.setReadBuffer(4_096)
    conn.setWriteBuffer(4_096)
  }
}

it('an aborted write can be followed by others, which the peer can tell apart by the count', async () => {
  const [client, server] = await pair()
  smallBuffersOf(client, server)
  const abort = new AbortController()
  const writing = client.write(new Uint8Array(64 << 20).fill(1), abort)
  const watched = watchPromise(writing)
  await turns(20)
  expect(watched.state).toBe('pending')
  abort.abort()
  const error = await rejected('write', writing)
  const reading = readAll(server)
  await client.write(new Uint8Array(3).fill(2))
  client.closeWrite()
  const got = await reading
  expect(got.indexOf(2)).toBe(error.bytesWritten)
})

describe('half-closes', () => {
  it('closeRead gives the end of the stream, to a read that waits as well (TestCloseRead)', async () => {
    const [client] = await pair()
    const waiting = client.read(new Uint8Array(8))
    client.closeRead()
    expect(await waiting).toBe(null)
    expect(await client.read(new Uint8Array(8))).toBe(null)
    client.closeRead()
  })

  it('closeWrite ends the peer’s reading, and ours goes on (TestCloseWrite)', async () => {
    const [client, server] = await pair()
    await client.write('request')
    client.closeWrite()
    expect(text(await readAll(server))).toBe('request')
    await server.write('answer')
    await server.close()
    expect(text(await readAll(client))).toBe('answer')
    const error = await rejected('write', client.write('more'))
    expect(error).toMatchObject({ code: 'EPIPE', syscall: 'write', bytesWritten: 0 })
    const ends = `${client.localAddr}->${client.remoteAddr}`
    expect(error.message).toBe(`write tcp ${ends}: write: broken pipe`)
  })

  it('fail with ENOTCONN once the connection is reset', async () => {
    const [client, server] = await pair()
    await server.reset()
    await rejected('read', client.read(new Uint8Array(1)))
    for (const half of ['closeRead', 'closeWrite'] as const) {
      expect(throws('close', () => client[half]())).toMatchObject({
        code: 'ENOTCONN',
        syscall: 'shutdown',
      })
    }
  })
})

describe('close', () => {
  it('ends calls that wait, and every one after it (TestConnClose)', async () => {
    const [client, server] = await pair()
    smallBuffersOf(client, server)
    const read = client.read(new Uint8Array(8))
    const { ending } = stuckWrite(client)
    await turns(3)
    await client.close()
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}: use of closed network connection`
    expect((await rejected('read', read)).message).toBe(`read ${ends}`)
    expect((await rejected('write', ending)).message).toBe(`write ${ends}`)
    expect((await rejected('read', client.read(new Uint8Array(8)))).message).toBe(`read ${ends}`)
    expect((await rejected('write', client.write('x'))).message).toBe(`write ${ends}`)
    expect((await rejected('writev', client.writev([]))).message).toBe(`writev ${ends}`)
    expect(await readAll(server)).toBeDefined()
  })

  it('is refused the second time, as are half-closes after it (TestCloseError)', async () => {
    const [client] = await pair()
    for (let i = 0; i < 3; i++) client.closeWrite()
    await client.close()
    for (let i = 0; i < 3; i++) {
      expect((await rejected('close', client.close())).cause).toBeInstanceOf(NetClosingError)
      expect(throws('close', () => client.closeRead()).cause).toBeInstanceOf(NetClosingError)
      expect(throws('close', () => client.closeWrite()).cause).toBeInstanceOf(NetClosingError)
    }
    await client[Symbol.asyncDispose]()
  })

  const setters: [name: string, set: (conn: TCPConn) => void][] = [
    ['setDeadline', (c) => c.setDeadline(null)],
    ['setReadDeadline', (c) => c.setReadDeadline(null)],
    ['setWriteDeadline', (c) => c.setWriteDeadline(null)],
    ['setReadBuffer', (c) => c.setReadBuffer(4096)],
    ['setWriteBuffer', (c) => c.setWriteBuffer(4096)],
    ['setNoDelay', (c) => c.setNoDelay(true)],
    ['setKeepAlive', (c) => c.setKeepAlive(true)],
    ['setKeepAlivePeriod', (c) => c.setKeepAlivePeriod(1000)],
    ['setKeepAliveConfig', (c) => c.setKeepAliveConfig({ enable: true })],
    ['setLinger', (c) => c.setLinger(0)],
    ['setUserTimeout', (c) => c.setUserTimeout(1000)],
  ]
  // As Go has it: deadlines and buffers name the local end alone, the others both.
  const LOCAL = /Deadline|Buffer/

  it.each(setters)('has %s throw after it', async (name, set) => {
    const [client] = await pair()
    await client.close()
    const error = throws('set', () => set(client))
    const ends = LOCAL.test(name) ? client.localAddr : `${client.localAddr}->${client.remoteAddr}`
    expect(error.message).toBe(`set tcp ${ends}: use of closed network connection`)
  })
})

it('await using closes, and is silent on what is closed already', async () => {
  const [client, server] = await pair()
  {
    await using mine = client
    await mine.write('bye')
  }
  expect(text(await readAll(server))).toBe('bye')
  expect((await rejected('close', client.close())).code).toBe('ERR_NET_CLOSED')
  await client[Symbol.asyncDispose]()
})
