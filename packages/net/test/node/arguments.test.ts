// What toDuplex, dialDuplex and connect refuse, before anything is dialed or taken.
import type { Agent } from 'node:http'
import type { Duplex, Readable, Writable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { StreamConn } from '../../src/index.js'
import type { DuplexOptions, NetDuplex } from '../../src/node/index.js'
import { dialDuplex, toDuplex } from '../../src/node/index.js'
import { listening, pair, socketLedger, thrown } from '../support.js'
import { event, tracked } from './streams.js'

describe('dialDuplex', () => {
  it.each([
    ['no object', 5, TypeError, 'dialDuplex'],
    ['an unknown option', { prot: 80 }, TypeError, "'port'"],
    ['a port that is none', { port: 65_536 }, RangeError, 'port'],
    ['a port that is no number', { port: {} }, TypeError, 'port'],
    ['an empty port', { port: '' }, RangeError, 'port'],
    ['a host that is no text', { port: 1, host: 1 }, TypeError, 'host'],
    ['a user timeout that is no number', { userTimeout: '1' }, TypeError, 'userTimeout'],
    ['a user timeout below 0', { userTimeout: -1 }, RangeError, 'userTimeout'],
    ['half a millisecond', { userTimeout: 0.5 }, RangeError, 'userTimeout'],
    ['a wrong keep-alive', { keepAliveConfig: { enable: true, idel: 1 } }, TypeError, "'idle'"],
    ['an option that there is not', { options: { prioritty: 4 } }, TypeError, "'priority'"],
    ['an option that can only be read', { options: { info: 1 } }, TypeError, "'info'"],
    ['a dialer that dials nothing', { dialer: {} }, TypeError, 'dialer'],
    ['a form that there is not', { form: 'stream' }, TypeError, 'form'],
    ['a setup that is no function', { setup: 1 }, TypeError, 'setup'],
    ['a path that is no text', { path: 1 }, TypeError, 'path'],
    [
      'a user timeout on the way to a path',
      { path: '/s', userTimeout: 1 },
      TypeError,
      'userTimeout',
    ],
    ['a setup on the way to a path', { path: '/s', setup: () => undefined }, TypeError, 'setup'],
    ['a switch that is none', { allowHalfOpen: 1 }, TypeError, 'allowHalfOpen'],
    ['bytes that are none', { unread: 'text' }, TypeError, 'unread'],
    ['a mark below 0', { highWaterMark: -1 }, RangeError, 'highWaterMark'],
    ['a signal that is none', { signal: {} }, TypeError, 'signal'],
  ])('refuses %s', (_, o, kind, named) => {
    const ledger = socketLedger()
    const error = thrown<Error>(() => dialDuplex(o as never))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(named)
    expect(ledger.made).toBe(0)
  })

  it('takes a port that is a text of digits, as Node does', async () => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex())
    duplex.connect(String(addr.port) as unknown as number, addr.ip)
    await event(duplex, 'connect')
  })

  it.each([
    [[{ path: '/tmp/socket' }], TypeError],
    [['/tmp/socket'], RangeError],
    [[], TypeError],
    [[80, 5], TypeError],
  ])('connects to no %o', (args, kind) => {
    const duplex = tracked(dialDuplex())
    expect(() => duplex.connect(...(args as unknown as [number]))).toThrow(kind)
    expect(duplex.connecting).toBe(false)
  })
})

describe('toDuplex', () => {
  it('refuses what is no connection', async () => {
    const listener = await listening()
    for (const value of [null, undefined, {}, 5, listener, dialDuplex()]) {
      expect(() => toDuplex(value as unknown as StreamConn)).toThrow(TypeError)
    }
  })

  it('refuses wrong options, and leaves the connection alone', async () => {
    const [conn, peer] = await pair()
    expect(() => toDuplex(conn, { unread: 'x' } as unknown as DuplexOptions)).toThrow(/unread/)
    expect(() => toDuplex(conn, { port: 1 } as DuplexOptions)).toThrow(/port/)
    await peer.write('x')
    expect(await conn.read(new Uint8Array(1))).toBe(1)
  })

  it('refuses a connection that is closed, and one that is a stream already', async () => {
    const [conn, peer] = await pair()
    const duplex = tracked(toDuplex(conn))
    expect(() => toDuplex(conn)).toThrow(TypeError)
    await peer.close()
    expect(thrown(() => toDuplex(peer))).toMatchObject({ code: 'ERR_NET_CLOSED' })
    duplex.destroy()
    await event(duplex, 'close')
  })

  it('lets a read that waits have its bytes first', async () => {
    const [conn, peer] = await pair()
    const reading = conn.read(new Uint8Array(3))
    const duplex = tracked(toDuplex(conn))
    await peer.write('onetwo')
    const data = event(duplex, 'data')
    expect([await reading, String(await data)]).toEqual([3, 'two'])
  })
})

describe('the type of a Duplex', () => {
  it('is that of a stream, wherever a client wants one', () => {
    expectTypeOf<NetDuplex>().toExtend<Duplex & Readable & Writable>()
    expectTypeOf<NetDuplex>().toExtend<NonNullable<ConnectionOptions['socket']>>()
    type Made = ReturnType<Agent['createConnection']>
    expectTypeOf<NetDuplex>().toExtend<NonNullable<Made>>()
  })
})
