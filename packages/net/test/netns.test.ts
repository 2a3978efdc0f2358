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

  it.each([
    ['dial timeout', 'i/o timeout', undefined],
    ['kernel timeout', 'connect: connection timed out', 'connect'],
  ])('a dial into silence ends with a %s: %s (TestDialTimeout)', async (scene, text, syscall) => {
    const [here] = cable()
    here.silence('10.77.0.9')
    const running = new Running(here.exec(...node(scene, '10.77.0.9:80')))
    const message = `dial tcp 10.77.0.9:80: ${text}`
    const failure = JSON.parse(await running.line())
    expect(failure).toEqual({
      message,
      code: 'ETIMEDOUT',
      timeout: true,
      ...(syscall && { syscall }),
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
    expect(JSON.parse(await client.line())).toMatchObject({ code: 'ETIMEDOUT', syscall: 'write' })
    expect((await client.ended).code).toBe(0)
  })
})
