// Go: net/listen_test.go and tcpsock_test.go. What a listener listens on, and what it refuses.
import { AF_INET, AF_INET6, SO_SNDBUF, SOL_SOCKET, setsockopt } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { ListenOptions, RawConn, TCPNetwork } from '../src/index.js'
import {
  AddrError,
  DNSError,
  hook,
  ListenConfig,
  listen,
  listenTCP,
  OpError,
  TCPAddr,
  UnknownNetworkError,
} from '../src/index.js'
import { rejected } from './error-walk.js'
import {
  dialed,
  errorOf,
  listening,
  noSuchHost,
  replace,
  socketLedger,
  track,
  turns,
} from './support.js'

// Each form of an address, the family it gets, and what its Addr prints before the port.
const forms: [network: string, address: string, family: number, host: string][] = [
  ['tcp', '', AF_INET6, '[::]'],
  ['tcp', ':0', AF_INET6, '[::]'],
  ['tcp', '0.0.0.0:0', AF_INET6, '[::]'],
  ['tcp', '[::ffff:0.0.0.0]:0', AF_INET6, '[::]'],
  ['tcp', '[::]:0', AF_INET6, '[::]'],
  ['tcp', '127.0.0.1:0', AF_INET, '127.0.0.1'],
  ['tcp', '[::ffff:127.0.0.1]:0', AF_INET, '127.0.0.1'],
  ['tcp', '[::1]:0', AF_INET6, '[::1]'],
  ['tcp4', '', AF_INET, '0.0.0.0'],
  ['tcp4', ':0', AF_INET, '0.0.0.0'],
  ['tcp4', '0.0.0.0:0', AF_INET, '0.0.0.0'],
  ['tcp4', '[::ffff:0.0.0.0]:0', AF_INET, '0.0.0.0'],
  ['tcp4', '127.0.0.1:0', AF_INET, '127.0.0.1'],
  ['tcp4', '[::ffff:127.0.0.1]:0', AF_INET, '127.0.0.1'],
  ['tcp6', '', AF_INET6, '[::]'],
  ['tcp6', ':0', AF_INET6, '[::]'],
  ['tcp6', '[::]:0', AF_INET6, '[::]'],
  ['tcp6', '[::1]:0', AF_INET6, '[::1]'],
]

describe('listen', () => {
  it.each(forms)(
    '%s %j gets its family, and the port is taken (TestTCPListener, TestTCPListenerName)',
    async (network, address, family, host) => {
      const listener = await listening(network, address)
      const raw = listener.syscallConn()
      expect([raw.getOption('domain'), raw.getOption('reuseAddr')]).toEqual([family, true])
      expect(listener.addr.port).toBeGreaterThan(0)
      expect(String(listener.addr)).toBe(`${host}:${listener.addr.port}`)
      expect(listener.addr).toBe(listener.addr)
      const again = await rejected('listen', listen(network as TCPNetwork, String(listener.addr)))
      expect(again).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
      // "[::]" stands for IPv4 as well, and a listener takes the first IPv4 address: so Go prints it.
      const named =
        network === 'tcp' ? String(listener.addr).replace('[::]', '0.0.0.0') : listener.addr
      expect(again.message).toBe(`listen ${network} ${named}: bind: address already in use`)
    },
  )

  it.each([
    ['tcp4', '[::1]:0', 'listen tcp4: address ::1: no suitable address found'],
    ['tcp6', '127.0.0.1:0', 'listen tcp6: address 127.0.0.1: no suitable address found'],
    [
      'tcp6',
      '[::ffff:127.0.0.1]:0',
      'listen tcp6: address ::ffff:127.0.0.1: no suitable address found',
    ],
    ['tcp4', '[::]:0', null],
  ])('%s on %s: %s', async (network, address, message) => {
    // The last one is wide enough for IPv4 too, as in a dial.
    if (message === null) track(await listen(network as TCPNetwork, address))
    else
      expect((await rejected('listen', listen(network as TCPNetwork, address))).message).toBe(
        message,
      )
  })

  it('on the name of a host takes its first IPv4 address', async () => {
    replace({ lookup: async () => ['::1', '127.0.0.1', '127.0.0.2'] })
    const listener = await listening('tcp', 'host.test:0')
    expect(listener.addr.ip).toBe('127.0.0.1')
    const v6 = await listening('tcp6', 'host.test:0')
    expect(v6.addr.ip).toBe('::1')
  })

  it.each([
    [null, '[::]'],
    [new TCPAddr('', 0), '[::]'],
    [new TCPAddr('0.0.0.0', 0), '[::]'],
    [new TCPAddr('::', 0), '[::]'],
    [new TCPAddr('127.0.0.1', 0), '127.0.0.1'],
  ])('TCP with %s is on %s (TestWildWildcardListener)', async (laddr, host) => {
    const listener = track(await listenTCP('tcp', laddr))
    expect(String(listener.addr)).toBe(`${host}:${listener.addr.port}`)
  })
})

const wrong: [network: string, address: string, type: unknown, message: string][] = [
  ['tcp', '127.0.0.1', AddrError, 'listen tcp: address 127.0.0.1: missing port in address'],
  ['tcp', '127.0.0.1:☺', DNSError, 'listen tcp: lookup tcp/☺: unknown port'],
  ['tcp', '127.0.0.1:-1', AddrError, 'listen tcp: address -1: invalid port'],
  ['tcp', '127.0.0.1:123456789', AddrError, 'listen tcp: address 123456789: invalid port'],
  ['tcp', '[::1:0', AddrError, "listen tcp: address [::1:0: missing ']' in address"],
  ['tcp', 'nowhere.invalid:0', DNSError, 'listen tcp: lookup nowhere.invalid: no such host'],
  ['tcp8', '127.0.0.1:0', UnknownNetworkError, 'listen tcp8: unknown network tcp8'],
  ['ip', '127.0.0.1:0', UnknownNetworkError, 'listen ip: unknown network ip'],
]

describe('a wrong argument', () => {
  it.each(wrong)(
    '%s %s is refused (TestListenError, TestProtocolListenError)',
    async (network, address, type, message) => {
      const ledger = socketLedger()
      replace({ lookup: noSuchHost })
      const error = await rejected('listen', listen(network as TCPNetwork, address))
      expect(error.cause).toBeInstanceOf(type)
      expect(error.message).toBe(message)
      expect(error).not.toHaveProperty('source')
      expect(ledger.made).toBe(0)
    },
  )

  it('to listenTCP is named with its address (TestProtocolListenError)', async () => {
    const error = await rejected('listen', listenTCP('udp' as never, new TCPAddr('127.0.0.1', 9)))
    expect(error.message).toBe('listen udp 127.0.0.1:9: unknown network udp')
  })

  it.each([-1, 1.5, Number.NaN])('a backlog of %d throws RangeError', async (backlog) => {
    expect(() => new ListenConfig({ backlog })).toThrow(RangeError)
    await expect(listen('tcp', '127.0.0.1:0', { backlog })).rejects.toThrow(RangeError)
  })

  it('an address that is not this machine’s is refused by bind(2)', async () => {
    const ledger = socketLedger()
    const error = await rejected('listen', listen('tcp', '192.0.2.1:0'))
    expect(error.message).toBe('listen tcp 192.0.2.1:0: bind: cannot assign requested address')
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind' })
    expect(ledger.open.size).toBe(0)
  })
})

it.each([
  ['socket', { socket: () => -24 }, 'socket', 'EMFILE'],
  ['setsockopt', { setsockopt: () => -12 }, 'setsockopt', 'ENOMEM'],
  ['listen', { listen: () => -98 }, 'listen', 'EADDRINUSE'],
  ['later listen', { listen: () => Promise.resolve(-12) }, 'listen', 'ENOMEM'],
  ['later bind', { listen: () => Promise.resolve(-98) }, 'bind', 'EADDRINUSE'],
  ['getsockname', { getsockname: () => -9 }, 'getsockname', 'EBADF'],
])('a failing %s leaves no descriptor (TestListenError)', async (_, entries, syscall, code) => {
  const ledger = socketLedger()
  replace(entries)
  const config = new ListenConfig({ mptcp: false })
  expect(await rejected('listen', config.listen('tcp', '127.0.0.1:0'))).toMatchObject({
    syscall,
    code,
  })
  expect(ledger.open.size).toBe(0)
})

it('listens where the host says so in a later turn', async () => {
  const { listen: now } = hook
  replace({ listen: (fd, backlog) => turns(2).then(() => now(fd, backlog)) })
  const listener = await listening()
  await dialed(listener.addr)
  track(await listener.accept())
})

describe('control (TestListenConfigControl)', () => {
  it.each([
    ['tcp', ':0', 'tcp6', ':0'],
    ['tcp', '127.0.0.1:0', 'tcp4', '127.0.0.1:0'],
    ['tcp4', ':0', 'tcp4', ':0'],
    ['tcp6', ':0', 'tcp6', ':0'],
    ['tcp6', '[::1]:0', 'tcp6', '[::1]:0'],
  ])(
    'of %s %s is told %s %s, before the socket is bound',
    async (network, address, wantNetwork, wantAddress) => {
      const told: unknown[] = []
      const control = (...[kind, where, raw]: [string, string, RawConn]) => {
        told.push([kind, where])
        raw.setOption('linger', { on: true, seconds: 0 })
      }
      const listener = await listening(network, address, { control })
      expect(told).toEqual([[wantNetwork, wantAddress]])
      expect(listener.syscallConn().getOption('linger')).toEqual({ on: true, seconds: 0 })
    },
  )

  it('may use the number of the socket', async () => {
    const control = (_network: string, _address: string, raw: RawConn) =>
      raw.control((fd) => setsockopt(fd, SOL_SOCKET, SO_SNDBUF, 40_960))
    const listener = await listening('tcp', '127.0.0.1:0', { control })
    expect(listener.syscallConn().getOption('sndBuf')).toBe(81_920)
  })

  it('may refuse, and its error is the cause unchanged', async () => {
    const ledger = socketLedger()
    const mine = new Error('not here')
    const options: ListenOptions = { control: () => Promise.reject(mine), mptcp: false }
    const error = await errorOf<OpError>(listen('tcp', '127.0.0.1:0', options))
    expect(error).toBeInstanceOf(OpError)
    expect(error.message).toBe('listen tcp 127.0.0.1:0: not here')
    expect(error.cause).toBe(mine)
    expect(ledger.open.size).toBe(0)
  })
})

it('an address is free again as soon as its listener is closed (TestListenCloseListen)', async () => {
  let address = '127.0.0.1:0'
  for (let i = 0; i < 10; i++) {
    const listener = await listening('tcp', address)
    address = String(listener.addr)
    const conn = await dialed(address)
    const server = track(await listener.accept())
    // The server closes first, so that its end stays behind in TIME-WAIT.
    await server.close()
    await conn.close()
    await listener.close()
  }
})

it('several listeners share an address with reusePort', async () => {
  const first = await listening('tcp', '127.0.0.1:0', { reusePort: true })
  const second = await listening('tcp', String(first.addr), { reusePort: true })
  expect(String(second.addr)).toBe(String(first.addr))
  const error = await rejected('listen', listen('tcp', String(first.addr)))
  expect(error.code).toBe('EADDRINUSE')
})
