#!/usr/bin/env node
// Local sockets of every kind, on whatever runtime starts this file; see conversation.mjs. On the host backend
// each of them is to be refused. With an argument it runs the tests whose titles contain it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { backend, dial, fileConn, listen, listenPacket, notify, UnixAddr } from '@netfd/net'
import { close } from '@netfd/syscall'
import { runTests } from './run-tests.mjs'

const LOOPBACK = '127.0.0.1:0'
const MANY_BYTES = 4 * 1024 * 1024
const PASSES = 100

/** @typedef {import('@netfd/net').TCPConn} TCPConn */
/** @typedef {import('@netfd/net').UnixConn} UnixConn */
/** @typedef {import('@netfd/net').UnixpacketConn} UnixpacketConn */
/** @typedef {import('@netfd/net').UnixgramConn} UnixgramConn */

/** @param {Uint8Array} data */
const text = (data) => new TextDecoder().decode(data)

/** An abstract name that no other socket has, chosen by the test: the kernel's own choice is but five digits. */
const freeName = () => `@netfd-${randomUUID()}`

/** @param {readonly AsyncDisposable[]} all */
const closeAll = async (all) => {
  // Silent on what the test has closed.
  for (const open of all) await open[Symbol.asyncDispose]()
}

/** Both ends of a connection, closed afterwards with their listener.
 * @template {'unix' | 'unixpacket'} N
 * @param {N} network
 * @param {(client: import('@netfd/net').Conns[N], server: import('@netfd/net').Conns[N]) => Promise<void>} use
 */
const connected = async (network, use) => {
  const listener = await listen(network, freeName())
  const client = await dial(network, String(listener.addr))
  const server = /** @type {import('@netfd/net').Conns[N]} */ (await listener.accept())
  try {
    await use(client, server)
  } finally {
    await closeAll([client, server, listener])
  }
}

/** A socket that receives, and one that is connected to it, closed afterwards.
 * @param {(sender: UnixgramConn, receiver: UnixgramConn) => Promise<void>} use
 */
const datagrams = async (use) => {
  const receiver = await listenPacket('unixgram', freeName())
  const sender = await dial('unixgram', String(receiver.localAddr))
  try {
    await use(sender, receiver)
  } finally {
    await closeAll([sender, receiver])
  }
}

/** Everything up to the end of the stream.
 * @param {UnixConn} conn
 */
const readAll = async (conn) => {
  const parts = []
  const buf = new Uint8Array(64 * 1024)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    parts.push(buf.slice(0, n))
  }
  return Buffer.concat(parts)
}

/** Passes one end of a TCP connection over `sender`, and talks through what has come out of `receiver`.
 * @param {UnixConn | UnixpacketConn | UnixgramConn} sender
 * @param {UnixConn | UnixpacketConn | UnixgramConn} receiver
 */
const passConnection = async (sender, receiver) => {
  const listener = await listen('tcp', LOOPBACK)
  const client = await dial('tcp', String(listener.addr))
  const fd = (await listener.accept()).detach()
  await sender.sendFd(fd, new Uint8Array([7]))
  close(fd)
  const buf = new Uint8Array(8)
  const got = await receiver.receiveFd(buf)
  assert.deepEqual([got?.n, buf[0], got?.fds.length], [1, 7, 1])
  const number = got?.fds[0] ?? -1
  const conn = /** @type {TCPConn} */ (fileConn(number))
  close(number)
  await client.write('through')
  assert.equal(text(buf.subarray(0, (await conn.read(buf)) ?? 0)), 'through')
  await closeAll([client, conn, listener])
}

/** What a test of a refusal may do: nothing of it is reached.
 * @param {Promise<unknown>} call
 */
const refused = (call) => assert.rejects(call, { name: 'OpError', code: 'ENOTSUP' })

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  'a stream: echo, and half-close': () =>
    connected('unix', async (client, server) => {
      const sent = new Uint8Array(MANY_BYTES).map((_, i) => i % 251)
      const echoing = readAll(server).then(async (all) => {
        await server.write(all)
        server.closeWrite()
      })
      await client.write(sent)
      client.closeWrite()
      assert.ok((await readAll(client)).equals(sent))
      await echoing
    }),

  'a stream: a deadline, an abort, a close': () =>
    connected('unix', async (client, server) => {
      client.setReadDeadline(Date.now() + 20)
      await assert.rejects(client.read(new Uint8Array(1)), { code: 'ETIMEDOUT' })
      client.setReadDeadline(null)
      const controller = new AbortController()
      const reading = client.read(new Uint8Array(8), { signal: controller.signal })
      controller.abort()
      await assert.rejects(reading, { code: 'ABORT_ERR' })
      await server.write('still')
      assert.equal(await client.read(new Uint8Array(8)), 5)
      const waiting = assert.rejects(client.read(new Uint8Array(8)), { code: 'ERR_NET_CLOSED' })
      await client.close()
      await waiting
      assert.equal(await server.read(new Uint8Array(8)), null)
    }),

  'nobody listens: ECONNREFUSED': async () => {
    await assert.rejects(dial('unix', freeName()), { code: 'ECONNREFUSED', syscall: 'connect' })
  },

  'records: each read is one': () =>
    connected('unixpacket', async (client, server) => {
      for (const record of ['one', 'second', 'x'.repeat(4096)]) await client.write(record)
      const buf = new Uint8Array(8192)
      const sizes = []
      for (let i = 0; i < 3; i++) sizes.push(await server.read(buf))
      assert.deepEqual(sizes, [3, 6, 4096])
      await client.close()
      assert.equal(await server.read(buf), null)
    }),

  'datagrams: to a peer, and to an address': () =>
    datagrams(async (sender, receiver) => {
      await sender.write('one')
      await sender.write('')
      const named = await listenPacket('unixgram', freeName())
      await named.writeTo('two', receiver.localAddr)
      const buf = new Uint8Array(64)
      assert.deepEqual(await receiver.readFrom(buf), { n: 3, addr: null, truncated: false })
      assert.equal((await receiver.readFrom(buf)).n, 0)
      const { n, addr } = await receiver.readFrom(buf)
      assert.deepEqual([n, String(addr)], [3, String(named.localAddr)])
      await receiver.writeTo('back', /** @type {UnixAddr} */ (addr))
      assert.equal(text(buf.subarray(0, await named.read(buf))), 'back')
      await named.close()
    }),

  'datagrams: a writer waits for a queue that is full': () =>
    datagrams(async (sender, receiver) => {
      const count = 200
      const writing = (async () => {
        for (let i = 0; i < count; i++) await sender.write(String(i))
      })()
      const buf = new Uint8Array(16)
      for (let i = 0; i < count; i++) {
        assert.equal(text(buf.subarray(0, await receiver.read(buf))), String(i))
      }
      await writing
    }),

  'a live connection is passed over a stream': () =>
    connected('unix', async (client, server) => {
      for (let i = 0; i < PASSES; i++) await passConnection(client, server)
    }),
  'a live connection is passed with a record': () => connected('unixpacket', passConnection),
  'a live connection is passed with a datagram': () => datagrams(passConnection),

  'who the peer is': () =>
    connected('unix', async (client, server) => {
      for (const end of [client, server]) {
        const cred = end.peerCred()
        assert.deepEqual([cred?.pid, cred?.uid], [process.pid, process.getuid?.()])
      }
    }),

  'a service manager is told': async () => {
    const manager = await listenPacket('unixgram', freeName())
    process.env.NOTIFY_SOCKET = String(manager.localAddr)
    try {
      assert.equal(await notify('READY=1'), true)
    } finally {
      delete process.env.NOTIFY_SOCKET
    }
    const buf = new Uint8Array(64)
    assert.equal(text(buf.subarray(0, await manager.read(buf))), 'READY=1')
    await manager.close()
  },
}

/** What the host backend says to all of it.
 * @type {Record<string, () => Promise<void>>}
 */
const refusals = {
  'unix is refused by name': async () => {
    await refused(dial('unix', freeName()))
    await refused(listen('unix', freeName()))
  },
  'unixpacket is refused by name': async () => {
    await refused(dial('unixpacket', freeName()))
    await refused(listen('unixpacket', freeName()))
  },
  'unixgram is refused by name': async () => {
    await refused(dial('unixgram', freeName()))
    await refused(listenPacket('unixgram', freeName()))
  },
  'a descriptor is not given away': async () => {
    const listener = await listen('tcp', LOOPBACK)
    const client = await dial('tcp', String(listener.addr))
    assert.throws(() => client.detach(), { code: 'ENOTSUP' })
    await closeAll([client, await listener.accept(), listener])
  },
  'an address is one all the same': async () => {
    assert.equal(String(new UnixAddr('/run/s', 'unix')), '/run/s')
  },
}

await runTests(backend === 'host' ? refusals : tests, process.argv[2] ?? '')
