import { dial } from '@netfd/net'
import { expect, it } from 'vitest'
import { refusing, silent } from './ports.js'
import { run, start } from './program.js'

/** A row of the table. */
const row = (address: string, state: string, conns: number): RegExp =>
  new RegExp(`\\n${address} +${state} +${conns} +[\\d.]+ \\w+/s +`)

it('spreads connections over its servers, the fewest first, and shows what goes by', async () => {
  const servers = [start('echo-server'), start('echo-server')]
  const [a = '', b = ''] = await Promise.all(servers.map((server) => server.address()))
  const balancer = start('load-balancer', ['127.0.0.1:0', a, b])
  const address = await balancer.address()
  const clients = [1, 2, 3, 4].map(() => start('netcat', [address]))
  await Promise.all(clients.map((client, i) => client.say(`word ${i}`)))
  await balancer.until(row(a, 'up', 2))
  await balancer.until(row(b, 'up', 2))
  await balancer.until(/ B\/s +[\d.]+ ms +0 +2 +0\n/)
  const { code, stdout, stderr } = await balancer.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/\nserver +conns +both ways +rtt +resent +taken +failed\n/)
  expect(stdout).toMatch(/\nstopped\n$/)
  for (const { code } of await Promise.all(clients.map((client) => client.ended))) {
    expect(code).toBe(1)
  }
})

it('passes the end of a stream on, and all that came before', async () => {
  const server = start('echo-server')
  const balancer = start('load-balancer', ['127.0.0.1:0', await server.address()])
  const input = '0123456789abcdef'.repeat(2 ** 16)
  const { code, stdout } = await run('netcat', [await balancer.address()], { input })
  expect(code).toBe(0)
  expect(stdout === input).toBe(true)
})

it('a server that does not answer is down after some failures, and up when it is back', async () => {
  const first = start('echo-server')
  const address = await first.address()
  const args = ['--check', '20', '--fall', '2', '127.0.0.1:0', address]
  const balancer = start('load-balancer', args)
  await balancer.until(row(address, 'up', 0))
  await first.stop()
  await balancer.until(row(address, 'down', 0))
  start('echo-server', [address])
  await balancer.until(new RegExp(`${address} +down[\\s\\S]*\n${address} +up `))
  const client = start('netcat', [await balancer.address()])
  await client.say('hello')
})

it.each<[string, () => string | Promise<string>]>([
  ['refuses', refusing],
  ['does not answer', silent],
])('a client goes to another server when one %s', async (_, away) => {
  const server = start('echo-server')
  // It is tried first for as long as it counts as up.
  const args = ['--timeout', '200', '--fall', '1000000', '127.0.0.1:0', await away()]
  const balancer = start('load-balancer', [...args, await server.address()])
  const client = start('netcat', [await balancer.address()])
  await client.say('hello')
})

it('resets a client for whom there is no server', async () => {
  const target = refusing()
  const balancer = start('load-balancer', ['--fall', '1', '127.0.0.1:0', target])
  await balancer.until(row(target, 'down', 0))
  const address = await balancer.address()
  // The reset may be here before the dial has looked whether it is connected.
  const talk = async () => {
    await using conn = await dial('tcp', address)
    await conn.read(new Uint8Array(1))
  }
  await expect(talk()).rejects.toMatchObject({ code: 'ECONNRESET' })
  await balancer.until(/last error: no server is up\n/)
})

it('ends a connection on which nothing moves', async () => {
  const server = start('echo-server')
  const args = ['--idle', '100', '127.0.0.1:0', await server.address()]
  const client = start('netcat', [await start('load-balancer', args).address()])
  expect((await client.ended).stderr).toContain('connection reset by peer')
})

it('with --demo, a server goes and comes back', async () => {
  const balancer = start('load-balancer', ['--demo', '--check', '50'])
  await balancer.until(/ down +0 [\s\S]*\n8 connections/)
  expect(await balancer.stop()).toMatchObject({ code: 0, stderr: '' })
})

it.each([[['127.0.0.1:0']], [['--demo', '127.0.0.1:0', '127.0.0.1:1']], [[]]])(
  'asks for servers with %j',
  async (args) => {
    const { code, stderr } = await run('load-balancer', args)
    expect(code).toBe(2)
    expect(stderr).toContain('which servers? Or else --demo')
  },
)
