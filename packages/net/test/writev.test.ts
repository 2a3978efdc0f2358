// Go: net/writev_test.go. Many buffers in few calls.
import { hook } from '@netfd/poll/testing'
import { describe, expect, it } from 'vitest'
import { rejected } from './error-walk.js'
import { PAST, pair, pattern, readAll, replacePoll, turns } from './support.js'

/** How many buffers each call of sendmsg(2) was given from now on. */
function batches(): number[] {
  const sizes: number[] = []
  const { sendmsg } = hook
  replacePoll({
    sendmsg: (...args) => {
      sizes.push(Math.min(args[1].length - (args[4] ?? 0), 1024))
      return sendmsg(...args)
    },
  })
  return sizes
}

describe('writev', () => {
  it.each([0, 1, 10, 1_023, 1_024, 1_025, 3_000])(
    'writes %i buffers, up to 1024 a call (TestBuffers_WriteTo)',
    async (count) => {
      const [client, server] = await pair()
      const bufs = Array.from({ length: count }, (_, i) => pattern(3, 3 * i))
      const sizes = batches()
      const before = [...bufs]
      expect(await client.writev(bufs)).toBe(3 * count)
      client.closeWrite()
      expect(Buffer.compare(await readAll(server), pattern(3 * count))).toBe(0)
      expect(sizes.length).toBeGreaterThanOrEqual(Math.ceil(count / 1024))
      // The list is the caller's, and stays as it was.
      expect(bufs.every((buf, i) => buf === before[i])).toBe(true)
    },
  )

  it('passes over empty buffers (TestBuffers_consume)', async () => {
    const [client, server] = await pair()
    const empty = new Uint8Array(0)
    expect(await client.writev([empty, pattern(2), empty, pattern(3, 2), empty])).toBe(5)
    expect(await client.writev([empty])).toBe(0)
    client.closeWrite()
    expect([...(await readAll(server))]).toEqual([0, 1, 2, 3, 4])
  })

  it('goes on in the middle of a buffer when the peer is slow (TestBuffers_read)', async () => {
    const [client, server] = await pair()
    // More than the buffers of both sockets take, in pieces that end nowhere near their limits.
    const bufs = Array.from({ length: 300 }, (_, i) => pattern(100_003, i * 100_003))
    const sending = client.writev(bufs).then((n) => {
      client.closeWrite()
      return n
    })
    const [got, sent] = await Promise.all([readAll(server), sending])
    expect(sent).toBe(300 * 100_003)
    expect(Buffer.compare(got, pattern(300 * 100_003))).toBe(0)
  })

  it('reports a reset in the middle, and how much went (TestWritevError)', async () => {
    const [client, server] = await pair()
    const bufs = Array.from({ length: 64 }, () => new Uint8Array(1 << 20))
    const sending = client.writev(bufs)
    sending.catch(() => undefined)
    await server.read(new Uint8Array(1_024))
    await server.reset()
    const error = await rejected('writev', sending)
    expect(error.code).toMatch(/^(ECONNRESET|EPIPE)$/)
    expect(error.bytesWritten).toBeGreaterThan(0)
    expect(error.bytesWritten).toBeLessThan(64 << 20)
    expect(error.message).toMatch(/^writev tcp .*: writev: (connection reset by peer|broken pipe)$/)
  })

  it('of nothing still asks whether it may (TestBuffers_WriteTo)', async () => {
    const [client] = await pair()
    client.setWriteDeadline(PAST)
    expect((await rejected('writev', client.writev([]))).timeout).toBe(true)
    await client.close()
    expect((await rejected('writev', client.writev([]))).code).toBe('ERR_NET_CLOSED')
  })

  it.each([
    ['a buffer', new Uint8Array(3)],
    ['strings', ['a', 'b']],
    ['null', null],
  ])('refuses %s', async (_, what) => {
    const [client] = await pair()
    await expect(client.writev(what as never)).rejects.toThrow(TypeError)
  })

  it('waits for its turn, and is not mixed with a write', async () => {
    const [client, server] = await pair()
    const reading = readAll(server)
    const big = new Uint8Array(8 << 20).fill(1)
    const writes = [client.write(big), client.writev([Uint8Array.of(2), Uint8Array.of(3)])]
    await turns(1)
    await Promise.all(writes)
    client.closeWrite()
    const got = await reading
    expect([...got.subarray(-2)]).toEqual([2, 3])
    expect(got.indexOf(2)).toBe(8 << 20)
  })
})
