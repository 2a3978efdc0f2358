// What the host backend has not: sockets of packets, and Unix sockets with a name.
import { expect, it } from 'vitest'
import { program, run } from './program.js'

it('UDP and Unix networks are refused with ENOTSUP on the host backend, and no handle is left', async () => {
  const child = program('host-networks-child.ts')
  const { stdout, stderr } = await run([process.execPath, child], { NETFD_BACKEND: 'host' })
  expect(stderr).toBe('')
  const said = stdout.trimEnd().split('\n')
  expect(said.length).toBe(9)
  for (const { name, code, message } of said.map((line) => JSON.parse(line))) {
    expect({ name, code }).toEqual({ name, code: 'ENOTSUP' })
    expect(message).toMatch(
      /^(dial|listen) (udp4?|unix|unixgram|unixpacket) \S+: socket: operation not supported on the host backend$/,
    )
  }
})
