// Go: net/tcpsock_test.go and ipsock_test.go. From a text to the addresses that are dialed.
import { host } from '@netfd/poll/testing'
import { describe, expect, it } from 'vitest'
import { answering } from '../test/fake-hosts.js'
import { errorOf, noSuchHost, replace } from '../test/support.js'
import type { Bound } from './bound.js'
import { hook } from './hook.js'
import type { TCPNetwork, UDPNetwork } from './index.js'
import type { Resolver } from './lookup.js'
import { defaultResolver } from './lookup.js'
import { dialAddrList, internetAddrList, resolveTCPAddr, resolveUDPAddr } from './resolve.js'
import { TCPAddr } from './tcpaddr.js'
import { UDPAddr } from './udpaddr.js'

const NONE = { due: 0, signal: undefined }

// Network, text, and what it comes to as text.
const literals: [network: string, text: string, want: string][] = [
  ['tcp', '127.0.0.1:0', '127.0.0.1:0'],
  ['tcp4', '127.0.0.1:65535', '127.0.0.1:65535'],
  ['tcp', '[::1]:0', '[::1]:0'],
  ['tcp6', '[::1]:65535', '[::1]:65535'],
  ['tcp', '[::1%en0]:1', '[::1%en0]:1'],
  ['tcp6', '[::1%911]:2', '[::1%911]:2'],
  ['tcp', '[fe80::1%lo]:80', '[fe80::1%lo]:80'],
  ['tcp', ':12345', ':12345'],
  ['', '127.0.0.1:0', '127.0.0.1:0'],
  ['', '[::1]:0', '[::1]:0'],
  ['tcp', ':http', ':80'],
  ['tcp', '', ':0'],
  ['tcp', '127.0.0.1:', '127.0.0.1:0'],
  ['tcp', '127.0.0.1:https', '127.0.0.1:443'],
  ['tcp', '127.0.0.1:HTTP', '127.0.0.1:80'],
  ['tcp', '127.0.0.1:+80', '127.0.0.1:80'],
  ['tcp', '127.0.0.1:-0', '127.0.0.1:0'],
  ['tcp', '[::ffff:127.0.0.1]:80', '127.0.0.1:80'],
  ['tcp', '[0:0:0:0:0:0:0:1]:80', '[::1]:80'],
]

describe('resolveTCPAddr (TestResolveTCPAddr)', () => {
  it.each(literals)('%s %j is %s, and so is that text again', async (network, text, want) => {
    const addr = await resolveTCPAddr(network as TCPNetwork, text)
    expect(addr).toBeInstanceOf(TCPAddr)
    expect(String(addr)).toBe(want)
    const again = await resolveTCPAddr(network as TCPNetwork, String(addr))
    expect(String(again)).toBe(want)
  })

  it.each([
    ['tcp', 'host.test:80', ['::1', '127.0.0.1'], '127.0.0.1:80'],
    ['tcp', 'host.test:80', ['2001:db8::1'], '[2001:db8::1]:80'],
    ['tcp4', 'host.test:http', ['::1', '127.0.0.1'], '127.0.0.1:80'],
    ['tcp6', 'host.test:http', ['127.0.0.1', '::1'], '[::1]:80'],
  ])('%s %s of %j is %s', async (network, text, found, want) => {
    replace({ lookup: async () => found })
    expect(String(await resolveTCPAddr(network as TCPNetwork, text))).toBe(want)
  })

  it.each([
    ['http', '127.0.0.1:80', 'unknown network http', 'ERR_UNKNOWN_NETWORK'],
    ['tcp', '127.0.0.1:http/', 'lookup tcp/http/: unknown port', 'ENOTFOUND'],
    ['tcp', '127.0.0.1:70000', 'address 70000: invalid port', 'ERR_ADDR'],
    ['tcp4', '[::1]:80', 'address ::1: no suitable address found', 'ERR_ADDR'],
    ['tcp', '127.0.0.1', 'address 127.0.0.1: missing port in address', 'ERR_ADDR'],
    ['tcp', '127.0.0.1%lo:80', 'lookup 127.0.0.1%lo: no such host', 'ENOTFOUND'],
  ])('%s %s is refused: %s', async (network, text, message, code) => {
    replace({ lookup: noSuchHost })
    const error = await errorOf(resolveTCPAddr(network as TCPNetwork, text))
    expect([error.message, error.code]).toEqual([message, code])
  })
})

const list = async (network: string, text: string, ...found: string[]): Promise<string[]> =>
  (await internetAddrList(answering(...found), network, text, TCPAddr.of, NONE)).map(String)

describe('the addresses of a host (TestAddrList)', () => {
  it('keep the order of the resolver', async () => {
    expect(await list('tcp', 'h:1', '10.0.0.2', '::2', '10.0.0.1')).toEqual([
      '10.0.0.2:1',
      '[::2]:1',
      '10.0.0.1:1',
    ])
  })

  it('are those of the network’s family', async () => {
    expect(await list('tcp4', 'h:1', '::2', '10.0.0.1', '::ffff:10.0.0.2')).toEqual([
      '10.0.0.1:1',
      '10.0.0.2:1',
    ])
    expect(await list('tcp6', 'h:1', '::2', '10.0.0.1')).toEqual(['[::2]:1'])
  })

  it('are both wildcards for an unspecified IPv6 address', async () => {
    expect(await list('tcp', '[::]:1')).toEqual(['[::]:1', '0.0.0.0:1'])
    expect(await list('tcp6', '[::]:1')).toEqual(['[::]:1'])
    expect(await list('tcp4', '[::]:1')).toEqual(['0.0.0.0:1'])
  })

  it('may have zones', async () => {
    expect(await list('tcp', 'h:1', 'fe80::1%lo')).toEqual(['[fe80::1%lo]:1'])
  })

  it('must be addresses', async () => {
    const error = await errorOf(list('tcp', 'h:1', 'not an address'))
    expect(error).toMatchObject({ code: 'ERR_ADDR', addr: 'not an address' })
  })

  it('are filtered by the local address', async () => {
    const from = (laddr: TCPAddr) =>
      dialAddrList(answering('::1', '127.0.0.1'), 'tcp', 'h:1', laddr, NONE)
    expect((await from(new TCPAddr('127.0.0.1', 0))).map(String)).toEqual(['127.0.0.1:1'])
    expect((await from(new TCPAddr('::1', 0))).map(String)).toEqual(['[::1]:1'])
    expect((await from(new TCPAddr('0.0.0.0', 0))).map(String)).toEqual(['[::1]:1', '127.0.0.1:1'])
  })
})

/** The addresses of host "h"; what a text alone is wrong with would be thrown. */
const lookedUp = (resolver: Resolver, bound: Bound): Promise<TCPAddr[]> =>
  Promise.resolve(internetAddrList(resolver, 'tcp', 'h:1', TCPAddr.of, bound))

describe('a lookup', () => {
  it.each([
    ['ENOTFOUND', 'no such host', { isNotFound: true, temporary: false }],
    ['EAI_NONAME', 'no such host', { isNotFound: true }],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN', { isNotFound: false, temporary: true }],
    ['ENOMEM', 'getaddrinfo ENOMEM', { isNotFound: false, temporary: false }],
  ])('that fails with %s says: %s', async (code, text, fields) => {
    const lookupHost = () =>
      Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }))
    const error = await errorOf(lookedUp({ lookupHost }, NONE))
    expect(error).toMatchObject({ name: 'DNSError', code, hostname: 'h', ...fields })
    expect(error.message).toBe(`lookup h: ${text}`)
  })

  it('that throws at once is rejected too', async () => {
    const lookupHost = () => {
      throw new Error('broken')
    }
    const error = await errorOf(lookedUp({ lookupHost }, NONE))
    expect(error).toMatchObject({ name: 'DNSError', message: 'lookup h: broken' })
  })

  it('that takes too long is a timeout, and passes the signal on', async () => {
    const signals: unknown[] = []
    const lookupHost = (_host: string, { signal }: { signal?: AbortSignal | undefined }) => {
      signals.push(signal)
      return new Promise<string[]>(() => undefined)
    }
    const { signal } = new AbortController()
    const bound = { due: host.now() + 5, signal }
    const error = await errorOf(lookedUp({ lookupHost }, bound))
    expect(error).toMatchObject({
      message: 'lookup h: i/o timeout',
      isTimeout: true,
      code: 'ETIMEDOUT',
    })
    expect(signals).toEqual([signal])
  })

  it('of this machine’s own name finds it', async () => {
    const found = await defaultResolver.lookupHost('localhost', {})
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((ip) => ip === '127.0.0.1' || ip === '::1')).toBe(true)
  })

  it('is put into the order of RFC 6724, by the source that each address would have', async () => {
    // 240.0.0.1 has no route, so it goes to the end; ::1 has the higher precedence.
    replace({ lookup: async () => ['240.0.0.1', '127.0.0.1', '::1'] })
    const { connect } = hook
    replace({ connect: (fd, sockaddr) => (sockaddr[4] === 240 ? -101 : connect(fd, sockaddr)) })
    expect(await defaultResolver.lookupHost('h', {})).toEqual(['::1', '127.0.0.1', '240.0.0.1'])
  })
})

// Go takes '' for udp as well, for what it did in 1.0.
const udpLiterals: [network: string, text: string, want: string][] = [
  ['udp', '127.0.0.1:0', '127.0.0.1:0'],
  ['udp4', '127.0.0.1:65535', '127.0.0.1:65535'],
  ['udp', '[::1]:0', '[::1]:0'],
  ['udp6', '[::1]:65535', '[::1]:65535'],
  ['udp', '[::1%en0]:1', '[::1%en0]:1'],
  ['udp6', '[::1%911]:2', '[::1%911]:2'],
  ['udp', ':12345', ':12345'],
  ['', '127.0.0.1:0', '127.0.0.1:0'],
  ['', '[::1]:0', '[::1]:0'],
  ['udp', '127.0.0.1:domain', '127.0.0.1:53'],
  ['udp', '[::ffff:127.0.0.1]:domain', '127.0.0.1:53'],
  ['udp', '[2001:db8::1]:domain', '[2001:db8::1]:53'],
  ['udp4', '127.0.0.1:domain', '127.0.0.1:53'],
  ['udp4', '[::ffff:127.0.0.1]:domain', '127.0.0.1:53'],
  ['udp6', '[2001:db8::1]:domain', '[2001:db8::1]:53'],
]

describe('resolveUDPAddr (TestResolveUDPAddr)', () => {
  it.each(udpLiterals)('%s %j is %s, and so is that text again', async (network, text, want) => {
    const addr = await resolveUDPAddr(network as UDPNetwork, text)
    expect(addr).toBeInstanceOf(UDPAddr)
    expect(String(addr)).toBe(want)
    expect(String(await resolveUDPAddr(network as UDPNetwork, String(addr)))).toBe(want)
  })

  it.each([
    ['http', '127.0.0.1:0', 'unknown network http', 'ERR_UNKNOWN_NETWORK'],
    ['tcp', '127.0.0.1:0', 'unknown network tcp', 'ERR_UNKNOWN_NETWORK'],
    ['udp', '127.0.0.1:nosuch', 'lookup udp/nosuch: unknown port', 'ENOTFOUND'],
    ['udp4', '[2001:db8::1]:53', 'address 2001:db8::1: no suitable address found', 'ERR_ADDR'],
    ['udp6', '127.0.0.1:domain', 'address 127.0.0.1: no suitable address found', 'ERR_ADDR'],
    [
      'udp6',
      '[::ffff:127.0.0.1]:1',
      'address ::ffff:127.0.0.1: no suitable address found',
      'ERR_ADDR',
    ],
  ])('%s %j fails: %s', async (network, text, message, code) => {
    const error = await errorOf(resolveUDPAddr(network as UDPNetwork, text))
    expect([error.message, error.code]).toEqual([message, code])
  })

  it('refuses its networks to those who ask for TCP', async () => {
    await expect(resolveTCPAddr('udp' as TCPNetwork, '127.0.0.1:1')).rejects.toThrow(
      'unknown network udp',
    )
  })
})
