import { expect, it } from 'vitest'
import { start } from './program.js'

it('lets a request that has begun end, and idle clients go at once', async () => {
  const server = start('graceful-stop', ['--grace', '25000'])
  const address = await server.address()
  const idle = start('netcat', [address])
  idle.type('one\n')
  await idle.until(/done: one\n/)
  const busy = start('netcat', [address])
  // The answer to the first line shows that the server has read the beginning of the second.
  busy.type('two\nthr')
  await busy.until(/done: two\n/)

  const stopped = server.stop('SIGTERM')
  await server.until(/stopping, 2 connections open\n/)
  expect((await idle.ended).code).toBe(0)
  busy.type('ee\n')
  await busy.until(/done: three\n/)
  expect((await busy.ended).code).toBe(0)
  const { code, stdout, stderr } = await stopped
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/stopped, 3 requests answered, 0 cut off\n$/)
})

it('cuts a request off that does not end in time', async () => {
  const server = start('graceful-stop', ['--grace', '20'])
  const stuck = start('netcat', [await server.address()])
  stuck.type('one\ntw')
  await stuck.until(/done: one\n/)
  const { code, stdout } = await server.stop()
  expect(code).toBe(0)
  expect(stdout).toMatch(/stopped, 1 request answered, 1 cut off\n$/)
})
