// Go: net/tcpconn_keepalive_test.go. What keep-alive options every kind of socket ends up with.
import {
  getsockopt,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOL_SOCKET,
  setsockopt,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { KeepAliveConfig, KeepAliveOptions, TCPConn } from '../src/index.js'
import { Dialer, dialTCP, hook } from '../src/index.js'
import { throws } from './error-walk.js'
import { listening, pair, replace, track } from './support.js'

/** What the kernel says: on or off, then seconds, seconds and a number. */
type Values = [on: number, idle: number, interval: number, count: number]

const valuesOf = (conn: TCPConn): Values =>
  conn
    .syscallConn()
    .control((fd) => [
      getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE),
      getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE),
      getsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL),
      getsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT),
    ])

/** Values that no default has, and that every test starts from. */
const START: Values = [0, 77, 66, 5]

/** Sets START on a socket that is not connected yet: accepted sockets inherit it. */
const start = (
  _network: string,
  _address: string,
  raw: { control(f: (fd: number) => void): void },
) =>
  raw.control((fd) => {
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, START[0])
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, START[1])
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, START[2])
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, START[3])
  })

// Zero, negative and positive, in each of the three fields.
const IDLE = [
  [0, 15],
  [-1, START[1]],
  [-5000, START[1]],
  [1, 1],
  [5001, 6],
] as const
const INTERVAL = [
  [0, 15],
  [-1, START[2]],
  [2500, 3],
] as const
const COUNT = [
  [0, 9],
  [-1, START[3]],
  [4, 4],
] as const

const configs: [name: string, config: KeepAliveConfig, want: Values][] = IDLE.flatMap(
  ([idle, wantIdle]) =>
    INTERVAL.flatMap(([interval, wantInterval]) =>
      COUNT.map(([count, wantCount]): [string, KeepAliveConfig, Values] => [
        `idle ${idle}, interval ${interval}, count ${count}`,
        { enable: true, idle, interval, count },
        [1, wantIdle, wantInterval, wantCount],
      ]),
    ),
)

describe('keepAliveConfig', () => {
  it.each(configs)(
    'of a Dialer: %s (TestTCPConnKeepAliveConfigDialer)',
    async (_, keepAliveConfig, want) => {
      const dialer = new Dialer({ control: start, keepAliveConfig, keepAlive: 3_000 })
      const [client] = await pair(undefined, dialer)
      expect(valuesOf(client)).toEqual(want)
    },
  )

  it.each(configs)(
    'of a listener: %s (TestTCPConnKeepAliveConfigListener)',
    async (_, keepAliveConfig, want) => {
      const listener = await listening('tcp', '127.0.0.1:0', {
        control: start,
        keepAliveConfig,
        keepAlive: 3_000,
      })
      const [, server] = await pair(listener)
      expect(valuesOf(server)).toEqual(want)
    },
  )

  it.each(configs)('of a connection: %s (TestTCPConnKeepAliveConfig)', async (_, config, want) => {
    const [client] = await pair(undefined, new Dialer({ control: start, keepAlive: -1 }))
    expect(valuesOf(client)).toEqual(START)
    client.setKeepAliveConfig(config)
    expect(valuesOf(client)).toEqual(want)
  })

  it('takes the defaults for what is left out', async () => {
    const [client] = await pair(undefined, new Dialer({ keepAliveConfig: { enable: true } }))
    expect(valuesOf(client)).toEqual([1, 15, 15, 9])
  })

  it('can switch keep-alive off and set the rest', async () => {
    const [client] = await pair()
    client.setKeepAliveConfig({ enable: false, idle: 3_000, interval: 4_000, count: 5 })
    expect(valuesOf(client)).toEqual([0, 3, 4, 5])
  })

  it.each([
    ['idle', { enable: true, idle: 36_000_000, interval: 2_000, count: 2 }, [1, 77, 66, 5]],
    ['interval', { enable: true, idle: 2_000, interval: 36_000_000, count: 2 }, [1, 2, 66, 5]],
    ['count', { enable: true, idle: 2_000, interval: 2_000, count: 128 }, [1, 2, 2, 5]],
  ] as [string, KeepAliveConfig, Values][])(
    'stops at a refused %s and keeps what was set',
    async (_, config, want) => {
      const [client] = await pair(undefined, new Dialer({ control: start, keepAlive: -1 }))
      const error = throws('set', () => client.setKeepAliveConfig(config))
      expect(error.message).toBe(
        `set tcp ${client.localAddr}->${client.remoteAddr}: setsockopt: invalid argument`,
      )
      expect(valuesOf(client)).toEqual(want)
    },
  )

  it('refused while a connection is made is no error, and ends there as well', async () => {
    const keepAliveConfig = { enable: true, idle: 36_000_000, interval: 2_000, count: 2 }
    const [client] = await pair(undefined, new Dialer({ control: start, keepAliveConfig }))
    expect(valuesOf(client)).toEqual([1, 77, 66, 5])
  })
})

const simple: [name: string, options: KeepAliveOptions, want: Values][] = [
  ['left out', {}, [1, 15, 15, 9]],
  ['0', { keepAlive: 0 }, [1, 15, 15, 9]],
  ['5000', { keepAlive: 5_000 }, [1, 5, 15, 9]],
  ['-1', { keepAlive: -1 }, START],
  [
    'ignored, as a config is enabled',
    { keepAlive: -1, keepAliveConfig: { enable: true } },
    [1, 15, 15, 9],
  ],
  [
    'used, as the config is not enabled',
    { keepAlive: 5_000, keepAliveConfig: { enable: false, idle: 1_000 } },
    [1, 5, 15, 9],
  ],
]

describe('keepAlive', () => {
  it.each(simple)('of a Dialer: %s (TestDialerKeepAlive)', async (_, options, want) => {
    const [client] = await pair(undefined, new Dialer({ ...options, control: start }))
    expect(valuesOf(client)).toEqual(want)
  })

  it.each(simple)('of a listener: %s', async (_, options, want) => {
    const listener = await listening('tcp', '127.0.0.1:0', { ...options, control: start })
    const [, server] = await pair(listener)
    expect(valuesOf(server)).toEqual(want)
  })

  it('has its default in dialTCP too (TestDialTCPDefaultKeepAlive)', async () => {
    const listener = await listening()
    const conn = track(await dialTCP('tcp', null, listener.addr))
    expect(valuesOf(conn)).toEqual([1, 15, 15, 9])
  })

  it('sets nothing at all when negative (TestDialerKeepAlive)', async () => {
    const set: number[] = []
    const { setsockopt } = hook
    const listener = await listening()
    replace({
      setsockopt: (fd, level, optname, value) => {
        set.push(optname)
        return setsockopt(fd, level, optname, value)
      },
    })
    // The accepted end has its own from its listener.
    await pair(listener, new Dialer({ keepAlive: -1 }))
    expect(set).toEqual([TCP_NODELAY])
  })
})

describe('setKeepAlive and setKeepAlivePeriod', () => {
  it('switch SO_KEEPALIVE alone', async () => {
    const [client] = await pair()
    client.setKeepAlive(false)
    expect(valuesOf(client)).toEqual([0, 15, 15, 9])
    client.setKeepAlive(true)
    expect(valuesOf(client)).toEqual([1, 15, 15, 9])
  })

  it.each([
    [0, 15],
    [-1, 77],
    [-1000, 77],
    [1, 1],
    [1000, 1],
    [1001, 2],
    [32_767_000, 32_767],
  ])('a period of %i ms is an idle time of %i s and nothing else', async (ms, seconds) => {
    const [client] = await pair(undefined, new Dialer({ control: start, keepAlive: -1 }))
    client.setKeepAlivePeriod(ms)
    expect(valuesOf(client)).toEqual([0, seconds, 66, 5])
  })

  it('refuse what the kernel refuses', async () => {
    const [client] = await pair()
    const error = throws('set', () => client.setKeepAlivePeriod(32_768_000))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt' })
  })
})
