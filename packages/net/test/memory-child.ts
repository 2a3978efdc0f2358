// Accepts many connections and says what each costs on the JavaScript heap, for memory.test.ts.
import {
  AF_INET,
  close,
  connect,
  encodeSockaddr,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  socket,
} from '@netfd/syscall'
import type { TCPConn } from '../src/index.js'
import { ListenConfig } from '../src/index.js'

const COUNT = 2_000

const collect = globalThis.gc as () => void

/** The heap in use, once everything that can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

const listener = await new ListenConfig({ mptcp: false }).listen('tcp', '127.0.0.1:0')
const { port } = listener.addr
const address = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port })
const buf = new Uint8Array(64)

/** Bare numbers for clients: they cost nothing that would be counted. */
async function accepted(count: number): Promise<{ conns: TCPConn[]; clients: Int32Array }> {
  const clients = new Int32Array(count)
  const conns = new Array<TCPConn>(count)
  for (let i = 0; i < count; i++) {
    const client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
    connect(client, address)
    clients[i] = client
    conns[i] = await listener.accept()
  }
  return { conns, clients }
}

const end = async ({ conns, clients }: Awaited<ReturnType<typeof accepted>>): Promise<void> => {
  await Promise.all(conns.map((conn) => conn.close()))
  for (const fd of clients) close(fd)
}

/** One call that waits: the last of them is remembered, with what its error refers to. */
async function oneMore(): Promise<void> {
  const waiting = listener.accept()
  const client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
  connect(client, address)
  const conn = await waiting
  await conn.close()
  close(client)
}

/** Opens, measures and closes; the numbers are bytes a connection. */
async function measure(): Promise<{ idle: number; parked: number }> {
  await oneMore()
  const before = await heap()
  const many = await accepted(COUNT)
  const idle = await heap()
  const reads = many.conns.map((conn) => conn.read(buf))
  const parked = await heap()
  const ended = Promise.allSettled(reads)
  await end(many)
  await ended
  return { idle: (idle - before) / COUNT, parked: (parked - before) / COUNT }
}

// Code is compiled, tables grow to their size: none of that is a connection's.
await measure()
console.log(JSON.stringify(await measure()))
await listener.close()
