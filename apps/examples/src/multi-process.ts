// One server in several processes of node:cluster: each listens on the same port with reusePort, and the
// kernel deals the connections out.
//
// node:cluster lends its workers the listeners of node:net alone. One of netfd is its worker's own, so that
// without reusePort the second worker gets EADDRINUSE.
//
//   node dist/multi-process.js --workers 4 127.0.0.1:7000
import type { Worker } from 'node:cluster'
import cluster from 'node:cluster'
import { once } from 'node:events'
import type { TCPConn } from '@netfd/net'
import { listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain } from './lib/cli.js'
import { needsLinux } from './lib/needs.js'
import { LineReader } from './lib/reader.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
multi-process [--workers n] [host:port]   Answers each line, in several processes.

  --workers n   how many processes (2)`

/** How long a client may be silent, in ms. */
const PATIENCE = 60_000

async function answer(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn)
  for (;;) {
    conn.setDeadline(Date.now() + PATIENCE)
    const line = await lines.line({ signal: stop })
    if (line === null) return
    await conn.write(`process ${process.pid}: ${line}\n`, { signal: stop })
  }
}

/** A worker: its own listener on the address, until the primary says a word or is gone. */
async function work(address: string): Promise<void> {
  const stop = new AbortController()
  // Ctrl-C reaches every process of a terminal; the primary passes it on in its own way.
  process.on('SIGINT', () => undefined)
  process.once('message', () => stop.abort()).once('disconnect', () => stop.abort())
  await using listener = await listen('tcp', address, { reusePort: true })
  process.send?.(String(listener.addr))
  const { signal } = stop
  await serve(listener, (conn) => answer(conn, signal), { signal, onError: complain })
  process.disconnect?.()
}

/** Starts a worker; resolves to it and to its address once it listens. */
async function start(address: string): Promise<{ worker: Worker; listening: string }> {
  const worker = cluster.fork({ NETFD_ADDRESS: address })
  const failed = once(worker, 'exit').then(() => Promise.reject(new Error('a worker has failed')))
  failed.catch(() => undefined)
  const [listening] = (await Promise.race([once(worker, 'message'), failed])) as [string]
  return { worker, listening }
}

async function main(address: string, size: number): Promise<void> {
  const stop = stopSignal()
  // The first one may ask the kernel for a port; the others join it there.
  const first = await start(address)
  const others = Array.from({ length: size - 1 }, () => start(first.listening))
  const all = [first, ...(await Promise.all(others))]
  console.log(`listening on ${first.listening} with ${count(size, 'worker')}`)
  if (!stop.aborted) await once(stop, 'abort')
  const exited = all.map(({ worker }) => once(worker, 'exit'))
  for (const { worker } of all) worker.send('stop')
  await Promise.all(exited)
  console.log('stopped')
}

if (cluster.isPrimary) {
  const options = { workers: { type: 'string', default: '2' } } as const
  await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
    needsLinux('SO_REUSEPORT')
    await main(address, wholeNumber('--workers', values.workers, 1, 256))
  })
} else {
  await work(process.env.NETFD_ADDRESS ?? '127.0.0.1:0')
}
