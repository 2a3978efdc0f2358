// One server on all cores: every worker thread listens on the same port with reusePort, and the
// kernel deals the connections out. No thread knows of another.
//
//   node dist/multi-core.js --threads 4 127.0.0.1:7000
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads'
import type { TCPConn } from '@netfd/net'
import { listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain } from './lib/cli.js'
import { needsLinux } from './lib/needs.js'
import { LineReader } from './lib/reader.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
multi-core [--threads n] [host:port]   Answers each line, on all cores.

  --threads n   how many worker threads (one for each core)`

const PATIENCE = 60_000

async function answer(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn)
  for (;;) {
    conn.setDeadline(Date.now() + PATIENCE)
    const line = await lines.line({ signal: stop })
    if (line === null) return
    await conn.write(`thread ${threadId}: ${line}\n`, { signal: stop })
  }
}

/** A worker: its own listener, its own epoll set, until the main thread says a word. */
async function work(port: MessagePort, address: string): Promise<void> {
  const stop = new AbortController()
  port.once('message', () => stop.abort())
  await using listener = await listen('tcp', address, { reusePort: true })
  port.postMessage(listener.addr.toString())
  let served = 0
  const handle = (conn: TCPConn) => {
    served++
    return answer(conn, stop.signal)
  }
  await serve(listener, handle, { signal: stop.signal, onError: complain })
  port.postMessage(served)
}

const workers: Worker[] = []

/** Starts a worker and waits until it listens; resolves to its address. */
async function start(address: string): Promise<string> {
  const worker = new Worker(new URL(import.meta.url), { workerData: address })
  workers.push(worker)
  const [listening] = (await once(worker, 'message')) as [string]
  return listening
}

/** Starts them all; when one cannot, none goes on. */
async function startAll(address: string, threads: number): Promise<string> {
  try {
    // The first one may ask the kernel for a port; the others join it there.
    const listening = await start(address)
    await Promise.all(Array.from({ length: threads - 1 }, () => start(listening)))
    return listening
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()))
    throw error
  }
}

/** Tells a worker to stop; resolves to how many connections it had. */
async function finish(worker: Worker): Promise<number> {
  const exited = once(worker, 'exit')
  const answer = once(worker, 'message') as Promise<[number]>
  worker.postMessage('stop')
  const [served] = await answer
  await exited
  return served
}

async function main(address: string, threads: number): Promise<void> {
  const stop = stopSignal()
  const listening = await startAll(address, threads)
  console.log(`listening on ${listening} with ${count(threads, 'thread')}`)
  if (!stop.aborted) await once(stop, 'abort')
  const served = await Promise.all(workers.map(finish))
  for (const [i, n] of served.entries()) {
    console.log(`thread ${i + 1}: ${count(n, 'connection')}`)
  }
}

if (isMainThread || parentPort === null) {
  const options = { threads: { type: 'string', default: `${availableParallelism()}` } } as const
  await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
    needsLinux('SO_REUSEPORT')
    await main(address, wholeNumber('--threads', values.threads, 1, 256))
  })
} else {
  await work(parentPort, workerData as string)
}
