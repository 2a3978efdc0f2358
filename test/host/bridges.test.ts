// The bridges to Node's sockets and clients on the host backend.
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, createServer as createNetServer, Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { pipe } from '../../packages/net/src/index.js'
import {
  canHandOver,
  dialSocket,
  ioredisConnector,
  serve,
  toNetSocket,
  tuneAll,
  tuneSocket,
  undiciConnector,
} from '../../packages/net/src/node/index.js'
import { errorOf, listening, pair, thrown, turns } from '../../packages/net/test/support.js'

/** A server of Node's that echoes, and its port. */
async function echoing(): Promise<number> {
  const server = createNetServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function echoes(socket: Socket): Promise<void> {
  socket.write('ping')
  const [data] = (await once(socket, 'data')) as [Buffer]
  expect(String(data)).toBe('ping')
  socket.destroy()
}

it('a connection becomes the live socket, what was read ahead and the unread first', async () => {
  const [client, server] = await pair()
  await client.write('ahead')
  await turns(5)
  const socket = toNetSocket(server, { unread: new TextEncoder().encode('first ') })
  expect(socket).toBeInstanceOf(Socket)
  let text = ''
  socket.on('data', (data) => (text += data))
  await client.write(' and later')
  await client.close()
  await once(socket, 'end')
  expect(text).toBe('first ahead and later')
  expect((await errorOf(server.read(new Uint8Array(1)))).code).toBe('ERR_NET_CLOSED')
})

it('the socket waits for its listeners, and stays paused where that is asked for', async () => {
  const [client, server] = await pair()
  const socket = toNetSocket(server, { paused: true })
  await client.write('wait')
  await turns(5)
  expect(socket.readableLength + socket.bytesRead).toBeGreaterThanOrEqual(0)
  socket.resume()
  const [data] = (await once(socket, 'data')) as [Buffer]
  expect(String(data)).toBe('wait')
  socket.destroy()
})

it('a peer that has ended its side, a pipe and onread are refused, and the connection goes on', async () => {
  const [client, server] = await pair()
  await client.write('bytes')
  client.closeWrite()
  await turns(5)
  expect(thrown(() => toNetSocket(server)).code).toBe('ERR_NO_HANDOVER')
  expect(await server.read(new Uint8Array(8))).toBe(5)
  const [a, b] = pipe()
  expect(thrown(() => toNetSocket(a)).code).toBe('ERR_NO_HANDOVER')
  await Promise.all([a.close(), b.close()])
})

it('an http server serves what a listener accepts', async () => {
  const listener = await listening()
  const server = createServer((_, response) => response.end('hello'))
  const serving = serve(listener, server)
  const [response] = await once(get({ port: listener.addr.port, agent: false }), 'response')
  response.resume()
  await once(response, 'end')
  expect(response.statusCode).toBe(200)
  await listener.close()
  await serving
  server.closeAllConnections()
  server.close()
})

it('a client gets a socket, and options that only Linux has are left out with a warning', async () => {
  const warning = once(process, 'warning')
  const to = { host: '127.0.0.1', port: await echoing() }
  const socket = await dialSocket({ userTimeout: 2_000 }, to)
  expect(canHandOver).toBe(true)
  expect((await warning)[0]).toMatchObject({ code: 'NETFD_TUNE' })
  await echoes(socket as Socket)
})

it('the connectors of undici and ioredis connect', async () => {
  const port = await echoing()
  const connector = undiciConnector({ userTimeout: 2_000 })
  const socket = await new Promise<Socket>((resolve, reject) => {
    connector(
      { hostname: '127.0.0.1', port: String(port), protocol: 'http:' } as never,
      ((error: Error | null, made: Socket) =>
        error === null ? resolve(made) : reject(error)) as never,
    )
  })
  await echoes(socket)
  const Connector = ioredisConnector({ userTimeout: 2_000 }) as unknown as new (
    o: object,
  ) => { connect(emit: () => void): Promise<Socket> }
  await echoes(await new Connector({ host: '127.0.0.1', port }).connect(() => undefined))
})

it('sockets of Node’s own stay as they are: tuneSocket says false, tuneAll nothing', async () => {
  const port = await echoing()
  using _ = tuneAll({ userTimeout: 2_000 })
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  expect(tuneSocket(socket, { userTimeout: 2_000 })).toBe(false)
  await echoes(socket)
})
