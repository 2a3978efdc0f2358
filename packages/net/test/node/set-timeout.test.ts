// setTimeout: tells that nothing has moved, as a socket of Node does.
import { describe, expect, it, vi } from 'vitest'
import { dialDuplex } from '../../src/node/index.js'
import { fakeTime, listening, readFull, turns } from '../support.js'
import { duplexPair, event, told, tracked } from './streams.js'

describe("a Duplex's setTimeout", () => {
  it('tells once that nothing has moved, and destroys nothing', async () => {
    fakeTime()
    const [duplex] = await duplexPair()
    const list = told(duplex)
    expect(duplex.setTimeout(100)).toBe(duplex)
    expect(duplex.timeout).toBe(100)
    vi.advanceTimersByTime(99)
    expect(list).toEqual([])
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(1_000)
    expect(list).toEqual(['timeout'])
    expect(duplex.destroyed).toBe(false)
  })

  it('begins again with what comes and with what is written', async () => {
    fakeTime()
    const [duplex, peer] = await duplexPair()
    const list = told(duplex)
    duplex.setTimeout(100)
    vi.advanceTimersByTime(60)
    const data = event(duplex, 'data')
    await peer.write('x')
    await data
    vi.advanceTimersByTime(60)
    await new Promise((resolve) => duplex.write('y', resolve))
    vi.advanceTimersByTime(60)
    expect(list).toEqual([])
    vi.advanceTimersByTime(40)
    expect(list).toEqual(['timeout'])
    await new Promise((resolve) => duplex.write('z', resolve))
    vi.advanceTimersByTime(100)
    expect(list).toEqual(['timeout', 'timeout'])
  })

  it('sets one timer back and makes no other', async () => {
    fakeTime()
    const [duplex, peer] = await duplexPair()
    duplex.resume().setTimeout(100)
    const timers = vi.getTimerCount()
    for (let i = 0; i < 5; i++) {
      const data = event(duplex, 'data')
      await peer.write('x')
      await data
    }
    expect(vi.getTimerCount()).toBe(timers)
    duplex.setTimeout(0)
    expect(vi.getTimerCount()).toBe(timers - 1)
  })

  it('takes a write that moves for activity, and one that does not for none', async () => {
    fakeTime()
    const [duplex, peer] = await duplexPair()
    const list = told(duplex)
    duplex.setTimeout(100)
    duplex.write(new Uint8Array(64 << 20))
    await turns(3)
    // The first look only learns how much is acknowledged.
    vi.advanceTimersByTime(100)
    expect(list).toEqual([])
    await readFull(peer, 8 << 20)
    vi.advanceTimersByTime(100)
    expect(list).toEqual([])
    // The peer reads no more: once its kernel is full nothing moves.
    while (list.length === 0) {
      await turns(5)
      vi.advanceTimersByTime(100)
    }
    expect(list).toEqual(['timeout'])
  })

  it('calls back once, and takes the callback back with 0', async () => {
    fakeTime()
    const [duplex] = await duplexPair()
    let called = 0
    const count = () => {
      called++
    }
    duplex.setTimeout(100, count)
    duplex.setTimeout(0, count)
    vi.advanceTimersByTime(1_000)
    expect(called).toBe(0)
    duplex.setTimeout(100, count)
    vi.advanceTimersByTime(100)
    duplex.setTimeout(100)
    vi.advanceTimersByTime(100)
    expect(called).toBe(1)
  })

  it('counts before there is a connection, and from the start when there is one', async () => {
    fakeTime()
    const { addr } = await listening()
    const duplex = tracked(dialDuplex())
    const list = told(duplex)
    duplex.setTimeout(100)
    vi.advanceTimersByTime(100)
    expect(list).toEqual(['timeout'])
    duplex.connect(addr.port, addr.ip)
    await event(duplex, 'ready')
    vi.advanceTimersByTime(100)
    expect(list).toEqual(['timeout', 'connect', 'ready', 'timeout'])
  })

  it('leaves no timer behind', async () => {
    fakeTime()
    const [duplex] = await duplexPair()
    const timers = vi.getTimerCount()
    duplex.setTimeout(100)
    duplex.destroy()
    expect(vi.getTimerCount()).toBe(timers)
    expect(duplex.setTimeout(100).timeout).toBe(100)
    expect(vi.getTimerCount()).toBe(timers)
  })

  it.each([
    ['100', TypeError],
    [-1, RangeError],
    [Number.NaN, RangeError],
    [Number.POSITIVE_INFINITY, RangeError],
  ])('refuses %o', async (ms, kind) => {
    const [duplex] = await duplexPair()
    expect(() => duplex.setTimeout(ms as number)).toThrow(kind)
    expect(() => duplex.setTimeout(1, 2 as never)).toThrow(TypeError)
  })
})
