// A chat room for telnet or the netcat example: the first line is a name, every other one is said to
// all. Nobody waits for somebody who does not read: whoever falls too far behind is cut off.
//
//   node dist/chat-server.js 127.0.0.1:7000
import type { TCPConn } from '@netfd/net'
import { listen } from '@netfd/net'
import { cli } from './lib/cli.js'
import { Outbox } from './lib/outbox.js'
import { LineReader } from './lib/reader.js'
import { serve } from './lib/serve.js'
import { stopSignal } from './lib/stop.js'

const help = 'chat-server [host:port]   A chat room; the first line that you send is your name.'

/** How long a guest may take to give a name, in ms. */
const NAME_WITHIN = 60_000

/** No line is longer, in bytes. */
const LINE = 1_024

const members = new Map<string, Outbox>()

/** Says something to everybody, and waits for nobody. */
function announce(line: string): void {
  console.log(line)
  for (const member of members.values()) member.put(`${line}\n`)
}

/** A name that nobody else has, or null when the guest leaves without one. */
async function enter(conn: TCPConn, lines: LineReader, stop: AbortSignal): Promise<string | null> {
  conn.setDeadline(Date.now() + NAME_WITHIN)
  await conn.write('your name? ', { signal: stop })
  for (;;) {
    const name = (await lines.line({ signal: stop }))?.trim()
    if (name === undefined) return null
    if (name !== '' && !members.has(name)) return name
    await conn.write('another one, please: ', { signal: stop })
  }
}

async function chat(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn, LINE)
  const name = await enter(conn, lines, stop)
  if (name === null) return
  const outbox = new Outbox(conn)
  members.set(name, outbox)
  conn.setDeadline(null)
  announce(`* ${name} is here`)
  try {
    for (;;) {
      const line = await lines.line({ signal: stop })
      if (line === null) break
      if (line.trim() !== '') announce(`${name}: ${line.trim()}`)
    }
  } finally {
    members.delete(name)
    outbox.close()
    if (!stop.aborted) announce(`* ${name} has left`)
  }
}

await cli(help, {}, 1, async ({ positionals: [address = '127.0.0.1:0'] }) => {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  await serve(listener, stop, (conn) => chat(conn, stop))
  console.log('stopped')
})
