import { describe, expect, it } from 'vitest'
import { rejected } from './error-walk.js'
import {
  countCalls,
  PAST,
  pair,
  readAll,
  smallBuffersOf,
  stuckWrite,
  turns,
  watchPromise,
} from './support.js'

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
    // The peer does not read, so the write waits and the kernel is not asked again and again.
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
