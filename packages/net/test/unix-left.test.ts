// Descriptors that are passed: none of them is left behind.
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { close, O_NONBLOCK, pipe2, read } from '@netfd/syscall'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import type { UnixConn, UnixgramConn, UnixpacketConn } from '../src/index.js'
import { dial, listenPacket } from '../src/index.js'
import { program, urlOf } from './program.js'
import { track } from './support.js'
import { listeningAt, unixPair } from './unix-support.js'

type Passing = UnixConn | UnixpacketConn | UnixgramConn

const makers = {
  unix: () => unixPair('unix'),
  unixpacket: () => unixPair('unixpacket'),
  unixgram: async (): Promise<[Passing, Passing]> => {
    const receiver = track(await listenPacket('unixgram', ''))
    return [track(await dial('unixgram', String(receiver.localAddr))), receiver]
  },
}

/** On a busy machine. */
const LONG = 120_000
const PASSES = 10_000
/** How many lie in a queue. */
const QUEUED = 20

const openFds = (): number => readdirSync('/proc/self/fd').length

let worker: URL

beforeAll(() => {
  worker = urlOf(program('worker-child.ts'))
})

it.each(Object.keys(makers) as (keyof typeof makers)[])(
  'ten thousand passes over %s leave as many descriptors as there were',
  async (network) => {
    const [sender, receiver] = await makers[network]()
    const before = openFds()
    for (let i = 0; i < PASSES; i += 2) {
      const sent = Promise.all([sender.sendFd([0, 1]), sender.sendFd(2, Buffer.from('x'))])
      for (const want of [2, 1]) {
        const got = await receiver.receiveFd(new Uint8Array(4))
        expect(got?.fds.length).toBe(want)
        for (const fd of got?.fds ?? []) close(fd)
      }
      await sent
    }
    expect(openFds()).toBe(before)
  },
  LONG,
)

it.each(['receive', 'receive all'])(
  'a thread that is terminated leaves neither those that it has nor those in its queue (%s)',
  async (scene) => {
    const before = openFds()
    const listener = await listeningAt('unix', '')
    const [end, start] = pipe2(O_NONBLOCK)
    onTestFinished(() => close(end))
    const workerData = { scene, address: String(listener.addr) }
    const thread = new Worker(worker, { workerData })
    const said = new Promise((resolve, reject) => {
      thread.once('message', resolve).once('error', reject)
    })
    const conn = track(await listener.accept())
    for (let i = 0; i < QUEUED; i++) await conn.sendFd(start)
    await said
    await thread.terminate()
    // The pipe ends with the last of its copies. Where one is left, this fails with EAGAIN.
    close(start)
    expect(read(end, new Uint8Array(1))).toBe(0)
    await conn.close()
    await listener.close()
    expect(openFds()).toBe(before + 1)
  },
)

it('those in the queue of a connection that is closed are closed with it', async () => {
  const [sender, receiver] = await unixPair('unix')
  const [end, start] = pipe2(O_NONBLOCK)
  onTestFinished(() => close(end))
  for (let i = 0; i < QUEUED; i++) await sender.sendFd(start)
  close(start)
  await receiver.close()
  expect(read(end, new Uint8Array(1))).toBe(0)
})
