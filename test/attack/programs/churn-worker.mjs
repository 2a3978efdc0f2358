// The thread that is ended: does all its jobs at once, again and again, until it is no more.
import { parentPort, workerData } from 'node:worker_threads'
import { Dialer, dial, fileConn, listen, pipe } from '@netfd/net'
import { FD } from '@netfd/poll'
import { close, O_CLOEXEC, O_NONBLOCK, pipe2 } from '@netfd/syscall'

/** @typedef {{ port: number, jobs: string[], lent: number[], shared: Int32Array, file: number }} Given */

/** @type {Given} */
const { port, jobs, lent, shared, file } = workerData

/** The numbers that belong to no object: the thread may end before it gives them away. */
const HAND = 0

/** How much was done. */
const DONE = 1

const data = new Uint8Array(50_000).fill(7)

/** @param {'echo' | 'sink' | 'source' | 'deaf'} service */
const connect = async (service) => {
  const conn = await dial('tcp', `127.0.0.1:${port}`)
  await conn.write(service.slice(0, 2))
  return conn
}

const talk = async (/** @type {string} */ host) => {
  const conn = await new Dialer({ timeout: 5_000 }).dial('tcp', `${host}:${port}`)
  await conn.write('ec')
  await conn.write(data.subarray(0, 1_000))
  await conn.readFull(new Uint8Array(1_000))
  await conn.close()
}

const accept = async () => {
  const listener = await listen('tcp', '127.0.0.1:0')
  const waiting = listener.accept()
  const [a, b] = await Promise.all([dial('tcp', String(listener.addr)), waiting])
  const [wrote] = await Promise.all([a.write(data), b.readFull(new Uint8Array(data.length))])
  if (wrote !== data.length) throw new Error(`wrote ${wrote}`)
  const never = listener.accept()
  await Promise.all([a.close(), b.close(), listener.close(), never.catch(() => undefined)])
}

const splice = async () => {
  const [from, to] = await Promise.all([connect('source'), connect('sink')])
  await to.readFrom(from, { limit: 3_000_000 })
  await Promise.all([from.reset(), to.reset()])
}

/** The file is the main thread's: Node itself loses one that is being opened when a thread ends. */
const sendFile = async () => {
  const conn = await connect('sink')
  Atomics.add(shared, HAND, 1)
  const fd = new FD(conn.detach())
  fd.init()
  Atomics.sub(shared, HAND, 1)
  await fd.sendFile(file, 0, 3_000_000)
  await fd.close()
}

const detach = async () => {
  const conn = await connect('echo')
  Atomics.add(shared, HAND, 1)
  const fd = conn.detach()
  const again = fileConn(fd, 'tcp')
  close(fd)
  Atomics.sub(shared, HAND, 1)
  await again.write(data)
  await again.readFull(new Uint8Array(data.length))
  again.setLinger(1)
  await again.close()
}

/** Reads from a descriptor that stays another thread's. */
const adopt = async () => {
  for (const fd of lent) {
    const conn = fileConn(fd, 'tcp')
    await conn.write(data.subarray(0, 10))
    await conn.close()
  }
}

const pipes = async () => {
  const [a, b] = pipe()
  Atomics.add(shared, HAND, 2)
  const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC).map((fd) => new FD(fd))
  r?.init()
  w?.init()
  Atomics.sub(shared, HAND, 2)
  await Promise.all([a.write(data), b.readFull(new Uint8Array(data.length)), w?.write(data)])
  await Promise.all([a.close(), b.close(), r?.close(), w?.close()])
}

const never = new Promise(() => undefined)

/** @type {Record<string, () => Promise<unknown>>} */
const work = {
  dial: () => talk('127.0.0.1'),
  resolve: () => talk('localhost'),
  accept,
  splice,
  sendFile,
  detach,
  adopt,
  pipes,
  read: async () => (await connect('deaf')).read(new Uint8Array(100)),
  write: async () => (await connect('deaf')).write(new Uint8Array(20_000_000)),
  deadline: async () => {
    const conn = await connect('deaf')
    conn.setReadDeadline(Date.now() + 3)
    await conn.read(new Uint8Array(1)).catch(() => undefined)
    await conn.close()
  },
  leave: async () => {
    // The worker neither closes it nor waits for it: the end of its thread does.
    await connect('deaf')
    await never
  },
}

/** @param {string} job */
const forever = async (job) => {
  for (;;) {
    await work[job]?.()
    Atomics.add(shared, DONE, 1)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

for (const job of jobs) {
  forever(job).catch((error) => parentPort?.postMessage(`${job}: ${error.stack}`))
}
parentPort?.postMessage('begun')
