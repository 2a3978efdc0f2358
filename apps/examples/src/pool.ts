// A pool of connections, and workers that share it: more of them than there may be connections, and a server
// that hangs up now and then. Look at those who wait, and at `hung up`: a connection that lies idle has a
// read parked on it, so the pool knows at once, and no worker gets one that is dead already.
//
//   node dist/pool.js --size 6 --workers 10
import { setTimeout as sleep } from 'node:timers/promises'
import type { TCPConn } from '@netfd/net'
import { Dialer, listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { bar } from './lib/chart.js'
import { cli } from './lib/cli.js'
import { Pool } from './lib/pool.js'
import { Screen } from './lib/screen.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
pool [options]   Workers that share a pool of connections; Ctrl-C stops them.

  --size n        connections at most (6)
  --workers n     who want one at times (10)
  --patience ms   how long a worker waits for a connection and an answer (1000)
  --idle ms       how long a connection may lie idle (2000)
  --lifetime ms   how old a connection may become (10000)`

const options = {
  size: { type: 'string', default: '6' },
  workers: { type: 'string', default: '10' },
  patience: { type: 'string', default: '1000' },
  idle: { type: 'string', default: '2000' },
  lifetime: { type: 'string', default: '10000' },
} as const

/** How long the server takes for an answer and a worker rests, in ms at most. */
const WORK = 40
const REST = 20

/** One answer in so many is the last one of its connection. */
const HANGS_UP = 50

/** Between two pictures, in ms. */
const LOOK = 200

/** No bar is longer. */
const WIDTH = 50

const upTo = (most: number): number => Math.random() * most

/** The server: it takes its time, and hangs up now and then, after an answer. */
async function answer(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(64)
  while (Math.random() > 1 / HANGS_UP) {
    const n = await conn.read(buf, { signal: stop })
    if (n === null) return
    await sleep(upTo(WORK))
    await conn.write(buf.subarray(0, n), { signal: stop })
  }
}

const seen = { answered: 0, failed: 0 }

/** Asks and rests, over and over. */
async function work(pool: Pool, patience: number, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(5)
  while (!stop.aborted) {
    // One clock for both: the wait for a connection, and the answer on it.
    const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)])
    try {
      await pool.use(
        async (conn) => {
          await conn.write('hello', { signal })
          await conn.readFull(buf, { signal })
        },
        { signal },
      )
      seen.answered++
    } catch {
      // The server hung up between take and answer, or it took too long: a real worker might ask again, if that does no harm.
      if (!stop.aborted) seen.failed++
    }
    await sleep(upTo(REST))
  }
}

function frame(pool: Pool, size: number, workers: number): string {
  const row = (name: string, n: number, most: number) =>
    `${name.padEnd(8)} ${bar(n / most, Math.min(most, WIDTH))} ${n}`
  const { taken, opened, hungUp, aged } = pool.tally
  const reused = taken === 0 ? 0 : (1 - opened / taken) * 100
  return [
    row('busy', pool.busy, size),
    row('idle', pool.idle, size),
    row('waiting', pool.waiting, workers),
    `${count(seen.answered, 'answer')}, ${seen.failed} failed; opened ${opened}, reused ${reused.toFixed(1)} %`,
    `ended: ${hungUp} hung up, ${aged} old or idle too long`,
  ].join('\n')
}

await cli(help, options, 0, async ({ values }) => {
  const size = wholeNumber('--size', values.size, 1, 1_000)
  const workers = wholeNumber('--workers', values.workers, 1, 1_000)
  const patience = wholeNumber('--patience', values.patience, 1)
  const idleFor = wholeNumber('--idle', values.idle, 1)
  const lifetime = wholeNumber('--lifetime', values.lifetime, 1)
  const stop = stopSignal()
  const listener = await listen('tcp', '127.0.0.1:0')
  const serving = serve(listener, (conn) => answer(conn, stop), { signal: stop })

  const dialer = new Dialer({ timeout: 5_000 })
  const open = (signal: AbortSignal) => dialer.dial('tcp', `${listener.addr}`, { signal })
  await using pool = new Pool({ open, size, idleFor, lifetime })
  const screen = new Screen()
  const timer = setInterval(() => screen.draw(frame(pool, size, workers)), LOOK)
  await Promise.all(Array.from({ length: workers }, () => work(pool, patience, stop)))
  clearInterval(timer)
  await pool.close()
  await serving
})
