import { expect, it } from 'vitest'
import { refusing } from './ports.js'
import { run, start } from './program.js'

it('the server sends back what the client says, and stops cleanly at a signal', async () => {
  const server = start('echo-server')
  const client = await run('echo-client', [await server.address(), 'over and out'])
  expect(client).toMatchObject({ code: 0, stderr: '' })
  expect(client.stdout).toMatch(/^over and out {2}[\d.]+ m?s\n$/)
  await server.until(/127\.0\.0\.1:\d+: 12 B/)
  const { code, stdout, stderr } = await server.stop('SIGTERM')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/stopped\n$/)
})

it('the server ends the connections that are open when it is stopped', async () => {
  const server = start('echo-server')
  const address = await server.address()
  const idle = Array.from({ length: 12 }, () => start('netcat', [address], {}))
  // Each has its answer, so all are being served.
  await Promise.all(idle.map((client) => client.say('hello')))
  const { code, stderr } = await server.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const client of idle) expect((await client.ended).code).toBe(0)
})

it('the client names the address that nobody listens on, and exits with 1', async () => {
  const address = refusing()
  const { code, stderr } = await run('echo-client', [address])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `dial tcp ${address}: connect: connection refused\n`,
  })
})

it('the client refuses an answer that is not what it sent', async () => {
  const room = start('chat-server')
  const { code, stderr } = await run('echo-client', [await room.address(), 'name'])
  expect(code).toBe(1)
  expect(stderr).toContain('sent "name", got back "your name? ')
})
