import { dial } from '@netfd/net'
import { bufReader } from '@netfd/net/bufio'
import { close } from '@netfd/syscall'
import { expect, it } from 'vitest'
import { start } from './program.js'

it('hands its listener and its live connections to the process that is started after it', async () => {
  const first = start('graceful-restart')
  const address = await first.address()
  await using idle = await dial('tcp', address)
  await using busy = await dial('tcp', address)
  const [idleLines, busyLines] = [bufReader(idle), bufReader(busy)]
  await idle.write('one\n')
  expect(await idleLines.readLine()).toBe(`process ${first.pid}: one`)
  // Part of the next request has been read with this one, and goes along.
  await busy.write('two\nthr')
  expect(await busyLines.readLine()).toBe(`process ${first.pid}: two`)

  const second = start('graceful-restart', [address])
  await second.until(/^listening on \S+ in process \d+, with 2 connections from process \d+\n/)
  expect(await first.ended).toMatchObject({ code: 0, stderr: '' })
  expect((await first.ended).stdout).toMatch(/\nhanded 2 connections over, and ended\n$/)
  await busy.write('ee\n')
  expect(await busyLines.readLine()).toBe(`process ${second.pid}: three`)
  await idle.write('four\n')
  expect(await idleLines.readLine()).toBe(`process ${second.pid}: four`)
  await using newcomer = await dial('tcp', address)
  await newcomer.write('five\n')
  expect(await bufReader(newcomer).readLine()).toBe(`process ${second.pid}: five`)
  expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('serves on when its successor is gone before it has taken all', async () => {
  const server = start('graceful-restart')
  const address = await server.address()
  await using client = await dial('tcp', address)
  const lines = bufReader(client)
  await client.write('one\ntw')
  expect(await lines.readLine()).toBe(`process ${server.pid}: one`)
  const successor = await dial('unixpacket', `@netfd-graceful-restart-${address}`)
  const got = await successor.receiveFd(new Uint8Array(8), { max: 1 })
  expect(got?.fds).toHaveLength(1)
  await successor.close()
  for (const fd of got?.fds ?? []) close(fd)
  await client.write('o\n')
  expect(await lines.readLine()).toBe(`process ${server.pid}: two`)
  await using newcomer = await dial('tcp', address)
  await newcomer.write('three\n')
  expect(await bufReader(newcomer).readLine()).toBe(`process ${server.pid}: three`)
  const { code, stderr } = await server.stop()
  expect(code).toBe(0)
  expect(stderr).toMatch(/the successor is gone|broken pipe|reset by peer/)
})

it('shows with --demo that no client sees an error', async () => {
  const demo = start('graceful-restart', ['--demo'])
  // Those that come and go may be handed over as well.
  const shown =
    /^process \d+ → \d+ {2}[2-9] restarts {2}[1-9]\d\d connections handed over {2}\d+ answers {2}0 errors$/m
  await demo.until(shown)
  const { code, stdout, stderr } = await demo.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/ 0 errors\n$/)
})
