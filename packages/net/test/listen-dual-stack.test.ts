// Go: net/listen_test.go and server_test.go. IPv4 and IPv6 on one port, and who reaches whom.

import { describe, expect, it } from 'vitest'
import type { TCPNetwork } from '../src/index.js'
import { listen } from '../src/index.js'
import { rejected } from './error-walk.js'
import { dialed, listening, pair, readAll, track } from './support.js'

const both: [first: [string, string], second: [string, string], code: string | null][] = [
  [['tcp', ''], ['tcp', ''], 'EADDRINUSE'],
  [['tcp', ''], ['tcp', '0.0.0.0'], 'EADDRINUSE'],
  [['tcp', '0.0.0.0'], ['tcp', ''], 'EADDRINUSE'],
  [['tcp', ''], ['tcp', '[::]'], 'EADDRINUSE'],
  [['tcp', '[::]'], ['tcp', ''], 'EADDRINUSE'],
  [['tcp', '0.0.0.0'], ['tcp', '[::]'], 'EADDRINUSE'],
  [['tcp', '[::]'], ['tcp', '0.0.0.0'], 'EADDRINUSE'],
  [['tcp', '[::ffff:0.0.0.0]'], ['tcp', '[::]'], 'EADDRINUSE'],
  [['tcp', '[::]'], ['tcp', '[::ffff:0.0.0.0]'], 'EADDRINUSE'],
  [['tcp4', ''], ['tcp6', ''], null],
  [['tcp6', ''], ['tcp4', ''], null],
  [['tcp4', '0.0.0.0'], ['tcp6', '[::]'], null],
  [['tcp6', '[::]'], ['tcp4', '0.0.0.0'], null],
  [['tcp', '127.0.0.1'], ['tcp', '[::1]'], null],
  [['tcp', '[::1]'], ['tcp', '127.0.0.1'], null],
  [['tcp4', '127.0.0.1'], ['tcp6', '[::1]'], null],
  [['tcp6', '[::1]'], ['tcp4', '127.0.0.1'], null],
]

describe('two listeners on one port (TestDualStackTCPListener)', () => {
  it.each(both)('%j then %j: %s', async ([network, host], [otherNetwork, otherHost], code) => {
    const first = await listening(network, `${host}:0`)
    const second = listen(otherNetwork as TCPNetwork, `${otherHost}:${first.addr.port}`)
    if (code === null) {
      track(await second)
    } else {
      expect(await rejected('listen', second)).toMatchObject({ code, syscall: 'bind' })
      // The address is free once the first has gone.
      await first.close()
      await listening(otherNetwork, `${otherHost}:${first.addr.port}`)
    }
  })
})

const WILD = ['', '0.0.0.0', '[::ffff:0.0.0.0]', '[::]']

const servers: [on: [string, string], from: [string, string]][] = [
  ...WILD.flatMap((host) =>
    WILD.filter((to) => to !== '[::ffff:0.0.0.0]').map(
      (to): [[string, string], [string, string]] => [
        ['tcp', host],
        ['tcp', to],
      ],
    ),
  ),
  ...WILD.flatMap((host) =>
    ['tcp4', 'tcp6'].map((network): [[string, string], [string, string]] => [
      ['tcp', host],
      [network, ''],
    ]),
  ),
  [
    ['tcp', ''],
    ['tcp', '127.0.0.1'],
  ],
  [
    ['tcp', ''],
    ['tcp', '[::ffff:127.0.0.1]'],
  ],
  [
    ['tcp', ''],
    ['tcp', '[::1]'],
  ],
  [
    ['tcp4', ''],
    ['tcp4', '127.0.0.1'],
  ],
  [
    ['tcp6', ''],
    ['tcp6', '[::1]'],
  ],
  [
    ['tcp', '127.0.0.1'],
    ['tcp4', '127.0.0.1'],
  ],
  [
    ['tcp', '[::ffff:127.0.0.1]'],
    ['tcp', '127.0.0.1'],
  ],
  [
    ['tcp', '[::1]'],
    ['tcp6', '[::1]'],
  ],
]

describe('a server and its client (TestTCPServer)', () => {
  it.each(servers)(
    'on %j, dialed by %j, exchange data',
    async ([network, host], [otherNetwork, otherHost]) => {
      const listener = await listening(network, `${host}:0`)
      const client = await dialed(`${otherHost}:${listener.addr.port}`, otherNetwork)
      const server = track(await listener.accept())
      await Promise.all([client.write('from the client'), server.write('from the server')])
      client.closeWrite()
      server.closeWrite()
      const [there, back] = await Promise.all([readAll(server), readAll(client)])
      expect(Buffer.from(there).toString()).toBe('from the client')
      expect(Buffer.from(back).toString()).toBe('from the server')
      expect(String(server.remoteAddr)).toBe(String(client.localAddr))
      expect(String(server.localAddr)).toBe(String(client.remoteAddr))
    },
  )
})

it('an IPv4 client of a listener for both prints as IPv4', async () => {
  const listener = await listening('tcp', ':0')
  const client = await dialed(`127.0.0.1:${listener.addr.port}`)
  const server = track(await listener.accept())
  expect(server.remoteAddr).toMatchObject({
    ip: '127.0.0.1',
    port: client.localAddr.port,
    zone: '',
  })
  expect(String(server.localAddr)).toBe(`127.0.0.1:${listener.addr.port}`)
})

it('addresses are the same objects each time, and stay after close', async () => {
  const [client, server] = await pair()
  const before = [client.localAddr, client.remoteAddr, server.localAddr, server.remoteAddr]
  await Promise.all([client.close(), server.close()])
  expect(
    [client.localAddr, client.remoteAddr, server.localAddr, server.remoteAddr].every(
      (it, i) => it === before[i],
    ),
  ).toBe(true)
  expect(client.localAddr.network).toBe('tcp')
})
