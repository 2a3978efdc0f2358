import { dial } from '@netfd/net'
import { expect, it } from 'vitest'
import { start } from './program.js'

it('answers from several processes on one port', async () => {
  const server = start('multi-process', ['--workers', '2'])
  const address = await server.address()
  const pids = new Set<string>()
  // The kernel deals the connections out by a hash: sooner or later each process has one.
  for (let i = 0; pids.size < 2 && i < 200; i++) {
    await using conn = await dial('tcp', address)
    await conn.write('hello\n')
    const buf = new Uint8Array(64)
    const n = await conn.read(buf)
    const answer = Buffer.from(buf.subarray(0, n ?? 0)).toString()
    expect(answer).toMatch(/^process \d+: hello\n$/)
    pids.add(answer)
  }
  expect(pids.size).toBe(2)
  const { code, stdout, stderr } = await server.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/with 2 workers\nstopped\n$/)
})
