// The read that is not tried: after a short read of a stream nothing is left, and what comes is told.
import {
  AF_UNIX,
  IPPROTO_TCP,
  SCM_RIGHTS,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  sendmsg,
  socketpair,
  TCP_ULP,
} from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import type { FD } from '../src/index.js'
import { closeIdlePipes } from '../src/pipe-pool.js'
import {
  adoptFD,
  codeOf,
  countCalls,
  linger,
  pattern,
  readFull,
  TCP,
  tcpPair,
  turn,
  turns,
  unixPair,
  watchPromise,
} from './support.js'

afterAll(closeIdlePipes)

const FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC

/** Leaves `fd` as a short read does: the next read waits. */
async function drain(fd: FD, peer: FD): Promise<void> {
  await peer.write(pattern(3))
  await turns(2)
  expect(await fd.read(new Uint8Array(64))).toBe(3)
}

/** How many calls a read makes until it waits. */
async function callsUntilItWaits(fd: FD): Promise<number> {
  const calls = countCalls('recv', 'read')
  const abort = new AbortController()
  const read = watchPromise(fd.read(new Uint8Array(64), { signal: abort.signal }))
  await turns(2)
  expect(read.state).toBe('pending')
  abort.abort()
  await turn()
  return calls.recv + calls.read
}

async function echo(fd: FD): Promise<void> {
  const buf = new Uint8Array(256)
  for (;;) {
    const n = await fd.read(buf)
    if (n === null) return
    await fd.write(buf.subarray(0, n))
  }
}

describe('the skipped read', () => {
  it('makes a small message cost two splices on its way through a transfer', async () => {
    const [client, src] = tcpPair()
    const [dst, server] = tcpPair()
    const calls = countCalls('splice')
    const N = 200
    const message = pattern(64)
    const moved = dst.spliceFrom(src)
    for (let i = 0; i < N; i++) {
      await client.write(message)
      await readFull(server, 64)
      // The transfer itself may be a turn behind the reader of what it moved.
      await turns(2)
    }
    // It tried once before anything had come.
    expect(calls.splice).toBeLessThanOrEqual(2 * N + 1)
    client.shutdown(SHUT_WR)
    expect(await moved).toBe(64 * N)
  })

  it('tries again after a splice that may have filled the slots of the pipe', async () => {
    const [client, src] = tcpPair()
    const [dst, server] = tcpPair()
    const total = 4 << 20
    const moved = dst.spliceFrom(src)
    const sent = client.write(pattern(total)).then(() => client.shutdown(SHUT_WR))
    expect((await readFull(server, total)).length).toBe(total)
    await sent
    expect(await moved).toBe(total)
  })

  it('makes a ping-pong cost one recv and one send a message', async () => {
    const [a, b] = tcpPair()
    const calls = countCalls('recv', 'send')
    const N = 1000
    const message = pattern(64)
    const buf = new Uint8Array(256)
    const echoing = echo(b)
    for (let i = 0; i < N; i++) {
      await a.write(message)
      expect(await a.read(buf)).toBe(64)
    }
    expect(calls.send).toBe(2 * N)
    // Each end tries once before anything has come.
    expect(calls.recv).toBeLessThanOrEqual(2 * N + 2)
    expect(calls.recv).toBeGreaterThanOrEqual(2 * N)
    await a.close()
    await echoing
  })

  it('sees the end that came with the data in one edge', async () => {
    const [a, b] = tcpPair()
    const read = watchPromise(b.read(new Uint8Array(64)))
    await turns(2)
    // Between the read that waits and these there is no turn: data and FIN are one edge.
    const wrote = a.write(pattern(10))
    a.shutdown(SHUT_WR)
    await wrote
    await turns(2)
    expect(read.value).toBe(10)
    expect(await b.read(new Uint8Array(64))).toBe(null)
  })

  it('sees an end that comes later', async () => {
    const [a, b] = tcpPair()
    await drain(b, a)
    const read = watchPromise(b.read(new Uint8Array(64)))
    await turns(2)
    expect(read.state).toBe('pending')
    a.shutdown(SHUT_WR)
    await turns(3)
    expect(read).toMatchObject({ state: 'resolved', value: null })
    expect(await b.read(new Uint8Array(64))).toBe(null)
  })

  it('takes the edge that came between two reads, and needs one call', async () => {
    const [a, b] = tcpPair()
    await drain(b, a)
    await a.write(pattern(5))
    await turns(2)
    const calls = countCalls('recv')
    expect(await b.read(new Uint8Array(64))).toBe(5)
    expect(calls.recv).toBe(1)
  })

  it('waits for an edge that is on its way, and needs one call', async () => {
    const [a, b] = tcpPair()
    await drain(b, a)
    const calls = countCalls('recv')
    const wrote = a.write(pattern(5))
    const read = b.read(new Uint8Array(64))
    expect(calls.recv).toBe(0)
    await wrote
    expect(await read).toBe(5)
    expect(calls.recv).toBe(1)
  })

  it('does not follow a read that filled its buffer', async () => {
    const [a, b] = tcpPair()
    await a.write(pattern(10))
    await turns(2)
    expect(await b.read(new Uint8Array(4))).toBe(4)
    expect(await b.read(new Uint8Array(6))).toBe(6)
    expect(await callsUntilItWaits(b)).toBe(1)
  })

  it('gives way to a reset', async () => {
    const [a, b] = tcpPair()
    await drain(b, a)
    const read = codeOf(b.read(new Uint8Array(64)))
    await turn()
    linger(a, 0)
    await a.close()
    expect(await read).toBe('ECONNRESET')
    expect(await codeOf(b.read(new Uint8Array(64)))).toBe('ECONNRESET')
  })

  const RESETS: [string, (fd: FD) => unknown, times: number][] = [
    ['rawRead', (fd) => fd.rawRead(() => true), 1],
    ['rawControl', (fd) => fd.rawControl(() => 0), 1],
    ['waitRead', (fd) => waitOnce(fd), 1],
    ['setsockopt TCP_ULP', (fd) => ignore(() => fd.setsockopt(IPPROTO_TCP, TCP_ULP, 'none')), 1],
    ['nothing', () => 0, 0],
  ]

  it.each(RESETS)(
    'after %s: the next read tries or not, as it must',
    async (_name, reset, times) => {
      const [a, b] = tcpPair()
      await drain(b, a)
      await reset(b)
      expect(await callsUntilItWaits(b)).toBe(times)
    },
  )

  it.each(RESETS.slice(1, 4).filter(([name]) => name !== 'waitRead'))(
    'is given up for good by %s',
    async (_name, reset) => {
      const [a, b] = tcpPair()
      await reset(b)
      await drain(b, a)
      expect(await callsUntilItWaits(b)).toBe(1)
    },
  )

  it('is used on a Unix stream only when its maker says so', async () => {
    const [a, b] = unixPair()
    await drain(b, a)
    expect(await callsUntilItWaits(b)).toBe(1)
    const [c, d] = unixPair(SOCK_STREAM, { stream: true, net: 'unix' })
    await drain(d, c)
    expect(await callsUntilItWaits(d)).toBe(0)
  })

  it('loses nothing of a Unix stream that passes descriptors', async () => {
    const [x, y] = socketpair(AF_UNIX, SOCK_STREAM | FLAGS)
    const [a, b] = [adoptFD(x), adoptFD(y)]
    const rights = new Uint8Array(24)
    const view = new DataView(rights.buffer)
    view.setBigUint64(0, 20n, true)
    view.setInt32(8, SOL_SOCKET, true)
    view.setInt32(12, SCM_RIGHTS, true)
    view.setInt32(16, 2, true)
    sendmsg(a.sysfd, [pattern(3)], 0, rights)
    await a.write(pattern(4, 3))
    await turns(2)
    // The kernel ends a read where descriptors were passed, whatever follows.
    expect(await b.read(new Uint8Array(64))).toBe(3)
    expect(await readFull(b, 4)).toEqual(pattern(4, 3))
  })

  it('is not used on a socket whose maker says that it is no stream', async () => {
    const [a, b] = tcpPair({ net: 'tcp', stream: false })
    await drain(b, a)
    expect(await callsUntilItWaits(b)).toBe(1)
    expect(TCP.stream).toBe(true)
  })
})

const ignore = (f: () => unknown): void => {
  try {
    f()
  } catch {
    // The kernel has no such protocol: what counts is that it was asked for.
  }
}

async function waitOnce(fd: FD): Promise<void> {
  const abort = new AbortController()
  const wait = codeOf(fd.waitRead({ signal: abort.signal }))
  await turns(2)
  abort.abort()
  await wait
}
