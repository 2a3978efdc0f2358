import { EINVAL } from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import { closeIdlePipes } from '../../poll/src/pipe-pool.js'
import type { TCPConn } from '../src/index.js'
import { rejected } from './error-walk.js'
import {
  chain,
  countCalls,
  PAST,
  pattern,
  readAll,
  replacePoll,
  same,
  turns,
  watchPromise,
} from './support.js'

// The pipes of splice are kept for the next transfer.
afterAll(closeIdlePipes)

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
