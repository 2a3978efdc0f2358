import { expect, it } from 'vitest'
import { run, start } from './program.js'

it('multi-core deals the connections out to its threads', async () => {
  const server = start('multi-core', ['--threads', '2'])
  const address = await server.address()
  // The kernel goes by the client's port: that one thread gets all of them is one chance in 2^23.
  const clients = Array.from({ length: 24 }, () => run('netcat', [address], { input: 'hello\n' }))
  for (const { code, stdout } of await Promise.all(clients)) {
    expect(code).toBe(0)
    expect(stdout).toMatch(/^thread [12]: hello\n$/)
  }
  const { stdout, stderr, code: exit } = await server.stop()
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const served = [...stdout.matchAll(/^thread \d: (\d+) connections?$/gm)].map(([, n]) => Number(n))
  expect(served).toHaveLength(2)
  expect(Math.min(...served)).toBeGreaterThan(0)
  expect(served.reduce((sum, n) => sum + n)).toBe(24)
})

it('pass-descriptor serves in the worker what it accepts here', async () => {
  const server = start('pass-descriptor')
  const address = await server.address()
  const clients = ['one\n', 'two\nthree\n'].map((input) => run('netcat', [address], { input }))
  const [first, second] = await Promise.all(clients)
  expect(first).toMatchObject({ code: 0, stdout: 'worker: one\n' })
  expect(second).toMatchObject({ code: 0, stdout: 'worker: two\nworker: three\n' })
  const { code, stdout, stderr } = await server.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/stopped, 2 connections passed on\n$/)
})

it('pass-descriptor lets the worker finish what is open', async () => {
  const server = start('pass-descriptor')
  const client = start('netcat', [await server.address()])
  client.type('before\n')
  await client.until(/worker: before\n/)
  const stopped = server.stop()
  await server.until(/stopping\n/)
  client.type('after\n')
  await client.until(/worker: after\n/)
  client.type(null)
  expect((await stopped).code).toBe(0)
  expect((await client.ended).code).toBe(0)
})
