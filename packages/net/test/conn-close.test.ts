import { describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { NetClosingError } from '../src/index.js'
import { rejected, throws } from './error-walk.js'
import { pair, readAll, smallBuffersOf, stuckWrite, text, turns } from './support.js'

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
    // The close itself may take longer than what it ends.
    const ended = Promise.all([rejected('read', read), rejected('write', ending)])
    await client.close()
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}: use of closed network connection`
    expect((await ended).map(({ message }) => message)).toEqual([`read ${ends}`, `write ${ends}`])
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
