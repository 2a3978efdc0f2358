// What the kernel knows about each connection of an echo server, as a table that is drawn again and
// again: round-trip time, congestion window, throughput, retransmissions. All of it is TCP_INFO.
//
//   node dist/conn-top.js --load 3 127.0.0.1:7000
import { setTimeout as sleep } from 'node:timers/promises'
import type { TCPConn } from '@netfd/net'
import { dial, listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain } from './lib/cli.js'
import { paint } from './lib/colour.js'
import { needsLinux } from './lib/needs.js'
import { Screen } from './lib/screen.js'
import { stopSignal } from './lib/stop.js'
import { bytes, count, duration } from './lib/units.js'

const help = `
conn-top [options] [host:port]   An echo server that shows its connections; Ctrl-C stops it.

  --interval ms   between two looks (1000)
  --load n        clients of its own, so that there is something to see (0)`

const options = {
  interval: { type: 'string', default: '1000' },
  load: { type: 'string', default: '0' },
} as const

const PATIENCE = 60_000

/** Between two messages of a client of its own, in ms. */
const PAUSE = 10

/** The connections, each with the bytes that it had received at the last look. */
const seen = new Map<TCPConn, number>()

async function echo(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(64 * 1024)
  seen.set(conn, 0)
  try {
    for (;;) {
      conn.setDeadline(Date.now() + PATIENCE)
      const n = await conn.read(buf, { signal: stop })
      if (n === null) return
      await conn.write(buf.subarray(0, n), { signal: stop })
    }
  } finally {
    seen.delete(conn)
  }
}

/** A client that sends a message over and over, once the last one has come back. */
async function load(address: string, size: number, stop: AbortSignal): Promise<void> {
  await using conn = await dial('tcp', address)
  const buf = new Uint8Array(size)
  try {
    while (!stop.aborted) {
      conn.setDeadline(Date.now() + PATIENCE)
      await conn.write(buf, { signal: stop })
      await conn.readFull(buf, { signal: stop })
      await sleep(PAUSE)
    }
  } catch (error) {
    if (!stop.aborted) console.error((error as Error).message)
  }
}

// The widths are fixed, so that the table does not jump as the numbers grow; they fit 80 columns.
const WIDTHS = [-21, -11, 7, 4, 8, 8, 8, 6]
const pad = (cell: string, width: number) =>
  width < 0 ? cell.padEnd(-width) : cell.padStart(width)
const line = (...cells: string[]) => cells.map((cell, i) => pad(cell, WIDTHS[i] ?? 0)).join(' ')

function frame(interval: number): string {
  const lines = [...seen].map(([conn, before]) => {
    const { state, rtt, sndCwnd, totalRetrans, bytesReceived = 0, bytesAcked = 0 } = conn.info()
    seen.set(conn, bytesReceived)
    const rate = bytes(((bytesReceived - before) * 1000) / interval)
    const flow = [rate, bytes(bytesReceived), bytes(bytesAcked), `${totalRetrans}`]
    return line(`${conn.remoteAddr}`, state, duration(rtt / 1000), `${sndCwnd}`, ...flow)
  })
  const head = line('peer', 'state', 'rtt', 'cwnd', 'in/s', 'in', 'out', 'resent')
  return [count(seen.size, 'connection'), paint.title(head), ...lines].join('\n')
}

await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
  needsLinux('TCP_INFO')
  const interval = wholeNumber('--interval', values.interval, 10)
  const clients = wholeNumber('--load', values.load, 0, 1_000)
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  const screen = new Screen()
  const timer = setInterval(() => screen.draw(frame(interval)), interval)
  const target = `${listener.addr}`
  const loads = Array.from({ length: clients }, (_, i) => load(target, 1_024 << (i % 8), stop))
  try {
    const o = { signal: stop, onError: complain }
    const serving = serve(listener, (conn) => echo(conn, stop), o)
    await Promise.all([serving, ...loads])
  } finally {
    clearInterval(timer)
  }
  console.log('stopped')
})
