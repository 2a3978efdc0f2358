// @ts-check
// A program in the middle of everything, to which one thing happens: `life.mjs CASE MS`. Prints a line of JSON
// about what it saw, where there is something to see.
import assert from 'node:assert/strict'
import { fork, spawnSync } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { dial, listen } from '@netfd/net'
import { FD } from '@netfd/poll'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

const self = new URL(import.meta.url)
const [name = '', delay = '0'] = isMainThread ? process.argv.slice(2) : [workerData.job, '0']
const ms = Number(delay)

/** What a call is refused with that is ended by what happens here; any other error ends the program. */
const ENDS = ['ERR_NET_CLOSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ABORT_ERR']

/** @param {Promise<unknown>} call */
const mayEnd = (call) => {
  call.catch((error) => {
    if (!ENDS.includes(error.code)) throw error
  })
}

const pair = async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  const both = await Promise.all([dial('tcp', String(listener.addr)), listener.accept()])
  await listener.close()
  return both
}

/** @param {TCPConn} conn */
const echo = async (conn) => {
  const buf = new Uint8Array(4096)
  for (let n = await conn.read(buf); n !== null; n = await conn.read(buf)) {
    await conn.write(buf.subarray(0, n))
  }
  await conn.close()
}

/** @param {TCPConn} conn */
const talk = async (conn) => {
  const buf = new Uint8Array(64)
  for (;;) {
    await conn.write(buf)
    await conn.readFull(buf)
  }
}

/** Reads, writes, transfers, accepts and deadlines under way; answers what to close. */
const everything = async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  mayEnd(listener.accept())
  /** @type {TCPConn[]} */
  const conns = []
  for (let i = 0; i < 4; i++) {
    const [a, b] = await pair()
    mayEnd(echo(b))
    mayEnd(talk(a))
    conns.push(a, b)
  }
  const [idle, peer] = await pair()
  idle.setReadDeadline(Date.now() + 3_600_000)
  mayEnd(idle.read(new Uint8Array(1)))
  const [full, deaf] = await pair()
  mayEnd(full.write(new Uint8Array(1 << 23)))
  const [from, into] = await pair()
  const [out, end] = await pair()
  mayEnd(out.readFrom(into))
  mayEnd(from.write(new Uint8Array(1 << 22)))
  const [sent, reads] = await pair()
  const file = await open(process.execPath)
  mayEnd(sent.readFrom(file).finally(() => file.close()))
  mayEnd(echo(reads))
  conns.push(idle, peer, full, deaf, from, into, out, end, sent, reads)
  return { listener, conns }
}

/** @param {Awaited<ReturnType<typeof everything>>} all */
const closeAll = async ({ listener, conns }) => {
  await Promise.all([listener.close(), ...conns.map((conn) => conn.close())])
}

/** How often it works: an echo of a few bytes. */
const works = async (times = 20) => {
  const [a, b] = await pair()
  const echoing = echo(b)
  const buf = new Uint8Array(5)
  for (let i = 0; i < times; i++) {
    assert.equal(await a.write('hello'), 5)
    await a.readFull(buf)
    assert.equal(new TextDecoder().decode(buf), 'hello')
  }
  await a.closeWrite()
  assert.equal(await a.read(buf), null)
  await a.close()
  await echoing
}

/** What is open: the number and what it is. The last is that of reading this very folder. */
const opened = () =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`]
    } catch {
      return []
    }
  })

/** A listing of a child's descriptors, with no number of a socket or a process in it. @param {string} text */
const told = (text) =>
  [...text.matchAll(/ (\d+) -> (.+)$/gm)].map(
    ([, fd, link]) => `${fd} ${link?.replace(/\d+/g, 'N')}`,
  )

/** What children have open that are started in each way there is. */
const ofChildren = async () => {
  const spawned = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout
  const executed = spawnSync('sh', ['-c', 'exec ls -l /proc/self/fd'], { encoding: 'utf8' }).stdout
  const child = fork(self, ['own descriptors', '0'])
  const [forked] = await once(child, 'message')
  return [told(spawned), told(executed), forked]
}

/** @param {string} job @param {(worker: Worker) => unknown} [with_] */
const inWorker = async (job, with_ = () => undefined) => {
  const worker = new Worker(self, { workerData: { job } })
  worker.on('error', () => undefined)
  // Not by `once`, which an error ends before the thread has.
  const ended = new Promise((resolve) => worker.on('exit', resolve))
  await with_(worker)
  await ended
}

/** @param {unknown} seen */
const say = (seen) => console.log(JSON.stringify(seen))

/** A read whose deadline is `within` ms away, and how it ended; `meanwhile` is what the program does before it ends. */
const late = async (within = 200) => {
  const [a, b] = await pair()
  a.setReadDeadline(Date.now() + within)
  say('ready')
  const began = performance.now()
  const ended = await a.read(new Uint8Array(8)).catch((error) => error.code)
  const took = performance.now() - began
  a.setReadDeadline(null)
  await b.write('after')
  const after = await a.read(new Uint8Array(8))
  await Promise.all([a.close(), b.close()])
  return { ended, after, took }
}

/** @type {Record<string, () => Promise<void>>} */
const cases = {
  end: async () => {
    const all = await everything()
    await sleep(ms)
    await closeAll(all)
  },
  works: () => works(),
  collected: async () => {
    const all = await everything()
    const { gc } = /** @type {{ gc?: () => void }} */ (globalThis)
    for (let i = 0; i < 10; i++) {
      gc?.()
      await works(3)
    }
    await closeAll(all)
  },
  exit: async () => {
    await everything()
    await sleep(ms)
    process.exit(7)
  },
  'exit in a read': async () => {
    const all = await everything()
    // Another read waits before this one.
    const [idle, peer] = all.conns.slice(8)
    idle?.setReadDeadline(null)
    setTimeout(() => void peer?.write('xy'), ms)
    await idle?.read(new Uint8Array(1)).catch(() => 0)
    process.exit(7)
  },
  'exit at exit': async () => {
    const all = await everything()
    process.on('exit', () => void closeAll(all))
    await sleep(ms)
    process.exit(7)
  },
  throw: async () => {
    await everything()
    setTimeout(() => {
      throw new Error('thrown on purpose')
    }, ms)
  },
  reject: async () => {
    const { conns } = await everything()
    await sleep(ms)
    void Promise.reject(new Error('rejected on purpose'))
    await conns[0]?.close()
  },
  'reject a read': async () => {
    const [a] = await pair()
    a.setReadDeadline(Date.now() + ms)
    void a.read(new Uint8Array(1))
  },
  signal: async () => {
    await everything()
    say('ready')
  },
  'signal handled': async () => {
    const all = await everything()
    process.once('SIGTERM', () => void closeAll(all))
    process.once('SIGINT', () => void closeAll(all))
    say('ready')
  },
  stop: async () => say(await late()),
  jump: async () => {
    const server = await listen('tcp', '127.0.0.1:0')
    mayEnd(server.accept())
    say(await late(1000))
    await server.close()
  },
  children: async () => {
    const before = await ofChildren()
    const all = await everything()
    const worker = new Worker(self, { workerData: { job: 'dialing' } })
    await once(worker, 'message')
    for (let i = 0; i < 8; i++) assert.deepEqual(await ofChildren(), before)
    await worker.terminate()
    await closeAll(all)
  },
  become: async () => {
    const [way = '', addon = ''] = process.argv.slice(4)
    say(
      told(spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout).map(
        (one) => one.split(' ')[0],
      ),
    )
    await everything()
    await sleep(ms)
    if (way === 'addon') process.dlopen({ exports: {} }, addon)
    else Reflect.get(process, 'execve')('/bin/ls', ['ls', '-l', '/proc/self/fd'], process.env)
  },
  'own descriptors': async () => {
    process.send?.(readdirSync('/proc/self/fd').length)
    process.disconnect()
  },
  dialing: async () => {
    const { parentPort } = await import('node:worker_threads')
    const listener = await listen('tcp', '127.0.0.1:0')
    for (let i = 0; ; i++) {
      const [a, b] = await Promise.all([dial('tcp', String(listener.addr)), listener.accept()])
      await Promise.all([a.close(), b.close()])
      if (i === 0) parentPort?.postMessage('dialing')
    }
  },
  worker: async () => {
    await works()
    await inWorker('works')
    const before = opened()
    for (const job of ['busy', 'busy exit', 'busy throw']) {
      await inWorker(job, async (worker) => {
        if (job !== 'busy') return
        await once(worker, 'message')
        await sleep(ms % 20)
        await worker.terminate()
      })
    }
    await works()
    say({ left: opened().filter((one) => !before.includes(one)) })
  },
  busy: async () => {
    const { parentPort } = await import('node:worker_threads')
    await everything()
    parentPort?.postMessage('busy')
  },
  'busy exit': async () => {
    await everything()
    process.exit(3)
  },
  'busy throw': async () => {
    await everything()
    throw new Error('thrown on purpose')
  },
  cluster: async () => {
    if (cluster.isPrimary) {
      const workers = [cluster.fork(), cluster.fork(), cluster.fork()]
      await Promise.all(workers.map((worker) => once(worker, 'message')))
      const [first, second, third] = workers
      first?.process.kill('SIGKILL')
      second?.disconnect()
      third?.send('end')
      const codes = await Promise.all(
        workers.map(async (worker) => (await once(worker, 'exit')).join(' ')),
      )
      await works()
      say(codes)
    } else {
      const all = await everything()
      process.once('message', () => process.exit(4))
      process.once('disconnect', () => void closeAll(all))
      process.send?.('ready')
    }
  },
  // What stands on standard input is shared with the starter, and was blocking there.
  'standard input': async () => {
    const fd = new FD(0)
    fd.init()
    const reading = fd.read(new Uint8Array(8))
    reading.catch(() => undefined)
    say('ready')
    await sleep(ms)
    if (ms % 2 === 0) process.exit(7)
    throw new Error('thrown on purpose')
  },
}

const run = cases[name]
if (run === undefined) throw new Error(`no case ${name}`)
await run()
