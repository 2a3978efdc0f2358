#!/usr/bin/env node
// Streams of the web over connections of netfd, on whatever runtime starts this file; see conversation.mjs.
// With an argument it runs the tests whose titles contain it.
import assert from 'node:assert/strict'
import tls from 'node:tls'
import { dial, listen } from '@netfd/net'
import { connect, readable, toWeb, writable } from '@netfd/net/web'
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

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

/** Two ends of a connection, closed after `use`.
 * @param {(conn: TCPConn, peer: TCPConn) => Promise<void>} use
 */
const paired = async (use) => {
  const listener = await listen('tcp', `${HOST}:0`)
  const conn = await dial('tcp', String(listener.addr))
  const peer = await listener.accept()
  try {
    await use(conn, peer)
  } finally {
    await Promise.all([conn, peer, listener].map((open) => open[Symbol.asyncDispose]()))
  }
}

/** @param {Uint8Array | undefined} bytes */
const text = (bytes) => new TextDecoder().decode(bytes)

/** A TLS server that echoes, for as long as `use` takes.
 * @param {(port: number) => Promise<void>} use
 */
const echoing = async (use) => {
  const server = tls.createServer({ key: KEY, cert: CERT, ALPNProtocols: ['echo'] }, (socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  await new Promise((resolve) => server.listen(0, HOST, () => resolve(undefined)))
  try {
    await use(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  'a BYOB reader, its buffer, and the end': () =>
    paired(async (conn, peer) => {
      const reader = readable(conn).getReader({ mode: 'byob' })
      await peer.write('hello')
      const { value } = await reader.read(new Uint8Array(new ArrayBuffer(64), 8, 16))
      assert.deepEqual([text(value), value?.byteOffset], ['hello', 8])
      const waiting = reader.read(new Uint8Array(8))
      peer.closeWrite()
      assert.equal((await waiting).done, true)
    }),

  'three megabytes through a pipe': () =>
    paired((from, src) =>
      paired(async (dst, to) => {
        const piped = readable(src).pipeTo(writable(dst))
        const written = from.write(new Uint8Array(3 << 20).fill(7)).then(() => from.closeWrite())
        const got = new Uint8Array(await new Response(readable(to)).arrayBuffer())
        assert.equal(got.length, 3 << 20)
        assert.ok(got.every((byte) => byte === 7))
        await Promise.all([piped, written])
      }),
    ),

  'a cancelled read loses no byte': () =>
    paired(async (conn, peer) => {
      const reader = readable(conn).getReader()
      const reading = reader.read()
      await reader.cancel()
      assert.equal((await reading).done, true)
      await peer.write('hello')
      const buf = new Uint8Array(5)
      // Its reads have ended: they say so until the bytes have come, which may take some turns.
      let n = null
      for (let tries = 0; n === null && tries < 1_000; tries++) {
        await new Promise((resolve) => setImmediate(resolve))
        n = await conn.read(buf)
      }
      assert.equal(n, 5)
      assert.equal(text(buf), 'hello')
    }),

  'a reader that lets go leaves its read to the next': () =>
    paired(async (conn, peer) => {
      const stream = readable(conn)
      const reader = stream.getReader()
      const reading = assert.rejects(reader.read(), TypeError)
      reader.releaseLock()
      await reading
      await peer.write('hello')
      assert.equal(text((await stream.getReader().read()).value), 'hello')
    }),

  'an abort resets although the peer does not read': () =>
    paired(async (conn, peer) => {
      const writer = writable(conn).getWriter()
      const written = assert.rejects(writer.write(new Uint8Array(64 << 20)))
      await new Promise((resolve) => setImmediate(resolve))
      await writer.abort()
      await written
      const drained = (async () => {
        for await (const _ of peer);
      })()
      await assert.rejects(drained, { code: 'ECONNRESET' })
    }),

  'compressed both ways': () =>
    paired(async (conn, peer) => {
      const sent = new Response('hello'.repeat(10_000)).body
      const piped = sent?.pipeThrough(new CompressionStream('gzip')).pipeTo(writable(peer))
      const plain = readable(conn).pipeThrough(new DecompressionStream('gzip'))
      assert.equal(await new Response(plain).text(), 'hello'.repeat(10_000))
      await piped
    }),

  'both streams close their connection': () =>
    paired(async (conn, peer) => {
      const { readable, writable, closed } = toWeb(conn)
      peer.closeWrite()
      assert.equal(await new Response(readable).text(), '')
      await writable.close()
      await closed
    }),

  'a socket that cannot connect': async () => {
    const listener = await listen('tcp', `${HOST}:0`)
    const address = String(listener.addr)
    await listener.close()
    const socket = connect(address)
    await assert.rejects(socket.opened, { name: 'SocketError', code: 'ECONNREFUSED' })
    await assert.rejects(socket.closed, { code: 'ECONNREFUSED' })
    await assert.rejects(socket.readable.getReader().read(), { code: 'ECONNREFUSED' })
  },

  'a socket with TLS': () =>
    echoing(async (port) => {
      const socket = connect(
        { hostname: HOST, port },
        { secureTransport: 'on', sni: 'localhost', alpn: ['echo'], tls: { ca: CERT } },
      )
      assert.equal((await socket.opened).alpn, 'echo')
      const writer = socket.writable.getWriter()
      await writer.write('hello')
      await writer.close()
      assert.equal(await new Response(socket.readable).text(), 'hello')
      await socket.closed
    }),

  'TLS that begins later': () =>
    echoing(async (port) => {
      const plain = connect(`localhost:${port}`, { secureTransport: 'starttls', tls: { ca: CERT } })
      const socket = plain.startTls()
      const writer = socket.writable.getWriter()
      await writer.write('hello')
      await writer.close()
      assert.equal(await new Response(socket.readable).text(), 'hello')
      await plain.closed
    }),

  'a certificate that is not trusted': () =>
    echoing(async (port) => {
      const socket = connect(`localhost:${port}`, { secureTransport: 'on' })
      await assert.rejects(socket.opened, { name: 'SocketError', code: /SELF_SIGNED|CERT/ })
    }),
}

await runTests(tests, process.argv[2] ?? '')
