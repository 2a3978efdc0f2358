// Loops that read without a buffer of their own.
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  countCalls,
  pattern,
  replace,
  TCP,
  tcpPair,
  turns,
  unixPair,
  watchPromise,
} from '../test/support.js'
import { FD } from './fd.js'
import { hook } from './hook.js'
import type { PieceLoop } from './loop.js'
import { ROOM } from './room.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Everything that a loop reads until the end. */
async function all(loop: PieceLoop): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  while ((await loop.next()) !== null) pieces.push(loop.piece())
  return pieces
}

/** The rooms that are read into from now on. */
function rooms(): Set<ArrayBufferLike> {
  const seen = new Set<ArrayBufferLike>()
  const { recv } = hook
  replace({
    recv: (fd, buf, ...args) => {
      if (buf.length === ROOM) seen.add(buf.buffer)
      return recv(fd, buf, ...args)
    },
  })
  return seen
}

describe('FD.reading', () => {
  it('copies a small piece out, and its loop may keep it', async () => {
    const [a, b] = tcpPair()
    const loop = b.reading()
    const kept: Uint8Array[] = []
    for (let i = 0; i < 3; i++) {
      await a.write(pattern(10, 20 * i))
      expect(await loop.next()).toBe(10)
      kept.push(loop.piece())
    }
    expect(kept).toEqual([pattern(10), pattern(10, 20), pattern(10, 40)])
    expect(kept.map((piece) => piece.buffer.byteLength)).toEqual([10, 10, 10])
  })

  it('hands a large piece over whole, and the next one goes elsewhere', async () => {
    const [a, b] = unixPair()
    const loop = b.reading()
    const seen = rooms()
    const want = pattern(3 * ROOM)
    const sent = a.write(want).then(() => a.close())
    const pieces = await all(loop)
    await sent
    expect(same(Buffer.concat(pieces), want)).toBe(true)
    const large = pieces.filter((piece) => piece.length > ROOM / 2)
    expect(large.length).toBeGreaterThan(0)
    // Not copied: each is in a room that was read into, and in one of its own.
    for (const { buffer } of large) expect(seen.has(buffer)).toBe(true)
    expect(new Set(large.map((piece) => piece.buffer)).size).toBe(large.length)
  })

  it('reads for many loops at once into one room, and mixes nothing up', async () => {
    const pairs = Array.from({ length: 20 }, () => tcpPair())
    const read = pairs.map(([, b]) => all(b.reading()))
    await turns(2)
    const seen = rooms()
    for (let round = 0; round < 5; round++) {
      // All at once: they are read in one batch of events.
      for (const [i, [a]] of pairs.entries()) hook.write(a.sysfd, pattern(50, 100 * i + round))
      await turns(2)
    }
    for (const [a] of pairs) await a.close()
    const got = await Promise.all(read)
    for (const [i, pieces] of got.entries()) {
      const want = [0, 1, 2, 3, 4].flatMap((round) => [...pattern(50, 100 * i + round)])
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(want))
    }
    expect(seen.size).toBe(1)
  })

  it('mixes large and small pieces of many loops up no more', async () => {
    const pairs = Array.from({ length: 8 }, () => unixPair())
    const read = pairs.map(([, b]) => all(b.reading()))
    const sizes = [10, 50_000, 100, 200_000, 1]
    await Promise.all(
      pairs.map(async ([a], i) => {
        for (const size of sizes) {
          await a.write(pattern(size, i))
          await turns(1)
        }
        await a.close()
      }),
    )
    for (const [i, pieces] of (await Promise.all(read)).entries()) {
      const want = Buffer.concat(sizes.map((size) => pattern(size, i)))
      expect(same(Buffer.concat(pieces), want)).toBe(true)
    }
  })

  it('makes the calls of a read: none that finds nothing after a short piece', async () => {
    const [a, b] = tcpPair(TCP)
    const loop = b.reading()
    const calls = countCalls('recv')
    const first = loop.next()
    await turns(2)
    expect(calls.recv).toBe(1)
    for (let i = 0; i < 5; i++) {
      await a.write(pattern(10))
      expect(await (i === 0 ? first : loop.next())).toBe(10)
    }
    expect(calls.recv).toBe(6)
  })

  it('may be left while it waits: the piece that comes is the next read’s', async () => {
    const [a, b] = tcpPair()
    const loop = b.reading()
    const next = watchPromise(loop.next())
    await turns(2)
    loop.stop()
    await turns(1)
    expect(next.error).toMatchObject({ code: 'ABORT_ERR' })
    await a.write(pattern(3))
    const other = b.reading()
    expect([await other.next(), other.piece()]).toEqual([3, pattern(3)])
  })

  it('ends with the stream, also right behind a piece', async () => {
    const [a, b] = tcpPair()
    await a.write(pattern(3))
    await a.close()
    expect(await all(b.reading())).toEqual([pattern(3)])
    expect(await b.reading().next()).toBe(null)
  })

  it('keeps no piece alive: not one that it has handed over, nor one that another loop has', async () => {
    const [a, b] = unixPair()
    const [c, d] = unixPair()
    const [loop, other] = [b.reading(), d.reading()]
    await c.write(pattern(1))
    await other.next()
    // It has tried in vain, and waits.
    const waiting = other.next()
    await turns(2)
    await a.write(pattern(ROOM))
    await loop.next()
    const piece = new WeakRef(loop.piece().buffer)
    // A turn, for a WeakRef that was asked holds until its end.
    await turns(2)
    gc()
    expect(piece.deref()).toBe(undefined)
    await c.close()
    expect(await waiting).toBe(null)
  })

  it('reads a regular file on the thread pool, each loop into a room of its own', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
    const files = [0, 1].map((i) => {
      const path = join(dir, String(i))
      writeFileSync(path, pattern(200_000, i))
      const fd = new FD(openSync(path, 'r'))
      fd.init()
      return fd
    })
    const read = await Promise.all(files.map(async (fd) => all(fd.reading())))
    for (const [i, pieces] of read.entries()) {
      expect(same(Buffer.concat(pieces), pattern(200_000, i))).toBe(true)
    }
    await Promise.all(files.map((fd) => fd.close()))
    rmSync(dir, { recursive: true })
  })
})
