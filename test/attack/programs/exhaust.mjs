// @ts-check
// A program that runs out of one thing, and goes on when there is some again: `exhaust.mjs CASE SEED`. What is
// short is the business of its starter. Prints a line of JSON with figures.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { read, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { dial, listen } from '@netfd/net'
import { bufReader } from '@netfd/net/bufio'
import { pipe2 } from '@netfd/syscall'
import { below, seeded } from '../lib/random.mjs'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

const [name = '', seed = '0', place = ''] = process.argv.slice(2)
const random = seeded(Number(seed))

const opened = () => readdirSync('/proc/self/fd').length

/** @param {number} length */
const bytes = (length) => {
  const all = new Uint8Array(length)
  const words = new Uint32Array(all.buffer, 0, length >> 2)
  for (let i = 0; i < words.length; i++) words[i] = random() * 2 ** 32
  return all
}

/** @param {Uint8Array} all */
const hash = (all) => createHash('sha256').update(all).digest('hex')

/** All that comes, by its hash. @param {TCPConn} conn */
const hashOf = async (conn) => {
  const sum = createHash('sha256')
  const buf = new Uint8Array(65_536)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    sum.update(buf.subarray(0, n))
  }
  return sum.digest('hex')
}

/** @param {Awaited<ReturnType<typeof listen>>} listener */
const pairOf = async (listener) => {
  const both = await Promise.all([dial('tcp', String(listener.addr)), listener.accept()])
  return /** @type {[TCPConn, TCPConn]} */ (both)
}

/** @param {readonly { close(): Promise<void> }[]} all */
const close = async (...all) => {
  await Promise.all(all.map((each) => each.close()))
}

/** @param {TCPConn} conn */
const echo = async (conn) => {
  const buf = new Uint8Array(64)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    await conn.write(buf.subarray(0, n))
  }
  await conn.close()
}

/** @param {TCPConn} conn */
const answers = async (conn) => {
  const sent = bytes(16)
  const got = new Uint8Array(16)
  await conn.write(sent)
  await conn.readFull(got)
  assert.deepEqual(got, sent)
}

/**
 * Sends `a` into `b` through this process, and compares what came out at the end.
 * @param {Awaited<ReturnType<typeof listen>>} listener
 * @param {number} length
 * @param {(conn: TCPConn) => void} [tune]
 */
const relay = async (listener, length, tune = () => undefined) => {
  const [source, into] = await pairOf(listener)
  const [out, end] = await pairOf(listener)
  for (const conn of [source, into, out, end]) tune(conn)
  const data = bytes(length)
  const [got] = await Promise.all([
    hashOf(end),
    out.readFrom(into).then(() => out.closeWrite()),
    source.write(data).then(() => source.closeWrite()),
  ])
  assert.equal(got, hash(data))
  await close(source, into, out, end)
}

/** Dials until that is refused. @param {string} address @param {string} code @param {number} most */
const dialAll = async (address, code, most) => {
  /** @type {TCPConn[]} */
  const conns = []
  for (;;) {
    try {
      conns.push(await dial('tcp', address))
    } catch (error) {
      assert.equal(Reflect.get(/** @type {object} */ (error), 'code'), code)
      return conns
    }
    assert.ok(conns.length <= most, `${conns.length} connections and no ${code}`)
  }
}

/** In bytes: what is asked for, and what is left at most when that is refused. */
const LARGE = 1 << 28
const LEFT = 1 << 26

/** Lets this process have a few more addresses (RLIMIT_AS), and takes them, but for some that Node needs. */
const holdAddresses = () => {
  const [, kB] = /VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  execFileSync('prlimit', [`--pid=${process.pid}`, `--as=${Number(kB) * 1024 + LARGE}`])
  const held = []
  try {
    for (;;) held.push(new Uint8Array(LEFT))
  } catch (error) {
    assert.ok(error instanceof RangeError)
    return held
  }
}

/** @type {Record<string, () => Promise<object>>} */
const cases = {
  descriptors: async () => {
    const listener = await listen('tcp', '127.0.0.1:0')
    const address = String(listener.addr)
    const [own, other] = await pairOf(listener)
    const [from, into] = await pairOf(listener)
    const [out, end] = await pairOf(listener)
    const file = await open(process.execPath)
    const before = opened()
    /** @type {Promise<void>[]} */
    const served = []
    let dialed = 0
    const serving = (async () => {
      for await (const conn of listener) served.push(echo(conn))
    })()
    const echoing = echo(other)
    let most = 0
    for (let round = 0; round < 3; round++) {
      const conns = await dialAll(address, 'EMFILE', 64)
      most = Math.max(most, conns.length)
      dialed += conns.length
      await answers(own)
      assert.throws(() => own.dup(), { code: 'EMFILE' })
      // What wants a pipe of its own, or a duplicate, does without or says so; it moves what it says.
      const sent = bytes(below(random, 100_000) + 1)
      const got = new Uint8Array(sent.length)
      const reading = end.readFull(got).catch((error) => error.code)
      const writing = from.write(sent)
      const moved = await out.readFrom(into, { limit: sent.length }).catch((error) => error.code)
      if (moved === 'EMFILE') {
        await out.write(new Uint8Array(sent.length))
        await into.readFull(new Uint8Array(sent.length))
      } else {
        assert.equal(moved, sent.length)
      }
      await Promise.all([reading, writing])
      if (moved !== 'EMFILE') assert.deepEqual(got, sent)
      const size = below(random, 50_000) + 1
      const filed = await from.readFrom(file, { limit: size }).catch((error) => error.code)
      if (filed !== 'EMFILE') await into.readFull(new Uint8Array(filed))
      // Room for the accepts that wait: all that were dialed are served in the end.
      const half = conns.splice(0, Math.ceil(conns.length / 2))
      await close(...half)
      for (const conn of conns) await answers(conn)
      await close(...conns)
      while (served.length < dialed) await sleep(1)
      await Promise.all(served)
    }
    assert.equal(served.length, dialed)
    await close(own, from, into, out, end)
    await file.close()
    await listener.close()
    await Promise.all([serving, echoing])
    assert.equal(opened(), before - 8)
    return { most }
  },
  disk: async () => {
    const listener = await listen('tcp', '127.0.0.1:0')
    const room = 1 << 20
    const [a, b] = await pairOf(listener)
    const path = `${place}/file`
    const file = await open(path, 'w')
    const sent = bytes(room + below(random, room) + 8192)
    const writing = a.write(sent).then(() => a.closeWrite())
    const error = await b.writeTo(file).then(
      () => assert.fail('it fitted'),
      (reason) => reason,
    )
    assert.equal(error.code, 'ENOSPC')
    await file.close()
    assert.equal(error.bytesWritten, statSync(path).size)
    const kept = await open(path)
    const read = await kept.readFile()
    await kept.close()
    assert.equal(hash(read), hash(sent.subarray(0, read.length)))
    // The connection lives: the rest comes, but for what was read and did not fit.
    await Promise.all([writing, hashOf(b)])
    await close(a, b, listener)
    return { bytes: read.length }
  },
  ports: async () => {
    const listener = await listen('tcp', '127.0.0.1:9')
    const serving = (async () => {
      for await (const conn of listener) void echo(conn).catch(() => conn.close())
    })()
    let most = 0
    for (let round = 0; round < 3; round++) {
      const conns = await dialAll('127.0.0.1:9', 'EADDRNOTAVAIL', 8)
      most = Math.max(most, conns.length)
      for (const conn of conns) await answers(conn)
      // A reset leaves no TIME_WAIT, so its port is free at once.
      for (const conn of conns) await conn.reset()
    }
    await listener.close()
    await serving
    return { most }
  },
  pool: async () => {
    const [from, to] = pipe2(0)
    let busy = true
    read(from, new Uint8Array(1), 0, 1, null, () => {
      busy = false
    })
    const listener = await listen('tcp', '127.0.0.1:0')
    for (let i = 0; i < 5; i++) {
      const [a, b] = await pairOf(listener)
      const echoing = echo(b)
      await answers(a)
      a.setReadDeadline(Date.now() + 5)
      await assert.rejects(a.read(new Uint8Array(1)), { code: 'ETIMEDOUT' })
      await a.close()
      await echoing
      await relay(listener, below(random, 300_000))
    }
    const controller = new AbortController()
    const dialing = dial('tcp', `localhost:${listener.addr.port}`, { signal: controller.signal })
    setTimeout(() => controller.abort(), below(random, 10))
    await assert.rejects(dialing, { code: 'ABORT_ERR' })
    const [a, b] = await pairOf(listener)
    const data = bytes(below(random, 300_000) + 1)
    writeFileSync(`${place}/sent`, data)
    const sending = open(`${place}/sent`).then(async (file) => {
      await a.readFrom(file)
      await file.close()
      a.closeWrite()
    })
    const got = hashOf(b)
    assert.ok(busy)
    writeSync(to, 'x')
    await sending
    assert.equal(await got, hash(data))
    await close(a, b, listener)
    return {}
  },
  buffers: async () => {
    const listener = await listen('tcp', '127.0.0.1:0')
    const length = 5000 + below(random, 20_000)
    await relay(listener, length, (conn) => {
      conn.setWriteBuffer(1)
      conn.setReadBuffer(1)
      conn.setNoDelay(true)
    })
    const [a, b] = await pairOf(listener)
    for (const conn of [a, b]) {
      conn.setWriteBuffer(1)
      conn.setReadBuffer(1)
    }
    const [there, back] = [bytes(length), bytes(length)]
    const [first, second] = await Promise.all([
      hashOf(b),
      hashOf(a),
      a.writev([there.subarray(0, 7), there.subarray(7)]).then(() => a.closeWrite()),
      b.write(back).then(() => b.closeWrite()),
    ])
    assert.deepEqual([first, second], [hash(there), hash(back)])
    await close(a, b, listener)
    return { bytes: length }
  },
  memory: async () => {
    const listener = await listen('tcp', '127.0.0.1:0')
    const count = 200
    const conns = []
    for (let i = 0; i < count; i++) conns.push(await pairOf(listener))
    const sent = bytes(1 << 20)
    let peak = 0
    const { gc } = /** @type {{ gc?: () => void }} */ (globalThis)
    const timer = setInterval(() => {
      gc?.()
      peak = Math.max(peak, process.memoryUsage().arrayBuffers)
    }, 30)
    await Promise.all(
      conns.map(async ([a, b]) => {
        const writing = a.write(sent).then(() => a.closeWrite())
        let got = 0
        for await (const piece of b) {
          got += piece.length
          if (random() < 0.2) await sleep(1)
        }
        assert.equal(got, sent.length)
        await writing
        await close(a, b)
      }),
    )
    clearInterval(timer)
    await listener.close()
    const mebibytes = Math.ceil(peak / (1 << 20))
    // 200 MiB went through; a connection holds a few pieces of 64 KiB.
    assert.ok(mebibytes <= 64, `${mebibytes} MiB of pieces were held`)
    return { mebibytes }
  },
  'address space': async () => {
    const listener = await listen('tcp', '127.0.0.1:0')
    const [a, b] = await pairOf(listener)
    const echoing = echo(b)
    await answers(a)
    await relay(listener, 300_000)
    const held = holdAddresses()
    // What asks for memory is refused it, with nothing lost.
    const large = bufReader(a, { size: LARGE })
    await a.write('a line\n')
    await assert.rejects(large.readLine(), RangeError)
    const line = new Uint8Array(7)
    await a.readFull(line)
    assert.equal(String(Buffer.from(line)), 'a line\n')
    for (let i = 0; i < 5; i++) {
      await answers(a)
      await relay(listener, below(random, 300_000))
      const [c, d] = await pairOf(listener)
      d.setReadDeadline(Date.now() + 5)
      await assert.rejects(d.read(new Uint8Array(1)), { code: 'ETIMEDOUT' })
      await close(c, d)
    }
    const pieces = held.splice(0).length
    await answers(a)
    await a.close()
    await echoing
    await listener.close()
    return { pieces }
  },
  pipes: async () => {
    /** @type {number[]} */
    const held = []
    // A pipe has 16 pages, until its user has too many: then it gets two, or one.
    for (let i = 0; i < 1100; i++) held.push(...pipe2(0))
    const listener = await listen('tcp', '127.0.0.1:0')
    for (let i = 0; i < 4; i++) await relay(listener, 500_000 + below(random, 1_000_000))
    await listener.close()
    return { pipes: held.length / 2 }
  },
}

const run = cases[name]
if (run === undefined) throw new Error(`no case ${name}`)
console.log(JSON.stringify(await run()))
// The pipes and the thread that are held end with the process.
process.exit(0)
