#!/usr/bin/env node
// UDP, on whatever runtime starts this file; see conversation.mjs. On the host backend it is to be refused. With
// an argument it runs the tests whose titles contain it.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  backend,
  dial,
  listenMulticastUDP,
  listenPacket,
  PacketBatch,
  packetInfo,
  UDPAddr,
} from '@netfd/net'
import { runTests } from './run-tests.mjs'

const LOOPBACK = '127.0.0.1:0'
const ROUNDS = 500

/** @typedef {import('@netfd/net').UDPConn} UDPConn */

/** @param {Uint8Array} data */
const text = (data) => new TextDecoder().decode(data)

/** @param {readonly AsyncDisposable[]} all */
const closeAll = async (all) => {
  // Silent on what the test has closed.
  for (const open of all) await open[Symbol.asyncDispose]()
}

/** A socket that is bound, and one that is connected to it, closed afterwards.
 * @param {(client: UDPConn, server: UDPConn) => Promise<void>} use
 * @param {string} [address]
 */
const connected = async (use, address = LOOPBACK) => {
  const server = await listenPacket('udp', address)
  const client = await dial('udp', String(server.localAddr))
  try {
    await use(client, server)
  } finally {
    await closeAll([client, server])
  }
}

/** Reads until so many packets have come; their lengths.
 * @param {UDPConn} conn
 * @param {PacketBatch} batch
 * @param {number} want
 */
const lengths = async (conn, batch, want) => {
  const got = []
  while (got.length < want) {
    await conn.readBatch(batch)
    for (const { data } of batch) got.push(data.length)
  }
  return got
}

/** @param {Promise<unknown>} call */
const refused = (call) => assert.rejects(call, { name: 'OpError', code: 'ENOTSUP' })

/** @type {Record<string, () => Promise<void>>} */
const tests = {
  'an echo of a connected socket': () =>
    connected(async (client, server) => {
      const serving = (async () => {
        const buf = new Uint8Array(64)
        for (let i = 0; i < ROUNDS; i++) {
          const { n, addr } = await server.readFrom(buf)
          await server.writeTo(buf.subarray(0, n), addr)
        }
      })()
      const buf = new Uint8Array(64)
      for (let i = 0; i < ROUNDS; i++) {
        await client.write(String(i))
        assert.equal(text(buf.subarray(0, await client.read(buf))), String(i))
      }
      await serving
    }),

  'readFrom and writeTo, over both families': async () => {
    const server = await listenPacket('udp', ':0')
    const { port } = server.localAddr
    for (const ip of ['127.0.0.1', '::1']) {
      const client = await listenPacket('udp', ip === '::1' ? '[::1]:0' : LOOPBACK)
      await client.writeTo('hello', new UDPAddr(ip, port))
      const { n, addr, truncated } = await server.readFrom(new Uint8Array(4))
      assert.deepEqual([n, truncated, addr.port], [4, true, client.localAddr.port])
      await server.writeTo('', addr)
      assert.equal((await client.readFrom(new Uint8Array(4))).n, 0)
      await client.close()
    }
    await server.close()
  },

  'batches, longer than one call takes': () =>
    connected(async (client, server) => {
      server.setReadBuffer(1 << 20)
      const list = Array.from({ length: 100 }, (_, i) => new Uint8Array(i + 1))
      assert.equal(await client.writeBatch(list), 100)
      const batch = new PacketBatch({ count: 32, size: 256 })
      const got = await lengths(server, batch, 100)
      assert.deepEqual(
        got,
        list.map(({ length }) => length),
      )
      assert.deepEqual(batch.addr(0), client.localAddr)
      const waiting = server.readBatch(batch)
      await assert.rejects(server.readBatch(batch), TypeError)
      await client.write('late')
      assert.equal(await waiting, 1)
      await server.writeBatch(batch)
      assert.equal(await client.read(new Uint8Array(8)), 4)
    }),

  'segments that the kernel cuts, and joins': () =>
    connected(async (client, server) => {
      const batch = new PacketBatch({ count: 8, size: 65_535, control: 64 })
      assert.equal(await client.writeSegments(new Uint8Array(1000), 300), 1000)
      assert.deepEqual(await lengths(server, batch, 4), [300, 300, 300, 100])
      server.setGRO(true)
      await client.writeSegments(new Uint8Array(1000), 300)
      assert.deepEqual(await lengths(server, batch, 4), [300, 300, 300, 100])
      await assert.rejects(server.readFrom(new Uint8Array(1)), { code: 'ERR_GRO' })
    }),

  'a port that nobody has: ECONNREFUSED, once': async () => {
    const server = await listenPacket('udp', LOOPBACK)
    const client = await dial('udp', String(server.localAddr))
    await server.close()
    const reading = client.read(new Uint8Array(8))
    await client.write('x')
    await assert.rejects(reading, { code: 'ECONNREFUSED', syscall: 'read' })
    client.setRecvErr(true)
    const again = client.read(new Uint8Array(8))
    await client.write('y')
    await assert.rejects(again, { code: 'ECONNREFUSED' })
    assert.equal(client.readError()?.code, 'ECONNREFUSED')
    assert.equal(client.readError(), null)
    await client.close()
  },

  'deadlines, signals, and close': () =>
    connected(async (client, server) => {
      server.setReadDeadline(Date.now() + 20)
      await assert.rejects(server.readFrom(new Uint8Array(1)), { code: 'ETIMEDOUT' })
      server.setReadDeadline(null)
      const controller = new AbortController()
      const batch = new PacketBatch()
      const { signal } = controller
      const reads = [
        assert.rejects(server.readBatch(batch, { signal }), { code: 'ABORT_ERR' }),
        assert.rejects(client.read(new Uint8Array(1), { signal }), { code: 'ABORT_ERR' }),
      ]
      await sleep(1)
      controller.abort()
      await Promise.all(reads)
      await client.write('still')
      assert.equal(await server.readBatch(batch), 1)
      const waiting = assert.rejects(server.readBatch(batch), { code: 'ERR_NET_CLOSED' })
      await server.close()
      await waiting
    }),

  'a group on loopback': async () => {
    const group = await listenMulticastUDP('udp4', 'lo', new UDPAddr('239.7.7.9', 0))
    const other = await listenMulticastUDP(
      'udp4',
      'lo',
      new UDPAddr('239.7.7.9', group.localAddr.port),
    )
    const sender = await listenPacket('udp4', '0.0.0.0:0')
    sender.setMulticastInterface('lo')
    sender.setMulticastTTL(1)
    await sender.writeTo('to all', new UDPAddr('239.7.7.9', group.localAddr.port))
    for (const member of [group, other]) assert.equal(await member.read(new Uint8Array(16)), 6)
    await closeAll([group, other, sender])
  },

  'what a packet brings': () =>
    connected(async (client, server) => {
      server.receiveInfo({ dst: true, ttl: true })
      await client.write('x')
      const oob = new Uint8Array(128)
      const { oobn } = await server.readMsg(new Uint8Array(8), oob)
      const { dst, ttl } = packetInfo(oob.subarray(0, oobn))
      assert.equal(dst, '127.0.0.1')
      assert.ok(ttl !== undefined && ttl > 0)
    }),

  'timers run while packets come without end': () =>
    connected(async (client, server) => {
      let ticks = 0
      const timer = setInterval(() => ticks++, 1)
      const batch = new PacketBatch({ count: 8, size: 64 })
      const list = Array.from({ length: 8 }, () => new Uint8Array(32))
      while (ticks < 3) {
        await client.writeBatch(list)
        await server.readBatch(batch)
      }
      clearInterval(timer)
    }),
}

/** What the host backend says to all of it.
 * @type {Record<string, () => Promise<void>>}
 */
const refusals = {
  'a socket of packets is refused by name': async () => {
    for (const network of /** @type {const} */ (['udp', 'udp4', 'udp6'])) {
      const address = network === 'udp6' ? '[::1]:53' : '127.0.0.1:53'
      await refused(listenPacket(network, address))
      await refused(dial(network, address))
    }
  },
  'a group is refused by name': () =>
    refused(listenMulticastUDP('udp4', null, new UDPAddr('239.7.7.9', 0))),
  'a batch is one all the same': async () => {
    const batch = new PacketBatch({ count: 2, size: 8 })
    batch.set(0, new Uint8Array([1, 2]), new UDPAddr('::1', 53))
    assert.deepEqual([batch.data(0).length, String(batch.addr(0))], [2, '[::1]:53'])
  },
}

await runTests(backend === 'host' ? refusals : tests, process.argv[2] ?? '')
