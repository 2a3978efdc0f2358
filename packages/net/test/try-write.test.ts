// A write that answers at once: what was taken, or that it would have to wait.
import { createHash } from 'node:crypto'
import { hook as pollHook } from '@netfd/poll/testing'
import { ECONNRESET, EINTR, EPIPE } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { TCPConn } from '../src/index.js'
import {
  errorOf,
  PAST,
  pair,
  pattern,
  readAll,
  replacePoll,
  thrown,
  turns,
  watchPromise,
} from './support.js'

/** Tries until the kernel has no room: how many bytes it took. */
async function fillUp(conn: TCPConn, chunk = new Uint8Array(65_536)): Promise<number> {
  let total = 0
  for (let refused = 0; refused < 3; ) {
    const n = conn.tryWrite(chunk)
    if (n >= 0) total += n
    else {
      // A turn has its budget; what a new turn refuses has no room.
      refused++
      await turns(2)
    }
  }
  return total
}

describe('tryWrite', () => {
  it('takes all where there is room', async () => {
    const [client, server] = await pair()
    expect(client.tryWrite(Buffer.from('hello'))).toBe(5)
    expect(client.tryWrite(new Uint8Array(0))).toBe(0)
    await client.close()
    expect(String(await readAll(server))).toBe('hello')
    await server.close()
  })

  it('takes a part where there is less room, nothing where there is none, and loses no byte', async () => {
    const [client, server] = await pair()
    const total = await fillUp(client)
    expect(client.tryWrite(new Uint8Array(1))).toBe(-1)
    const last = client.write('end')
    const closed = last.then(() => client.closeWrite())
    const all = await readAll(server)
    await closed
    expect(all.length).toBe(total + 3)
    await Promise.all([client.close(), server.close()])
  })

  it('stands behind a write that waits', async () => {
    const [client, server] = await pair()
    await fillUp(client)
    const write = client.write(new Uint8Array(1_000_000))
    expect(client.tryWrite(new Uint8Array(1))).toBe(-1)
    const abort = watchPromise(write)
    const buf = new Uint8Array(1 << 20)
    while (abort.state === 'pending') await server.read(buf)
    expect(await write).toBe(1_000_000)
    await Promise.all([client.close(), server.close()])
  })

  it('leaves the edge to the write that waits after it', async () => {
    const [client, server] = await pair()
    await fillUp(client)
    const buf = new Uint8Array(1 << 20)
    for (let i = 0; i < 20; i++) {
      while (client.tryWrite(buf) >= 0);
      const write = watchPromise(client.write(new Uint8Array(1000)))
      while (write.state === 'pending') await server.read(buf)
      expect(write.value).toBe(1000)
    }
    await Promise.all([client.close(), server.close()])
  })

  it('refuses once a turn has had enough, however fast the peer is', async () => {
    const [client, server] = await pair()
    replacePoll({ send: (_fd, buf, offset = 0) => buf.length - offset })
    let taken = 0
    while (client.tryWrite(new Uint8Array(1)) === 1 && taken < 100_000) taken++
    expect(taken).toBeLessThanOrEqual(256)
    await turns(2)
    const write = client.write('x')
    await write
    expect(client.tryWrite(new Uint8Array(1))).toBe(1)
    await Promise.all([client.close(), server.close()])
  })

  it('goes on after EINTR', async () => {
    const [client, server] = await pair()
    const { send } = pollHook
    let interrupted = 2
    replacePoll({ send: (...args) => (interrupted-- > 0 ? -EINTR : send(...args)) })
    expect(client.tryWrite(Buffer.from('x'))).toBe(1)
    await Promise.all([client.close(), server.close()])
  })

  it('throws what a write rejects with', async () => {
    const [client, server] = await pair()
    const buf = Buffer.from('x')
    client.setWriteDeadline(PAST)
    expect(thrown(() => client.tryWrite(buf))).toMatchObject({
      name: 'OpError',
      op: 'write',
      code: 'ETIMEDOUT',
      timeout: true,
    })
    client.setWriteDeadline(null)
    expect(client.tryWrite(buf)).toBe(1)
    await server.reset()
    await errorOf(client.read(new Uint8Array(1)))
    expect(thrown(() => client.tryWrite(buf))).toMatchObject({
      name: 'OpError',
      op: 'write',
      errno: -ECONNRESET,
    })
    await client.close()
    expect(thrown(() => client.tryWrite(buf))).toMatchObject({
      name: 'OpError',
      op: 'write',
      code: 'ERR_NET_CLOSED',
    })
  })

  it('throws EPIPE after closeWrite, with the caller’s frames', async () => {
    const [client, server] = await pair()
    client.closeWrite()
    const error = thrown(() => client.tryWrite(Buffer.from('x')))
    expect(error).toMatchObject({ code: 'EPIPE', errno: -EPIPE, bytesWritten: 0 })
    expect(error.stack).toContain('try-write.test.ts')
    await Promise.all([client.close(), server.close()])
  })

  it.each([
    ['a string', 'x'],
    ['nothing', undefined],
    ['an array', [1]],
    ['a DataView', new DataView(new ArrayBuffer(1))],
  ])('refuses %s with a TypeError, and sends nothing', async (_, data) => {
    const [client, server] = await pair()
    expect(() => client.tryWrite(data as never)).toThrow(TypeError)
    const gone = new Uint8Array(8)
    structuredClone(gone, { transfer: [gone.buffer] })
    expect(() => client.tryWrite(gone)).toThrow(TypeError)
    await client.close()
    expect((await readAll(server)).length).toBe(0)
    await server.close()
  })
})

it('an echo by writeTo and tryWrite brings every byte back to a client that reads late', async () => {
  const [client, server] = await pair()
  const echo = server.writeTo({
    write: (piece) => {
      const n = server.tryWrite(piece)
      return n < 0 ? server.write(piece) : n
    },
  })
  const want = pattern(24 * 1024 * 1024)
  let sent = false
  const writing = client.write(want).then(() => {
    sent = true
    client.closeWrite()
  })
  // The client reads only once nothing moves any more: both directions are full then.
  await turns(50)
  expect(sent).toBe(false)
  const hash = createHash('sha256')
  let got = 0
  const buf = new Uint8Array(100_000)
  while (got < want.length) {
    const n = await client.read(buf)
    if (n === null) break
    hash.update(buf.subarray(0, n))
    got += n
  }
  expect(got).toBe(want.length)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(want).digest('hex'))
  await writing
  expect(await echo).toBe(want.length)
  await Promise.all([client.close(), server.close()])
})
