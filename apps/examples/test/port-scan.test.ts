import { listen } from '@netfd/net'
import { expect, it } from 'vitest'
import { refusing, silent } from './ports.js'
import { run, runInTerminal, start } from './program.js'

const portOf = (address: string): number => Number(address.split(':').at(-1))

it('finds the ports that are open among those that are not', async () => {
  const servers = [start('echo-server'), start('echo-server')]
  const ports = await Promise.all(servers.map(async (server) => portOf(await server.address())))
  const list = [portOf(refusing()), ...ports, `${ports[0]}-${ports[0]}`].join()
  const { code, stdout, stderr } = await run('port-scan', ['--ports', list, '127.0.0.1'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const open = ports.sort((a, b) => a - b).map((port) => `open  127.0.0.1:${port}`)
  const [a, b, last] = stdout.split('\n')
  expect([a, b]).toEqual(open)
  expect(last).toMatch(/^3 ports in [\d.]+ m?s: 2 open, 1 refused, 0 silent$/)
})

it('gives up on a port that does not answer, and only on that', async () => {
  const ports = [await silent(), refusing()].map(portOf).join()
  const { code, stdout } = await run('port-scan', [
    '--timeout',
    '50',
    '--ports',
    ports,
    '127.0.0.1',
  ])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^2 ports in [\d.]+ m?s: 0 open, 1 refused, 1 silent\n$/)
})

it('tries each of many ports once, with few at a time', async () => {
  const args = ['--ports', '1-2000', '--concurrency', '8', 'localhost']
  const { code, stdout } = await run('port-scan', args)
  expect(code).toBe(0)
  const [, open, refused, silent] =
    /2000 ports in .*: (\d+) open, (\d+) refused, (\d+) silent/.exec(stdout) ?? []
  expect(Number(open) + Number(refused) + Number(silent)).toBe(2000)
})

it('shows how far it is on a terminal, and takes that away at the end', async () => {
  const { stdout } = await runInTerminal('port-scan', ['--ports', '1-2000', '127.0.0.1'])
  expect(stdout).toMatch(/[█░]{30} +\d+ % of 2000/)
  expect(stdout.slice(stdout.lastIndexOf('% of'))).toContain('\u001b[2K')
})

it('shows what it found when it is stopped, and exits with 1', async () => {
  await using listener = await listen('tcp', '127.0.0.1:0')
  const ports = `--ports=${listener.addr.port},${portOf(await silent())}`
  const scan = start('port-scan', [ports, '--timeout=60000', '127.0.0.1'])
  // Both were begun in the same turn.
  await (await listener.accept()).close()
  const { code, stdout, stderr } = await scan.stop()
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(stdout).toMatch(/^stopped at [01] of 2 in .*: [01] open, 0 refused, 0 silent$/m)
})

it.each(['100-1', '1-2-3'])('refuses the range "%s"', async (range) => {
  const { code, stderr } = await run('port-scan', [`--ports=${range}`, 'localhost'])
  expect(code).toBe(2)
  expect(stderr).toMatch(new RegExp(`^${range} is no range of ports`))
})

it.each(['0', '1-65536', 'http', '8-', ''])('refuses the ports "%s"', async (ports) => {
  const { code, stderr } = await run('port-scan', [`--ports=${ports}`, 'localhost'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^a port must be a whole number from 1 to 65535/)
})
