// Go: net/dial_test.go, sockopt and mptcpsock tests. What a Dialer does to a socket before and after.
import {
  EADDRNOTAVAIL,
  EINVAL,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  SO_SNDBUF,
  SOL_SOCKET,
  SyscallError,
  setsockopt,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { RawConn } from '../src/index.js'
import { Dialer, hook, ListenConfig, OpError } from '../src/index.js'
import { spuriousENOTAVAIL } from '../src/tcpsock-posix.js'
import { rejected } from './error-walk.js'
import { dialed, errorOf, listening, pair, refusing, replace, track } from './support.js'

describe('control', () => {
  it.each([
    ['tcp', '127.0.0.1:0', 'tcp4'],
    ['tcp4', '127.0.0.1:0', 'tcp4'],
    ['tcp', '[::1]:0', 'tcp6'],
    ['tcp6', '[::1]:0', 'tcp6'],
  ])('of a %s dial to %s is told %s (TestDialerControl)', async (network, address, want) => {
    const listener = await listening('tcp', address)
    const calls: unknown[] = []
    const control = (...args: [network: string, address: string, conn: RawConn]) => {
      calls.push(args.slice(0, 2))
    }
    await dialed(listener.addr, network, new Dialer({ control }))
    expect(calls).toEqual([[want, String(listener.addr)]])
  })

  it('may use the number of the socket', async () => {
    const listener = await listening()
    const control = (_network: string, _address: string, raw: RawConn) =>
      raw.control((fd) => setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 40_960))
    const conn = await dialed(listener.addr, 'tcp', new Dialer({ control }))
    expect(conn.getOption('sndBuf')).toBe(81_920)
  })

  it('sets options by name, before the connection is made', async () => {
    const listener = await listening()
    const seen: unknown[] = []
    const control = (_network: string, _address: string, raw: RawConn) => {
      raw.setOption('linger', { on: true, seconds: 0 })
      seen.push(raw.getOption('linger'))
    }
    const conn = await dialed(listener.addr, 'tcp', new Dialer({ control }))
    expect(seen).toEqual([{ on: true, seconds: 0 }])
    expect(conn.syscallConn().getOption('linger')).toEqual({ on: true, seconds: 0 })
  })

  it('is told the port alone for an empty host', async () => {
    const listener = await listening()
    const addresses: string[] = []
    const control = (_network: string, address: string) => void addresses.push(address)
    await dialed(`:${listener.addr.port}`, 'tcp', new Dialer({ control }))
    expect(addresses).toEqual([`:${listener.addr.port}`])
  })

  it('may take its time, and its error is the cause unchanged (TestDialerControlContext)', async () => {
    const mine = new RangeError('not this one')
    const listener = await listening()
    const control = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      throw mine
    }
    const error = await errorOf<OpError>(new Dialer({ control }).dial('tcp', String(listener.addr)))
    expect(error).toBeInstanceOf(OpError)
    expect(error.cause).toBe(mine)
    expect(error.message).toBe(`dial tcp ${listener.addr}: not this one`)
  })

  it('cannot wait on a socket that is in no poller yet', async () => {
    const listener = await listening()
    const errors: Error[] = []
    const control = async (_network: string, _address: string, raw: RawConn) => {
      errors.push(await errorOf(raw.read(() => false)), await errorOf(raw.write(() => false)))
    }
    await dialed(listener.addr, 'tcp', new Dialer({ control }))
    expect(errors.map((error) => error.message)).toEqual([
      'raw-read tcp: waiting for unsupported file type',
      'raw-write tcp: waiting for unsupported file type',
    ])
    expect(errors.every((error) => error instanceof OpError)).toBe(true)
  })

  it('has a raw connection that works once, while it is called', async () => {
    const listener = await listening()
    let ran = 0
    const control = async (_network: string, _address: string, raw: RawConn) => {
      await raw.write(() => {
        ran++
        return true
      })
    }
    await dialed(listener.addr, 'tcp', new Dialer({ control }))
    expect(ran).toBe(1)
  })
})

describe('a dialed socket', () => {
  it('has TCP_NODELAY, and no SO_REUSEADDR even with a local port of its own', async () => {
    const listener = await listening()
    const localAddr = await refusing()
    const conn = await dialed(listener.addr, 'tcp', new Dialer({ localAddr }))
    expect(conn.getOption('noDelay')).toBe(true)
    expect(conn.getOption('reuseAddr')).toBe(false)
  })

  it('an accepted one has TCP_NODELAY too, and setNoDelay changes it', async () => {
    const [client, server] = await pair()
    expect(server.getOption('noDelay')).toBe(true)
    client.setNoDelay(false)
    expect(client.getOption('noDelay')).toBe(false)
    client.setNoDelay(true)
    expect(client.getOption('noDelay')).toBe(true)
  })
})

describe('Multipath TCP (TestMultiPathTCP)', () => {
  it('is off for dialers and on for listeners, unless told', async () => {
    expect(new Dialer().multipathTCP).toBe(false)
    expect(new Dialer({ mptcp: true }).multipathTCP).toBe(true)
    expect(new ListenConfig().multipathTCP).toBe(true)
    expect(new ListenConfig({ mptcp: false }).multipathTCP).toBe(false)
  })

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('dialer %s, listener %s: data flows, and both ends agree', async (dials, listens) => {
    const listener = await listening('tcp', '127.0.0.1:0', { mptcp: listens })
    const [client, server] = await pair(listener, new Dialer({ mptcp: dials }))
    await client.write('hello')
    const buf = new Uint8Array(16)
    expect(await server.read(buf)).toBe(5)
    expect(client.multipathTCP()).toBe(server.multipathTCP())
    if (!(dials && listens)) expect(client.multipathTCP()).toBe(false)
  })

  it('that is refused is tried again as TCP', async () => {
    const { socket } = hook
    const protocols: (number | undefined)[] = []
    const listener = await listening()
    replace({
      socket: (domain, type, protocol) => {
        protocols.push(protocol)
        return protocol === IPPROTO_MPTCP ? -EADDRNOTAVAIL : socket(domain, type, protocol)
      },
    })
    track(await new Dialer({ mptcp: true }).dial('tcp', String(listener.addr)))
    expect(protocols.at(-1)).toBe(IPPROTO_TCP)
  })
})

it.each([
  ['EADDRNOTAVAIL by itself', new SyscallError('connect', EADDRNOTAVAIL), true],
  [
    'EADDRNOTAVAIL in an OpError',
    new OpError('dial', 'tcp', null, null, new SyscallError('connect', EADDRNOTAVAIL)),
    true,
  ],
  ['EINVAL by itself', new SyscallError('connect', EINVAL), false],
  [
    'EINVAL in an OpError',
    new OpError('dial', 'tcp', null, null, new SyscallError('connect', EINVAL)),
    false,
  ],
  ['no errno at all', new Error('EADDRNOTAVAIL'), false],
])('recognises %s (TestSpuriousENOTAVAIL)', (_, error, want) => {
  expect(spuriousENOTAVAIL(error)).toBe(want)
})

it('a refused control of a wrong network is an error of the network', async () => {
  const dialer = new Dialer({ control: () => undefined })
  expect((await rejected('dial', dialer.dial('tcp7' as never, 'localhost:1'))).code).toBe(
    'ERR_UNKNOWN_NETWORK',
  )
})
