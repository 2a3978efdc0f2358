#!/usr/bin/env node
// What clients and servers of Node do over connections of netfd, on whatever runtime starts this file; see
// conversation.mjs. With an argument it runs the tests whose titles contain it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import tls from 'node:tls'
import { backend, dial, listen } from '@netfd/net'
import { canHandOver, dialDuplex, serve, toDuplex, toNetSocket, tuneAll } from '@netfd/net/node'
import { getOption } from '@netfd/syscall'
import { runTests } from './run-tests.mjs'

const HOST = '127.0.0.1'

// Of this file alone, for 100 years: localhost.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgt4vVposFBCYTZwND
zQDW11FXDIt/yNOOnXfdyLXX4JOhRANCAAQ758sEJ8f2Y21FpTixx33iDpsXP8UF
8bIoNGNnNVCVFyJNGl+IQ6twJ4aXjnVGxXkynM0M0xKg6T/JcrUDGzxW
-----END PRIVATE KEY-----`
const CERT = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUUSzqQmG0LAks6BfhPxjNPBwVwxQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjAyMTM0OVoYDzIxMjYxMTAy
MDIxMzQ5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ758sEJ8f2Y21FpTixx33iDpsXP8UF8bIoNGNnNVCVFyJNGl+IQ6tw
J4aXjnVGxXkynM0M0xKg6T/JcrUDGzxWo28wbTAdBgNVHQ4EFgQUGqlerf9jBTeH
Qsblk8rh8diQKcMwHwYDVR0jBBgwFoAUGqlerf9jBTeHQsblk8rh8diQKcMwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAKd/zoOL0EWeCSFWQwbI8FWqgLGTK1qc7mW5CWwMsxm9AiEA
58HUISvm9lzK55ulY6mud0rUKWIj5ro8KNAtpEc7YSE=
-----END CERTIFICATE-----`

/** @typedef {import('node:stream').Duplex} Duplex */

/** Resolves with the event's first argument, whatever else happens.
 * @param {Duplex} stream @param {string} name
 * @returns {Promise<unknown>}
 */
const event = (stream, name) => new Promise((resolve) => stream.once(name, resolve))

/** What a stream tells from now on.
 * @param {Duplex} stream
 */
const told = (stream) => {
  /** @type {string[]} */
  const list = []
  for (const name of ['connect', 'ready', 'end', 'finish', 'error', 'close']) {
    stream.on(name, (value) => {
      list.push([name, value?.code ?? value].filter((part) => part !== undefined).join(' '))
    })
  }
  return list
}

/** @param {AsyncIterable<Uint8Array>} stream */
const all = async (stream) => {
  const pieces = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A server of Node on a free port, for as long as `use` takes.
 * @param {net.Server | http.Server} server
 * @param {(port: number) => Promise<void>} use
 */
const serving = async (server, use) => {
  await new Promise((resolve) => server.listen(0, HOST, () => resolve(undefined)))
  try {
    await use(/** @type {net.AddressInfo} */ (server.address()).port)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

const echo = () => net.createServer((socket) => socket.on('error', () => undefined).pipe(socket))

/** A listener, for as long as `use` takes.
 * @param {(listener: import('@netfd/net').TCPListener) => Promise<void>} use
 */
const listening = async (use) => {
  const listener = await listen('tcp', `${HOST}:0`)
  await use(listener).finally(() => listener.close())
}

/** A Duplex and its peer, a connection.
 * @param {(duplex: import('@netfd/net/node').NetDuplex, peer: import('@netfd/net').TCPConn) => Promise<void>} use
 */
const paired = (use) =>
  listening(async (listener) => {
    const duplex = dialDuplex({ host: HOST, port: listener.addr.port })
    // A dial on loopback may be over before the accept is.
    const [peer] = await Promise.all([listener.accept(), event(duplex, 'ready')])
    await use(duplex, peer)
    if (!duplex.destroyed) {
      const closed = event(duplex, 'close')
      duplex.destroy()
      await closed
    }
    await peer[Symbol.asyncDispose]()
  })

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  'a Duplex is dialed, written to before, and closed': () =>
    serving(echo(), async (port) => {
      const duplex = dialDuplex()
      const list = told(duplex)
      assert.deepEqual([duplex.readyState, duplex.pending], ['closed', true])
      duplex.setNoDelay().setKeepAlive(true, 5_000)
      duplex.write('hel')
      duplex.end('lo')
      duplex.connect(port, HOST)
      assert.equal(duplex.readyState, 'opening')
      const closed = event(duplex, 'close')
      assert.equal(String(await all(duplex)), 'hello')
      await closed
      assert.deepEqual(list, ['connect', 'ready', 'finish', 'end', 'close false'])
      assert.deepEqual([duplex.bytesRead, duplex.bytesWritten, duplex.remotePort], [5, 5, port])
    }),

  'a dial of a Duplex that fails': async () => {
    let port = 0
    await serving(echo(), async (free) => {
      port = free
    })
    const duplex = dialDuplex({ host: HOST, port })
    const list = told(duplex)
    await event(duplex, 'close')
    assert.deepEqual(list, ['error ECONNREFUSED', 'close true'])
  },

  'a dial of a Duplex that is given up': async () => {
    const duplex = dialDuplex({ host: 'localhost', port: 9 })
    const list = told(duplex)
    duplex.destroy()
    await event(duplex, 'close')
    assert.deepEqual(list, ['close false'])
  },

  'the end of the peer of a Duplex': () =>
    paired(async (duplex, peer) => {
      const list = told(duplex)
      const closed = event(duplex, 'close')
      peer.closeWrite()
      await closed
      assert.deepEqual(list, ['end', 'finish', 'close false'])
    }),

  'a reset by the peer of a Duplex': () =>
    paired(async (duplex, peer) => {
      const list = told(duplex)
      const closed = event(duplex, 'close')
      await peer.reset()
      await closed
      assert.deepEqual(list, ['error ECONNRESET', 'close true'])
    }),

  'a Duplex that is destroyed with a reset': () =>
    paired(async (duplex, peer) => {
      duplex.resetAndDestroy()
      await assert.rejects(peer.read(new Uint8Array(1)), { code: 'ECONNRESET' })
    }),

  'the idle time of a Duplex': () =>
    paired(async (duplex) => {
      let told = 0
      duplex.on('timeout', () => told++)
      duplex.setTimeout(1)
      // It does not keep the process alive.
      const alive = setInterval(() => undefined, 1_000)
      await event(duplex, 'timeout')
      clearInterval(alive)
      assert.equal(told, 1)
    }),

  'a megabyte through a pipeline': () =>
    serving(echo(), async (port) => {
      const sent = Buffer.from(new Uint8Array(1 << 20).map((_, i) => i % 251))
      const duplex = dialDuplex({ host: HOST, port })
      const [got] = await Promise.all([all(duplex), pipeline(Readable.from([sent]), duplex)])
      assert.ok(got.equals(sent))
    }),

  'a Duplex has finished': () =>
    paired(async (duplex, peer) => {
      const done = finished(duplex)
      peer.closeWrite()
      duplex.resume().end()
      await done
    }),

  'a Duplex is a stream of the web': () =>
    paired(async (duplex, peer) => {
      const reader = Readable.toWeb(duplex).getReader()
      await peer.write('hello')
      const { value } = await reader.read()
      assert.equal(String(Buffer.from(value)), 'hello')
      await reader.cancel()
    }),

  'http over a Duplex that the agent keeps': () =>
    serving(
      http.createServer((_, res) => res.end('x'.repeat(1_024))),
      async (port) => {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
        agent.createConnection = () => dialDuplex({ host: HOST, port })
        const reused = []
        for (let i = 0; i < 3; i++) {
          const req = http.get({ agent, host: HOST, port })
          const [res] = await once(req, 'response')
          assert.equal((await all(res)).length, 1_024)
          reused.push(req.reusedSocket)
          await new Promise((resolve) => setImmediate(resolve))
        }
        agent.destroy()
        assert.deepEqual(reused, [false, true, true])
      },
    ),

  'http served over a Duplex': () =>
    listening(async (listener) => {
      const server = http.createServer((req, res) => req.pipe(res))
      const asked = net.connect(listener.addr.port, HOST)
      asked.write(
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
      )
      server.emit('connection', toDuplex(await listener.accept()))
      const answer = String(await all(asked))
      assert.match(answer, /^HTTP\/1\.1 200 OK/)
      assert.ok(answer.includes('hello'))
    }),

  'TLS over a Duplex': () =>
    serving(
      tls.createServer({ key: KEY, cert: CERT }, (socket) => socket.pipe(socket)),
      async (port) => {
        const socket = dialDuplex({ host: HOST, port })
        const secure = tls.connect({ socket, ca: CERT, servername: 'localhost' })
        await event(secure, 'secureConnect')
        secure.end('hello')
        assert.equal(String(await all(secure)), 'hello')
      },
    ),

  'a hand-over, or the error that says there is none': () =>
    serving(
      net.createServer((socket) => socket.pipe(socket)),
      async (port) => {
        const conn = await dial('tcp', `${HOST}:${port}`)
        if (!canHandOver) {
          assert.throws(() => toNetSocket(conn), { code: 'ERR_NO_HANDOVER' })
          return await conn.close()
        }
        const socket = toNetSocket(conn, { unread: Buffer.from('first, ') })
        assert.ok(socket instanceof net.Socket)
        socket.end('then this')
        assert.equal(String(await all(socket)), 'first, then this')
      },
    ),

  'TLS over a hand-over': () =>
    serving(
      tls.createServer({ key: KEY, cert: CERT }, (socket) => socket.pipe(socket)),
      async (port) => {
        if (!canHandOver) return
        const socket = toNetSocket(await dial('tcp', `${HOST}:${port}`))
        const secure = tls.connect({ socket, ca: CERT, servername: 'localhost' })
        await event(secure, 'secureConnect')
        secure.end('hello')
        assert.equal(String(await all(secure)), 'hello')
      },
    ),

  'http served by serve, in the form that the runtime has': async () => {
    const listener = await listen('tcp', `${HOST}:0`)
    const server = http.createServer((_, res) => res.end('hello'))
    const serving = serve(listener, server, {
      prepare: (conn) => (backend === 'host' ? conn.setNoDelay(true) : conn.setUserTimeout(20_000)),
    })
    const asked = net.connect(listener.addr.port, HOST)
    asked.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    assert.match(String(await all(asked)), /^HTTP\/1\.1 200 OK[\s\S]*hello/)
    await listener.close()
    await serving
    server.close()
  },

  'tuneAll sets options where sockets have a descriptor': () =>
    serving(
      net.createServer((socket) => socket.pipe(socket)),
      async (port) => {
        const tuning = tuneAll({ userTimeout: 2_345 })
        const socket = new net.Socket()
        socket.connect(port, HOST)
        await event(socket, 'connect')
        tuning.close()
        const { fd } =
          /** @type {{ _handle?: { fd?: number } }} */ (/** @type {unknown} */ (socket))._handle ??
          {}
        // Deno has none, and on the host backend netfd sets none: the socket stays as it is.
        if (backend === 'epoll' && typeof fd === 'number' && fd >= 0) {
          assert.equal(getOption(fd, 'userTimeout'), 2_345)
        } else assert.ok(backend === 'host' || 'Deno' in globalThis)
        socket.end('hello')
        assert.equal(String(await all(socket)), 'hello')
      },
    ),
}

await runTests(tests, process.argv[2] ?? '')
