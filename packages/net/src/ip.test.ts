import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipBytes, isIPv4, isLoopback, isMapped, isUnspecified, parseAddr, splitZone } from './ip.js'

describe('splitZone', () => {
  it.each([
    ['fe80::1%eth0', 'fe80::1', 'eth0'],
    ['fe80::1', 'fe80::1', ''],
    ['fe80::1%', 'fe80::1', ''],
    ['fe80::1%a%b', 'fe80::1', 'a%b'],
    ['%lo', '', 'lo'],
    ['', '', ''],
  ])('cuts %j', (text, ip, zone) => {
    expect(splitZone(text)).toEqual({ ip, zone })
  })
})

describe('parseAddr', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', ''],
    ['2001:DB8:0:0::1', '2001:db8::1', ''],
    ['fe80::1%eth0', 'fe80::1', 'eth0'],
    ['::1%a%b', '::1', 'a%b'],
    ['::%1', '::', '1'],
    ['::ffff:192.0.2.1', '192.0.2.1', ''],
    ['::ffff:c000:201', '192.0.2.1', ''],
    ['::ffff:192.0.2.1%eth0', '192.0.2.1', 'eth0'],
    ['::192.0.2.1', '::c000:201', ''],
  ])('reads %s', (text, ip, zone) => {
    expect(parseAddr(text)).toEqual({ ip, zone })
  })

  it.each([
    ['', 'nothing'],
    ['localhost', 'a name'],
    ['127.0.0.1%lo', 'a zone on IPv4'],
    ['127.0.0.1%', 'a percent sign behind IPv4'],
    ['::1%', 'an empty zone'],
    ['%lo', 'a zone alone'],
    ['::1%lo]', null],
    ['[::1]', 'brackets'],
    ['127.1', 'a short dotted quad'],
  ])('refuses %j: %s', (text, why) => {
    if (why === null) expect(parseAddr(text)).toEqual({ ip: '::1', zone: 'lo]' })
    else expect(parseAddr(text)).toBeNull()
  })

  it('is a fixed point on its own text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const first = parseAddr(text)
        expect(first).not.toBeNull()
        expect(parseAddr(first?.ip ?? '')).toEqual(first)
      }),
    )
  })
})

describe('the questions about an address', () => {
  const ask = { isIPv4, isMapped, isUnspecified, isLoopback }
  type Question = keyof typeof ask

  it.each<[ip: string, yes: Question[]]>([
    ['192.0.2.1', ['isIPv4']],
    ['127.0.0.1', ['isIPv4', 'isLoopback']],
    ['127.255.255.254', ['isIPv4', 'isLoopback']],
    ['126.0.0.1', ['isIPv4']],
    ['0.0.0.0', ['isIPv4', 'isUnspecified']],
    ['0.0.0.1', ['isIPv4']],
    ['::', ['isUnspecified']],
    ['0:0::0', ['isUnspecified']],
    ['::1', ['isLoopback']],
    ['1::', []],
    ['::2', []],
    ['::101', []],
    ['2001:db8::1', []],
    ['::127.0.0.1', []],
    ['::ffff:192.0.2.1', ['isIPv4', 'isMapped']],
    ['::FFFF:7f00:1', ['isIPv4', 'isMapped', 'isLoopback']],
    ['::ffff:0.0.0.0', ['isIPv4', 'isMapped', 'isUnspecified']],
    ['1::ffff:127.0.0.1', []],
    ['', []],
    ['localhost', []],
    ['::1%lo', []],
  ])('%j answers yes to %j and no to the others', (ip, yes) => {
    const answers = Object.entries(ask).filter(([, question]) => question(ip))
    expect(answers.map(([name]) => name)).toEqual(yes)
  })
})

describe('ipBytes', () => {
  it.each([
    ['192.0.2.1', '192,0,2,1'],
    ['::ffff:192.0.2.1', '192,0,2,1'],
    ['::1', '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1'],
    ['name', undefined],
  ])('%s has the bytes %s', (ip, bytes) => {
    expect(ipBytes(ip)?.join()).toBe(bytes)
  })
})
