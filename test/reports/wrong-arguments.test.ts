// What a new user types first, and gets wrong: the error names the argument and shows a right call.
import type { DialerOptions, ListenOptions } from '@netfd/net'
import {
  Dialer,
  dial,
  dialTCP,
  dialTimeout,
  ListenConfig,
  listen,
  listenTCP,
  resolveTCPAddr,
  TCPAddr,
} from '@netfd/net'
import { describe, expect, it } from 'vitest'
import { errorOf, pair } from '../../packages/net/test/support.js'

/** Anything, as JavaScript lets it pass. */
const any = (value: unknown) => value as never

describe('a network or an address that is missing or misplaced', () => {
  it.each<[title: string, call: () => Promise<unknown>, message: string]>([
    [
      'listen(7000)',
      () => listen(any(7000), any(undefined)),
      "network must be 'tcp', 'tcp4', 'tcp6', 'unix' or 'unixpacket', got number 7000: call listen('tcp', 'host:7000')",
    ],
    [
      "listen('127.0.0.1:0')",
      () => listen(any('127.0.0.1:0'), any(undefined)),
      "network must be 'tcp', 'tcp4', 'tcp6', 'unix' or 'unixpacket', got '127.0.0.1:0': call listen('tcp', '127.0.0.1:0')",
    ],
    [
      "listen('tcp', 7000)",
      () => listen('tcp', any(7000)),
      "address must be a string 'host:port', got number 7000: call listen('tcp', 'host:7000')",
    ],
    [
      'dial({ host, port })',
      () => dial(any({ host: '::1', port: 80 }), any(undefined)),
      "network must be 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix', 'unixgram' or 'unixpacket', got Object: call dial('tcp', '[::1]:80')",
    ],
    [
      "dial('localhost:80')",
      () => dial(any('localhost:80'), any(undefined)),
      "network must be 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix', 'unixgram' or 'unixpacket', got 'localhost:80': call dial('tcp', 'localhost:80')",
    ],
    [
      "dial(80, 'localhost')",
      () => dial(any(80), 'localhost'),
      "network must be 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix', 'unixgram' or 'unixpacket', got number 80: call dial('tcp', 'localhost:80')",
    ],
    [
      "dial('tcp', addr)",
      () => dial('tcp', any(new TCPAddr('127.0.0.1', 80))),
      "address must be a string 'host:port', got TCPAddr: call dial('tcp', '127.0.0.1:80')",
    ],
    [
      'dialTimeout(host, ms)',
      () => dialTimeout(any('localhost:80'), any(500), any(undefined)),
      "network must be 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix', 'unixgram' or 'unixpacket', got 'localhost:80': call dial('tcp', 'host:500')",
    ],
    [
      'resolveTCPAddr(address)',
      () => resolveTCPAddr(any('[::1]:80'), any(undefined)),
      "network must be 'tcp', 'tcp4' or 'tcp6', got '[::1]:80': call resolveTCPAddr('tcp', '[::1]:80')",
    ],
    [
      'dialTCP(null, addr)',
      () => dialTCP(any(null), any(new TCPAddr('::1', 80)), any(undefined)),
      "network must be 'tcp', 'tcp4' or 'tcp6', got null",
    ],
    ['listenTCP()', () => listenTCP(any(undefined), null), 'got undefined'],
  ])('%s says what was meant', async (_, call, message) => {
    const error = await errorOf(call())
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })

  it('does not compile, nor does a network that there is not', () => {
    const calls = () => [
      // @ts-expect-error misspelt
      dial('tpc', 'localhost:80'),
      // @ts-expect-error misspelt
      listen('tpc', 'localhost:80'),
      // @ts-expect-error there is no such network
      new Dialer().dial('udp5', 'localhost:80'),
      // @ts-expect-error misspelt
      new ListenConfig().listen('TCP', 'localhost:80'),
      // @ts-expect-error the network is missing
      dial('localhost:80'),
    ]
    expect(calls).toBeTypeOf('function')
  })
})

describe('an unknown option', () => {
  const dialing = (o: object) => () => new Dialer(o as DialerOptions)
  const listening = (o: object) => () => new ListenConfig(o as ListenOptions)
  it.each<[string, () => unknown, string]>([
    [
      'ListenConfig',
      listening({ resuePort: true }),
      "ListenConfig has no option 'resuePort': did you mean 'reusePort'?",
    ],
    ['Dialer', dialing({ timout: 5 }), "did you mean 'timeout'?"],
    ['Dialer', dialing({ localAdr: null }), "did you mean 'localAddr'?"],
    ['Dialer', dialing({ KeepAlive: 1 }), "did you mean 'keepAlive'?"],
    ['Dialer', dialing({ host: 'localhost' }), 'known are timeout, deadline, localAddr'],
    [
      'keepAliveConfig of Dialer',
      dialing({ keepAliveConfig: { enable: true, idel: 5 } }),
      "keepAliveConfig has no option 'idel': did you mean 'idle'?",
    ],
    [
      'keepAliveConfig that is off',
      listening({ keepAliveConfig: { enabled: true } }),
      "did you mean 'enable'?",
    ],
  ])('of %s is a TypeError that names the nearest one', (_, make, message) => {
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })

  it.each<[string, () => Promise<unknown>, string]>([
    ['listen', () => listen('tcp', ':0', any({ resusePort: true })), "did you mean 'reusePort'?"],
    ['listen', () => listen('tcp', ':0', any({ signl: null })), "did you mean 'signal'?"],
    [
      'ListenConfig.listen',
      () => new ListenConfig().listen('tcp', ':0', any({ sig: 1 })),
      'signal',
    ],
    ['dial', () => dial('tcp', ':1', any({ timeout: 5 })), "dial has no option 'timeout'"],
    ['dial', () => dial('tcp', ':1', any(AbortSignal.abort())), 'pass { signal }'],
    ['dial', () => dial('tcp', ':1', any(null)), 'the options of dial must be an object, got null'],
    ['dial', () => dial('tcp', ':1', any(5_000)), 'must be an object, got number 5000'],
    [
      'dialTCP',
      () => dialTCP('tcp', null, new TCPAddr('::1', 1), any({ signall: null })),
      "did you mean 'signal'?",
    ],
  ])('of %s is one before anything is opened', async (_, call, message) => {
    const error = await errorOf(call())
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(message)
  })

  it('of setKeepAliveConfig is one before anything is set', async () => {
    const [conn] = await pair()
    const config = any({ enable: false, intervall: 5 })
    expect(() => conn.setKeepAliveConfig(config)).toThrow("did you mean 'interval'?")
    expect(conn.getOption('keepAlive')).toBe(true)
    expect(() => conn.setKeepAliveConfig(any(null))).toThrow(TypeError)
  })
})

describe('an address object', () => {
  const plain = { ip: '::1', port: 80 }
  it.each<[string, (addr: never) => Promise<unknown>]>([
    ['dialTCP', (addr) => dialTCP('tcp', null, addr)],
    ['the local end of dialTCP', (addr) => dialTCP('tcp', addr, new TCPAddr('::1', 1))],
    ['listenTCP', (addr) => listenTCP('tcp', addr)],
    ['Dialer', async (localAddr) => new Dialer({ localAddr })],
  ])('that is plain is a TypeError of %s', async (_, call) => {
    const error = await errorOf(call(any(plain)))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(
      /^\w+ must be a TCPAddr, got Object: make one with new TCPAddr\(ip, port\)$/,
    )
  })

  /** As a second copy of the package makes them. */
  const foreign = (ip: string, port: number, zone = '') => ({
    ip,
    port,
    zone,
    network: 'tcp',
    toString: () => `${ip}:${port}`,
  })

  it('of another copy of the package is taken', async () => {
    await using listener = await listenTCP('tcp', any(foreign('127.0.0.1', 0)))
    const { ip, port } = listener.addr
    await using conn = await dialTCP('tcp', any(foreign('127.0.0.2', 0)), any(foreign(ip, port)))
    expect([conn.localAddr.ip, conn.remoteAddr.port]).toEqual(['127.0.0.2', port])
  })

  it.each<[string, unknown, typeof TypeError | typeof RangeError, string]>([
    ['port', foreign('::1', 65_536), RangeError, 'raddr.port must be an integer from 0 to 65535'],
    ['port', foreign('::1', Number.NaN), RangeError, 'raddr.port must be'],
    ['IP address', foreign('localhost', 80), TypeError, 'raddr.ip is an invalid IP address'],
    ['type', '127.0.0.1:80', TypeError, 'make one with resolveTCPAddr(network, text)'],
  ])('with a wrong %s is refused at the call', async (_, raddr, kind, message) => {
    const error = await errorOf(dialTCP('tcp', null, any(raddr)))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(message)
  })
})

describe('what is no bytes', () => {
  it.each([
    [5, 'number'],
    [null, 'null'],
    [{}, 'Object'],
    [new ArrayBuffer(2), 'ArrayBuffer'],
    [new Uint16Array(1), 'Uint16Array'],
  ])('is not written, and the error says that text is: %o', async (data, kind) => {
    const [conn] = await pair()
    const error = await errorOf(conn.write(any(data)))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe(`expected a Uint8Array or a string, got ${kind}`)
    expect(await errorOf(conn.readFull(any(data)))).toBeInstanceOf(TypeError)
  })
})
