import { AF_INET, AF_INET6, decodeSockaddr } from '@netfd/syscall'
import { expect, it } from 'vitest'
import { UDPAddr } from './index.js'

it('prints as Go prints it, and says what it is', () => {
  expect([new UDPAddr('::ffff:1.2.3.4', 53), new UDPAddr('', 7)].map(String)).toEqual([
    '1.2.3.4:53',
    ':7',
  ])
  expect(new UDPAddr('::1', 1).network).toBe('udp')
})

it('refuses what is no IP address and no port', () => {
  expect(() => new UDPAddr('host', 1)).toThrow('invalid IP address: host')
  expect(() => new UDPAddr('::1', 65_536)).toThrow(RangeError)
})

it('is made for the kernel once for each family, and equals one that never was', () => {
  const addr = new UDPAddr('127.0.0.1', 53)
  const four = addr.sockaddr(AF_INET)
  expect(addr.sockaddr(AF_INET)).toBe(four)
  expect(decodeSockaddr(addr.sockaddr(AF_INET6))).toMatchObject({ family: 'inet6', port: 53 })
  expect(decodeSockaddr(addr.sockaddr(AF_INET))).toMatchObject({ family: 'inet4', port: 53 })
  expect(addr).toEqual(new UDPAddr('127.0.0.1', 53))
})

it('does not fit a socket of the other family', () => {
  expect(() => new UDPAddr('::1', 53).sockaddr(AF_INET)).toThrow('address ::1: non-IPv4 address')
})
