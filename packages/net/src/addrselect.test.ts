import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyPolicy, classifyScope, commonPrefixLen, sortByRFC6724 } from './addrselect.js'
import { ParseError } from './errors.js'

describe('classifyPolicy', () => {
  it.each([
    ['::1', 50, 0],
    ['::2', 1, 3],
    ['::192.0.2.1', 1, 3],
    ['::1:0:0:0', 40, 1],
    ['127.0.0.1', 35, 4],
    ['203.0.113.9', 35, 4],
    ['::ffff:203.0.113.9', 35, 4],
    ['2001:db8::1', 40, 1],
    ['2001::1', 5, 5],
    ['2001:0:ffff::', 5, 5],
    ['2001:1::', 40, 1],
    ['2002:c000:201::', 30, 2],
    ['2003::1', 40, 1],
    ['3ffe::9', 1, 12],
    ['fc00::1', 3, 13],
    ['fdff:ffff::1', 3, 13],
    ['fe00::1', 40, 1],
    ['fe80::1', 40, 1],
    ['fe80::1%eth0', 40, 1],
    ['fec0::1', 1, 11],
    ['feff::1', 1, 11],
    ['ff02::1', 40, 1],
  ])(
    'gives %s precedence %d and label %d (TestRFC6724PolicyTableClassify)',
    (ip, precedence, label) => {
      expect(classifyPolicy(ip)).toMatchObject({ precedence, label })
    },
  )
})

describe('classifyScope', () => {
  it.each([
    ['127.0.0.1', 2],
    ['127.9.9.9', 2],
    ['::ffff:127.0.0.1', 2],
    ['169.254.1.1', 2],
    ['169.253.1.1', 14],
    ['10.0.0.1', 14],
    ['224.0.0.1', 14],
    ['::1', 2],
    ['::2', 14],
    ['::', 14],
    ['fe80::1', 2],
    ['febf::1', 2],
    ['fe80::1%eth0', 2],
    ['fe7f::1', 14],
    ['fec0::1', 5],
    ['feff::1', 5],
    ['fd00::1', 14],
    ['2001:db8::1', 14],
    ['ff01::1', 1],
    ['ff02::1', 2],
    ['ff04::1', 4],
    ['ff05::1', 5],
    ['ff38::1', 8],
    ['ff0e::1', 14],
  ])('of %s is %d (TestRFC6724ClassifyScope)', (ip, scope) => {
    expect(classifyScope(ip)).toBe(scope)
  })
})

describe('commonPrefixLen', () => {
  it.each([
    ['2001:db8::1', '2001:db8::1', 64],
    ['2001:db8::1', '2001:db8::ffff:0:0:1', 64],
    ['2001:db8:0:1::', '2001:db8:0:0::', 63],
    ['2001:db8:0:8000::', '2001:db8::', 48],
    ['fe80::1', 'fe80::2', 64],
    ['fe80::1', 'fec0::1', 9],
    ['::', '8000::', 0],
    ['10.0.0.1', '10.0.0.1', 32],
    ['10.0.0.1', '10.0.0.0', 31],
    ['10.128.0.0', '10.0.0.0', 8],
    ['128.0.0.0', '0.0.0.0', 0],
    ['::ffff:10.0.0.1', '10.0.0.3', 30],
    ['10.0.0.1', '::1', 0],
    ['::', '0.0.0.0', 0],
  ])('of %s and %s is %d (TestRFC6724CommonPrefixLength)', (a, b, length) => {
    expect(commonPrefixLen(a, b)).toBe(length)
    expect(commonPrefixLen(b, a)).toBe(length)
  })
})

type Row = [rule: string, pairs: (readonly [addr: string, src: string | null])[]]

// Each row is in the right order.
const sorted: Row[] = [
  [
    'no source comes last, even against a scope, label and precedence that do not fit',
    [
      ['2002:c633:6401::1', 'fe80::9'],
      ['2001:db8:1::1', null],
    ],
  ],
  [
    'no source comes last',
    [
      ['192.0.2.1', '192.0.2.9'],
      ['2001:db8::1', null],
    ],
  ],
  [
    'without any source the order stays',
    [
      ['10.0.0.1', null],
      ['2001:db8::1', null],
      ['::1', null],
    ],
  ],
  [
    'the same scope wins',
    [
      ['198.51.100.1', '198.51.100.9'],
      ['2001:db8:1::1', 'fe80::9'],
    ],
  ],
  [
    'the same scope wins, turned',
    [
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['198.51.100.1', '169.254.7.7'],
    ],
  ],
  [
    'the same label wins',
    [
      ['2002:c633:6401::1', '2002:c633:6401::2'],
      ['2001:db8:1::1', '2002:c633:6401::2'],
    ],
  ],
  [
    'a higher precedence wins',
    [
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['10.1.2.3', '10.1.2.4'],
    ],
  ],
  [
    'a higher precedence wins over 6to4',
    [
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['2002:c633:6401::1', '2002:c633:6401::2'],
    ],
  ],
  [
    'IPv4 wins over Teredo',
    [
      ['192.0.2.1', '192.0.2.9'],
      ['2001::1', '2001::9'],
    ],
  ],
  [
    'the smaller scope wins',
    [
      ['fe80::1', 'fe80::2'],
      ['2001:db8:1::1', '2001:db8:1::2'],
    ],
  ],
  [
    'the longest common prefix wins',
    [
      ['2001:db8:1::1', '2001:db8:1::2'],
      ['2001:db8:3ffe::1', '2001:db8:3f44::2'],
    ],
  ],
  [
    'IPv4 keeps its order whatever the prefixes',
    [
      ['198.51.100.1', '10.2.3.4'],
      ['10.2.3.5', '10.2.3.4'],
      ['198.51.100.2', '10.2.3.4'],
    ],
  ],
  [
    'zones do not count',
    [
      ['fe80::1%eth0', 'fe80::9%eth0'],
      ['10.1.2.3', '10.1.2.4'],
    ],
  ],
  [
    'a home network: IPv6 by its own address, then IPv4, then what cannot be reached',
    [
      ['2a00:1450:4001::1', '2a00:5555::2'],
      ['142.250.1.1', '192.168.1.2'],
      ['142.250.1.2', '192.168.1.2'],
      ['fd00::1', null],
    ],
  ],
]

const sortPairs = (pairs: Row[1]) =>
  sortByRFC6724(
    pairs.map(([addr]) => addr),
    pairs.map(([, src]) => src),
  )

describe('sortByRFC6724', () => {
  it.each(sorted)('leaves what is sorted: %s (TestSortByRFC6724)', (_rule, pairs) => {
    expect(sortPairs(pairs)).toEqual(pairs.map(([addr]) => addr))
  })

  it.each(sorted.filter(([rule]) => !/order stays|keeps its order|home/.test(rule)))(
    'turns round what is not: %s (TestSortByRFC6724)',
    (_rule, pairs) => {
      expect(sortPairs(pairs.toReversed())).toEqual(pairs.map(([addr]) => addr))
    },
  )

  it('keeps equal candidates in their order (issues 13283 and 18518 of Go)', () => {
    const ips = ['23.23.134.56', '54.83.193.112', '23.21.50.150', '54.243.193.3']
    expect(sortByRFC6724(ips, Array(4).fill('172.31.8.109'))).toEqual(ips)
    expect(sortByRFC6724(ips.toReversed(), Array(4).fill('172.31.8.109'))).toEqual(ips.toReversed())
  })

  it('returns the same addresses and leaves its arguments alone', () => {
    const ip = fc.oneof(fc.ipV4(), fc.ipV6())
    const pair = fc.tuple(ip, fc.option(ip, { nil: null }))
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const addrs = Object.freeze(pairs.map(([addr]) => addr))
        const result = sortByRFC6724(addrs, Object.freeze(pairs.map(([, src]) => src)))
        expect(result.toSorted()).toEqual(addrs.toSorted())
      }),
    )
  })

  it('throws a RangeError when sources are missing, a ParseError for what is no address', () => {
    expect(() => sortByRFC6724(['::1', '::2'], ['::1'])).toThrow(RangeError)
    expect(() => sortByRFC6724(['host'], [null])).toThrow(new ParseError('IP address', 'host'))
  })
})
