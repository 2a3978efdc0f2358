// How a server stops without losing anything: it accepts no more, lets idle clients go at once, gives
// those in the middle of a request so much time, and then ends.
//
//   node dist/graceful-stop.js --grace 5000 127.0.0.1:7000      (then send lines, and press Ctrl-C)
import { once } from 'node:events'
import type { OpError, TCPConn } from '@netfd/net'
import { listen } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli } from './lib/cli.js'
import { LineReader } from './lib/reader.js'
import { serve } from './lib/serve.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
graceful-stop [--grace ms] [host:port]   Answers each line, and stops gracefully at Ctrl-C.

  --grace ms   how long a request that has begun may take after that (5000)`

/** How long a client may be idle, in ms. */
const PATIENCE = 60_000

/** How the connections ended, for the last line that it prints. */
const tally = { answered: 0, cut: 0 }

async function answer(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn)
  while (!stop.aborted) {
    conn.setDeadline(Date.now() + PATIENCE)
    // The signal ends a wait for the next request. One that has begun is read to its end without it:
    // there it is the deadline, set below when the stop comes, that has the last word.
    if (!(await lines.begin({ signal: stop }))) return
    const request = await lines.line()
    await conn.write(`done: ${request}\n`)
    tally.answered++
  }
}

const options = { grace: { type: 'string', default: '5000' } } as const

await cli(help, options, 1, async ({ values, positionals }) => {
  const grace = wholeNumber('--grace', values.grace)
  const stop = stopSignal()
  const open = new Set<TCPConn>()
  await using listener = await listen('tcp', positionals[0] ?? '127.0.0.1:0')
  console.log(`listening on ${listener.addr}`)

  const stopping = once(stop, 'abort').then(async () => {
    console.log(`stopping, ${count(open.size, 'connection')} open`)
    for (const conn of open) conn.setDeadline(Date.now() + grace)
    await listener.close()
  })
  await serve(listener, stop, async (conn) => {
    open.add(conn)
    try {
      await answer(conn, stop)
    } catch (error) {
      if ((error as OpError).timeout) tally.cut++
      throw error
    } finally {
      open.delete(conn)
    }
  })
  await stopping
  console.log(`stopped, ${count(tally.answered, 'request')} answered, ${tally.cut} cut off`)
})
