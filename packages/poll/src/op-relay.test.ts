// A splice that has turned into a conversation: small pieces are copied, and nothing else changes.
import { EAGAIN, EINTR, EINVAL, EMFILE, EOPNOTSUPP } from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import {
  codeOf,
  countCalls,
  linger,
  PAST,
  pattern,
  readFull,
  replace,
  tcpPair,
  turns,
  unixPair,
  watchPromise,
} from '../test/support.js'
import { BUDGET_OPS, budget } from './budget.js'
import type { FD } from './fd.js'
import { hook } from './hook.js'
import { SMALL } from './op-splice.js'
import { closeIdlePipes } from './pipe-pool.js'

afterAll(closeIdlePipes)

/** in → src ⇒ dst → out, where the transfer from src to dst counts as a conversation. */
interface Talk {
  in: FD
  src: FD
  dst: FD
  out: FD
  moved: ReturnType<typeof watchPromise<number | null>>
}

/** How many small pieces have gone before the test begins, and their bytes. */
const PIECES = 12
const BEFORE = 3 * PIECES

/** One piece, from one end of the chain to the other. */
async function piece(c: Omit<Talk, 'moved'>, bytes: Uint8Array): Promise<void> {
  await c.in.write(bytes)
  expect(await readFull(c.out, bytes.length)).toEqual(bytes)
}

async function talk(
  pair: () => [FD, FD] = tcpPair,
  max?: number,
  signal?: AbortSignal,
): Promise<Talk> {
  const [a, src] = pair()
  const [dst, out] = pair()
  const ends = { in: a, src, dst, out }
  const moved = watchPromise(dst.spliceFrom(src, max, { signal }))
  for (let i = 0; i < PIECES; i++) await piece(ends, pattern(3, i))
  return { ...ends, moved }
}

/** The transfer's rejection. */
async function failed(c: Talk): Promise<unknown> {
  while (c.moved.state === 'pending') await turns(1)
  return c.moved.error
}

describe.each<[string, () => [FD, FD]]>([
  ['TCP', () => tcpPair()],
  ['Unix streams', () => unixPair()],
])('a conversation over %s', (name, pair) => {
  it('sends what it has taken, although it is aborted while that waits for its turn', async () => {
    const stop = new AbortController()
    const c = await talk(pair, undefined, stop.signal)
    const { send } = hook
    let refused = false
    replace({
      send: (fd, ...args) => {
        if (fd !== c.dst.sysfd || refused) return send(fd, ...args)
        refused = true
        // The rest is put off to the next turn, and this comes before it.
        while (!budget.spent) budget.charge(0)
        setImmediate(() => stop.abort())
        return -EAGAIN
      },
    })
    await c.in.write(pattern(5))
    expect(await failed(c)).toMatchObject({ code: 'ABORT_ERR', bytesWritten: BEFORE + 5 })
    expect(await readFull(c.out, 5)).toEqual(pattern(5))
  })

  it('costs one recv and one send a piece, and holds no pipe', async () => {
    closeIdlePipes()
    const c = await talk(pair)
    const { recv, send } = hook
    const asked = { src: 0, dst: 0 }
    replace({
      recv: (fd, ...args) => {
        if (fd === c.src.sysfd) asked.src++
        return recv(fd, ...args)
      },
      send: (fd, ...args) => {
        if (fd === c.dst.sysfd) asked.dst++
        return send(fd, ...args)
      },
    })
    const calls = countCalls('splice')
    for (let i = 0; i < 10; i++) {
      await piece(c, pattern(5, i))
      await turns(1)
    }
    // A short piece proves only of TCP that nothing is left: a Unix stream is asked until it is empty.
    expect(asked).toEqual({ src: name === 'TCP' ? 10 : 20, dst: 10 })
    expect(calls.splice).toBe(0)
    const pipes = countCalls('pipe2')
    const d = await talk(pair)
    expect(pipes.pipe2).toBe(0)
    await d.in.close()
  })

  it('splices again when a piece is not small, in order, and talks again after it', async () => {
    const c = await talk(pair)
    const calls = countCalls('splice')
    const big = pattern(1 << 20)
    const [got] = await Promise.all([readFull(c.out, big.length), c.in.write(big)])
    expect(Buffer.compare(got, big)).toBe(0)
    expect(calls.splice).toBeGreaterThan(0)
    for (let i = 0; i < PIECES; i++) await piece(c, pattern(7, i))
    const now = calls.splice
    await piece(c, pattern(9))
    expect(calls.splice).toBe(now)
    await c.in.close()
    await turns(3)
    expect(c.moved.value).toBe(BEFORE + big.length + 7 * PIECES + 9)
  })

  it('waits for room in the destination, and loses nothing', async () => {
    const c = await talk(pair)
    const calls = countCalls('splice')
    let sent = 0
    for (let full = false; !full; ) {
      const write = watchPromise(c.in.write(pattern(SMALL - 1, sent)))
      sent += SMALL - 1
      await turns(5)
      full = write.state === 'pending'
    }
    const got = await readFull(c.out, sent)
    expect(Buffer.compare(got, pattern(sent))).toBe(0)
    await c.in.close()
    await turns(3)
    expect(c.moved.value).toBe(BEFORE + sent)
    expect(calls.splice).toBeLessThan(sent / SMALL)
  })

  it('stops at the limit, and leaves the rest to be read', async () => {
    const c = await talk(pair, BEFORE + 4)
    await c.in.write(pattern(6))
    expect(await readFull(c.out, 4)).toEqual(pattern(4))
    await turns(1)
    expect(c.moved.value).toBe(BEFORE + 4)
    expect(await readFull(c.src, 2)).toEqual(pattern(2, 4))
  })

  it('ends with the source', async () => {
    const c = await talk(pair)
    await c.in.write(pattern(5))
    await c.in.close()
    expect(await readFull(c.out, 5)).toEqual(pattern(5))
    await turns(3)
    expect(c.moved).toMatchObject({ state: 'resolved', value: BEFORE + 5, settlements: 1 })
  })

  it.each(['src', 'dst'] as const)('is ended by closing its %s', async (end) => {
    const c = await talk(pair)
    await c[end].close()
    expect(await failed(c)).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: BEFORE })
    expect(c[end === 'src' ? 'dst' : 'src'].closed).toBe(false)
  })

  it('is ended by the source’s read deadline', async () => {
    const c = await talk(pair)
    c.src.setReadDeadline(PAST)
    expect(await failed(c)).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED', bytesWritten: BEFORE })
  })

  it('is ended by the destination’s write deadline, when there is something to write', async () => {
    const c = await talk(pair)
    c.dst.setWriteDeadline(PAST)
    await turns(3)
    expect(c.moved.state).toBe('pending')
    await c.in.write(pattern(5))
    expect(await failed(c)).toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED', bytesWritten: BEFORE })
  })

  it('is ended by closing its destination while it waits for room', async () => {
    const c = await talk(pair)
    const recv = hook.recv
    // The piece is received, and then there is no room for it.
    replace({
      recv: (...args) => {
        replace({ recv, send: () => -EAGAIN })
        return recv(...args)
      },
    })
    hook.write(c.in.sysfd, pattern(5))
    await turns(3)
    expect(c.moved.state).toBe('pending')
    await c.dst.close()
    expect(await failed(c)).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: BEFORE })
  })

  it('goes on when there is no pipe for a piece that is not small', async () => {
    closeIdlePipes()
    const c = await talk(pair)
    closeIdlePipes()
    replace({ pipe2: () => -EMFILE })
    const calls = countCalls('splice')
    const big = pattern(1 << 20)
    const [got] = await Promise.all([readFull(c.out, big.length), c.in.write(big)])
    expect(Buffer.compare(got, big)).toBe(0)
    expect(calls.splice).toBe(0)
  })
})

/** A transfer for which there is no splice from its first byte on. */
async function refused(pair: () => [FD, FD], max?: number): Promise<Talk> {
  const [a, src] = pair()
  const [dst, out] = pair()
  const moved = watchPromise(dst.spliceFrom(src, max))
  await turns(2)
  return { in: a, src, dst, out, moved }
}

/** How each of them refuses: there are no pipes, or the kernel does not splice from this source. */
const REFUSALS: [string, () => void][] = [
  ['no pipes', () => replace({ pipe2: () => -EOPNOTSUPP })],
  ['no splice', () => replace({ splice: () => -EINVAL })],
  ['no pipe to be had', () => replace({ pipe2: () => -EMFILE })],
]

describe.each(REFUSALS)('a transfer where there is %s', (_, refuse) => {
  const pair = tcpPair
  const start = (max?: number) => {
    closeIdlePipes()
    refuse()
    return refused(pair, max)
  }

  it('is relayed from its first byte to its end', async () => {
    const c = await start()
    const big = pattern((1 << 20) + 3)
    const sent = c.in.write(big).then(() => c.in.close())
    const got = await readFull(c.out, big.length)
    await sent
    expect(Buffer.compare(got, big)).toBe(0)
    await turns(3)
    expect(c.moved).toMatchObject({ state: 'resolved', value: big.length, settlements: 1 })
  })

  it('stops at its limit', async () => {
    const c = await start(70_000)
    await c.in.write(pattern(100_000))
    await readFull(c.out, 70_000)
    expect(await readFull(c.src, 30_000)).toEqual(pattern(30_000, 70_000))
  })

  it('is ended by a close of its destination while its source is silent', async () => {
    const c = await start()
    expect(c.moved.state).toBe('pending')
    await c.dst.close()
    expect(await failed(c)).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0, bytesRead: 0 })
    expect(c.src.closed).toBe(false)
  })
})

it('a transfer for which there are no pipes asks for one once', async () => {
  closeIdlePipes()
  let asked = 0
  replace({
    pipe2: () => {
      asked++
      return -EOPNOTSUPP
    },
  })
  const c = await refused(tcpPair)
  const big = pattern(1 << 20)
  await Promise.all([readFull(c.out, big.length), c.in.write(big)])
  expect(asked).toBe(1)
})

it('keeps what two conversations have no room for apart', async () => {
  const both = [await talk(), await talk()] as const
  const { send } = hook
  let refused = 0
  replace({
    send: (fd, ...args) => {
      const first = both.some((c) => c.dst.sysfd === fd) && refused < 2
      if (!first) return send(fd, ...args)
      refused++
      return -EAGAIN
    },
  })
  // Both pieces are received, in one batch of events, before either of the rests can be sent.
  for (const [i, c] of both.entries()) hook.write(c.in.sysfd, pattern(5, 100 * i))
  for (const [i, c] of both.entries()) expect(await readFull(c.out, 5)).toEqual(pattern(5, 100 * i))
  expect(refused).toBe(2)
})

it('sends a piece again whose send was interrupted by a signal', async () => {
  const c = await talk()
  const { send } = hook
  replace({
    send: () => {
      replace({ send })
      return -EINTR
    },
  })
  hook.write(c.in.sysfd, pattern(5))
  expect(await readFull(c.out, 5)).toEqual(pattern(5))
  await c.in.close()
  await turns(3)
  expect(c.moved.value).toBe(BEFORE + 5)
})

it('fails as a splice does when the destination is gone, with the first errno', async () => {
  const c = await talk()
  linger(c.out, 0)
  await c.out.close()
  await c.in.write(pattern(5))
  expect(await failed(c)).toMatchObject({ syscall: 'splice', bytesWritten: BEFORE })
  expect(['ECONNRESET', 'EPIPE']).toContain(await codeOf(Promise.reject(c.moved.error)))
})

it('misses no edge that comes while it is put off, after a piece that emptied the source', async () => {
  const c = await talk()
  const spend = () => {
    while (!budget.spent) budget.charge(0)
  }
  const { send, write } = hook
  replace({
    send: (...args) => {
      const n = send(...args)
      // The next piece comes, and the budget is spent: the relay is put off over a poll for events.
      replace({ send })
      write(c.in.sysfd, pattern(4, 5))
      spend()
      return n
    },
  })
  // Put off a first time, so that the second one happens after the events of a turn.
  spend()
  write(c.in.sysfd, pattern(5))
  await turns(10)
  expect(await readFull(c.out, 9)).toEqual(pattern(9))
})

it('keeps to the budget of a turn', async () => {
  // Not known to be a stream, so that a short piece does not end the loop.
  const c = await talk(() => tcpPair({ net: 'tcp', stream: false }))
  let calls = 0
  let worst = 0
  const { recv, send } = hook
  const counted = (n: number): number => {
    calls++
    return n
  }
  replace({
    // A byte at a time: the source is never empty, and no piece is large.
    recv: (fd, buf, at = 0, length = buf.length) => counted(recv(fd, buf, at, Math.min(length, 1))),
    send: (...args) => counted(send(...args)),
  })
  hook.write(c.in.sysfd, pattern(5000))
  for (let i = 0; i < 10; i++) {
    calls = 0
    await turns(1)
    worst = Math.max(worst, calls)
  }
  expect(worst).toBeGreaterThan(0)
  expect(worst).toBeLessThanOrEqual(BUDGET_OPS + 2)
})
