import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AddrError } from './errors.js'
import { filterAddrs, firstAddr, joinHostPort, partition, splitHostPort } from './ipsock.js'
import { TCPAddr } from './tcpaddr.js'

const missingPort = 'missing port in address'
const tooManyColons = 'too many colons in address'
const missingBracket = "missing ']' in address"

describe('splitHostPort', () => {
  it('of what is no text names its argument', () => {
    const call = () => splitHostPort(5 as unknown as string)
    expect(call).toThrow(new TypeError('hostport must be a string'))
  })

  it.each([
    ['localhost:http', 'localhost', 'http'],
    ['localhost:80', 'localhost', '80'],
    ['localhost%lo0:80', 'localhost%lo0', '80'],
    ['[localhost]:80', 'localhost', '80'],
    ['[localhost%lo0]:80', 'localhost%lo0', '80'],
    ['127.0.0.1:80', '127.0.0.1', '80'],
    ['[::1]:80', '::1', '80'],
    ['[::1%lo]:http', '::1%lo', 'http'],
    [':80', '', '80'],
    ['h:', 'h', ''],
    ['[::1]:', '::1', ''],
    ['[]:80', '', '80'],
    [':', '', ''],
    ['%:80', '%', '80'],
  ])('splits %j like Go (TestSplitHostPort)', (text, host, port) => {
    expect(splitHostPort(text)).toEqual({ host, port })
  })

  it.each([
    ['', missingPort],
    ['localhost', missingPort],
    ['127.0.0.1', missingPort],
    ['[::1]', missingPort],
    ['[::1%lo]', missingPort],
    ['[localhost]80', missingPort],
    ['[a:b]80:', missingPort],
    ['[::1]x:80', missingPort],
    ['::1', tooManyColons],
    ['::1:80', tooManyColons],
    ['localhost:80:90', tooManyColons],
    ['[::1]:80:90', tooManyColons],
    ['[a]::', tooManyColons],
    ['fe80::1%lo:80', tooManyColons],
    ['a[::]:80', tooManyColons],
    ['[::1', missingBracket],
    ['[::1:80', missingBracket],
    ['[[::1]:80', "unexpected '[' in address"],
    ['a[b:80', "unexpected '[' in address"],
    ['[a]:[80', "unexpected '[' in address"],
    ['a[b]:80', "unexpected '[' in address"],
    ['[a]:]80', "unexpected ']' in address"],
    ['a]b:80', "unexpected ']' in address"],
    ['ab:8]0', "unexpected ']' in address"],
    ['[a]b]:80', missingPort],
  ])('refuses %j with Go\'s text "%s" (TestSplitHostPort)', (text, err) => {
    expect(() => splitHostPort(text)).toThrow(new AddrError(err, text))
  })

  it('undoes joinHostPort', () => {
    const host = fc.string({ unit: fc.constantFrom('a', '1', '.', ':', '%') })
    const port = fc.string({ unit: fc.constantFrom('a', '1', '-', '+') })
    fc.assert(
      fc.property(host, port, (host, port) => {
        expect(splitHostPort(joinHostPort(host, port))).toEqual({ host, port })
      }),
    )
  })

  it('throws nothing but an AddrError that holds the whole text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '[', ']', ':', '%') }), (text) => {
        try {
          splitHostPort(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_ADDR', addr: text })
        }
      }),
    )
  })
})

describe('joinHostPort', () => {
  it.each([
    ['localhost', 'http', 'localhost:http'],
    ['localhost%lo0', 80, 'localhost%lo0:80'],
    ['127.0.0.1', 80, '127.0.0.1:80'],
    ['::1', '80', '[::1]:80'],
    ['fe80::1%lo', 0, '[fe80::1%lo]:0'],
    ['', 'http', ':http'],
    ['', '', ':'],
    ['a:b', '', '[a:b]:'],
  ])('joins %j and %j like Go (TestJoinHostPort)', (host, port, text) => {
    expect(joinHostPort(host, port)).toBe(text)
  })
})

const tcp = (ips: readonly string[]) => ips.map((ip) => new TCPAddr(ip, 80))
const ips = (addrs: readonly TCPAddr[]) => addrs.map(({ ip }) => ip)

describe('filterAddrs', () => {
  const mixed = ['::1', '127.0.0.1', '::ffff:192.0.2.1', '2001:db8::1']
  it.each([
    ['tcp', ['::1', '127.0.0.1', '192.0.2.1', '2001:db8::1']],
    ['tcp4', ['127.0.0.1', '192.0.2.1']],
    ['tcp6', ['::1', '2001:db8::1']],
  ])('keeps what %s can use, in order', (network, kept) => {
    expect(ips(filterAddrs(tcp(mixed), network, 'host'))).toEqual(kept)
  })

  it.each(['tcp', 'tcp4', 'tcp6'])('keeps an address without an IP for %s', (network) => {
    expect(filterAddrs(tcp(['']), network, '')).toHaveLength(1)
  })

  it.each([
    ['tcp4', ['::1']],
    ['tcp6', ['127.0.0.1', '::ffff:127.0.0.1']],
    ['tcp', []],
  ])('throws an AddrError when nothing is left for %s of %j', (network, given) => {
    expect(() => filterAddrs(tcp(given), network, 'some.host')).toThrow(
      new AddrError('no suitable address found', 'some.host'),
    )
  })
})

describe('firstAddr', () => {
  it.each([
    ['localhost:80', ['::1', '127.0.0.1', '127.0.0.2'], '127.0.0.1'],
    ['localhost:80', ['::1', '::2'], '::1'],
    ['[localhost]:80', ['127.0.0.1', '::1', '::2'], '::1'],
    ['[127.0.0.1]:80', ['127.0.0.1', '127.0.0.2'], '127.0.0.1'],
    ['[::]:80', ['::', '0.0.0.0'], '::'],
    [':80', [''], ''],
  ])('of %s with %j is %s (TestResolveTCPAddr)', (address, given, first) => {
    expect(firstAddr(tcp(given), address).ip).toBe(first)
  })

  it('throws an AddrError when there is none', () => {
    expect(() => firstAddr([], 'host:80')).toThrow(
      new AddrError('no suitable address found', 'host:80'),
    )
  })
})

describe('partition', () => {
  it.each([
    [['127.0.0.1'], ['127.0.0.1'], []],
    [['::1'], ['::1'], []],
    [['127.0.0.1', '127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []],
    [['::1', '127.0.0.1'], ['::1'], ['127.0.0.1']],
    [
      ['127.0.0.1', '::1', '127.0.0.2', '::2'],
      ['127.0.0.1', '127.0.0.2'],
      ['::1', '::2'],
    ],
    [
      ['::2', '127.0.0.2', '::1', '127.0.0.1'],
      ['::2', '::1'],
      ['127.0.0.2', '127.0.0.1'],
    ],
    [['::ffff:192.0.2.1', '::1', '192.0.2.2'], ['192.0.2.1', '192.0.2.2'], ['::1']],
    [[], [], []],
  ])('of %j puts the family of the first in front (TestAddrList)', (given, first, second) => {
    const { primaries, fallbacks } = partition(tcp(given))
    expect(ips(primaries)).toEqual(first)
    expect(ips(fallbacks)).toEqual(second)
  })
})
