import { setTimeout as sleep } from 'node:timers/promises'
import { dial, listen } from '@netfd/net'
import { expect, it } from 'vitest'
import { refusing } from './ports.js'
import { run, start } from './program.js'

it('passes both directions on, with the end of each, and counts the bytes', async () => {
  const server = start('echo-server')
  const proxy = start('tcp-proxy', ['127.0.0.1:0', await server.address()])
  const input = '0123456789abcdef'.repeat(2 ** 17)
  const { code, stdout } = await run('netcat', [await proxy.address()], { input })
  expect(code).toBe(0)
  expect(stdout === input).toBe(true)
  const ended = await proxy.stop()
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
  expect(ended.stdout).toMatch(/passed on 4\.0 MiB\n$/)
})

it('shows the throughput while a connection goes on', async () => {
  const server = start('echo-server')
  const proxy = start('tcp-proxy', ['127.0.0.1:0', await server.address()])
  const client = start('netcat', [await proxy.address()])
  await client.say('hello')
  await proxy.until(/1 connection {2}\d+ B\/s {2}12 B in all\n/)
})

it('ends what is open when it is stopped', async () => {
  const server = start('echo-server')
  const proxy = start('tcp-proxy', ['127.0.0.1:0', await server.address()])
  const client = start('netcat', [await proxy.address()])
  await client.say('hello')
  expect(await proxy.stop()).toMatchObject({ code: 0, stderr: '' })
  const { code, stderr } = await client.ended
  expect(code).toBe(1)
  expect(stderr).toContain('connection reset by peer')
})

it('ends a connection on which nothing comes for too long, and not one that is used', async () => {
  const server = start('echo-server')
  const proxy = start('tcp-proxy', ['--idle', '1000', '127.0.0.1:0', await server.address()])
  const address = await proxy.address()
  const used = start('netcat', [address])
  const idle = start('netcat', [address])
  let n = 0
  for (let over = false; !over; ) {
    await used.say(`word ${n++}`)
    over = await Promise.race([idle.ended.then(() => true), sleep(20, false)])
  }
  expect((await idle.ended).stderr).toContain('connection reset by peer')
  await used.say('still here')
})

it('says why when the target does not answer, and goes on', async () => {
  const target = refusing()
  const proxy = start('tcp-proxy', ['127.0.0.1:0', target])
  await run('netcat', [await proxy.address()])
  await run('netcat', [await proxy.address()])
  const { code, stderr } = await proxy.stop()
  expect(code).toBe(0)
  expect(stderr).toBe(`dial tcp ${target}: connect: connection refused\n`.repeat(2))
})

it.each([1, 2, 3])('passes no half of an answer off as the whole (%i)', async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  const proxy = start('tcp-proxy', ['127.0.0.1:0', String(listener.addr)])
  const client = await dial('tcp', await proxy.address())
  const server = await listener.accept()
  await client.write('question')
  await server.readFull(new Uint8Array(8))
  // The proxy sees all of this at once, and its write takes the reset before its read comes to it.
  proxy.pause()
  await server.write('half an ans')
  await server.reset()
  await client.write('more')
  proxy.resume()
  const ending = async () => {
    for await (const _ of client);
    return 'the end'
  }
  expect(await ending().catch(({ code }) => code)).toBe('ECONNRESET')
  await Promise.all([client.close(), listener.close()])
})
