// Go: net/splice_linux_test.go and internal/poll/splice_linux_test.go.
import {
  AF_UNIX,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socketpair,
} from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import {
  adoptFD,
  codeOf,
  countCalls,
  fill,
  PAST,
  pattern,
  pipePair,
  readAll,
  readFull,
  soon,
  tcpPair,
  turns,
  unixPair,
  watchPromise,
} from '../test/support.js'
import type { FD } from './fd.js'
import { closeIdlePipes } from './pipe-pool.js'

afterAll(closeIdlePipes)

/** in → src ⇒ dst → out */
interface Chain {
  in: FD
  src: FD
  dst: FD
  out: FD
}

function chain(pair: () => [FD, FD] = tcpPair): Chain {
  const [a, src] = pair()
  const [dst, out] = pair()
  return { in: a, src, dst, out }
}

const PAIRS: [string, () => [FD, FD]][] = [
  ['TCP', () => tcpPair()],
  ['Unix streams', () => unixPair()],
]

describe.each(PAIRS)('spliceFrom over %s', (_name, pair) => {
  it('moves everything until the source ends (TestSplice simple)', async () => {
    const c = chain(pair)
    const want = pattern(100_000)
    const splice = c.dst.spliceFrom(c.src)
    const send = c.in.write(want).then(() => c.in.close())
    expect(Buffer.compare(await readFull(c.out, want.length), want)).toBe(0)
    await send
    expect(await splice).toBe(want.length)
  })

  it('moves many small writes (TestSplice multipleWrite)', async () => {
    const c = chain(pair)
    const send = async () => {
      for (let i = 0; i < 1000; i++) await c.in.write(pattern(10, 10 * i))
      await c.in.close()
    }
    const splice = c.dst.spliceFrom(c.src).then(async (n) => {
      await c.dst.close()
      return n
    })
    const [, moved, got] = await Promise.all([send(), splice, readAll(c.out)])
    expect([moved, Buffer.compare(got, pattern(10_000))]).toEqual([10_000, 0])
  })

  it('waits for both ends: a slow source and a slow destination (TestSplice big)', async () => {
    const c = chain(pair)
    const total = 32 << 20
    const send = async () => {
      const chunk = pattern(1 << 20)
      for (let i = 0; i < total; i += chunk.length) await c.in.write(chunk)
      await c.in.close()
    }
    const splice = c.dst.spliceFrom(c.src)
    const sending = send()
    // The peer reads nothing for a while: the pipe fills, then the source's buffers.
    await turns(20)
    let got = 0
    const buf = new Uint8Array(1 << 18)
    while (got < total) {
      const n = (await c.out.read(buf)) ?? 0
      for (let i = 0; i < n; i += 4099) expect(buf[i]).toBe(((got + i) % (1 << 20)) % 251)
      got += n
    }
    await sending
    expect(await splice).toBe(total)
  })

  it.each([0, 1, 500, 1000])(
    'stops after %i bytes, and the rest stays in the source (TestSplice honorsLimitedReader)',
    async (max) => {
      const c = chain(pair)
      await c.in.write(pattern(1000))
      expect(await c.dst.spliceFrom(c.src, max)).toBe(max)
      expect(await readFull(c.out, max)).toEqual(pattern(max))
      expect(await readFull(c.src, 1000 - max)).toEqual(pattern(1000 - max, max))
    },
  )

  it('of a source at its end moves nothing (TestSplice readerAtEOF)', async () => {
    const c = chain(pair)
    await c.in.close()
    expect(await c.dst.spliceFrom(c.src)).toBe(0)
  })

  it('serves both ways of a proxy, and ends (TestSplice issue25985)', async () => {
    const [client, front] = pair()
    const [back, server] = pair()
    const way = async (dst: FD, src: FD) => {
      const n = await dst.spliceFrom(src)
      dst.shutdown(SHUT_WR)
      return n
    }
    const proxy = Promise.all([way(back, front), way(front, back)])
    const echo = (async () => {
      const buf = new Uint8Array(4096)
      for (let n = await server.read(buf); n !== null; n = await server.read(buf)) {
        await server.write(buf.subarray(0, n))
      }
      server.shutdown(SHUT_WR)
    })()
    const want = pattern(3 << 20)
    const send = client.write(want).then(() => client.shutdown(SHUT_WR))
    const got = await readAll(client)
    await Promise.all([send, echo])
    expect(Buffer.compare(got, want)).toBe(0)
    expect(await proxy).toEqual([want.length, want.length])
  })

  it('is ended by the source’s read deadline', async () => {
    const c = chain(pair)
    await c.in.write(pattern(7))
    const splice = c.dst.spliceFrom(c.src)
    expect(await readFull(c.out, 7)).toEqual(pattern(7))
    c.src.setReadDeadline(PAST)
    await expect(splice).rejects.toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
      bytesWritten: 7,
    })
    c.src.setReadDeadline(null)
    await c.in.write(pattern(7))
    expect(await c.dst.spliceFrom(c.src, 7)).toBe(7)
  })

  it('is ended by the destination’s write deadline, and its pipe is not used again', async () => {
    const c = chain(pair)
    await fill(c.dst)
    await c.in.write(pattern(1000))
    closeIdlePipes()
    c.dst.setWriteDeadline(PAST)
    expect(await codeOf(c.dst.spliceFrom(c.src))).toBe('ERR_DEADLINE_EXCEEDED')
    const calls = countCalls('pipe2')
    const d = chain(pair)
    await d.in.write(pattern(9))
    expect(await d.dst.spliceFrom(d.src, 9)).toBe(9)
    expect(calls.pipe2).toBe(1)
    expect(await readFull(d.out, 9)).toEqual(pattern(9))
  })

  it.each(['src', 'dst'] as const)(
    'is ended by closing its %s while it waits for data',
    async (end) => {
      const c = chain(pair)
      const splice = c.dst.spliceFrom(c.src)
      await turns(3)
      const close = c[end].close()
      await expect(splice).rejects.toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
      await close
      const other = end === 'src' ? c.dst : c.src
      expect([c[end].sysfd, other.closed]).toEqual([-1, false])
    },
  )

  it.each(['src', 'dst'] as const)(
    'is ended by closing its %s while it waits for room',
    async (end) => {
      const c = chain(pair)
      await fill(c.dst)
      await c.in.write(pattern(1000))
      const splice = watchPromise(c.dst.spliceFrom(c.src))
      await turns(3)
      // A closed source is noticed when the pipe is empty, which it never is here: so the other, too.
      const closes = [c[end].close(), ...(end === 'src' ? [c.dst.close()] : [])]
      await Promise.all(closes)
      await turns(2)
      expect(splice.error).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
    },
  )

  it('lets the destination wait under an edge and a deadline of its own during the transfer', async () => {
    const c = chain(pair)
    c.dst.setWriteDeadline(soon(5))
    const splice = watchPromise(c.dst.spliceFrom(c.src, 3))
    await new Promise((resolve) => setTimeout(resolve, 10))
    // A deadline for writing is not one for waiting for something to write.
    expect(splice.state).toBe('pending')
    c.dst.setWriteDeadline(null)
    await c.in.write(pattern(3))
    expect(await readFull(c.out, 3)).toEqual(pattern(3))
    expect(splice.value).toBe(3)
  })

  it('keeps writes and reads queued behind it, in order', async () => {
    const c = chain(pair)
    const order: string[] = []
    const note = (name: string) => () => {
      order.push(name)
    }
    const splice = c.dst.spliceFrom(c.src, 4).then(note('splice'))
    const write = c.dst.write(pattern(2, 100)).then(note('write'))
    const buf = new Uint8Array(2)
    const read = c.src.read(buf).then(note('read'))
    await turns(3)
    expect(order).toEqual([])
    await c.in.write(pattern(6))
    await Promise.all([splice, write, read])
    expect(order.toSorted()).toEqual(['read', 'splice', 'write'])
    expect(await readFull(c.out, 6)).toEqual(Uint8Array.of(...pattern(4), ...pattern(2, 100)))
    expect(buf).toEqual(pattern(2, 4))
  })

  it('is ended by a close of either end while it queues for the other', async () => {
    const c = chain(pair)
    await fill(c.dst)
    const calls = [c.dst.write(pattern(1)), c.src.read(pattern(1))].map(watchPromise)
    const splice = c.dst.spliceFrom(c.src)
    const other = chain(pair)
    const write = codeOf(other.dst.write(new Uint8Array(8 << 20)))
    const mirror = other.dst.spliceFrom(other.src)
    await turns(3)
    const closed = [c.src.close(), other.src.close()]
    for (const transfer of [splice, mirror]) {
      await expect(transfer).rejects.toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
    }
    await Promise.all(closed)
    // The lock that the transfer had, or queued for, is free for the next one.
    expect(calls[0]?.state).toBe('pending')
    await Promise.all([c.dst.close(), other.dst.close()])
    expect(await write).toBe('ERR_NET_CLOSED')
  })

  it('is ended by a close of the destination while it queues for the source', async () => {
    const c = chain(pair)
    const read = c.src.read(new Uint8Array(2))
    const splice = c.dst.spliceFrom(c.src)
    await turns(3)
    const closed = c.dst.close()
    await expect(splice).rejects.toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
    await closed
    await c.in.write(pattern(4))
    expect(await read).toBe(2)
    expect(await readFull(c.src, 2)).toEqual(pattern(2, 2))
  })

  it('with an end that is closed does not queue for the other', async () => {
    const c = chain(pair)
    const read = c.src.read(new Uint8Array(2))
    await c.dst.close()
    await expect(c.dst.spliceFrom(c.src)).rejects.toMatchObject({
      code: 'ERR_NET_CLOSED',
      bytesWritten: 0,
    })
    await c.in.write(pattern(2))
    expect(await read).toBe(2)
  })

  it('leaves an edge that came while it queued to the call that waits next', async () => {
    const c = chain(pair)
    await fill(c.dst)
    const write = codeOf(c.dst.write(pattern(1)))
    // Reads until nothing is left, so that the next read waits for an edge.
    await c.in.write(pattern(1))
    expect(await c.src.read(new Uint8Array(8))).toBe(1)
    const splice = codeOf(c.dst.spliceFrom(c.src))
    await turns(3)
    await c.in.write(pattern(3))
    await turns(3)
    await c.dst.close()
    expect([await write, await splice]).toEqual(['ERR_NET_CLOSED', 'ERR_NET_CLOSED'])
    expect(await c.src.read(new Uint8Array(8))).toBe(3)
  })
})

describe('spliceFrom steps aside, with nothing moved,', () => {
  const messages = (type: number): [FD, FD] => {
    const [x, y] = socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC)
    return [adoptFD(x), adoptFD(y)]
  }

  it.each<[string, () => [FD, FD]]>([
    ['a pipe', () => pipePair()],
    ['unixgram', () => messages(SOCK_DGRAM)],
    ['unixpacket', () => messages(SOCK_SEQPACKET)],
  ])('for %s (TestSplice noUnixpacket, noUnixgram)', async (_name, make) => {
    const [r, w] = make()
    const [a, b] = tcpPair()
    await w.write(pattern(3))
    expect(await a.spliceFrom(r)).toBe(null)
    await b.write(pattern(4))
    expect(await w.spliceFrom(a)).toBe(null)
    expect(await a.read(new Uint8Array(8))).toBe(4)
    expect(await r.read(new Uint8Array(8))).toBe(3)
  })

  it('and works between a Unix stream and TCP', async () => {
    const [a, b] = unixPair(SOCK_STREAM)
    const [c, d] = tcpPair()
    await a.write(pattern(5))
    expect(await c.spliceFrom(b, 5)).toBe(5)
    expect(await readFull(d, 5)).toEqual(pattern(5))
  })
})
