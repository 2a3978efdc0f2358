import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ParseError } from './errors.js'
import { TCPAddr } from './tcpaddr.js'

describe('TCPAddr', () => {
  it.each([
    ['127.0.0.1', 80, undefined, '127.0.0.1:80'],
    ['::1', 80, undefined, '[::1]:80'],
    ['2001:DB8:0::1', 65535, undefined, '[2001:db8::1]:65535'],
    ['::ffff:192.0.2.1', 1, undefined, '192.0.2.1:1'],
    ['fe80::1', 443, 'eth0', '[fe80::1%eth0]:443'],
    ['', 80, undefined, ':80'],
    ['', 0, '', ':0'],
    ['::', 0, '', '[::]:0'],
  ])('of %j, %d and zone %j prints as %s', (ip, port, zone, text) => {
    const addr = new TCPAddr(ip, port, zone)
    expect(`${addr}`).toBe(text)
    expect(addr.toString()).toBe(text)
    expect(addr.network).toBe('tcp')
    expect([addr.port, addr.zone]).toEqual([port, zone ?? ''])
  })

  it('keeps the canonical text of its IP address', () => {
    expect(new TCPAddr('0:0:0:0:0:FFFF:7F00:1', 0).ip).toBe('127.0.0.1')
    expect(new TCPAddr('2001:0DB8::', 0).ip).toBe('2001:db8::')
  })

  it.each(['localhost', '1.2.3', '::1%lo', '[::1]', ' '])('throws a ParseError for %j', (ip) => {
    expect(() => new TCPAddr(ip, 80)).toThrow(new ParseError('IP address', ip))
  })

  it.each([-1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '80' as unknown as number])(
    'throws a RangeError for port %o',
    (port) => {
      expect(() => new TCPAddr('::1', port)).toThrow(
        new RangeError(`port must be an integer from 0 to 65535, not ${port}`),
      )
    },
  )

  it('of() makes an equal address and looks at nothing', () => {
    expect(TCPAddr.of('fe80::1', 80, 'eth0')).toEqual(new TCPAddr('fe80::1', 80, 'eth0'))
    expect(TCPAddr.of('anything', 80, '').ip).toBe('anything')
  })

  it('prints as text in console.log', () => {
    expect(inspect(new TCPAddr('fe80::1', 80, 'eth0'))).toBe('TCPAddr { [fe80::1%eth0]:80 }')
  })
})
