// Go: io.Copy over TCPConn.Read, as `writeTo` does it for a writer of the caller's: what happens between two
// pieces, and to whom the memory of a piece belongs.
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { hook as pollHook } from '@netfd/poll/testing'
import { describe, expect, it } from 'vitest'
import {
  countCalls,
  errorOf,
  never,
  PAST,
  pair,
  pattern,
  replacePoll,
  same,
  turns,
  until,
  watchPromise,
} from './support.js'

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** A writer that consumes each piece, and tells `seen` about it. */
const consumer = (seen: (piece: Uint8Array) => void) => ({
  write: (piece: Uint8Array): number => {
    seen(piece)
    return piece.length
  },
})

describe('writeTo a writer that answers at once', () => {
  it('makes no promise for a piece, and one call', async () => {
    const [client, server] = await pair()
    let pieces = 0
    const moved = server.writeTo(
      consumer(() => {
        pieces++
      }),
    )
    await client.write('warm')
    await until(() => pieces === 1)
    const buf = Buffer.from('x')
    const calls = countCalls('recv')
    let promises = 0
    let fewest = Number.POSITIVE_INFINITY
    const hook = createHook({ init: (_id, type) => void (type === 'PROMISE' && promises++) })
    for (let i = 0; i < 50; i++) {
      const before = pieces
      promises = 0
      await client.write(buf)
      hook.enable()
      // What runs in between is the poller's batch alone.
      await new Promise<void>((resolve) => setImmediate(resolve))
      hook.disable()
      if (pieces > before) fewest = Math.min(fewest, promises)
      await until(() => pieces > before)
    }
    // Two for the wait of this test: its own, and that of its await. None for a piece; what makes one now and
    // then beside it is the test runner.
    expect([fewest, calls.recv]).toEqual([2, 50])
    await client.close()
    expect(await moved).toBe(54)
    await server.close()
  })

  it('gives it the same memory again, and no transfer that waits holds any', async () => {
    const memory = new Set<ArrayBufferLike>()
    const pairs = [await pair(), await pair(), await pair()]
    let got = 0
    const moved = pairs.map(([, server]) =>
      server.writeTo({
        write: (piece) => {
          // A first piece that is small is copied out, for it is not known yet what becomes of it.
          if (got >= 3) memory.add(piece.buffer)
          got++
          return piece.length
        },
      }),
    )
    for (let round = 0; round < 4; round++) {
      for (const [client] of pairs) {
        const before = got
        await client.write('piece')
        await until(() => got > before)
      }
    }
    expect(memory.size).toBe(1)
    await Promise.all(pairs.map(([client]) => client.close()))
    expect(await Promise.all(moved)).toEqual([20, 20, 20])
  })

  it.each<[string, (piece: Uint8Array) => unknown]>([
    ['nothing', () => undefined],
    ['a boolean', () => true],
    ['a promise', (piece) => Promise.resolve(piece.length)],
    ['nothing and a number in turns', (piece) => (piece[0] === 0 ? piece.length : undefined)],
  ])('leaves it every piece for good when it answers with %s', async (_, answer) => {
    const [client, server] = await pair()
    const kept: Uint8Array[] = []
    const sums: string[] = []
    const sum = (piece: Uint8Array) => createHash('sha256').update(piece).digest('hex')
    const moved = server.writeTo({
      write: (piece) => {
        const answered = answer(piece)
        if (typeof answered !== 'number') {
          kept.push(piece)
          sums.push(sum(piece))
        }
        return answered
      },
    })
    for (let i = 0; i < 40; i++) {
      await client.write(pattern(i % 4 === 3 ? 60_000 : 100, i))
      if (i % 2 === 0) await turns(1)
    }
    await client.close()
    await moved
    expect(kept.map(sum)).toEqual(sums)
    await server.close()
  })

  it('may read from others while it looks at a piece, which stays as it is', async () => {
    const [client, server] = await pair()
    const [other, elsewhere] = await pair()
    await other.write(pattern(50_000, 7))
    await turns(2)
    const pieces = elsewhere[Symbol.asyncIterator]()
    const nested: Promise<unknown>[] = []
    const wrong: number[] = []
    const moved = server.writeTo({
      write: (piece) => {
        const want = piece.slice()
        nested.push(elsewhere.writeTo({ write: (b) => b.length }, { limit: 100 }), pieces.next())
        if (!same(piece, want)) wrong.push(piece.length)
        return piece.length
      },
    })
    for (let i = 0; i < 3; i++) {
      await client.write(pattern(1000, i))
      await turns(2)
    }
    await client.close()
    await moved
    expect([nested.length > 0, wrong]).toEqual([true, []])
    await other.close()
    await Promise.all(nested)
    await Promise.all([server.close(), elsewhere.close()])
  })

  it.each<[string, (length: number) => unknown]>([
    ['a number', (length) => length],
    ['nothing', () => undefined],
    ['a promise', (length) => Promise.resolve(length)],
  ])('may transfer the memory of a piece away, and answer with %s', async (_, answer) => {
    const [client, server] = await pair()
    const got: Uint8Array[] = []
    const moved = server.writeTo({
      write: (piece) => {
        const { length } = piece
        got.push(structuredClone(piece, { transfer: [piece.buffer as ArrayBuffer] }))
        return answer(length)
      },
    })
    const want = pattern(200_000)
    for (let at = 0; at < want.length; at += 20_000) {
      await client.write(want.subarray(at, at + 20_000))
      await turns(1)
    }
    await client.close()
    expect(await moved).toBe(want.length)
    expect(same(Buffer.concat(got), want)).toBe(true)
    await server.close()
  })

  it('lets another read have its turn between two pieces', async () => {
    const [client, server] = await pair()
    const got: string[] = []
    const moved = server.writeTo(consumer((piece) => got.push(text(piece))))
    const buf = new Uint8Array(16)
    const read = watchPromise(server.read(buf))
    await client.write('first')
    await until(() => got.length === 1)
    expect(read.state).toBe('pending')
    await client.write('second')
    await until(() => read.state !== 'pending')
    expect([read.value, text(buf.subarray(0, 6))]).toEqual([6, 'second'])
    await client.write('third')
    await client.close()
    expect(await moved).toBe(10)
    expect(got).toEqual(['first', 'third'])
    await server.close()
  })

  it('leaves the turn to others, however much there is to read', async () => {
    const [client, server] = await pair()
    replacePoll({ recv: (_fd, buf, _offset, length) => length ?? buf.length })
    let turned = false
    setImmediate(() => {
      turned = true
    })
    let pieces = 0
    const moved = server.writeTo(
      consumer(() => {
        pieces++
      }),
      { limit: 2 ** 26 },
    )
    await until(() => turned)
    expect(pieces).toBeLessThan(500)
    expect(await moved).toBe(2 ** 26)
    await Promise.all([client.close(), server.close()])
  })

  it('is called in its caller’s context, also after a wait', async () => {
    const context = new AsyncLocalStorage<string>()
    const [client, server] = await pair()
    const seen: unknown[] = []
    const moved = context.run('caller', () =>
      server.writeTo(consumer(() => seen.push(context.getStore()))),
    )
    for (let i = 0; i < 3; i++) {
      await context.run('peer', () => client.write('x'))
      await until(() => seen.length > i)
    }
    await client.close()
    await moved
    expect(seen).toEqual(['caller', 'caller', 'caller'])
    await server.close()
  })
})

describe('what a writer does to its connection takes effect before the next piece:', () => {
  it.each<
    [
      string,
      string,
      (server: Awaited<ReturnType<typeof pair>>[1], abort: AbortController) => unknown,
    ]
  >([
    ['a close', 'ERR_NET_CLOSED', (server) => server.close()],
    ['a deadline in the past', 'ETIMEDOUT', (server) => server.setReadDeadline(PAST)],
    ['an abort', 'ABORT_ERR', (_, abort) => abort.abort()],
  ])('%s', async (_, code, act) => {
    const [client, server] = await pair()
    const abort = new AbortController()
    await client.write(pattern(200_000))
    const sizes: number[] = []
    const done: unknown[] = []
    const moved = server.writeTo(
      {
        write: (piece) => {
          sizes.push(piece.length)
          done.push(act(server, abort))
          return piece.length
        },
      },
      { signal: abort.signal },
    )
    const error = await errorOf<
      NodeJS.ErrnoException & { bytesRead: number; bytesWritten: number }
    >(moved)
    expect(error).toMatchObject({ name: 'OpError', op: 'writeto', code })
    expect([sizes.length, error.bytesRead, error.bytesWritten]).toEqual([1, sizes[0], sizes[0]])
    await Promise.all(done)
    await client.close()
  })

  it('a deadline that is put off is no end', async () => {
    const [client, server] = await pair()
    server.setReadDeadline(never())
    let pieces = 0
    const moved = server.writeTo({
      write: (piece) => {
        pieces++
        server.setReadDeadline(never())
        return piece.length
      },
    })
    for (let i = 0; i < 3; i++) {
      await client.write('x')
      await until(() => pieces > i)
    }
    await client.close()
    expect(await moved).toBe(3)
    await server.close()
  })

  it('what it throws is the cause, and the piece counts as read', async () => {
    const [client, server] = await pair()
    const thrown = new Error('full')
    await client.write('12345')
    const error = await errorOf<Error & { bytesRead: number; bytesWritten: number }>(
      server.writeTo({
        write: () => {
          throw thrown
        },
      }),
    )
    expect(error).toMatchObject({ op: 'writeto', cause: thrown, bytesRead: 5, bytesWritten: 0 })
    await Promise.all([client.close(), server.close()])
  })

  it('the limit ends it at the byte, and what is behind stays for the next read', async () => {
    const [client, server] = await pair()
    await client.write('0123456789')
    let got = ''
    const dst = consumer((piece) => {
      got += text(piece)
    })
    expect(await server.writeTo(dst, { limit: 4 })).toBe(4)
    expect(await server.writeTo(dst, { limit: 3 })).toBe(3)
    const buf = new Uint8Array(16)
    expect([got, await server.read(buf)]).toEqual(['0123456', 3])
    await Promise.all([client.close(), server.close()])
  })
})

it('a piece that comes in time is given away although the loop was busy when the deadline ran out', async () => {
  const [client, server] = await pair()
  const got: string[] = []
  const { recv } = pollHook
  let empty = true
  // The first try finds nothing; what is there at the deadline the last one finds.
  replacePoll({ recv: (...args) => (empty ? -11 : recv(...args)) })
  const moved = errorOf(server.writeTo(consumer((piece) => got.push(text(piece)))))
  await client.write('late')
  await turns(3)
  empty = false
  server.setReadDeadline(Date.now() + 1)
  expect(await moved).toMatchObject({ code: 'ETIMEDOUT', bytesRead: 4 })
  expect(got).toEqual(['late'])
  await Promise.all([client.close(), server.close()])
})
