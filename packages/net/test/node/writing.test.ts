// How a Duplex writes.
import { describe, expect, it } from 'vitest'
import { countCalls, readAll, readFull, text, turns } from '../support.js'
import { duplexPair, event, told } from './streams.js'

describe('a Duplex that is written', () => {
  it('sends what was corked in one call', async () => {
    const [duplex, peer] = await duplexPair()
    const calls = countCalls('send', 'sendmsg')
    duplex.cork()
    for (const part of ['one ', 'two ', 'three']) duplex.write(part)
    duplex.uncork()
    expect(text(await readFull(peer, 13))).toBe('one two three')
    expect(calls).toEqual({ send: 0, sendmsg: 1 })
  })

  it('writes strings in their encoding, and counts bytes', async () => {
    const [duplex, peer] = await duplexPair()
    duplex.write('é')
    duplex.write('é', 'latin1')
    duplex.end(new Uint8Array([1]))
    expect([...(await readAll(peer))]).toEqual([0xc3, 0xa9, 0xe9, 1])
    expect(duplex.bytesWritten).toBe(4)
  })

  it('calls back with the error of a write that fails', async () => {
    const [duplex, peer] = await duplexPair()
    const list = told(duplex)
    const closed = event(duplex, 'close')
    const writing = new Promise((resolve) => {
      duplex.write(new Uint8Array(64 << 20), resolve)
    })
    await readFull(peer, 1)
    await peer.reset()
    expect(await writing).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) })
    await closed
    expect(list).toEqual([expect.stringMatching(/^error (ECONNRESET|EPIPE)$/), 'close true'])
  })

  it('calls back with an error when it is destroyed before everything is written', async () => {
    const [duplex] = await duplexPair()
    const results = [0, 1].map(
      () => new Promise((resolve) => duplex.write(new Uint8Array(64 << 20), resolve)),
    )
    await turns(2)
    duplex.destroy()
    for (const error of await Promise.all(results)) {
      expect(error).toMatchObject({ code: 'ERR_NET_CLOSED' })
    }
  })

  it('fails at a write deadline that passes, and is destroyed', async () => {
    const [duplex] = await duplexPair()
    const list = told(duplex)
    const closed = event(duplex, 'close')
    const writing = new Promise((resolve) => duplex.write(new Uint8Array(64 << 20), resolve))
    await turns(2)
    duplex.conn?.setWriteDeadline(1)
    expect(await writing).toMatchObject({ code: 'ETIMEDOUT', timeout: true })
    await closed
    expect(list).toEqual(['error ETIMEDOUT', 'close true'])
  })

  it('pushes back, and drains', async () => {
    const [duplex, peer] = await duplexPair()
    expect(duplex.write(new Uint8Array(1 << 20))).toBe(false)
    expect(duplex.writableNeedDrain).toBe(true)
    const drained = event(duplex, 'drain')
    await readFull(peer, 1 << 20)
    await drained
    expect(duplex.bytesWritten).toBe(1 << 20)
  })

  it('ends although the peer is gone already', async () => {
    const [duplex, peer] = await duplexPair()
    // The reset is not read yet: the stream is paused with more than it holds.
    await peer.write(new Uint8Array(100_000))
    await event(duplex, 'readable')
    await peer.reset()
    const finished = event(duplex, 'finish')
    duplex.end()
    await finished
  })

  it('tells of a connection that was closed under it', async () => {
    const [duplex] = await duplexPair()
    const list = told(duplex)
    const closed = event(duplex, 'close')
    await duplex.conn?.close()
    await closed
    expect(list).toEqual(['error ERR_NET_CLOSED', 'close true'])
  })

  it('may be destroyed once its connection is closed', async () => {
    const [duplex] = await duplexPair()
    const list = told(duplex)
    const closed = event(duplex, 'close')
    const closing = duplex.conn?.close()
    duplex.destroy()
    await Promise.all([closing, closed])
    expect(list).toEqual(['close false'])
  })

  it('has nothing that makes it a socket of Node or of TLS', async () => {
    const [duplex] = await duplexPair()
    expect('_handle' in duplex).toBe(false)
    expect('encrypted' in duplex).toBe(false)
  })
})
