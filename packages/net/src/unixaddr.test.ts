import { inspect } from 'node:util'
import { AF_UNIX } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { UnknownNetworkError } from './errors.js'
import type { UnixNetwork } from './net.js'
import { packAddr } from './packed-addr.js'
import {
  fromUnixSockaddr,
  resolveUnixAddr,
  toUnixSockaddr,
  UnixAddr,
  unixAddrOf,
} from './unixaddr.js'

const bytesOf = (name: string): number[] => [...new UnixAddr(name, 'unix').bytes]
const latin = (text: string): number[] => [...Buffer.from(text, 'latin1')]
const sockaddr = (...name: number[]): Uint8Array =>
  Uint8Array.of(...new Uint8Array(Uint16Array.of(AF_UNIX).buffer), ...name)
const inval = (call: string) =>
  expect.objectContaining({ code: 'EINVAL', message: `${call}: invalid argument` })

describe('UnixAddr', () => {
  it.each([
    ['/run/s', '/run/s', '/run/s'],
    ['', '', ''],
    ['./@file', './@file', './@file'],
    ['@name', '@name', '\0name'],
    ['\0name', '@name', '\0name'],
    ['@', '@', '\0'],
    ['@a\0b\0', '@a\0b\0', '\0a\0b\0'],
    ['@@x', '@@x', '\0@x'],
    ['@ü', '@ü', '\0\u00c3\u00bc'],
  ])('of %j prints as %j, and has the bytes of %j', (name, text, bytes) => {
    const addr = new UnixAddr(name, 'unixpacket')
    expect([String(addr), addr.name, addr.network]).toEqual([text, text, 'unixpacket'])
    expect([...addr.bytes]).toEqual(latin(bytes))
  })

  it('prints as text in console.log', () => {
    expect(inspect(new UnixAddr('@x', 'unix'))).toBe('UnixAddr { @x }')
  })

  it('throws a TypeError for a name that is no string, and a network that is none of the three', () => {
    expect(() => new UnixAddr(1 as unknown as string, 'unix')).toThrow(
      new TypeError('name must be a string, got number'),
    )
    expect(() => new UnixAddr('x', 'tcp' as UnixNetwork)).toThrow(
      new TypeError("network must be 'unix', 'unixgram' or 'unixpacket', got tcp"),
    )
  })

  it('is resolved without a look-up, and not on other networks', () => {
    expect(resolveUnixAddr('unixgram', '/dev/log')).toEqual(new UnixAddr('/dev/log', 'unixgram'))
    expect(() => resolveUnixAddr('tcp' as UnixNetwork, 'x')).toThrow(new UnknownNetworkError('tcp'))
    expect(() => resolveUnixAddr(1 as unknown as UnixNetwork, 'x')).toThrow(TypeError)
    expect(() => resolveUnixAddr('unix', null as unknown as string)).toThrow(TypeError)
  })

  it('of another copy of the package is taken by its bytes', () => {
    const bytes = Uint8Array.of(0, 255, 0)
    const other = { network: 'unix', bytes }
    expect([...unixAddrOf('laddr', other).bytes]).toEqual([0, 255, 0])
    expect(() => unixAddrOf('laddr', '/run/s')).toThrow(
      'laddr must be a UnixAddr, got string: make one with new UnixAddr(name, network)',
    )
    expect(() => unixAddrOf('laddr', null)).toThrow(TypeError)
  })
})

describe('the struct sockaddr of a name', () => {
  it('ends with a NUL for a path, and with the name for an abstract one', () => {
    const of = (name: string) => toUnixSockaddr(new UnixAddr(name, 'unix'), 'bind')
    expect(of('/s')).toEqual(sockaddr(...latin('/s\0')))
    expect(of('@s')).toEqual(sockaddr(...latin('\0s')))
    expect(of('')).toEqual(sockaddr())
  })

  it.each([
    ['a path of 107 bytes', 'a'.repeat(107), true],
    ['a path of 108 bytes', 'a'.repeat(108), false],
    ['a path of 54 letters of two bytes', 'ü'.repeat(54), false],
    ['an abstract name of 108 bytes', `@${'a'.repeat(107)}`, true],
    ['an abstract name of 109 bytes', `@${'a'.repeat(108)}`, false],
    ['a path with a NUL inside', 'a\0b', false],
    ['a path with a NUL at its end', 'a\0', false],
  ])('of %s', (_, name, fits) => {
    const make = () => toUnixSockaddr(new UnixAddr(name, 'unix'), 'connect')
    if (fits) expect(make().length).toBe(110)
    else expect(make).toThrow(inval('connect'))
  })

  it('becomes an address again, by its length', () => {
    const from = (...name: number[]) => fromUnixSockaddr(sockaddr(...name), 'unix')
    expect(String(from(...latin('/s\0')))).toBe('/s')
    expect(String(from(...latin('/s\0junk')))).toBe('/s')
    expect(String(from(...latin('a'.repeat(108))))).toBe('a'.repeat(108))
    expect([...from(0, 255, 0, 0).bytes]).toEqual([0, 255, 0, 0])
    expect(from(0, 255).name).toBe('@\ufffd')
    expect(bytesOf('@ab')).toEqual([...from(...latin('\0ab')).bytes])
  })

  it('without a name prints as @, and has no bytes', () => {
    const unnamed = fromUnixSockaddr(sockaddr(), 'unixgram')
    expect([String(unnamed), unnamed.bytes.length]).toEqual(['@', 0])
    expect(fromUnixSockaddr(new Uint8Array(0), 'unix').bytes.length).toBe(0)
  })

  it('without a name is kept once for all sockets', () => {
    const room = new Uint8Array(128)
    room.set(sockaddr())
    expect(packAddr(room, 2)).toBe(packAddr(room, 2))
    expect(packAddr(room, 2)).toEqual(sockaddr())
  })
})
