import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { endianness, tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { bind, close, getsockname, socket } from './calls.js'
import { constants } from './constants.js'
import type { Sockaddr, SockaddrInet6 } from './sockaddr.js'
import { decodeSockaddr, encodeSockaddr } from './sockaddr.js'

const hostOrder = (family: number) =>
  endianness() === 'LE' ? [family & 0xff, family >> 8] : [family >> 8, family & 0xff]
const AF_INET = hostOrder(constants.AF_INET)
const AF_INET6 = hostOrder(constants.AF_INET6)
const AF_UNIX = hostOrder(constants.AF_UNIX)
const ascii = (text: string) => [...Buffer.from(text, 'latin1')]

const inet6 = (addr: string, more: Partial<SockaddrInet6> = {}): Sockaddr => ({
  family: 'inet6',
  addr,
  port: 0,
  scopeId: 0,
  flowinfo: 0,
  ...more,
})

const rows: [name: string, sa: Sockaddr, bytes: number[]][] = [
  [
    'inet4',
    { family: 'inet4', addr: '127.0.0.1', port: 0x1f90 },
    [...AF_INET, 0x1f, 0x90, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  [
    'inet6',
    inet6('fe80::102', { port: 443, scopeId: 2, flowinfo: 0x000abcde }),
    [
      ...AF_INET6,
      ...[1, 187],
      ...[0x00, 0x0a, 0xbc, 0xde],
      ...[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
      ...(endianness() === 'LE' ? [2, 0, 0, 0] : [0, 0, 0, 2]),
    ],
  ],
  [
    'v4-mapped inet6',
    inet6('10.1.2.3', { port: 7 }),
    [...AF_INET6, 0, 7, 0, 0, 0, 0, ...Array(10).fill(0), 0xff, 0xff, 10, 1, 2, 3, 0, 0, 0, 0],
  ],
  ['unnamed unix', { family: 'unix', path: '' }, AF_UNIX],
  ['unix path', { family: 'unix', path: '/run/a' }, [...AF_UNIX, ...ascii('/run/a\0')]],
  ['unix path in UTF-8', { family: 'unix', path: 'ü' }, [...AF_UNIX, 0xc3, 0xbc, 0]],
  ['abstract unix', { family: 'unix', path: '\0a\0b\0' }, [...AF_UNIX, ...ascii('\0a\0b\0')]],
  ['empty abstract unix', { family: 'unix', path: '\0' }, [...AF_UNIX, 0]],
  [
    'longest unix path',
    { family: 'unix', path: 'p'.repeat(107) },
    [...AF_UNIX, ...ascii(`${'p'.repeat(107)}\0`)],
  ],
  [
    'longest abstract unix',
    { family: 'unix', path: `\0${'p'.repeat(107)}` },
    [...AF_UNIX, ...ascii(`\0${'p'.repeat(107)}`)],
  ],
]

describe('encodeSockaddr', () => {
  it.each(rows)('lays out %s as the kernel does', (_name, sa, bytes) => {
    expect([...encodeSockaddr(sa)]).toEqual(bytes)
  })

  it.each([-1, 65536, 1.5, Number.NaN])('throws a RangeError for port %d', (port) => {
    expect(() => encodeSockaddr({ family: 'inet4', addr: '0.0.0.0', port })).toThrow(
      new RangeError(`port must be an integer from 0 to 65535, not ${port}`),
    )
    expect(() => encodeSockaddr(inet6('::', { port }))).toThrow(RangeError)
  })

  it.each([
    ['scope id', { scopeId: 2 ** 32 }],
    ['scope id', { scopeId: -1 }],
    ['flow info', { flowinfo: 2 ** 32 }],
  ])('throws a RangeError for a %s out of range: %o', (what, more) => {
    expect(() => encodeSockaddr(inet6('::1', more))).toThrow(RangeError)
    expect(() => encodeSockaddr(inet6('::1', more))).toThrow(what)
  })

  it.each(['', 'localhost', '::1', '1.2.3'])('throws a TypeError for inet4 %j', (addr) => {
    expect(() => encodeSockaddr({ family: 'inet4', addr, port: 0 })).toThrow(
      new TypeError(`not an IPv4 address: ${addr}`),
    )
  })

  it.each(['', 'localhost', 'fe80::1%eth0', ':::'])('throws a TypeError for inet6 %j', (addr) => {
    expect(() => encodeSockaddr(inet6(addr))).toThrow(new TypeError(`not an IPv6 address: ${addr}`))
  })

  it.each([
    ['path', 'p'.repeat(108)],
    ['path in UTF-8', 'ü'.repeat(54)],
    ['abstract name', `\0${'p'.repeat(108)}`],
  ])('throws a RangeError for a %s of 108 bytes', (_name, path) => {
    expect(() => encodeSockaddr({ family: 'unix', path })).toThrow(
      new RangeError('a socket path has 107 bytes at most, this one 108'),
    )
  })

  it('throws a TypeError for a NUL inside a path', () => {
    expect(() => encodeSockaddr({ family: 'unix', path: '/run/a\0b' })).toThrow(
      new TypeError('a socket path must not hold a NUL'),
    )
  })

  it('throws a TypeError for a family it does not know', () => {
    const sa = { family: 'netlink' } as unknown as Sockaddr
    expect(() => encodeSockaddr(sa)).toThrow(new TypeError('unknown address family netlink'))
  })
})

describe('decodeSockaddr', () => {
  it.each(rows)('reads %s back', (_name, sa, bytes) => {
    expect(decodeSockaddr(Uint8Array.from(bytes))).toEqual(sa)
  })

  it.each(rows)('reads %s from the front of a buffer with an offset', (_name, sa, bytes) => {
    const room = new Uint8Array(200).fill(0xee)
    room.set(bytes, 9)
    expect(decodeSockaddr(room.subarray(9), bytes.length)).toEqual(sa)
  })

  it('reads a path that fills all of sun_path and has no NUL', () => {
    const path = 'p'.repeat(108)
    expect(decodeSockaddr(Uint8Array.from([...AF_UNIX, ...ascii(path)]))).toEqual({
      family: 'unix',
      path,
    })
  })

  it('ends a path at its first NUL, as the kernel may report more bytes', () => {
    const bytes = Uint8Array.from([...AF_UNIX, ...ascii('/a\0rest')])
    expect(decodeSockaddr(bytes)).toEqual({ family: 'unix', path: '/a' })
  })

  it.each([
    ['no byte', [], 'a sockaddr of 0 bytes has no family'],
    ['half a family', [0], 'a sockaddr of 1 bytes has no family'],
    ['a short sockaddr_in', [...AF_INET, 0, 80], 'a sockaddr_in has 16 bytes, not 4'],
    ['a short sockaddr_in6', [...AF_INET6, 0, 80], 'a sockaddr_in6 has 28 bytes, not 4'],
  ])('throws a RangeError for %s', (_name, bytes, message) => {
    expect(() => decodeSockaddr(Uint8Array.from(bytes))).toThrow(new RangeError(message))
  })

  it.each([-1, 17, 1.5])('throws a RangeError for a length of %d in 16 bytes', (length) => {
    expect(() => decodeSockaddr(Uint8Array.from(rows[0]?.[2] ?? []), length)).toThrow(
      new RangeError(`sockaddr length must be an integer from 0 to 16, not ${length}`),
    )
  })

  it.each([0, 16, 0xffff])('throws a TypeError for family %d', (family) => {
    expect(() => decodeSockaddr(Uint8Array.from(hostOrder(family)))).toThrow(
      new TypeError(`unknown address family ${family}`),
    )
  })

  it('reads back whatever encodeSockaddr made', () => {
    const port = fc.integer({ min: 0, max: 65535 })
    const u32 = fc.integer({ min: 0, max: 0xffffffff })
    const name = fc.string({ unit: 'grapheme-ascii', maxLength: 100 })
    const address: fc.Arbitrary<Sockaddr> = fc.oneof(
      fc.record({ family: fc.constant('inet4' as const), addr: fc.ipV4(), port }),
      fc.record({
        family: fc.constant('inet6' as const),
        addr: fc.constantFrom('::', '::1', 'fe80::1', '2001:db8::5:0:0:1', '192.0.2.1'),
        port,
        scopeId: u32,
        flowinfo: u32,
      }),
      name.map((path) => ({ family: 'unix' as const, path })),
      name.map((path) => ({ family: 'unix' as const, path: `\0${path}` })),
    )
    fc.assert(
      fc.property(address, (sa) => {
        expect(decodeSockaddr(encodeSockaddr(sa))).toEqual(sa)
      }),
    )
  })

  it('throws nothing but a TypeError or RangeError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(20), (bytes, family) => {
        if (bytes.length > 1) bytes.set(hostOrder(family))
        try {
          decodeSockaddr(bytes)
        } catch (error) {
          expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
        }
      }),
    )
  })
})

describe('the kernel', () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-sockaddr-'))
  afterAll(() => rmSync(dir, { recursive: true }))

  // Every IPv6 address of this machine, the link-local ones with the index of their interface.
  const table = '/proc/net/if_inet6'
  const lines = existsSync(table) ? readFileSync(table, 'utf8').trim().split('\n') : []
  // A tentative address (flag 0x40) cannot be bound yet.
  const usable = lines.filter(
    (line) => (Number.parseInt(line.split(' ')[4] ?? '', 16) & 0x40) === 0,
  )
  const own = usable.map((line) => {
    const [hex = '', index = ''] = line.split(' ')
    const scopeId = hex.startsWith('fe80') ? Number.parseInt(index, 16) : 0
    const { addr } = decodeSockaddr(
      Uint8Array.from([...AF_INET6, 0, 0, 0, 0, 0, 0, ...Buffer.from(hex, 'hex'), 0, 0, 0, 0]),
    ) as SockaddrInet6
    return inet6(addr, { scopeId })
  })

  it.each<Sockaddr>([
    { family: 'inet4', addr: '127.0.0.1', port: 0 },
    ...own,
    ...(own.length > 0 ? [inet6('127.0.0.1')] : []),
    { family: 'unix', path: join(dir, 'socket') },
    { family: 'unix', path: `\0netfd\0${process.pid}` },
  ])('binds %o and reports it back', (sa) => {
    const family = { inet4: 'AF_INET', inet6: 'AF_INET6', unix: 'AF_UNIX' } as const
    const fd = socket(constants[family[sa.family]], constants.SOCK_STREAM | constants.SOCK_CLOEXEC)
    try {
      bind(fd, encodeSockaddr(sa))
      const bound = decodeSockaddr(getsockname(fd))
      expect(bound).toEqual(sa.family === 'unix' ? sa : { ...sa, port: expect.any(Number) })
    } finally {
      close(fd)
    }
  })

  it('names an unnamed unix socket with its family alone', () => {
    const fd = socket(constants.AF_UNIX, constants.SOCK_STREAM | constants.SOCK_CLOEXEC)
    try {
      expect(decodeSockaddr(getsockname(fd))).toEqual({ family: 'unix', path: '' })
    } finally {
      close(fd)
    }
  })
})
