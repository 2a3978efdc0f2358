// An AbortSignal ends a transfer, which says how far it has come on either side.
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EAGAIN } from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import { watchListeners } from '../../../test/leaks.js'
import {
  countCalls,
  fill,
  pattern,
  readAll,
  readFull,
  replace,
  tcpPair,
  turns,
  watchPromise,
} from '../test/support.js'
import { budget } from './budget.js'
import type { FD } from './fd.js'
import { hook } from './hook.js'
import type { FDKind } from './kind.js'
import { closeIdlePipes } from './pipe-pool.js'

afterAll(closeIdlePipes)

/** in → src ⇒ dst → out, and a signal that must be left without listeners. */
interface Chain {
  in: FD
  src: FD
  dst: FD
  out: FD
  abort: AbortController
  signal: AbortSignal
}

function chain(kind?: FDKind): Chain {
  const [a, src] = tcpPair(kind)
  const [dst, out] = tcpPair()
  const abort = new AbortController()
  return { in: a, src, dst, out, abort, signal: watchListeners(abort.signal) }
}

const canceled = (bytesWritten: number, bytesRead = bytesWritten) => ({
  code: 'ABORT_ERR',
  cause: 'why',
  bytesWritten,
  bytesRead,
})

/** Sends all that it can, and then all of the rest: what `c.out` receives until `c.dst` is closed. */
async function received(c: Chain): Promise<Buffer> {
  const got = readAll(c.out)
  await c.dst.close()
  return Buffer.from(await got)
}

describe('an abort of spliceFrom', () => {
  it('before it begins takes no lock and makes no call', async () => {
    const c = chain()
    const calls = countCalls('splice', 'pipe2')
    await c.in.write(pattern(3))
    const moved = c.dst.spliceFrom(c.src, 3, { signal: AbortSignal.abort('why') })
    await expect(moved).rejects.toMatchObject(canceled(0))
    expect([calls.splice, calls.pipe2]).toEqual([0, 0])
    expect(await readFull(c.src, 3)).toEqual(pattern(3))
    expect(await c.dst.write(pattern(1))).toBe(1)
  })

  it('while it waits for data leaves what comes then to the next read', async () => {
    const c = chain()
    const moved = c.dst.spliceFrom(c.src, undefined, c)
    await c.in.write(pattern(7))
    expect(await readFull(c.out, 7)).toEqual(pattern(7))
    await turns(2)
    c.abort.abort('why')
    await expect(moved).rejects.toMatchObject(canceled(7))
    await c.in.write(pattern(5))
    expect(await readFull(c.src, 5)).toEqual(pattern(5))
    expect(await c.dst.write(pattern(1))).toBe(1)
  })

  it('while it waits for room says what was written and what was taken', async () => {
    const c = chain()
    const before = await fill(c.dst)
    const sending = watchPromise(c.in.write(pattern(1000)))
    closeIdlePipes()
    const moved = watchPromise(c.dst.spliceFrom(c.src, undefined, c))
    await turns(5)
    expect([sending.state, moved.state]).toEqual(['resolved', 'pending'])
    c.abort.abort('why')
    await turns(1)
    expect(moved.error).toMatchObject(canceled(0, 1000))
    expect((await received(c)).length).toBe(before)
    // The pipe had those bytes, and is not used again.
    const calls = countCalls('pipe2')
    const d = chain()
    await d.in.write(pattern(9))
    expect(await d.dst.spliceFrom(d.src, 9)).toBe(9)
    expect([calls.pipe2, await readFull(d.out, 9)]).toEqual([1, pattern(9)])
  })

  it('after a piece was taken sends that piece, and takes no other', async () => {
    // Not known to be a stream: the source would be asked again at once.
    const c = chain({ net: 'tcp', stream: false })
    await c.in.write(pattern(10))
    const { splice } = hook
    let calls = 0
    replace({
      // The piece is taken, finds no room at first, and the abort comes while it goes.
      splice: (from, to, length, flags) => {
        if (++calls === 2) return -EAGAIN
        if (calls === 3) c.abort.abort('why')
        return splice(from, to, Math.min(length, 4), flags)
      },
    })
    await expect(c.dst.spliceFrom(c.src, 10, c)).rejects.toMatchObject(canceled(4))
    expect(await readFull(c.out, 4)).toEqual(pattern(4))
    expect(await readFull(c.src, 6)).toEqual(pattern(6, 4))
  })

  it.each(['before', 'after'] as const)(
    'sends a piece that is put off to the next turn, %s the abort, and ends then',
    async (when) => {
      const c = chain()
      await c.in.write(pattern(10))
      const { splice } = hook
      replace({
        splice: (...args) => {
          replace({ splice })
          const n = splice(...args)
          while (!budget.spent) budget.charge(0)
          if (when === 'after') c.abort.abort('why')
          return n
        },
      })
      const moved = watchPromise(c.dst.spliceFrom(c.src, 20, c))
      // The piece is in the pipe, and its sending has been put off.
      for (let i = 0; i < 20; i++) await null
      c.abort.abort('why')
      await turns(3)
      expect(moved.error).toMatchObject(canceled(10))
      expect(await readFull(c.out, 10)).toEqual(pattern(10))
    },
  )

  it('of what is complete changes nothing', async () => {
    const c = chain()
    await c.in.write(pattern(10))
    const { splice } = hook
    replace({
      splice: (...args) => {
        c.abort.abort('why')
        return splice(...args)
      },
    })
    expect(await c.dst.spliceFrom(c.src, 10, c)).toBe(10)
  })

  it.each(['src', 'dst'] as const)('while it queues for its %s leaves both queues', async (end) => {
    const c = chain()
    const ahead = watchPromise(
      end === 'src' ? c.src.read(new Uint8Array(2)) : c.dst.write(new Uint8Array(16 << 20)),
    )
    const moved = c.dst.spliceFrom(c.src, undefined, c)
    await turns(3)
    c.abort.abort('why')
    await expect(moved).rejects.toMatchObject(canceled(0))
    expect(ahead.state).toBe('pending')
    if (end === 'src') expect(await c.dst.write(pattern(1))).toBe(1)
    await c.in.write(pattern(4))
    if (end === 'dst') expect(await readFull(c.src, 4)).toEqual(pattern(4))
  })

  it('that is not an AbortSignal is a TypeError, and nothing is moved', async () => {
    const c = chain()
    await c.in.write(pattern(3))
    const moved = c.dst.spliceFrom(c.src, 3, { signal: {} as AbortSignal })
    await expect(moved).rejects.toThrow(TypeError)
    expect(await readFull(c.src, 3)).toEqual(pattern(3))
  })
})

describe('an abort of a conversation', () => {
  /** A transfer of pieces so small and so many that they are copied. */
  async function talk(c: Chain) {
    const moved = watchPromise(c.dst.spliceFrom(c.src, undefined, c))
    for (let i = 0; i < 12; i++) {
      await c.in.write(pattern(3))
      await readFull(c.out, 3)
    }
    return moved
  }

  it('while it waits for data leaves what comes then to the next read', async () => {
    const c = chain()
    const moved = await talk(c)
    c.abort.abort('why')
    await turns(1)
    expect(moved.error).toMatchObject(canceled(36))
    await c.in.write(pattern(5))
    expect(await readFull(c.src, 5)).toEqual(pattern(5))
  })

  it('while it waits for room says what was written and what was taken', async () => {
    const c = chain()
    const moved = await talk(c)
    const { send } = hook
    // Two bytes of the piece go, and then there is no room.
    replace({
      send: (fd, buf) => {
        replace({ send: () => -EAGAIN })
        return send(fd, buf, 0, 2)
      },
    })
    hook.write(c.in.sysfd, pattern(5))
    await turns(3)
    c.abort.abort('why')
    await turns(1)
    expect(moved.error).toMatchObject(canceled(38, 41))
    expect(await received(c)).toEqual(Buffer.from(pattern(2)))
  })
})

it('every other end of spliceFrom says what was taken and not written, too', async () => {
  const c = chain()
  await fill(c.dst)
  await c.in.write(pattern(1000))
  const moved = watchPromise(c.dst.spliceFrom(c.src))
  await turns(5)
  c.dst.setWriteDeadline(1)
  await turns(1)
  expect(moved.error).toMatchObject({
    code: 'ERR_DEADLINE_EXCEEDED',
    bytesWritten: 0,
    bytesRead: 1000,
  })
})

describe('an abort of sendFile', () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
  const content = pattern(10 << 20)
  writeFileSync(join(dir, 'file'), content)
  const file = openSync(join(dir, 'file'), 'r')

  afterAll(() => {
    closeSync(file)
    rmSync(dir, { recursive: true })
  })

  it('before it begins makes no call', async () => {
    const c = chain()
    const calls = countCalls('sendfilePool')
    const sent = c.dst.sendFile(file, 0, 10, { signal: AbortSignal.abort('why') })
    await expect(sent).rejects.toMatchObject({ code: 'ABORT_ERR', bytesWritten: 0, cause: 'why' })
    expect(calls.sendfilePool).toBe(0)
    expect(await c.dst.write(pattern(1))).toBe(1)
  })

  it('while it waits for room says how much was sent', async () => {
    const c = chain()
    let full: () => void
    const wait = new Promise<void>((resolve) => {
      full = resolve
    })
    const { sendfilePool } = hook
    replace({
      sendfilePool: async (...args) => {
        const n = await sendfilePool(...args)
        if (n === -EAGAIN) setImmediate(full)
        return n
      },
    })
    const sent = watchPromise(c.dst.sendFile(file, 0, content.length, c))
    await wait
    expect(sent.state).toBe('pending')
    c.abort.abort('why')
    await turns(1)
    expect(sent.error).toMatchObject({ code: 'ABORT_ERR', cause: 'why' })
    const { bytesWritten } = sent.error as { bytesWritten: number }
    const got = await received(c)
    expect(Buffer.compare(got, content.subarray(0, bytesWritten))).toBe(0)
    expect(bytesWritten).toBeGreaterThan(0)
  })

  it('takes effect between two calls of the pool', async () => {
    const c = chain()
    const { sendfilePool } = hook
    let calls = 0
    replace({
      sendfilePool: (out, fd, at) => {
        if (++calls === 3) c.abort.abort('why')
        return sendfilePool(out, fd, at, 1000)
      },
    })
    const sent = c.dst.sendFile(file, 0, content.length, c)
    await expect(sent).rejects.toMatchObject({ code: 'ABORT_ERR', bytesWritten: 3000 })
    expect([calls, (await received(c)).length]).toEqual([3, 3000])
  })

  it('of what is complete changes nothing', async () => {
    const c = chain()
    const { sendfilePool } = hook
    replace({
      sendfilePool: (...args) => {
        c.abort.abort('why')
        return sendfilePool(...args)
      },
    })
    expect(await c.dst.sendFile(file, 0, 1000, c)).toBe(1000)
  })

  it('while it queues takes it out of the queue', async () => {
    const c = chain()
    const write = watchPromise(c.dst.write(new Uint8Array(16 << 20)))
    const sent = c.dst.sendFile(file, 0, 10, c)
    await turns(3)
    c.abort.abort('why')
    await expect(sent).rejects.toMatchObject({ code: 'ABORT_ERR', bytesWritten: 0 })
    expect(write.state).toBe('pending')
  })
})
