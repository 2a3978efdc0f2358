// Connectors and servers over local sockets.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, get } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Form } from '../../src/node/index.js'
import { dialDuplex, dialSocket, httpAgent, serve, undiciConnector } from '../../src/node/index.js'
import { pattern, readAll, same, text, track } from '../support.js'
import { freePath, listeningAt } from '../unix-support.js'
import { event, tracked } from './streams.js'

/** A host that there is not: only the path leads anywhere. */
const NOWHERE = { host: 'nowhere.invalid', port: 1 }

describe('a path', () => {
  it('is dialed at once by a Duplex, which has no addresses of the internet', async () => {
    const listener = await listeningAt('unix')
    const duplex = tracked(dialDuplex({ path: listener.addr.name }))
    await event(duplex, 'connect')
    const conn = track(await listener.accept())
    expect([duplex.conn, duplex.remoteAddress, duplex.address()]).toEqual([null, undefined, {}])
    const want = pattern(1 << 20)
    duplex.cork()
    for (let at = 0; at < want.length; at += 1 << 16)
      duplex.write(want.subarray(at, at + (1 << 16)))
    duplex.uncork()
    duplex.end()
    expect(same(await readAll(conn as never), want)).toBe(true)
    await conn.write('answer')
    await conn.close()
    expect(String(Buffer.concat(await duplex.toArray()))).toBe('answer')
  })

  it('is dialed instead of what a client asks for', async () => {
    const listener = await listeningAt('unix', '')
    const path = String(listener.addr)
    const duplex = tracked(dialDuplex({ path, allowHalfOpen: true, options: { sndBuf: 65_536 } }))
    await event(duplex, 'connect')
    track(await listener.accept())
    for (const form of ['socket', 'duplex'] as const) {
      const socket = tracked(await dialSocket({ path, form }, NOWHERE))
      const conn = track(await listener.accept())
      socket.end(form)
      expect(text(await readAll(conn as never))).toBe(form)
    }
    const connect = undiciConnector({ path })
    const target = { hostname: NOWHERE.host, protocol: 'http:', port: '1' }
    const error = await new Promise((resolve) =>
      connect(target, (...[failed, socket]) => {
        if (socket !== null) tracked(socket)
        resolve(failed)
      }),
    )
    expect(error).toBe(null)
    track(await listener.accept())
  })

  it('where nobody listens fails with the error of the dial', async () => {
    const path = freePath()
    await expect(dialSocket({ path }, NOWHERE)).rejects.toThrow(
      `dial unix ${path}: connect: no such file or directory`,
    )
  })
})

it.each<Form>(['auto', 'socket', 'duplex'])(
  'an http server gets the connections of a local socket with the form %s',
  async (form) => {
    const listener = await listeningAt('unix')
    const server = createServer((request, response) => response.end(request.url))
    const credentials: (number | undefined)[] = []
    const serving = serve(listener, server, {
      form,
      prepare: (conn) => void credentials.push(conn.peerCred()?.pid),
    })
    const agent = httpAgent({ path: listener.addr.name }, { keepAlive: true })
    onTestFinished(async () => {
      agent.destroy()
      await listener[Symbol.asyncDispose]()
      await serving
      server.closeAllConnections()
      server.close()
    })
    for (const path of ['/one', '/two']) {
      const [res] = (await once(get({ ...NOWHERE, path, agent }), 'response')) as [IncomingMessage]
      expect(String(Buffer.concat(await res.toArray()))).toBe(path)
    }
    expect(credentials).toEqual([process.pid])
  },
)
