import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Folder } from '../../../test/servers/folder.js'
import { installed } from '../../../test/servers/installed.js'
import { loopback } from '../../../test/servers/place.js'
import { startRedis } from '../../../test/servers/redis.js'
import type { Server } from '../../../test/servers/server.js'
import { refusing } from './ports.js'
import { run, start } from './program.js'

/** What it prints, without the times. */
const untimed = (stdout: string): string => stdout.replace(/ {2}[\d.]+ m?s$/gm, '')

describe.skipIf(!installed('redis-server'))('with redis-server', () => {
  let folder: Folder
  let redis: Server
  beforeAll(async () => {
    folder = await Folder.make()
    redis = await startRedis(loopback, folder)
  })
  afterAll(async () => {
    await redis.kill()
    folder[Symbol.dispose]()
  })
  const address = () => `127.0.0.1:${redis.port}`

  it('sends a command, and prints the reply and how long it took', async () => {
    const { code, stdout, stderr } = await run('redis-client', [address(), 'SET', 'a', 'b'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^"OK" {2}[\d.]+ ms\n$/)
  })

  it('prints every kind of reply', async () => {
    const input = `
      PING
      SET text "Grüße, und mehr"
      GET text
      GET none
      INCRBY n 41
      INCR n
      RPUSH list a b
      LRANGE list 0 -1
      LRANGE none 0 -1
      EVAL "return {1, {'x', {}}, 'y'}" 0`
    const { code, stdout, stderr } = await run('redis-client', [address()], { input })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(untimed(stdout).split('\n')).toEqual([
      ...['"PONG"', '"OK"', '"Grüße, und mehr"', '(nil)', '(integer) 41', '(integer) 42'],
      ...['(integer) 2', '1) "a"', '2) "b"', '(empty)'],
      ...['1) (integer) 1', '2) 1) "x"', '   2) (empty)', '3) "y"', ''],
    ])
  })

  it('goes on after an error of the server, and ends with 1', async () => {
    const input = 'NOSUCH\nPING\n'
    const { code, stdout } = await run('redis-client', [address()], { input })
    expect(code).toBe(1)
    expect(untimed(stdout)).toMatch(/^\(error\) ERR unknown command .*\n"PONG"\n$/)
  })

  it('shows the rate of a pipeline while it lasts, and the times at the end', async () => {
    const args = ['--pipeline', '16', '--seconds', '60', address(), 'INCR', 'counted']
    const client = start('redis-client', args)
    await client.until(/█ [\d,]+\/s, 16 in [\d.]+ ms\n/)
    const { code, stdout, stderr } = await client.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [, replies = ''] = /\n([\d,]+) replies in .*; 16 at a time took\n/.exec(stdout) ?? []
    expect(stdout).toMatch(/\n {2}< [\d.]+ ms +█{30} +[\d.]+ % {2}\d+\n/)
    const counted = await run('redis-client', [address(), 'GET', 'counted'])
    // The batch that was under way at the stop may have been counted too.
    expect(Number(/\d+/.exec(counted.stdout))).toBeGreaterThanOrEqual(
      Number(replies.replaceAll(',', '')),
    )
  })

  it('a pipeline of more than all buffers hold comes through', async () => {
    const args = ['--pipeline', '300', '--seconds', '1', address(), 'ECHO', 'x'.repeat(100_000)]
    const { code, stdout, stderr } = await run('redis-client', args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\d+ replies in/)
  })

  it('ends a pipeline of a command that is wrong', async () => {
    const { code, stderr } = await run('redis-client', ['--pipeline', '2', address(), 'GET'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^ERR wrong number of arguments/)
  })

  it('ends without a word at a stop while it waits', async () => {
    const client = start('redis-client', [address(), 'BLPOP', 'never', '0'])
    const monitor = async () => (await run('redis-client', [address(), 'CLIENT', 'LIST'])).stdout
    while (!/cmd=blpop/.test(await monitor()));
    expect(await client.stop()).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

/** Something that is no Redis, and says this to all who come. */
async function saying(text: string): Promise<string> {
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end(text),
  )
  onTestFinished(async () => {
    server.close()
    await once(server, 'close')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : ''
}

it.each([
  ['', 'the server has ended the connection'],
  ['HTTP/1.1 400 Bad Request\r\n', 'this is no Redis: "HTTP/1.1 400 Bad Request"'],
  [':12x\r\n', 'a number was expected, not "12x"'],
  ['$99999999999\r\n', 'a number was expected, not "99999999999"'],
  ['$5\r\nab', 'unexpected EOF'],
  ['*1\r\n'.repeat(100), 'this is no Redis: "*1"'],
  ['+'.padEnd(70_000, 'x'), 'line too long: more than 65536 bytes'],
])('a server that says %j', async (text, message) => {
  const { code, stdout, stderr } = await run('redis-client', [await saying(text), 'PING'])
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `${message}\n` })
})

it.each([
  [[], 'which server?'],
  [['--pipeline', '4', '127.0.0.1:1'], 'which command?'],
  [['--pipeline', '0', '127.0.0.1:1', 'PING'], '--pipeline must be a whole number from 1 '],
])('refuses %j', async (args, message) => {
  const { code, stderr } = await run('redis-client', args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr).toContain('\nredis-client [options]')
})

it('says why when nothing listens there', async () => {
  const address = refusing()
  const { code, stderr } = await run('redis-client', [address, 'PING'])
  expect(code).toBe(1)
  expect(stderr).toBe(`dial tcp ${address}: connect: connection refused\n`)
})
