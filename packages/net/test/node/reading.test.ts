// When a Duplex reads, and what it holds while it does not.
import { describe, expect, it } from 'vitest'
import { uncaught } from '../../../poll/test/support.js'
import type { StreamConn } from '../../src/index.js'
import { pipe } from '../../src/index.js'
import { toDuplex } from '../../src/node/index.js'
import {
  countCalls,
  dialed,
  fakeTime,
  listening,
  pair,
  pattern,
  readFull,
  same,
  text,
  track,
  turns,
  until,
} from '../support.js'
import { duplexPair, event, told, tracked } from './streams.js'

describe('a Duplex that is read', () => {
  it('holds no buffer while nothing comes', async () => {
    const listener = await listening()
    const accepting = Array.from({ length: 20 }, () => listener.accept())
    const peers = await Promise.all(
      accepting.map(async (accepted) => {
        const conn = await dialed(listener.addr)
        return [track(await accepted), conn] as const
      }),
    )
    const calls = countCalls('recv')
    const before = process.memoryUsage().arrayBuffers
    for (const [, conn] of peers) tracked(toDuplex(conn)).resume()
    await turns(3)
    // Each has tried once, into what all of them share, or not at all.
    expect(calls.recv).toBeLessThanOrEqual(20)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 65_536)
  })

  it('is called for nothing until there is something', async () => {
    const [duplex, peer] = await duplexPair()
    duplex.resume()
    await turns(2)
    const calls = countCalls('recv')
    await turns(5)
    expect(calls.recv).toBe(0)
    const data = event(duplex, 'data')
    await peer.write('x')
    await data
    expect(calls.recv).toBe(1)
  })

  it('takes 65536 bytes when nothing reads it, and leaves the rest in the kernel', async () => {
    const listener = await listening()
    const [conn, peer] = await Promise.all([dialed(listener.addr), listener.accept()])
    const sent = pattern(400_000)
    const writing = track(peer).write(sent)
    const calls = countCalls('recv')
    // The peer has filled what the kernel takes.
    await turns(20)
    const duplex = tracked(toDuplex(conn))
    await turns(20)
    expect([duplex.readableLength, duplex.bytesRead]).toEqual([65_536, 65_536])
    const before = calls.recv
    await turns(20)
    expect(calls.recv).toBe(before)
    const got: Buffer[] = []
    for await (const piece of duplex) {
      got.push(piece as Buffer)
      if (duplex.bytesRead === sent.length && duplex.readableLength === 0) break
    }
    await writing
    expect(same(Buffer.concat(got), sent)).toBe(true)
  })

  it('gives what was read before first', async () => {
    const [duplex, peer] = await duplexPair({ unread: new Uint8Array(Buffer.from('one ')) })
    await peer.write('two')
    peer.closeWrite()
    const got = await duplex.toArray()
    expect([String(Buffer.concat(got as Buffer[])), duplex.bytesRead]).toEqual(['one two', 3])
  })

  it('stops reading at its own mark', async () => {
    const [duplex, peer] = await duplexPair({ highWaterMark: 4 })
    expect([duplex.readableHighWaterMark, duplex.writableHighWaterMark]).toEqual([4, 4])
    await peer.write('12345')
    await event(duplex, 'readable')
    await peer.write('6')
    await turns(5)
    expect(duplex.readableLength).toBe(5)
  })

  it('is destroyed by a read deadline that passes', async () => {
    fakeTime()
    const [duplex] = await duplexPair()
    const list = told(duplex)
    const failed = event(duplex, 'error')
    const closed = event(duplex, 'close')
    duplex.conn?.setReadDeadline(1)
    expect(await failed).toMatchObject({ code: 'ETIMEDOUT', timeout: true })
    await closed
    expect(list).toEqual(['error ETIMEDOUT', 'close true'])
  })

  it('goes on after a listener threw, whose error is uncaught', async () => {
    const [duplex, peer] = await duplexPair()
    const thrown = uncaught()
    duplex.once('data', () => {
      throw new Error('mine')
    })
    await peer.write('one')
    await until(() => thrown.length > 0)
    expect(thrown).toEqual([new Error('mine')])
    const data = event(duplex, 'data')
    await peer.write('two')
    expect(String(await data)).toBe('two')
  })

  it('reads a pipe as well', async () => {
    const [a, b] = pipe()
    const duplex = tracked(toDuplex(a))
    expect([duplex.conn, duplex.remoteAddress]).toEqual([null, undefined])
    duplex.setNoDelay().setKeepAlive(true).ref()
    duplex.cork()
    duplex.write('one ')
    duplex.write('two')
    duplex.uncork()
    const buf = new Uint8Array(7)
    await b.readFull(buf)
    expect(Buffer.from(buf).toString()).toBe('one two')
    const data = event(duplex, 'data')
    await b.write('back')
    expect(String(await data)).toBe('back')
    duplex.end()
    expect(await b.read(buf)).toBeNull()
    await b.close()
  })

  it("reads a program's own connection as well", async () => {
    const [a, b] = await pair()
    const own: StreamConn = {
      localAddr: a.localAddr,
      remoteAddr: a.remoteAddr,
      read: (buf, o) => a.read(buf, o),
      readFull: (buf, o) => a.readFull(buf, o),
      write: (data, o) => a.write(data, o),
      close: () => a.close(),
      setDeadline: (t) => a.setDeadline(t),
      setReadDeadline: (t) => a.setReadDeadline(t),
      setWriteDeadline: (t) => a.setWriteDeadline(t),
      setReadTimeout: (ms) => a.setReadTimeout(ms),
      setWriteTimeout: (ms) => a.setWriteTimeout(ms),
      [Symbol.asyncIterator]: () => a[Symbol.asyncIterator](),
      [Symbol.asyncDispose]: () => a[Symbol.asyncDispose](),
    }
    const duplex = tracked(toDuplex(own))
    duplex.setNoDelay().unref().ref()
    await b.write('hello')
    const data = event(duplex, 'data')
    expect([String(await data), duplex.bytesRead, duplex.conn]).toEqual(['hello', 5, null])
    duplex.end('bye')
    expect(text(await readFull(b, 3))).toBe('bye')
    const closed = event(duplex, 'close')
    duplex.destroy()
    await closed
    expect(await b.read(new Uint8Array(1))).toBeNull()
  })
})
