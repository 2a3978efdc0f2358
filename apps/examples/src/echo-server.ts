// Sends back whatever comes in: listen, accept, read, write, and an end to everything.
//
//   node dist/echo-server.js 127.0.0.1:7000
import type { TCPConn } from '@netfd/net'
import { listen, serve } from '@netfd/net'
import { cli, complain } from './lib/cli.js'
import { stopSignal } from './lib/stop.js'
import { bytes } from './lib/units.js'

const help = 'echo-server [host:port]   Sends back whatever comes in; Ctrl-C stops it.'

/** A client that neither sends nor takes anything for so long is gone, in ms. */
const PATIENCE = 60_000

/** How long an answer may take at the end, in ms. */
const GRACE = 1_000

async function echo(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(16 * 1024)
  let total = 0
  for (;;) {
    conn.setDeadline(Date.now() + PATIENCE)
    // The signal ends a wait for more. An answer that has begun has the grace below.
    const n = await conn.read(buf, { signal: stop })
    if (n === null) break
    await conn.write(buf.subarray(0, n))
    total += n
  }
  console.log(`${conn.remoteAddr}: ${bytes(total)}`)
}

await cli(help, {}, 1, async ({ positionals: [address = '127.0.0.1:0'] }) => {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  const o = { signal: stop, grace: GRACE, onError: complain }
  await serve(listener, (conn) => echo(conn, stop), o)
  console.log('stopped')
})
