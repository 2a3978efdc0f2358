#!/usr/bin/env node
// Conversations over the built packages, on whatever runtime starts this file: nothing here is Node's
// own but node:assert and node:worker_threads. Prints one line a test; ends by itself, with 1 if any
// failed. With an argument it runs the tests whose titles contain it.
import assert from 'node:assert/strict'
import { isMainThread, Worker } from 'node:worker_threads'
import { dial, listen } from '@netfd/net'
import { bufReader, bufWriter } from '@netfd/net/bufio'
import { runTests } from './run-tests.mjs'

const LOOPBACK = '127.0.0.1:0'
const CROWD = 1000
const MANY_BYTES = 16 * 1024 * 1024

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text)

/** @param {Uint8Array} data */
const text = (data) => new TextDecoder().decode(data)

/** Both ends of a connection, closed afterwards with their listener.
 * @param {(client: TCPConn, server: TCPConn) => Promise<void>} use
 */
const connected = async (use) => {
  const listener = await listen('tcp', LOOPBACK)
  const [client, server] = await Promise.all([
    dial('tcp', String(listener.addr)),
    listener.accept(),
  ])
  try {
    await use(/** @type {TCPConn} */ (client), server)
  } finally {
    // Silent on what the test has closed.
    for (const open of [client, server, listener]) await open[Symbol.asyncDispose]()
  }
}

/** Sends back whatever comes, until the peer has ended its side.
 * @param {TCPConn} conn
 */
const echo = async (conn) => {
  const buf = new Uint8Array(64 * 1024)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    await conn.write(buf.subarray(0, n))
  }
  await conn.close()
}

/** Everything up to the end of the stream.
 * @param {TCPConn} conn
 */
const readAll = async (conn) => {
  const parts = []
  const buf = new Uint8Array(64 * 1024)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    parts.push(buf.slice(0, n))
  }
  return Buffer.concat(parts)
}

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  'dial, write, read, close': () =>
    connected(async (client, server) => {
      assert.equal(await client.write('ping'), 4)
      const buf = new Uint8Array(16)
      assert.equal(await server.read(buf), 4)
      assert.equal(text(buf.subarray(0, 4)), 'ping')
      await server.close()
      assert.equal(await client.read(buf), null)
    }),

  'lines through buffers, and a call that runs out of time': () =>
    connected(async (client, server) => {
      const writer = bufWriter(client)
      await writer.write('one\r\ntw')
      await writer.flush()
      const reader = bufReader(server)
      assert.equal(await reader.readLine({ max: 10 }), 'one')
      server.setReadDeadline(Date.now())
      await assert.rejects(reader.readLine(), { code: 'ETIMEDOUT' })
      server.setReadDeadline(null)
      await writer.write('ö\n'.repeat(5000))
      await writer.flush()
      assert.equal(await reader.readLine(), 'twö')
      client.closeWrite()
      let lines = 0
      for await (const line of reader.lines()) lines += Number(line === 'ö')
      assert.equal(lines, 4999)
    }),

  'a read waits for what comes later': () =>
    connected(async (client, server) => {
      const buf = new Uint8Array(5)
      const reading = server.readFull(buf)
      await client.write('lat')
      await client.write('er')
      await reading
      assert.equal(text(buf), 'later')
    }),

  'a thousand ping-pongs': () =>
    connected(async (client, server) => {
      const serving = echo(server)
      const buf = new Uint8Array(64)
      for (let i = 0; i < 1000; i++) {
        const sent = bytes(String(i))
        await client.write(sent)
        await client.readFull(buf.subarray(0, sent.length))
        assert.equal(text(buf.subarray(0, sent.length)), String(i))
      }
      await client.closeWrite()
      await serving
    }),

  'half-close: the other direction goes on': () =>
    connected(async (client, server) => {
      await client.write('question')
      await client.closeWrite()
      assert.equal(text(await readAll(server)), 'question')
      await server.write('answer')
      await server.closeWrite()
      assert.equal(text(await readAll(client)), 'answer')
    }),

  'many bytes, more than the buffers of the kernel hold': () =>
    connected(async (client, server) => {
      const sent = new Uint8Array(MANY_BYTES).map((_, i) => i % 251)
      const [got] = await Promise.all([
        readAll(server),
        client.write(sent).then(() => client.closeWrite()),
      ])
      assert.equal(got.length, sent.length)
      assert.ok(got.equals(sent))
    }),

  'a read deadline': () =>
    connected(async (client) => {
      client.setReadDeadline(Date.now() + 20)
      const late = { code: 'ETIMEDOUT', timeout: true }
      await assert.rejects(client.read(new Uint8Array(1)), late)
      await assert.rejects(client.read(new Uint8Array(1)), late)
      client.setReadDeadline(null)
      const reading = client.read(new Uint8Array(1))
      client.setReadDeadline(1)
      await assert.rejects(reading, late)
    }),

  'a write deadline, when the peer does not read': () =>
    connected(async (client) => {
      client.setWriteDeadline(Date.now() + 50)
      const writing = client.write(new Uint8Array(MANY_BYTES))
      await assert.rejects(writing, (error) => {
        const { code, bytesWritten } = /** @type {import('@netfd/net').OpError} */ (error)
        assert.equal(code, 'ETIMEDOUT')
        assert.ok(bytesWritten !== undefined && bytesWritten > 0 && bytesWritten < MANY_BYTES)
        return true
      })
    }),

  'an accept deadline': async () => {
    const listener = await listen('tcp', LOOPBACK)
    listener.setDeadline(Date.now() + 20)
    await assert.rejects(listener.accept(), { code: 'ETIMEDOUT' })
    await listener.close()
  },

  'closing wakes a read and an accept': async () => {
    const listener = await listen('tcp', LOOPBACK)
    const closed = { code: 'ERR_NET_CLOSED' }
    const client = await dial('tcp', String(listener.addr))
    const served = await listener.accept()
    const waits = [
      assert.rejects(client.read(new Uint8Array(1)), closed),
      assert.rejects(listener.accept(), closed),
    ]
    await client.close()
    await listener.close()
    await Promise.all(waits)
    await served.close()
  },

  'a signal aborts a read, and the connection lives': () =>
    connected(async (client, server) => {
      const controller = new AbortController()
      const buf = new Uint8Array(8)
      const reading = client.read(buf, { signal: controller.signal })
      controller.abort()
      await assert.rejects(reading, { code: 'ABORT_ERR' })
      await server.write('still')
      assert.equal(await client.read(buf), 5)
    }),

  'no listener: ECONNREFUSED': async () => {
    const listener = await listen('tcp', LOOPBACK)
    const address = String(listener.addr)
    await listener.close()
    await assert.rejects(dial('tcp', address), { code: 'ECONNREFUSED', syscall: 'connect' })
  },

  'a name is resolved': async () => {
    const listener = await listen('tcp', 'localhost:0')
    const [client, server] = await Promise.all([
      dial('tcp', `localhost:${listener.addr.port}`),
      listener.accept(),
    ])
    for (const open of [client, server, listener]) await open.close()
  },

  [`${CROWD} connections at once`]: async () => {
    const listener = await listen('tcp', LOOPBACK)
    const serving = (async () => {
      const all = []
      for (let i = 0; i < CROWD; i++) all.push(echo(await listener.accept()))
      await Promise.all(all)
    })()
    const address = String(listener.addr)
    const clients = await Promise.all(Array.from({ length: CROWD }, () => dial('tcp', address)))
    const talk = clients.map(async (client, i) => {
      const sent = bytes(`client ${i}`)
      const buf = new Uint8Array(sent.length)
      for (let round = 0; round < 3; round++) {
        await client.write(sent)
        await client.readFull(buf)
        assert.deepEqual(buf, sent)
      }
    })
    await Promise.all(talk)
    await Promise.all(clients.map((client) => client.close()))
    await serving
    await listener.close()
  },

  'timers run while connections are busy': () =>
    connected(async (client, server) => {
      const serving = echo(server)
      let ticks = 0
      const timer = setInterval(() => ticks++, 1)
      const buf = new Uint8Array(8)
      while (ticks < 3) {
        await client.write(buf)
        await client.readFull(buf)
      }
      clearInterval(timer)
      await client.closeWrite()
      await serving
    }),

  'an unref’d listener lets the worker end': () => inWorker('unref'),
  'a worker that is terminated in mid-conversation': () => inWorker('busy'),
  'eight workers at a time': async () => {
    await Promise.all(Array.from({ length: 8 }, () => inWorker('talk')))
  },
}

/** What a worker does, by the name it was given.
 * @type {Record<string, () => Promise<void>>}
 */
const jobs = {
  talk: () =>
    connected(async (client, server) => {
      await client.write('hi')
      await server.readFull(new Uint8Array(2))
    }),
  unref: async () => {
    const listener = await listen('tcp', LOOPBACK)
    listener.unref()
    listener.accept().catch(() => undefined)
  },
  busy: () =>
    connected(async (client, server) => {
      void echo(server)
      const buf = new Uint8Array(8)
      for (let i = 0; ; i++) {
        await client.write(buf)
        await client.readFull(buf)
        if (i === 10) parent?.postMessage('busy')
      }
    }),
}

/** Runs a job in a worker, and sees it end; one that is busy is ended.
 * @param {string} job
 */
const inWorker = (job) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: job })
    let terminated = false
    worker.on('error', reject)
    worker.on('message', () => {
      terminated = true
      void worker.terminate()
    })
    worker.on('exit', (code) => {
      if (code === 0 || terminated) resolve(undefined)
      else reject(new Error(`the worker ended with ${code}`))
    })
  })

const { parentPort: parent, workerData } = await import('node:worker_threads')

if (isMainThread) await runTests(tests, process.argv[2] ?? '')
else await jobs[workerData]?.()
