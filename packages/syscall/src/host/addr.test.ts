import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { AF_INET, AF_INET6 } from '../constants.js'
import { decodeSockaddr, encodeSockaddr } from '../sockaddr.js'
import { anyEnd, endOf, indexOf, nameOf, putSockaddr, sockaddrOf } from './addr.js'

describe('an address', () => {
  it.each([
    [AF_INET, '127.0.0.1'],
    [AF_INET6, '::1'],
    [AF_INET6, '2001:db8::7'],
    [AF_INET6, '::ffff:10.1.2.3'],
  ])('of family %d goes to a struct and back: %s', (family, host) => {
    expect(endOf(sockaddrOf(family, { host, port: 4711 }))).toEqual({ host, port: 4711 })
  })

  it('keeps the number of a zone that has no name here', () => {
    const sockaddr = sockaddrOf(AF_INET6, { host: 'fe80::1%999', port: 1 })
    expect(decodeSockaddr(sockaddr)).toMatchObject({ addr: 'fe80::1', scopeId: 999 })
    expect(endOf(sockaddr).host).toBe('fe80::1%999')
  })

  it('has the zone of an interface by its name, where one has a scope', () => {
    const scoped = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.flatMap((a) =>
        a.family === 'IPv6' && a.scopeid > 0 ? [{ name, id: a.scopeid }] : [],
      ),
    )
    for (const { name, id } of scoped) expect([indexOf(name), nameOf(id)]).toEqual([id, name])
    expect(indexOf('no-such-interface')).toBe(0)
    expect(nameOf(4_000_000)).toBeUndefined()
  })

  it('of any host is there for both families', () => {
    expect([anyEnd(AF_INET).host, anyEnd(AF_INET6).host]).toEqual(['0.0.0.0', '::'])
  })

  it('is put where a call wants it, the rest zeroed', () => {
    const sockaddr = encodeSockaddr({ family: 'inet4', addr: '1.2.3.4', port: 5 })
    const out = new Uint8Array(20).fill(7)
    expect(putSockaddr(out, sockaddr)).toBe(16)
    expect(out.subarray(0, 16)).toEqual(sockaddr)
    expect(out.subarray(16)).toEqual(new Uint8Array(4))
    expect(putSockaddr(new Uint8Array(4), sockaddr)).toBe(16)
  })
})
