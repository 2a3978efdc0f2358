// What only a network can do: silence, a peer that is gone, link-local addresses.
import { beforeAll, describe, expect, it } from 'vitest'
import { cable, canMakeNamespaces } from './netns.js'
import { program, Running } from './program.js'

describe.skipIf(!canMakeNamespaces)('in a network namespace', () => {
  let child = ''

  beforeAll(() => {
    child = program('netns-child.ts')
  })

  const node = (...args: string[]): string[] => [process.execPath, child, ...args]

  it.each([
    ['tcp', 'fe80::1%va'],
    ['tcp6', 'fe80::1%va'],
  ])(
    '%s: a zone survives listen, dial and both addresses (TestIPv6LinkLocalUnicastTCP)',
    async (network, host) => {
      const [here] = cable()
      const running = new Running(here.exec(...node('link-local', network, host)))
      const { n, addrs, port, from } = JSON.parse(await running.line())
      expect(n).toBe(4)
      const there = ['fe80::1', 'va', `[${host}]:${port}`]
      const us = ['fe80::1', 'va', `[${host}]:${from}`]
      expect(addrs).toEqual([there, us, there, there, us])
      expect(await running.ended).toMatchObject({ code: 0, stderr: '' })
    },
  )

  it('a dial into silence ends with its timeout (TestDialTimeout)', async () => {
    const [here] = cable()
    here.ip(
      'neigh',
      'add',
      '10.77.0.9',
      'lladdr',
      '02:00:00:00:00:09',
      'dev',
      here.device,
      'nud',
      'permanent',
    )
    const running = new Running(here.exec(...node('dial timeout', '10.77.0.9:80')))
    expect(JSON.parse(await running.line())).toEqual({
      message: 'dial tcp 10.77.0.9:80: i/o timeout',
      code: 'ETIMEDOUT',
      timeout: true,
    })
  })

  it('a dial into silence ends when the kernel gives up, and that is a timeout too', async () => {
    const [here] = cable()
    here.ip(
      'neigh',
      'add',
      '10.77.0.9',
      'lladdr',
      '02:00:00:00:00:09',
      'dev',
      here.device,
      'nud',
      'permanent',
    )
    const running = new Running(here.exec(...node('kernel timeout', '10.77.0.9:80')))
    expect(JSON.parse(await running.line())).toEqual({
      message: 'dial tcp 10.77.0.9:80: connect: connection timed out',
      code: 'ETIMEDOUT',
      syscall: 'connect',
      timeout: true,
    })
  })

  it('a peer that is gone is noticed by the user timeout', async () => {
    const [here, there] = cable()
    const server = new Running(there.exec(...node('serve', '10.77.0.2:0')))
    const address = JSON.parse(await server.line())
    const client = new Running(here.exec(...node('user timeout', address)))
    expect(JSON.parse(await client.line())).toBe('connected')
    there.unplug()
    client.say('go')
    const read = JSON.parse(await client.line())
    expect(read).toMatchObject({ code: 'ETIMEDOUT', syscall: 'read', timeout: true })
    expect(read.message).toMatch(
      /^read tcp 10\.77\.0\.1:\d+->10\.77\.0\.2:\d+: read: connection timed out$/,
    )
    expect(JSON.parse(await client.line()).code).toBe('EPIPE')
    expect((await client.ended).code).toBe(0)
  })
})
