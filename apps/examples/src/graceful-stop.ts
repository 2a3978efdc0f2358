// How a server stops without losing anything: it accepts no more, lets idle clients go at once, gives
// those in the middle of a request so much time, and then ends.
//
//   node dist/graceful-stop.js --grace 5000 127.0.0.1:7000      (then send lines, and press Ctrl-C)
import type { TCPConn } from '@netfd/net'
import { listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain } from './lib/cli.js'
import { LineReader } from './lib/reader.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
graceful-stop [--grace ms] [host:port]   Answers each line, and stops gracefully at Ctrl-C.

  --grace ms   how long a request that has begun may take after that (5000)`

/** How long a client may be idle, in ms. */
const PATIENCE = 60_000

/** What it did, for the last line that it prints. */
const tally = { open: 0, begun: 0, answered: 0 }

async function answer(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn)
  while (!stop.aborted) {
    conn.setDeadline(Date.now() + PATIENCE)
    // The signal ends a wait for the next request. One that has begun is read and answered without it.
    if (!(await lines.begin({ signal: stop }))) return
    tally.begun++
    const request = await lines.line()
    await conn.write(`done: ${request}\n`)
    tally.answered++
  }
}

const options = { grace: { type: 'string', default: '5000' } } as const

await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
  const grace = wholeNumber('--grace', values.grace)
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  stop.addEventListener('abort', () => {
    console.log(`stopping, ${count(tally.open, 'connection')} open`)
  })
  const handle = async (conn: TCPConn) => {
    tally.open++
    await answer(conn, stop).finally(() => tally.open--)
  }
  await serve(listener, handle, { signal: stop, grace, onError: complain })
  const cut = tally.begun - tally.answered
  console.log(`stopped, ${count(tally.answered, 'request')} answered, ${cut} cut off`)
})
