// Sends back whatever comes in: listen, accept, read, write, and an end to everything.
//
//   node dist/echo-server.js 127.0.0.1:7000
import type { TCPConn } from '@netfd/net'
import { listen } from '@netfd/net'
import { cli } from './lib/cli.js'
import { serve } from './lib/serve.js'
import { stopSignal } from './lib/stop.js'
import { bytes } from './lib/units.js'

const help = 'echo-server [host:port]   Sends back whatever comes in; Ctrl-C stops it.'

/** A client that neither sends nor takes anything for so long is gone, in ms. */
const PATIENCE = 60_000

async function echo(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const buf = new Uint8Array(16 * 1024)
  let total = 0
  for (;;) {
    conn.setDeadline(Date.now() + PATIENCE)
    const n = await conn.read(buf, { signal: stop })
    if (n === null) break
    await conn.write(buf.subarray(0, n), { signal: stop })
    total += n
  }
  console.log(`${conn.remoteAddr}: ${bytes(total)}`)
}

await cli(help, {}, 1, async ({ positionals: [address = '127.0.0.1:0'] }) => {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  await serve(listener, stop, (conn) => echo(conn, stop))
  console.log('stopped')
})
