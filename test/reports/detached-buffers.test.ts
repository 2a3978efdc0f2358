// A buffer whose memory has been transferred away, or was cut off, holds nothing: a call that is given
// one, or is left with one while it waits, rejects. It never resolves to 0, or to an end that is none.
import type { TCPConn } from '@netfd/net'
import { FDMutex } from '@netfd/poll'
import { hook } from '@netfd/poll/testing'
import { EAGAIN } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { pair } from '../../packages/net/test/support.js'
import { fill, readAll, replace, tcpPair, turns } from '../../packages/poll/test/support.js'

const CALLS: [string, (conn: TCPConn, buf: Uint8Array) => Promise<unknown>][] = [
  ['read', (conn, buf) => conn.read(buf)],
  ['readFull', (conn, buf) => conn.readFull(buf)],
  ['write', (conn, buf) => conn.write(buf)],
  ['writev', (conn, buf) => conn.writev([buf])],
  ['writev behind another', (conn, buf) => conn.writev([Uint8Array.of(1), buf])],
]

const detach = (buf: Uint8Array): void => {
  structuredClone(buf.buffer, { transfer: [buf.buffer as ArrayBuffer] })
}

interface Resizable extends ArrayBuffer {
  resize(length: number): void
}

/** An array of `length` bytes whose memory can be resized; `fixed` does not follow. */
function resizable(length: number, fixed = false): Uint8Array<Resizable> {
  const Buffer = ArrayBuffer as unknown as new (
    n: number,
    o: { maxByteLength: number },
  ) => Resizable
  const memory = new Buffer(length, { maxByteLength: 1 << 20 })
  return fixed ? new Uint8Array(memory, 0, length) : new Uint8Array(memory)
}

/** What may befall a buffer of 64 bytes. */
const FATES: [string, () => { buf: Uint8Array; befall: () => void }][] = [
  [
    'is detached',
    () => {
      const buf = new Uint8Array(64)
      return { buf, befall: () => detach(buf) }
    },
  ],
  [
    'shrinks',
    () => {
      const buf = resizable(64)
      return { buf, befall: () => buf.buffer.resize(16) }
    },
  ],
  [
    'shrinks to nothing',
    () => {
      const buf = resizable(64)
      return { buf, befall: () => buf.buffer.resize(0) }
    },
  ],
  [
    'loses its end',
    () => {
      const buf = resizable(64, true)
      return { buf, befall: () => buf.buffer.resize(16) }
    },
  ],
]

describe('a detached buffer', () => {
  it.each(CALLS)('given to %s is a TypeError', async (_name, call) => {
    const [conn, peer] = await pair()
    const buf = new Uint8Array(64)
    detach(buf)
    await expect(call(conn, buf)).rejects.toBeInstanceOf(TypeError)
    await peer.write('still whole')
    expect(await conn.read(new Uint8Array(64))).toBe(11)
    await conn.close()
    expect(await peer.read(new Uint8Array(8))).toBe(null)
  })

  it.each(CALLS)(
    'whose memory was cut off and that is given to %s is a TypeError',
    async (_name, call) => {
      const [conn] = await pair()
      const buf = resizable(64, true)
      buf.buffer.resize(16)
      await expect(call(conn, buf)).rejects.toBeInstanceOf(TypeError)
    },
  )

  it('is not an empty one, which reads and writes nothing', async () => {
    const [conn] = await pair()
    const empty = new Uint8Array(new ArrayBuffer(8), 8)
    expect(await conn.read(empty)).toBe(0)
    expect(await conn.write(empty)).toBe(0)
    expect(await conn.writev([empty, Uint8Array.of(1)])).toBe(1)
  })
})

describe('a buffer', () => {
  it.each(FATES)(
    'that %s while a read waits is a TypeError, and no byte is lost',
    async (_name, make) => {
      const [conn, peer] = await pair()
      const { buf, befall } = make()
      const read = conn.read(buf)
      await turns(2)
      befall()
      await peer.write('hello')
      await expect(read).rejects.toBeInstanceOf(TypeError)
      expect(await conn.read(new Uint8Array(64))).toBe(5)
    },
  )

  it.each(FATES)('that %s while a read queues is a TypeError', async (_name, make) => {
    const [conn, peer] = await pair()
    const first = conn.read(new Uint8Array(1))
    const { buf, befall } = make()
    const read = conn.read(buf)
    const last = conn.read(new Uint8Array(64))
    befall()
    await peer.write('hello')
    expect(await first).toBe(1)
    await expect(read).rejects.toBeInstanceOf(TypeError)
    expect(await last).toBe(4)
  })

  it.each(
    FATES.flatMap(([name, make]) =>
      (['write', 'writev'] as const).map((call) => [name, call, make] as const),
    ),
  )('that %s while a %s waits is a TypeError', async (_name, call, make) => {
    const [a, b] = tcpPair()
    await fill(a)
    const { buf, befall } = make()
    const write = call === 'write' ? a.write(buf) : a.writev([Uint8Array.of(1), buf])
    await turns(2)
    befall()
    const reading = readAll(b)
    await expect(write).rejects.toBeInstanceOf(TypeError)
    await a.close()
    await reading
  })

  it('that shrinks to what a write has sent already is a TypeError that says how much that was', async () => {
    const [a, b] = tcpPair()
    const { send } = hook
    let n = 0
    replace({
      send: (...args) => {
        if (args[0] !== a.sysfd) return send(...args)
        return n++ === 0 ? 16 : -EAGAIN
      },
    })
    const buf = resizable(64)
    const write = a.write(buf)
    await turns(2)
    buf.buffer.resize(16)
    // Readable is told together with writable.
    await b.write(Uint8Array.of(1))
    await expect(write).rejects.toMatchObject({ name: 'TypeError', bytesWritten: 16 })
  })
})

describe('a queue for a lock', () => {
  it('is left in the same few steps from any place in it', () => {
    const mu = new FDMutex()
    let steps = 0
    class Counting {
      #next: Counting | null = null
      #prev: Counting | null = null
      get next() {
        steps++
        return this.#next
      }
      set next(to) {
        steps++
        this.#next = to
      }
      get prev() {
        steps++
        return this.#prev
      }
      set prev(to) {
        steps++
        this.#prev = to
      }
      refused(): void {
        throw new Error('not to be called')
      }
    }
    const queue = Array.from({ length: 8_000 }, () => new Counting())
    mu.lock('r', new Counting())
    for (const waiter of queue) mu.lock('r', waiter)
    steps = 0
    for (const waiter of queue.reverse()) expect(mu.leave('r', waiter)).toBe(true)
    expect(steps).toBeLessThan(12 * queue.length)
    expect(mu.unlock('r')).toBe(null)
  })

  it('gives way to eight thousand aborts, newest first', async () => {
    const [conn, peer] = await pair()
    const first = conn.read(new Uint8Array(1))
    const aborts = Array.from({ length: 8_000 }, () => new AbortController())
    const reads = aborts.map(({ signal }) => conn.read(new Uint8Array(1), { signal }))
    const codes = Promise.all(reads.map((read) => read.catch(({ code }) => code)))
    for (const abort of aborts.reverse()) abort.abort()
    expect(new Set(await codes)).toEqual(new Set(['ABORT_ERR']))
    await peer.write('x')
    expect(await first).toBe(1)
  })
})
