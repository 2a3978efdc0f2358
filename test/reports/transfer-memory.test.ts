// What a transfer has under way is bounded, however much there is to move and however slow the other end is.
import { PassThrough, Readable, Writable } from 'node:stream'
import type { Destination, Source } from '@netfd/net'
import { describe, expect, it } from 'vitest'
import { errorOf, pair, smallBuffersOf, turns } from '../../packages/net/test/support.js'

/** Beyond the stream's own buffer, and what the kernel has. */
const BOUND = 1 << 20
const PIECE = 50_000

/** Pieces without end, and how many bytes were asked for. */
function endless(): { taken: number; pieces: () => AsyncGenerator<Uint8Array> } {
  const source = {
    taken: 0,
    pieces: async function* () {
      for (;;) {
        source.taken += PIECE
        yield new Uint8Array(PIECE)
      }
    },
  }
  return source
}

describe('readFrom takes no more than its peer reads, from', () => {
  const SOURCES: Record<string, (pieces: AsyncGenerator<Uint8Array>) => Source> = {
    'an async iterable': (pieces) => pieces,
    'a Readable': (pieces) => Readable.from(pieces, { objectMode: false }),
    'a Readable in object mode': (pieces) => Readable.from(pieces),
    'a Transform': (pieces) => Readable.from(pieces).pipe(new PassThrough()),
    'a ReadableStream': (pieces) => ReadableStream.from(pieces) as unknown as Source,
  }

  it.each(Object.entries(SOURCES))('%s', async (_, make) => {
    const [client, server] = await pair()
    smallBuffersOf(client, server)
    const source = endless()
    const stop = new AbortController()
    const sending = errorOf<{ bytesWritten: number }>(
      client.readFrom(make(source.pieces()), { signal: stop.signal }),
    )
    let seen = -1
    while (seen !== source.taken) {
      seen = source.taken
      await turns(30)
    }
    stop.abort()
    const { bytesWritten } = await sending
    // A Readable in object mode holds 16 pieces of its own.
    expect(source.taken - bytesWritten).toBeLessThan(BOUND + 16 * PIECE)
  })
})

/** What was given and is not done with, and the memory that it keeps. */
class Ledger {
  held = 0
  most = 0
  done = 0
  readonly #rooms = new Map<ArrayBufferLike, number>()

  take({ buffer }: Uint8Array): void {
    const users = this.#rooms.get(buffer) ?? 0
    this.#rooms.set(buffer, users + 1)
    if (users === 0) this.held += buffer.byteLength
    this.most = Math.max(this.most, this.held)
  }

  leave({ buffer, length }: Uint8Array): void {
    this.done += length
    const users = (this.#rooms.get(buffer) ?? 0) - 1
    if (users === 0) this.held -= buffer.byteLength
    if (users === 0) this.#rooms.delete(buffer)
    else this.#rooms.set(buffer, users)
  }

  /** Has a piece for some turns. */
  async hold(piece: Uint8Array): Promise<void> {
    this.take(piece)
    await turns(2)
    this.leave(piece)
  }
}

describe('writeTo gives no more than its destination has done with, to', () => {
  const DESTINATIONS: Record<string, (ledger: Ledger) => Destination> = {
    'a Writer that promises': (ledger) => ({ write: (data) => ledger.hold(data) }),
    'a Writable': (ledger) => counting(ledger, 16_384),
    'a Writable with a large buffer': (ledger) => counting(ledger, BOUND / 2),
    'a WritableStream': (ledger) => new WritableStream({ write: (data) => ledger.hold(data) }),
    'a WritableStream that would queue a thousand pieces': (ledger) => {
      const sink = { write: (data: Uint8Array) => ledger.hold(data) }
      return new WritableStream(sink, { highWaterMark: 1_000 })
    },
  }

  function counting(ledger: Ledger, highWaterMark: number): Writable {
    const dst = new Writable({
      highWaterMark,
      write: (piece, _, done) => {
        void turns(2).then(() => {
          ledger.leave(piece)
          done()
        })
      },
    })
    const { write } = dst
    return Object.assign(dst, {
      write: (piece: Uint8Array, done: () => void) => {
        ledger.take(piece)
        return write.call(dst, piece, done as never)
      },
    })
  }

  const cases = Object.keys(DESTINATIONS).flatMap((name) =>
    [100, 200_000].map((size) => [name, size] as const),
  )

  it.each(cases)('%s, pieces of %i bytes', async (name, size) => {
    const [client, server] = await pair()
    const ledger = new Ledger()
    const dst = DESTINATIONS[name]?.(ledger) as Destination
    const total = size === 100 ? 30_000 : 6_000_000
    const send = async () => {
      for (let at = 0; at < total; at += size) {
        await client.write(new Uint8Array(size))
        if (size === 100) await turns(1)
      }
      client.closeWrite()
    }
    const [n] = await Promise.all([server.writeTo(dst), send()])
    expect([n, ledger.done, ledger.held]).toEqual([total, total, 0])
    expect(ledger.most).toBeLessThan(size === 100 ? total + 65_536 : BOUND)
  })
})
