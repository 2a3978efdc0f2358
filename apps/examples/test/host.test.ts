// On a laptop, over the sockets of the runtime.
import { expect, it } from 'vitest'
import { run, start } from './program.js'

const host = { env: { NETFD_BACKEND: 'host' } }

it('the demo has its conversation, and says why no kernel is asked', async () => {
  const { code, stdout, stderr } = await run('demo', [], host)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('"hello from node:http"')
  expect(stdout).toContain('What was not shown')
})

it('the pool uses its connections again', async () => {
  const pool = start('pool', ['--size', '2', '--workers', '5'], host)
  await pool.until(/[1-9]\d* answers?, .* reused [1-9]/)
  expect(await pool.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('the proxy and the server of HTTP work, without what the kernel would say', async () => {
  const server = start('http-server', ['127.0.0.1:0'], host)
  const [, target = ''] = await server.until(/listening on (\S+)/)
  const proxy = start('tcp-proxy', ['127.0.0.1:0', target], host)
  const [, front = ''] = await proxy.until(/listening on (\S+),/)
  const { code, stdout } = await run('http-get', [`http://${front}/`], host)
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('hello') })
  expect(await proxy.stop()).toMatchObject({ code: 0, stderr: '' })
  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
})

const linuxOnly = [
  ...['conn-top', 'dead-peer', 'dns-forwarder', 'graceful-restart', 'load-balancer'],
  ...['multi-core', 'multi-process', 'pass-descriptor', 'syslog', 'tls', 'udp-relay'],
]

it.each(linuxOnly)('%s says at once what it needs', async (name) => {
  const args = name === 'load-balancer' ? ['--demo'] : []
  const { code, stdout, stderr } = await run(name, args, host)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^this example needs .+, which netfd has on Linux alone\n$/)
})
