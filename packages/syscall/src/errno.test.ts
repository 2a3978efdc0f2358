import { constants as host } from 'node:os'
import { describe, expect, it } from 'vitest'
import { native } from './binding.js'
import { constants, errnoMessage, errnoName, errnoNumber } from './index.js'

// Second names of numbers; the first ones are in the table.
const aliases: Record<string, string> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' }

describe('the table of errors', () => {
  it.each(Object.entries(host.errno))('has %s as the host does', (name, number) => {
    expect(errnoNumber(aliases[name] ?? name)).toBe(number)
  })

  it('has each number and each name once, and knows both ways', () => {
    const rows = native.errnos()
    expect(rows.length).toBeGreaterThan(130)
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length)
    expect(new Set(rows.map(([, number]) => number)).size).toBe(rows.length)
    for (const [name, number, message] of rows) {
      expect([errnoNumber(name), constants[name as 'EPERM']]).toEqual([number, number])
      expect([errnoName(number), errnoName(-number)]).toEqual([name, name])
      expect([errnoMessage(number), errnoMessage(-number)]).toEqual([message, message])
    }
  })

  // Go: syscall/zerrors_linux_amd64.go.
  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ECONNRESET', 'connection reset by peer'],
    ['ECONNABORTED', 'software caused connection abort'],
    ['EPIPE', 'broken pipe'],
    ['EADDRINUSE', 'address already in use'],
    ['EADDRNOTAVAIL', 'cannot assign requested address'],
    ['ENETUNREACH', 'network is unreachable'],
    ['EHOSTUNREACH', 'no route to host'],
    ['ETIMEDOUT', 'connection timed out'],
    ['EAGAIN', 'resource temporarily unavailable'],
    ['EINVAL', 'invalid argument'],
    ['EBADF', 'bad file descriptor'],
    ['EMFILE', 'too many open files'],
    ['ENOPROTOOPT', 'protocol not available'],
    ['ENOTCONN', 'transport endpoint is not connected'],
  ])('says of %s what Go says', (name, message) => {
    expect(errnoMessage(errnoNumber(name) ?? 0)).toBe(message)
  })

  it('makes do with a number it does not know, as Go does', () => {
    expect([errnoName(-4000), errnoMessage(4000)]).toEqual(['E4000', 'errno 4000'])
    expect([errnoName(0), errnoMessage(0)]).toEqual(['E0', 'errno 0'])
    expect(errnoNumber('ENONE')).toBeUndefined()
  })
})
