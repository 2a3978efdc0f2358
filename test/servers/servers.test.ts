// The servers that the clients' tests talk to: they serve, come again, and outlive no test.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program, Running } from '../../packages/net/test/program.js'
import { Folder } from './folder.js'
import { installed } from './installed.js'
import { startMariadb } from './mariadb.js'
import { startNginx } from './nginx.js'
import { canLay, FarEnd, loopback } from './place.js'
import { startPostgres } from './postgres.js'
import { startRedis } from './redis.js'

const servers = [
  { name: 'redis-server', start: startRedis, hello: 'PING\r\n' },
  // An SSLRequest.
  { name: 'postgres', start: startPostgres, hello: '\0\0\0\x08\x04\xd2\x16\x2f' },
  { name: 'mariadbd', start: startMariadb, hello: '' },
  { name: 'nginx', start: startNginx, hello: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n' },
].filter(({ name }) => installed(name))

/** A connection, whose server has answered. */
const served = async (host: string, port: number, hello: string): Promise<Socket> => {
  const socket = connect({ host, port })
  socket.write(hello, 'latin1')
  await once(socket, 'data')
  return socket
}

describe.each([
  { where: 'on loopback', lay: () => loopback },
  ...(canLay ? [{ where: 'at the end of a cable', lay: () => FarEnd.lay() }] : []),
])('$where', ({ lay }) => {
  const place = lay()
  let folder: Folder

  beforeAll(async () => {
    folder = await Folder.make(place.address)
  })
  afterAll(() => {
    folder[Symbol.dispose]()
    place[Symbol.dispose]()
  })

  it.each(servers)(
    '$name serves, is killed, and comes again on its port',
    async ({ start, hello }) => {
      await using server = await start(place, folder)
      const { address, port } = server
      const client = await served(address, port, hello)
      await Promise.all([once(client, 'close'), server.kill()])
      await expect(served(address, port, hello)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await server.start()
      ;(await served(address, port, hello)).destroy()
    },
  )
})

it.skipIf(!installed('redis-server'))(
  'a server ends with its test, which may be killed; what lies about goes with the next',
  async () => {
    const running = new Running([
      process.execPath,
      program('../../../test/servers/servers-child.ts'),
    ])
    const { address, port, folder, place } = JSON.parse(await running.line())
    const client = await served(address, port, 'PING\r\n')
    running.kill()
    await once(client, 'close')
    await running.ended
    if (canLay) FarEnd.lay()[Symbol.dispose]()
    ;(await Folder.make())[Symbol.dispose]()
    expect(existsSync(folder)).toBe(false)
    if (place !== '')
      expect(execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })).not.toContain(place)
  },
)
