// What a piece costs on its way through the kernel, and what a transfer holds while it waits.
import {
  EAGAIN,
  EINTR,
  EINVAL,
  F_SETPIPE_SZ,
  SCM_RIGHTS,
  SOL_SOCKET,
  sendmsg,
} from '@netfd/syscall'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  countCalls,
  fill,
  pattern,
  pipeEnds,
  readAll,
  readFull,
  replace,
  tcpPair,
  turns,
  unixPair,
  watchPromise,
} from '../test/support.js'
import type { FD } from './fd.js'
import { hook } from './hook.js'
import { SMALL } from './op-splice.js'
import { closeIdlePipes } from './pipe-pool.js'

beforeEach(closeIdlePipes)
afterAll(closeIdlePipes)

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** in → src ⇒ dst → out */
function chain(pair: () => [FD, FD] = tcpPair): { in: FD; src: FD; dst: FD; out: FD } {
  const [a, src] = pair()
  const [dst, out] = pair()
  return { in: a, src, dst, out }
}

describe('a transfer that is spliced', () => {
  it('holds no pipe while it waits for its source, before a piece and after it', async () => {
    const before = pipeEnds()
    const chains = Array.from({ length: 10 }, () => chain())
    const moved = chains.map((c) => c.dst.spliceFrom(c.src))
    for (const size of [0, SMALL, 3 * SMALL]) {
      for (const c of chains) await c.in.write(pattern(size))
      for (const c of chains) expect(same(await readFull(c.out, size), pattern(size))).toBe(true)
      await turns(3)
      // The one that all have used, one after the other.
      expect(pipeEnds() - before).toBe(2)
    }
    for (const c of chains) await c.in.close()
    expect(await Promise.all(moved)).toEqual(chains.map(() => 4 * SMALL))
  })

  it('holds a pipe while its destination has no room for what is in it', async () => {
    const before = pipeEnds()
    const c = chain()
    const filled = await fill(c.dst)
    await c.in.write(pattern(SMALL))
    const moved = c.dst.spliceFrom(c.src, SMALL)
    await turns(3)
    const d = chain()
    await d.in.write(pattern(5))
    expect(await d.dst.spliceFrom(d.src, 5)).toBe(5)
    expect(pipeEnds() - before).toBe(4)
    await readFull(c.out, filled)
    expect(await moved).toBe(SMALL)
    closeIdlePipes()
    expect(pipeEnds() - before).toBe(0)
  })

  it('costs two calls a piece, and one that finds the source empty; no pipe is made', async () => {
    const c = chain()
    const moved = c.dst.spliceFrom(c.src)
    await c.in.write(pattern(SMALL))
    await readFull(c.out, SMALL)
    await turns(2)
    const calls = countCalls('splice', 'pipe2', 'fcntl', 'close')
    for (let i = 0; i < 10; i++) {
      await c.in.write(pattern(SMALL, i))
      expect(same(await readFull(c.out, SMALL), pattern(SMALL, i))).toBe(true)
      await turns(2)
    }
    expect(calls).toEqual({ splice: 30, pipe2: 0, fcntl: 0, close: 0 })
    await c.in.close()
    await moved
  })

  it('sends all pieces that are there in one step, with one pipe for all transfers', async () => {
    const chains = Array.from({ length: 20 }, () => chain())
    const calls = countCalls('pipe2')
    const moved = chains.map((c) => c.dst.spliceFrom(c.src))
    await Promise.all(chains.map((c) => c.in.write(pattern(5 * SMALL)).then(() => c.in.close())))
    for (const c of chains) {
      expect(same(await readFull(c.out, 5 * SMALL), pattern(5 * SMALL))).toBe(true)
    }
    await Promise.all(moved)
    expect(calls.pipe2).toBe(1)
  })
})

describe('a piece', () => {
  it('that is shorter than asked for, but for no lack of bytes, is not the last', async () => {
    const c = chain()
    const { splice } = hook
    replace({ splice: (a, b, length, flags) => splice(a, b, Math.min(length, 256), flags) })
    const moved = c.dst.spliceFrom(c.src)
    await c.in.write(pattern(1000))
    expect(await readFull(c.out, 1000)).toEqual(pattern(1000))
    await c.in.close()
    expect(await moved).toBe(1000)
  })

  it('that ends where a Unix stream passes a descriptor is not the last', async () => {
    const c = chain(() => unixPair())
    await c.in.write(pattern(3))
    // struct cmsghdr, and standard input for the peer.
    const rights = new Uint8Array(20)
    const view = new DataView(rights.buffer)
    view.setBigUint64(0, 20n, true)
    view.setInt32(8, SOL_SOCKET, true)
    view.setInt32(12, SCM_RIGHTS, true)
    sendmsg(c.in.sysfd, [pattern(4, 3)], 0, rights)
    expect(await c.dst.spliceFrom(c.src, 7)).toBe(7)
    expect(await readFull(c.out, 7)).toEqual(pattern(7))
  })

  it('goes through a pipe of the default size when a larger one is refused', async () => {
    const c = chain()
    const { fcntl } = hook
    // The user has too many pipe pages, and the size of a page is known already.
    replace({
      fcntl: (fd, op, arg) => (op === F_SETPIPE_SZ && arg !== 1 ? -1 : fcntl(fd, op, arg)),
    })
    const lengths: number[] = []
    const { splice } = hook
    replace({
      splice: (a, b, length, flags) => {
        lengths.push(length)
        return splice(a, b, length, flags)
      },
    })
    const want = pattern(300_000)
    const moved = c.dst.spliceFrom(c.src)
    const [got] = await Promise.all([
      readFull(c.out, want.length),
      c.in.write(want).then(() => c.in.close()),
    ])
    expect([same(got, want), await moved]).toEqual([true, want.length])
    // What is known to fit: a page.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536)
  })

  it('that finds no room is sent when there is, after an EINTR too', async () => {
    const c = chain()
    const { splice } = hook
    let calls = 0
    replace({
      splice: (...args) => {
        calls++
        return calls === 2 || calls === 3 ? -EINTR : splice(...args)
      },
    })
    await c.in.write(pattern(5))
    expect(await c.dst.spliceFrom(c.src, 5)).toBe(5)
    expect(await readFull(c.out, 5)).toEqual(pattern(5))
  })

  it('that the destination refuses fails the transfer, and is not copied again', async () => {
    const c = chain()
    const { splice } = hook
    let calls = 0
    replace({ splice: (...args) => (++calls === 2 ? -EINVAL : splice(...args)) })
    await c.in.write(pattern(5))
    await expect(c.dst.spliceFrom(c.src)).rejects.toMatchObject({
      code: 'EINVAL',
      syscall: 'splice',
      bytesWritten: 0,
      bytesRead: 5,
    })
  })
})

describe('a close of the destination', () => {
  it('in the tick in which a transfer begins, behind a read of its source, ends it', async () => {
    const c = chain()
    const read = watchPromise(c.src.read(new Uint8Array(2)))
    const moved = c.dst.spliceFrom(c.src)
    const close = c.dst.close()
    await expect(moved).rejects.toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
    await close
    expect(read.state).toBe('pending')
  })

  it('between two pieces ends it, and takes no other piece', async () => {
    const c = chain()
    const { splice } = hook
    let calls = 0
    let close: Promise<void> | undefined
    replace({
      // The second call sends the first piece.
      splice: (from, to, length, flags) => {
        if (++calls === 2) return -EAGAIN
        if (calls === 3) close = c.dst.close()
        return splice(from, to, Math.min(length, SMALL), flags)
      },
    })
    await c.in.write(pattern(2 * SMALL))
    await expect(c.dst.spliceFrom(c.src)).rejects.toMatchObject({
      code: 'ERR_NET_CLOSED',
      bytesWritten: SMALL,
      bytesRead: SMALL,
    })
    await close
    expect(same(await readFull(c.src, SMALL), pattern(SMALL, SMALL))).toBe(true)
    expect((await readAll(c.out)).length).toBe(SMALL)
  })
})

it('a destination that is past its deadline is sent nothing, though it has room', async () => {
  const c = chain()
  c.dst.setWriteDeadline(1)
  const calls = countCalls('splice')
  await c.in.write(pattern(5))
  await expect(c.dst.spliceFrom(c.src)).rejects.toMatchObject({
    code: 'ERR_DEADLINE_EXCEEDED',
    bytesWritten: 0,
    bytesRead: 5,
  })
  expect(calls.splice).toBe(1)
})
