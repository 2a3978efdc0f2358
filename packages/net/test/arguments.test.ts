// What a caller gets wrong: an error that says so, at once, and nothing left behind.

import { Readable } from 'node:stream'
import { hook as pollHook } from '@netfd/poll/testing'
import { ENOSPC } from '@netfd/syscall'
import { describe, expect, it, vi } from 'vitest'
import type { DialerOptions, ListenOptions, OpError, TCPConn } from '../src/index.js'
import {
  Dialer,
  dial,
  dialTCP,
  ListenConfig,
  listen,
  listenTCP,
  pipe,
  resolveTCPAddr,
  TCPAddr,
} from '../src/index.js'
import {
  blackHole,
  dialed,
  errorOf,
  fakeTime,
  listening,
  pair,
  refusing,
  replacePoll,
  socketLedger,
  text,
  thrown,
  turns,
} from './support.js'

/** Something of the wrong type, as JavaScript lets it pass. */
const wrong = (value: unknown) => value as never

describe('an address that is no text', () => {
  const calls: [string, (address: never) => Promise<unknown>][] = [
    ['dial', (address) => dial('tcp', address)],
    ['listen', (address) => listen('tcp', address)],
    ['resolveTCPAddr', (address) => resolveTCPAddr('tcp', address)],
  ]
  it.each(calls)('is a TypeError of %s that names what was given', async (_, call) => {
    for (const value of [undefined, null, 80, {}, new TCPAddr('127.0.0.1', 80)]) {
      const error = await errorOf(call(wrong(value)))
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/^address must be a string 'host:port', got .+: call /)
    }
    expect((await errorOf(call(wrong(new TCPAddr('', 80))))).message).toContain('TCPAddr')
  })

  it('is one for those who take an address object', async () => {
    for (const value of ['127.0.0.1:80', 5, {}, Object.create(null), Symbol('s')]) {
      expect(await errorOf(dialTCP('tcp', null, wrong(value)))).toBeInstanceOf(TypeError)
      expect(await errorOf(dialTCP('tcp', wrong(value), new TCPAddr('::1', 1)))).toBeInstanceOf(
        TypeError,
      )
      expect(await errorOf(listenTCP('tcp', wrong(value)))).toBeInstanceOf(TypeError)
    }
  })

  it('and is missing is Go’s missing address', async () => {
    for (const value of [null, undefined]) {
      const error = await errorOf<OpError>(dialTCP('tcp', wrong(undefined), wrong(value)))
      expect(error.message).toBe('dial tcp: missing address')
      expect('addr' in error).toBe(false)
    }
  })

  it.each([null, 5, {}, []])('with the zone %j is none', (zone) => {
    expect(() => new TCPAddr('::1', 1, wrong(zone))).toThrow(TypeError)
  })
})

describe('options', () => {
  const dialers: [string, DialerOptions, typeof TypeError | typeof RangeError][] = [
    ['keepAlive', { keepAlive: Number.POSITIVE_INFINITY }, RangeError],
    ['keepAlive', { keepAlive: 2 ** 53 }, RangeError],
    ['keepAlive', { keepAlive: Number.NaN }, RangeError],
    ['keepAlive', { keepAlive: wrong(Symbol('s')) }, TypeError],
    ['keepAliveConfig.idle', { keepAliveConfig: { enable: true, idle: Number.NaN } }, RangeError],
    ['keepAliveConfig.idle', { keepAliveConfig: { enable: true, idle: wrong('x') } }, TypeError],
    ['keepAliveConfig.count', { keepAliveConfig: { enable: true, count: 1.5 } }, RangeError],
    ['keepAliveConfig.interval', { keepAliveConfig: { enable: true, interval: 1e15 } }, RangeError],
    ['control', { control: wrong(5) }, TypeError],
  ]

  it.each(dialers)('with a wrong %s are refused when they are given: %j', (_, options, kind) => {
    expect(() => new Dialer(options)).toThrow(kind)
    expect(() => new ListenConfig(options as ListenOptions)).toThrow(kind)
  })

  it.each([null, {}, { lookupHost: 5 }])('with the resolver %j are refused', (resolver) => {
    expect(() => new Dialer({ resolver: wrong(resolver) })).toThrow(TypeError)
  })

  it('are read once: what happens to the object later changes nothing', async () => {
    const config = { enable: true, idle: 5_000 }
    const dialer = new Dialer({ keepAliveConfig: config })
    config.idle = Number.NaN
    const listener = await listening()
    const conn = await dialed(listener.addr, 'tcp', dialer)
    expect(conn.getOption('keepIdle')).toBe(5)
  })

  it('may be undefined', async () => {
    const dialer = new Dialer({ timeout: undefined, keepAlive: undefined, control: undefined })
    const listener = await listening('tcp', '127.0.0.1:0', { backlog: undefined })
    await dialed(listener.addr, 'tcp', dialer)
  })

  it.each([
    ['setNoDelay', 'on must be a boolean'],
    ['setKeepAlive', 'on must be a boolean'],
    ['setKeepAlivePeriod', 'ms must be a number'],
    ['setUserTimeout', 'ms must be a number'],
    ['setLinger', 'seconds must be a number'],
    ['setReadBuffer', 'bytes must be a number'],
    ['setWriteBuffer', 'bytes must be a number'],
  ] as const)('that %s takes are named when their type is wrong', async (method, problem) => {
    const [conn] = await pair()
    for (const [value, got] of [
      ['7000', "'7000'"],
      [null, 'null'],
      [undefined, 'undefined'],
    ]) {
      const call = () => conn[method](wrong(value))
      expect(call).toThrow(new TypeError(`${problem}, got ${got}`))
    }
  })

  it('of a connection are a name or a row', async () => {
    const [conn] = await pair()
    for (const option of [5, {}, null, Symbol('s')]) {
      expect(thrown(() => conn.getOption(wrong(option)))).toBeInstanceOf(TypeError)
      expect(thrown(() => conn.setOption(wrong(option), wrong(1)))).toBeInstanceOf(TypeError)
    }
    for (const idle of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => conn.setKeepAliveConfig({ enable: false, idle })).toThrow(RangeError)
    }
    expect(conn.getOption('keepAlive')).toBe(true)
  })

  it.each([null, 5, {}])('with the signal %j are refused', async (signal) => {
    const o = { signal: wrong(signal) }
    for (const call of [
      dial('tcp', '127.0.0.1:1', o),
      dialTCP('tcp', null, new TCPAddr('::1', 1), o),
      listen('tcp', '127.0.0.1:0', o),
    ]) {
      expect(await errorOf(call)).toBeInstanceOf(TypeError)
    }
  })
})

describe('a host name with a NUL inside', () => {
  it.each(['localhost\0.example.test:80', '127.0.0.1\0:80'])('is none: %j', async (address) => {
    const error = await errorOf<OpError>(dial('tcp', address))
    expect([error.code, error.message]).toEqual([
      'ENOTFOUND',
      `dial tcp: lookup ${address.slice(0, -3)}: no such host`,
    ])
    expect((await errorOf(listen('tcp', address))).code).toBe('ENOTFOUND')
    expect((await errorOf(resolveTCPAddr('tcp', address))).code).toBe('ENOTFOUND')
  })
})

describe('a control callback', () => {
  it('whose error is an OpError has it wrapped all the same', async () => {
    const dialer = new Dialer({ control: (_n, _a, conn) => conn.read(() => false) })
    const error = await errorOf<OpError>(dialer.dial('tcp', '127.0.0.1:9'))
    expect(error).toMatchObject({ op: 'dial', address: '127.0.0.1', port: 9 })
    expect(error.cause).toMatchObject({ op: 'raw-read' })
    expect(error.message).toBe(
      'dial tcp 127.0.0.1:9: raw-read tcp: waiting for unsupported file type',
    )
  })

  it.each([null, undefined, 'text', Symbol('s')])(
    'that throws %o gives an Error',
    async (value) => {
      const ledger = socketLedger()
      const control = () => {
        throw value
      }
      for (const call of [
        new Dialer({ control }).dial('tcp', '127.0.0.1:9'),
        new ListenConfig({ control }).listen('tcp', '127.0.0.1:0'),
      ]) {
        const error = await errorOf<OpError>(call)
        expect([error.code, error.cause.cause]).toEqual(['ERR_OP', value])
      }
      expect(ledger.made).toBeGreaterThan(1)
      expect(ledger.open.size).toBe(0)
    },
  )

  it('that never ends is ended by the dial’s timeout and signal', async () => {
    const ledger = socketLedger()
    const control = () => new Promise<void>(() => undefined)
    const timed = new Dialer({ control, timeout: 20 }).dial('tcp', '127.0.0.1:9')
    expect(await errorOf(timed)).toMatchObject({ code: 'ETIMEDOUT', timeout: true })
    const abort = new AbortController()
    const aborted = new Dialer({ control }).dial('tcp', '127.0.0.1:9', { signal: abort.signal })
    setImmediate(() => abort.abort())
    expect(await errorOf(aborted)).toMatchObject({ code: 'ABORT_ERR' })
    expect(ledger.open.size).toBe(0)
  })
})

describe('a resolver', () => {
  it.each([null, undefined, 'text'])('that rejects with %o gives an Error', async (value) => {
    const resolver = { lookupHost: () => Promise.reject(value) }
    const error = await errorOf<OpError>(new Dialer({ resolver }).dial('tcp', 'host.test:80'))
    expect(error.message).toMatch(/^dial tcp: lookup host.test: something was thrown/)
  })

  it('that answers with no array is named', async () => {
    const dialer = new Dialer({ resolver: { lookupHost: wrong(async () => 5) } })
    const error = await errorOf(dialer.dial('tcp', 'a.test:80'))
    expect(error.message).toBe('dial tcp: lookupHost must resolve to an array of addresses')
  })

  it('that answers without a promise is taken at its word, and leaves no timer', async () => {
    const listener = await listening()
    fakeTime()
    const resolver = { lookupHost: wrong(() => ['127.0.0.1']) }
    const dialer = new Dialer({ resolver, timeout: 3_000 })
    await dialed(`host.test:${listener.addr.port}`, 'tcp', dialer)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an abort', () => {
  it('of a dial is told, although an address was refused before', async () => {
    const refused = await refusing('::1')
    const { address } = await blackHole()
    const port = Number(address.split(':')[1])
    const lookupHost = async () => ['::1', '127.0.0.1']
    expect(refused.port).not.toBe(port)
    for (const fallbackDelay of [-1, 1]) {
      const abort = new AbortController()
      const dialer = new Dialer({ resolver: { lookupHost }, fallbackDelay })
      const dialing = errorOf<OpError>(
        dialer.dial('tcp', `host.test:${port}`, { signal: abort.signal }),
      )
      await turns(20)
      abort.abort('enough')
      const error = await dialing
      expect([error.code, error.cause.cause]).toEqual(['ABORT_ERR', 'enough'])
    }
  })

  it('is no deadline: that is among the errors of the others', async () => {
    const { address } = await blackHole()
    const lookupHost = async () => ['::1', '127.0.0.1']
    const dialer = new Dialer({ resolver: { lookupHost }, timeout: 1_000 })
    const error = await errorOf<OpError>(dialer.dial('tcp', `host.test:${address.split(':')[1]}`))
    expect([error.code, error.address]).toEqual(['ECONNREFUSED', '::1'])
    expect(error.errors).toMatchObject([{ code: 'ETIMEDOUT', timeout: true, address: '127.0.0.1' }])
  })
})

describe('bytes', () => {
  it.each([new ArrayBuffer(4), new DataView(new ArrayBuffer(4)), {}, 5, null, 'text'])(
    'cannot be read into %o',
    async (buf) => {
      const [conn] = await pair()
      expect(await errorOf(conn.readFull(wrong(buf)))).toBeInstanceOf(TypeError)
      expect(await errorOf(conn.read(wrong(buf)))).toBeInstanceOf(TypeError)
    },
  )

  it.each([1.5, Number.NaN, 2 ** 53, '5', null])('are not limited to %j of them', async (limit) => {
    const [a, b] = await pair()
    await b.write('untouched')
    const kind = typeof limit === 'number' ? RangeError : TypeError
    const sources: unknown[] = [b, { read: async () => null }, Readable.from([])]
    for (const src of sources) {
      const error = await errorOf(a.readFrom(wrong(src), { limit: wrong(limit) }))
      expect(error).toBeInstanceOf(kind)
    }
  })

  it('may be limited to as many as there are', async () => {
    const [a, b] = await pair()
    const moving = a.readFrom(
      (async function* () {
        yield Buffer.from('all')
      })(),
      { limit: Number.POSITIVE_INFINITY },
    )
    expect([await moving, await a.readFrom(b, { limit: -1 })]).toEqual([3, 0])
  })

  it.each([5, null, undefined, 'text', {}])('are not taken from %j', async (src) => {
    const [conn] = await pair()
    expect(await errorOf(conn.readFrom(wrong(src)))).toBeInstanceOf(TypeError)
  })

  it.each([5, null, undefined, {}])('are not lost on the way to %j', async (dst) => {
    const [a, b] = await pair()
    await a.write('here')
    expect(await errorOf(b.writeTo(wrong(dst)))).toBeInstanceOf(TypeError)
    const buf = new Uint8Array(8)
    const n = await b.read(buf)
    expect(text(buf.subarray(0, n ?? 0))).toBe('here')
  })
})

it('a pipe that cannot be registered leaves nothing open', () => {
  const ledger: number[] = []
  const { close } = pollHook
  const poller = pollHook.poller()
  replacePoll({
    poller: () => Object.assign(Object.create(poller), { open: () => -ENOSPC }),
    close: (fd) => {
      ledger.push(fd)
      return close(fd)
    },
  })
  expect(thrown(() => pipe()).code).toBe('ENOSPC')
  expect(ledger).toHaveLength(2)
})

describe('what is no function', () => {
  it('is named by every call of a raw connection', async () => {
    const raw = (await pair())[0].syscallConn()
    const message = 'fn must be a function, got number'
    expect(() => raw.control(wrong(5))).toThrow(new TypeError(message))
    expect(await errorOf(raw.read(wrong(5)))).toEqual(new TypeError(message))
    expect(await errorOf(raw.write(wrong(5)))).toEqual(new TypeError(message))
  })
})

describe('what a raw callback throws', () => {
  const make: [string, () => unknown][] = [
    ['null', () => null],
    ['undefined', () => undefined],
    ['a number', () => 5],
    ['an error', () => new Error('plain')],
    [
      'an error that cannot be asked for its code',
      () =>
        Object.defineProperty(new Error('hostile'), 'code', {
          get: () => {
            throw new Error('never asked')
          },
        }),
    ],
  ]

  it.each(make)('is an error, and the connection goes on: %s', async (_, made) => {
    const value = made()
    const [a, b] = await pair()
    const fail = (): boolean => {
      throw value
    }
    expect(await errorOf(a.syscallConn().read(fail))).toBeInstanceOf(Error)
    let calls = 0
    const woken = errorOf(a.syscallConn().read(() => (++calls === 1 ? false : fail())))
    await turns(3)
    await b.write('x')
    expect(await woken).toBeInstanceOf(Error)
    const conns: TCPConn[] = [a, b]
    expect(await a.read(new Uint8Array(4))).toBe(1)
    await Promise.all(conns.map((conn) => conn.close()))
  })
})
