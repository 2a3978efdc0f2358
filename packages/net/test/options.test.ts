// Go: net/tcpsock_test.go and net_test.go. Options of a connection, as the kernel has them afterwards.
import {
  getsockopt,
  IPPROTO_TCP,
  SO_RCVBUF,
  SO_SNDBUF,
  SOL_SOCKET,
  sockopt,
  TCP_USER_TIMEOUT,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { rejected, throws } from './error-walk.js'
import {
  countCalls,
  pair,
  readAll,
  replacePoll,
  thrown,
  turns,
  until,
  watchPromise,
} from './support.js'

const intOf = (conn: TCPConn, level: number, optname: number): number =>
  conn.syscallConn().control((fd) => getsockopt(fd, level, optname))

describe('setReadBuffer and setWriteBuffer', () => {
  it('set what the kernel doubles', async () => {
    const [client] = await pair()
    client.setReadBuffer(20_480)
    client.setWriteBuffer(30_720)
    expect(intOf(client, SOL_SOCKET, SO_RCVBUF)).toBe(40_960)
    expect(intOf(client, SOL_SOCKET, SO_SNDBUF)).toBe(61_440)
  })

  it('are clamped by the kernel: 0 is the least, a negative size the most', async () => {
    const [client] = await pair()
    client.setWriteBuffer(0)
    const least = intOf(client, SOL_SOCKET, SO_SNDBUF)
    client.setWriteBuffer(-1)
    expect(least).toBeGreaterThan(0)
    expect(intOf(client, SOL_SOCKET, SO_SNDBUF)).toBeGreaterThan(least)
  })

  it.each([1.5, Number.NaN, 2 ** 40, '4096'])('refuse %j', async (bytes) => {
    const [client] = await pair()
    const error = thrown(() => client.setReadBuffer(bytes as number))
    expect(['TypeError', 'RangeError']).toContain(error.name)
  })
})

describe('setLinger', () => {
  it.each([
    [-1, { on: false, seconds: 0 }],
    [0, { on: true, seconds: 0 }],
    [3, { on: true, seconds: 3 }],
  ])('of %i is %j', async (seconds, want) => {
    const [client] = await pair()
    client.setLinger(seconds)
    expect(client.getOption('linger')).toEqual(want)
  })

  it('of 0 drops what was not sent, and the peer is reset', async () => {
    const [client, server] = await pair()
    client.setLinger(0)
    await client.close()
    expect((await rejected('read', server.read(new Uint8Array(8)))).code).toBe('ECONNRESET')
  })

  it('lets close wait while the loop goes on turning', async () => {
    const [client, server] = await pair()
    const calls = countCalls('close', 'shutdown')
    client.setLinger(5)
    // More than both buffers take, so that there is something to wait for.
    const abort = new AbortController()
    const writing = client.write(new Uint8Array(64 << 20), abort)
    await turns(50)
    abort.abort()
    await rejected('write', writing)
    const closing = client.close()
    const watched = watchPromise(closing)
    await turns(20)
    expect(watched.state).toBe('pending')
    expect(calls).toEqual({ close: 0, shutdown: 1 })
    // The peer reads it all: that is what close has been waiting for.
    expect((await readAll(server)).length).toBeGreaterThan(0)
    await closing
  })

  it('switched off again closes at once', async () => {
    const [client] = await pair()
    const calls = countCalls('close', 'shutdown')
    client.setLinger(5)
    client.setLinger(-1)
    await client.close()
    expect(calls).toEqual({ close: 1, shutdown: 0 })
  })

  it.each([1.5, Number.NaN, 2 ** 31])('refuses %d', async (seconds) => {
    const [client] = await pair()
    expect(() => client.setLinger(seconds)).toThrow(RangeError)
  })
})

describe('reset', () => {
  it('gives the peer ECONNRESET', async () => {
    const [client, server] = await pair()
    await client.write('never read')
    await client.reset()
    const drain = async () => {
      for (;;) if ((await server.read(new Uint8Array(64))) === null) throw new Error('the end')
    }
    expect((await rejected('read', drain())).code).toBe('ECONNRESET')
    expect((await rejected('read', client.read(new Uint8Array(1)))).code).toBe('ERR_NET_CLOSED')
  })
})

describe('setUserTimeout', () => {
  it('is TCP_USER_TIMEOUT, in ms', async () => {
    const [client] = await pair()
    expect(intOf(client, IPPROTO_TCP, TCP_USER_TIMEOUT)).toBe(0)
    client.setUserTimeout(1_234)
    expect(intOf(client, IPPROTO_TCP, TCP_USER_TIMEOUT)).toBe(1_234)
    expect(throws('set', () => client.setUserTimeout(-1)).code).toBe('EINVAL')
  })
})

describe('setOption and getOption', () => {
  it('take an option by its name or its row', async () => {
    const [client] = await pair()
    client.setOption('noDelay', false)
    expect(client.getOption('noDelay')).toBe(false)
    client.setOption(sockopt.userTimeout, 777)
    expect(client.getOption(sockopt.userTimeout)).toBe(777)
    expect(client.getOption('congestion')).toMatch(/^\w+$/)
    client.setOption('linger', { on: true, seconds: 2 })
    expect(client.getOption('linger')).toEqual({ on: true, seconds: 2 })
    client.setOption('linger', { on: false, seconds: 0 })
  })

  it('know that a socket lingers', async () => {
    const [client] = await pair()
    client.setOption('linger', { on: true, seconds: 1 })
    const calls = countCalls('shutdown')
    await client.close()
    expect(calls.shutdown).toBe(1)
  })

  it('reach the kernel through the hook of poll, whatever their type', async () => {
    const [client] = await pair()
    const calls = countCalls('setsockopt', 'getsockopt', 'getsockoptBytes')
    client.setOption('noDelay', false)
    client.setOption('rcvLowAt', 2)
    client.setOption('linger', { on: false, seconds: 0 })
    client.setOption('rcvTimeout', 1_500)
    client.setOption('congestion', client.getOption('congestion'))
    expect(calls).toEqual({ setsockopt: 5, getsockopt: 0, getsockoptBytes: 1 })
    expect(client.getOption('noDelay')).toBe(false)
    expect(client.getOption('rcvLowAt')).toBe(2)
    expect(calls).toEqual({ setsockopt: 5, getsockopt: 2, getsockoptBytes: 1 })
    expect(client.getOption('linger')).toEqual({ on: false, seconds: 0 })
    expect(client.getOption('rcvTimeout')).toBeCloseTo(1_500, -2)
    expect(client.getOption('info').state).toBe('ESTABLISHED')
    expect(calls).toEqual({ setsockopt: 5, getsockopt: 2, getsockoptBytes: 4 })
  })

  it('report what the kernel does not have as ENOPROTOOPT, in the words of the operation', async () => {
    const [client] = await pair()
    replacePoll({ setsockopt: () => -92 })
    const error = throws('set', () => client.setUserTimeout(1))
    expect(error).toMatchObject({ code: 'ENOPROTOOPT', syscall: 'setsockopt' })
    const unknown = { ...sockopt.maxSeg, optname: 9_999 }
    const got = throws('get', () => client.getOption(unknown))
    expect(got).toMatchObject({ code: 'ENOPROTOOPT', syscall: 'getsockopt' })
    expect(got.message).toBe(
      `get tcp ${client.localAddr}->${client.remoteAddr}: getsockopt: protocol not available`,
    )
  })

  it('are refused after close', async () => {
    const [client] = await pair()
    await client.close()
    expect(throws('set', () => client.setOption('noDelay', true)).code).toBe('ERR_NET_CLOSED')
    expect(throws('get', () => client.getOption('noDelay')).code).toBe('ERR_NET_CLOSED')
    expect(throws('get', () => client.info()).code).toBe('ERR_NET_CLOSED')
  })

  it('refuse a name that there is not, and a value of another type', async () => {
    const [client] = await pair()
    expect(() => client.setOption('nodelay' as 'noDelay', true)).toThrow(TypeError)
    expect(() => client.setOption('noDelay', 'yes' as never)).toThrow(TypeError)
  })
})

describe('info', () => {
  it('follows the connection through its states', async () => {
    const [client, server] = await pair()
    expect([client.info().state, server.info().state]).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    expect(client.info().rtt).toBeGreaterThan(0)
    client.closeWrite()
    await until(() => server.info().state === 'CLOSE_WAIT' && client.info().state === 'FIN_WAIT2')
    server.closeWrite()
    await until(() => server.info().state === 'CLOSE')
  })

  it('counts bytes', async () => {
    const [client, server] = await pair()
    await client.write(new Uint8Array(1_000))
    await server.readFull(new Uint8Array(1_000))
    expect(server.info().bytesReceived).toBe(1_000)
    await until(() => client.info().bytesAcked === 1_001)
  })
})
