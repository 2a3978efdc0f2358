import { constants as files } from 'node:fs'
import { constants as host } from 'node:os'
import { describe, expect, it } from 'vitest'
import { native } from './binding.js'
import * as exported from './constants.js'
import * as index from './index.js'

const { constants } = exported

describe('constants', () => {
  it('have the numbers of the CPU they are used on', () => {
    const errors = native.errnos().map(([name, number]) => [name, number])
    expect(constants).toEqual({ ...native.constants(), ...Object.fromEntries(errors) })
  })

  it('are each exported under their own name, from index.ts too', () => {
    for (const module of [exported, index]) {
      const { constants: _, ...rest } = { ...module } as Record<string, unknown>
      const found = Object.entries(rest).filter(([name]) => name in constants)
      expect(Object.fromEntries(found)).toEqual(constants)
    }
  })

  it('are whole numbers, each said once, in an object that stays as it is', () => {
    const count = Object.keys(native.constants()).length + native.errnos().length
    expect(Object.keys(constants)).toHaveLength(count)
    for (const value of Object.values(constants)) expect(Number.isInteger(value)).toBe(true)
    expect(Object.isFrozen(constants)).toBe(true)
  })

  it.each(Object.entries(files).filter(([name]) => name in constants))(
    'agrees with node:fs on %s',
    (name, value) => {
      expect(constants[name as 'O_RDONLY']).toBe(value)
    },
  )

  // What Linux has fixed for both CPUs; the others are compared with the headers by the compiler.
  it.each([
    ['AF_INET', 2],
    ['AF_INET6', 10],
    ['SOCK_STREAM', 1],
    ['SOCK_NONBLOCK', 0o4000],
    ['SOCK_CLOEXEC', 0o2000000],
    ['SOL_SOCKET', 1],
    ['SOL_TCP', 6],
    ['SOL_IPV6', 41],
    ['SO_REUSEADDR', 2],
    ['SO_ERROR', 4],
    ['TCP_NODELAY', 1],
    ['TCP_INFO', 11],
    ['IPPROTO_MPTCP', 262],
    ['SOL_MPTCP', 284],
    ['IPV6_V6ONLY', 26],
    ['EPOLLIN', 1],
    ['EPOLLRDHUP', 0x2000],
    ['EPOLLET', 2 ** 31],
    ['MSG_NOSIGNAL', 0x4000],
    ['TCP_DELACK_MAX_US', 46],
    ['ECONNREFUSED', host.errno.ECONNREFUSED],
  ] as const)('%s is %d', (name, value) => {
    expect(constants[name]).toBe(value)
  })
})
