// Go: net/dial_test.go and error_test.go. What may be dialed, and what every wrong argument says.
import { describe, expect, it } from 'vitest'
import type { OpError, TCPNetwork } from '../src/index.js'
import {
  AddrError,
  Dialer,
  DNSError,
  dial,
  dialTCP,
  hook,
  TCPAddr,
  UnixAddr,
  UnknownNetworkError,
} from '../src/index.js'
import { rejected } from './error-walk.js'
import { dialed, listening, noSuchHost, refusing, replace, track } from './support.js'

/** Fails the test when a socket is made. */
function noSockets(): void {
  replace({
    socket: () => {
      throw new Error('no socket was to be made')
    },
  })
}

describe('dial', () => {
  it.each([
    ['tcp6', '127.0.0.1'],
    ['tcp6', '[::ffff:127.0.0.1]'],
    ['tcp4', '[::1]'],
  ])(
    '%s refuses %s, which is of the other family (TestProhibitionaryDialArg)',
    async (network, host) => {
      const listener = await listening('tcp', ':0')
      noSockets()
      const error = await rejected(
        'dial',
        dial(network as TCPNetwork, `${host}:${listener.addr.port}`),
      )
      expect(error.cause).toBeInstanceOf(AddrError)
      expect(error).toMatchObject({ code: 'ERR_ADDR', cause: { err: 'no suitable address found' } })
    },
  )

  it.each(['tcp', 'tcp4', 'tcp6'])(
    '%s reaches this machine with an empty host (TestDialLocal)',
    async (network) => {
      const listener = await listening(network, network === 'tcp' ? '127.0.0.1:0' : ':0')
      const conn = await dialed(`:${listener.addr.port}`, network)
      expect(conn.remoteAddr.port).toBe(listener.addr.port)
    },
  )

  it.each([
    ['tcp', ':0', 'tcp'],
    ['tcp', ':0', 'tcp4'],
    ['tcp', ':0', 'tcp6'],
    ['tcp4', ':0', 'tcp'],
    ['tcp6', ':0', 'tcp'],
  ])(
    'a %s listener on %s is reached at its own address by %s (TestDialListenerAddr)',
    async (on, address, network) => {
      const listener = await listening(on, address)
      const conn = await dialed(listener.addr, network)
      track(await listener.accept())
      expect(conn.remoteAddr.port).toBe(listener.addr.port)
    },
  )

  it('tries IPv6 and then IPv4 for an unspecified IPv6 address', async () => {
    const listener = await listening('tcp4', '127.0.0.1:0')
    const conn = await dialed(`[::]:${listener.addr.port}`)
    expect(conn.remoteAddr.ip).toBe('127.0.0.1')
  })

  it.each([
    ['tcp4', '::1', '[::1]:80'],
    ['tcp6', '127.0.0.1', '127.0.0.1:80'],
    ['tcp6', '::ffff:127.0.0.1', '[::ffff:127.0.0.1]:80'],
  ])(
    'an AddrError names the address that %s cannot use: %s (TestDialAddrError)',
    async (network, host, address) => {
      const error = await rejected('dial', dial(network as TCPNetwork, address))
      expect(error.cause).toMatchObject({ addr: host })
      expect(error.message).toBe(`dial ${network}: address ${host}: no suitable address found`)
    },
  )
})

const wrong: [network: string, address: string, type: unknown, message: string][] = [
  ['tcp', '', AddrError, 'dial tcp: missing address'],
  ['tcp', '127.0.0.1', AddrError, 'dial tcp: address 127.0.0.1: missing port in address'],
  ['tcp', '::1:80', AddrError, 'dial tcp: address ::1:80: too many colons in address'],
  ['tcp', '[::1:80', AddrError, "dial tcp: address [::1:80: missing ']' in address"],
  ['tcp', '[::1]80', AddrError, 'dial tcp: address [::1]80: missing port in address'],
  ['tcp', '127.0.0.1:65536', AddrError, 'dial tcp: address 65536: invalid port'],
  ['tcp', '127.0.0.1:-1', AddrError, 'dial tcp: address -1: invalid port'],
  ['tcp', '127.0.0.1:no-such', DNSError, 'dial tcp: lookup tcp/no-such: unknown port'],
  ['tcp4', 'nowhere.invalid:80', DNSError, 'dial tcp4: lookup nowhere.invalid: no such host'],
  ['tcp5', '127.0.0.1:80', UnknownNetworkError, 'dial tcp5: unknown network tcp5'],
  ['', '127.0.0.1:80', UnknownNetworkError, 'dial: unknown network '],
  ['TCP', '127.0.0.1:80', UnknownNetworkError, 'dial TCP: unknown network TCP'],
]

describe('a wrong argument', () => {
  it.each(wrong)(
    '%j %j is refused before a socket is made (TestDialError)',
    async (network, address, type, message) => {
      noSockets()
      replace({ lookup: noSuchHost })
      const error = await rejected('dial', dial(network as TCPNetwork, address))
      expect(error.cause).toBeInstanceOf(type)
      expect(error.message).toBe(message)
      expect(error.source).toBeUndefined()
      expect(error.addr).toBeUndefined()
    },
  )

  it('is refused by dialTCP as well (TestProtocolDialError)', async () => {
    const to = new TCPAddr('127.0.0.1', 80)
    const network = await rejected('dial', dialTCP('udp' as never, null, to))
    expect(network.message).toBe('dial udp 127.0.0.1:80: unknown network udp')
    const address = await rejected('dial', dialTCP('tcp', null, null as unknown as TCPAddr))
    expect(address.message).toBe('dial tcp: missing address')
  })

  it('among the options throws at once', () => {
    const make = (options: object) => () => new Dialer(options)
    expect(make({ timeout: '1s' })).toThrow(TypeError)
    expect(make({ timeout: Number.NaN })).toThrow(RangeError)
    expect(make({ deadline: 'tomorrow' })).toThrow(TypeError)
    expect(make({ localAddr: '127.0.0.1' })).toThrow(TypeError)
  })
})

it.each([
  ['tcp4', '127.0.0.1'],
  ['tcp6', '[::1]'],
])('%s: a refused dial names both what failed and where', async (network, host) => {
  const to = await refusing(host.replace(/[[\]]/g, ''))
  const error: OpError = await rejected('dial', dial(network as TCPNetwork, `${host}:${to.port}`))
  expect(error.message).toBe(`dial ${network} ${to}: connect: connection refused`)
  expect(error).toMatchObject({
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: to.ip,
    port: to.port,
    timeout: false,
    temporary: false,
  })
  expect(error.source).toBeUndefined()
})

it('a refusal of the kernel to make a socket is the error of the dial', async () => {
  replace({ socket: () => -24 })
  const error = await rejected('dial', dial('tcp', '127.0.0.1:80'))
  expect(error.message).toBe('dial tcp 127.0.0.1:80: socket: too many open files')
  expect(error).toMatchObject({ code: 'EMFILE', temporary: true })
})

const local = (ip: string, port = 0) => new TCPAddr(ip, port)

// In Go's order: network, address dialed, local address, whether there is an error.
const localAddrs: [network: string, host: string, laddr: TCPAddr | null, code: string | null][] = [
  ['tcp4', '127.0.0.1', null, null],
  ['tcp4', '127.0.0.1', local(''), null],
  ['tcp4', '127.0.0.1', local('0.0.0.0'), null],
  ['tcp4', '127.0.0.1', local('::ffff:0.0.0.0'), null],
  ['tcp4', '127.0.0.1', local('::'), 'ERR_ADDR'],
  ['tcp4', '127.0.0.1', local('127.0.0.1'), null],
  ['tcp4', '127.0.0.1', local('::ffff:127.0.0.1'), null],
  ['tcp4', '127.0.0.1', local('::1'), 'ERR_ADDR'],
  ['tcp6', '::1', null, null],
  ['tcp6', '::1', local(''), null],
  ['tcp6', '::1', local('0.0.0.0'), null],
  ['tcp6', '::1', local('::'), null],
  ['tcp6', '::1', local('127.0.0.1'), 'ERR_ADDR'],
  ['tcp6', '::1', local('::1'), null],
  ['tcp', '127.0.0.1', null, null],
  ['tcp', '127.0.0.1', local('0.0.0.0'), null],
  ['tcp', '127.0.0.1', local('::'), null],
  ['tcp', '127.0.0.1', local('127.0.0.1'), null],
  ['tcp', '127.0.0.1', local('::1'), 'ERR_ADDR'],
  ['tcp', '::1', null, null],
  ['tcp', '::1', local('0.0.0.0'), null],
  ['tcp', '::1', local('::'), null],
  ['tcp', '::1', local('127.0.0.1'), 'ERR_ADDR'],
  ['tcp', '::1', local('::1'), null],
]

describe('a Dialer with a local address (TestDialerLocalAddr)', () => {
  it.each(localAddrs)('%s to %s from %s: %s', async (network, host, localAddr, code) => {
    const listener = await listening('tcp', host === '::1' ? '[::1]:0' : '127.0.0.1:0')
    const dialing = new Dialer({ localAddr }).dial(network as TCPNetwork, String(listener.addr))
    if (code === null) {
      const conn = track(await dialing)
      expect(conn.localAddr.ip).toBe(host)
    } else {
      expect(await rejected('dial', dialing)).toMatchObject({ code })
    }
  })

  it('refuses a local address of another kind', async () => {
    const localAddr = new UnixAddr('/tmp/socket', 'unix')
    const error = await rejected('dial', new Dialer({ localAddr }).dial('tcp', '127.0.0.1:80'))
    expect(error.message).toBe('dial tcp: address /tmp/socket: mismatched local address type')
  })

  it('uses its port, and reports the local end in errors', async () => {
    const { port } = await refusing()
    const listener = await listening()
    const dialer = new Dialer({ localAddr: local('127.0.0.1', port) })
    const conn = await dialed(listener.addr, 'tcp', dialer)
    expect(String(conn.localAddr)).toBe(`127.0.0.1:${port}`)
    const error = await rejected('dial', dialer.dial('tcp', String(listener.addr)))
    expect(error.message).toMatch(
      new RegExp(`^dial tcp 127.0.0.1:${port}->${listener.addr}: bind: address already in use$`),
    )
  })
})

describe('dialTCP', () => {
  it('dials from the local address it is given (TestDialContext)', async () => {
    const listener = await listening()
    const { port } = await refusing()
    const conn = track(await dialTCP('tcp', local('127.0.0.1', port), listener.addr))
    expect(conn.localAddr.port).toBe(port)
    expect(String(conn.remoteAddr)).toBe(String(listener.addr))
  })

  it('names the local address it was given when it fails', async () => {
    const to = await refusing()
    const { port } = await refusing()
    const error = await rejected('dial', dialTCP('tcp4', local('127.0.0.1', port), to))
    expect(error.message).toBe(`dial tcp4 127.0.0.1:${port}->${to}: connect: connection refused`)
  })

  it('ends when its signal is aborted (TestDialContext)', async () => {
    const signal = AbortSignal.abort()
    const error = await rejected('dial', dialTCP('tcp', null, local('127.0.0.1', 80), { signal }))
    expect(error.code).toBe('ABORT_ERR')
  })
})

it('the name of a host is resolved by the resolver of the Dialer', async () => {
  const listener = await listening()
  const asked: string[] = []
  const resolver = {
    lookupHost: async (host: string) => {
      asked.push(host)
      return ['127.0.0.1']
    },
  }
  replace({ lookup: () => Promise.reject(new Error('the host was asked')) })
  const conn = await dialed(`db.internal:${listener.addr.port}`, 'tcp', new Dialer({ resolver }))
  expect(asked).toEqual(['db.internal'])
  expect(conn.remoteAddr.ip).toBe('127.0.0.1')
  expect(hook.lookup).toBeTypeOf('function')
})
