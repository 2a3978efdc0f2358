import { encodeSockaddr } from '@netfd/syscall'
import { expect, it } from 'vitest'
import { internetAddrs, packAddr, sameEnd } from './packed-addr.js'
import { TCPAddr } from './tcpaddr.js'

const unpackAddr = internetAddrs(TCPAddr.of)

const inet4 = (addr: string, port: number) => encodeSockaddr({ family: 'inet4', addr, port })
const inet6 = (addr: string, port: number, scopeId = 0) =>
  encodeSockaddr({ family: 'inet6', addr, port, scopeId, flowinfo: 0 })

it.each([
  ['0.0.0.0', 0, '0.0.0.0:0'],
  ['127.0.0.1', 80, '127.0.0.1:80'],
  ['255.255.255.255', 65535, '255.255.255.255:65535'],
  ['1.2.3.4', 256, '1.2.3.4:256'],
])('%s and port %i fit into a number and come back', (addr, port, text) => {
  const packed = packAddr(inet4(addr, port), 16)
  expect(typeof packed).toBe('number')
  expect(String(unpackAddr(packed))).toBe(text)
})

it.each([
  [inet6('::1', 80), '[::1]:80'],
  [inet6('::ffff:1.2.3.4', 80), '1.2.3.4:80'],
])('an IPv6 end comes back as %#', (bytes, text) => {
  expect(String(unpackAddr(packAddr(bytes, bytes.length)))).toBe(text)
})

it('a packed address outlives the room it was in', () => {
  const room = new Uint8Array(128)
  room.set(inet6('::1', 80))
  const packed = packAddr(room, 28)
  room.fill(0)
  expect(String(unpackAddr(packed))).toBe('[::1]:80')
})

it.each([
  [inet4('127.0.0.1', 80), inet4('127.0.0.1', 80), true],
  [inet4('127.0.0.1', 80), inet4('127.0.0.1', 81), false],
  [inet4('127.0.0.1', 80), inet4('127.0.0.2', 80), false],
  [inet6('::1', 80), inet6('::1', 80), true],
  [inet6('::1', 80), inet6('::1', 81), false],
  [inet6('::1', 80), inet6('::2', 80), false],
  [inet6('fe80::1', 80, 1), inet6('fe80::1', 80, 2), true],
  [inet4('127.0.0.1', 80), inet6('::1', 80), false],
])('two ends are the same by port and IP address', (a, b, same) => {
  const [one, other] = [packAddr(a, a.length), packAddr(b, b.length)]
  expect(sameEnd(one, other)).toBe(same)
  expect(sameEnd(other, one)).toBe(same)
})
