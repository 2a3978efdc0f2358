// What Linux does with local sockets beside what it was asked: unix(7), and its sources.
import { existsSync, readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { SOL_SOCKET, socketControlMessage } from '@netfd/syscall'
import { beforeAll, expect, it } from 'vitest'
import type { UnixAddr, UnixgramConn } from '../src/index.js'
import { dial, listenPacket } from '../src/index.js'
import { program, Running, urlOf } from './program.js'
import { errorOf, track, turns } from './support.js'
import { freePath, unixPair } from './unix-support.js'

let flight = ''
let worker: URL

beforeAll(() => {
  flight = program('unix-flight-child.ts')
  worker = urlOf(program('worker-child.ts'))
})

it('the file of a listener stays when its thread is terminated, and refuses', async () => {
  const address = freePath()
  const thread = new Worker(worker, { workerData: { scene: 'listen unix', address } })
  await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
  await thread.terminate()
  expect(existsSync(address)).toBe(true)
  expect((await errorOf(dial('unix', address))).code).toBe('ECONNREFUSED')
})

it('a socket that asks for credentials is given a name when it sends', async () => {
  const receiver = track(await listenPacket('unixgram', ''))
  const sender = track(await dial('unixgram', String(receiver.localAddr)))
  const buf = new Uint8Array(8)
  await sender.write('before')
  expect((await receiver.readFrom(buf)).addr).toBe(null)
  sender.setPassCred(true)
  await sender.write('after')
  const { addr } = await receiver.readFrom(buf)
  expect(String(addr)).toMatch(/^@[0-9a-f]{5}$/)
  const answering = track(await listenPacket('unixgram', ''))
  // It is connected to the receiver, from which alone it takes messages.
  const answer = errorOf(answering.writeTo('x', addr as UnixAddr))
  expect((await answer).code).toBe('EPERM')
})

it('control data that is more than it takes, or no control data, is not sent', async () => {
  const [sender, receiver] = await unixPair('unix')
  const x = Buffer.from('x')
  const most = Number(readFileSync('/proc/sys/net/core/optmem_max', 'utf8'))
  const large = await errorOf(sender.writeMsg(x, new Uint8Array(most + 1)))
  expect(large.message).toMatch(/: sendmsg: no buffer space available$/)
  const unknown = socketControlMessage(SOL_SOCKET, 0x7777, new Uint8Array(4))
  const wrong = await errorOf(sender.writeMsg(x, unknown))
  expect(wrong.message).toMatch(/: sendmsg: invalid argument$/)
  await sender.close()
  expect(await receiver.read(new Uint8Array(8))).toBe(null)
})

it('a receiver holds as many datagrams as net.unix.max_dgram_qlen and one, and then a write waits', async () => {
  const qlen = Number(readFileSync('/proc/sys/net/unix/max_dgram_qlen', 'utf8'))
  const receiver = track(await listenPacket('unixgram', ''))
  const senders: UnixgramConn[] = [
    track(await dial('unixgram', String(receiver.localAddr))),
    track(await listenPacket('unixgram', '')),
  ]
  const to = receiver.localAddr
  for (let i = 0; i <= qlen; i++) await senders[1]?.writeTo('x', to)
  let went = 0
  const writing = [
    senders[0]?.write('y').then(() => went++),
    senders[1]?.writeTo('z', to).then(() => went++),
  ]
  await turns(50)
  expect(went).toBe(0)
  const buf = new Uint8Array(8)
  for (let i = 0; i < qlen + 3; i++) expect(await receiver.read(buf)).toBe(1)
  await Promise.all(writing)
})

it('no more descriptors are in flight than a process may have open, unless it has the right', async () => {
  const rights = '-sys_resource,-sys_admin'
  const without = ['setpriv', `--bounding-set=${rights}`, `--inh-caps=${rights}`]
  const plain = process.getuid?.() === 0 ? without : []
  const few = ['prlimit', '--nofile=1024:1024']
  const child = new Running([...few, ...plain, process.execPath, flight])
  expect(await child.line()).toBe('ETOOMANYREFS')
  expect(await child.line()).toBe('none')
  expect((await child.ended).code).toBe(0)
})
