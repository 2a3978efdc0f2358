// A chat room for telnet or the netcat example: the first line is a name, every other one is said to
// all. Nobody waits for somebody who does not read: a member who is too slow is shown out.
//
//   node dist/chat-server.js 127.0.0.1:7000
import type { TCPConn } from '@netfd/net'
import { listen } from '@netfd/net'
import { cli } from './lib/cli.js'
import { LineReader } from './lib/reader.js'
import { serve } from './lib/serve.js'
import { stopSignal } from './lib/stop.js'

const help = 'chat-server [host:port]   A chat room; the first line that you send is your name.'

/** How long a member may take to give a name, and to take what is said, in ms. */
const NAME_WITHIN = 60_000
const TAKE_WITHIN = 5_000

/** No line is longer, in bytes. */
const LINE = 1_024

const members = new Map<string, TCPConn>()

/** Says something to everybody, and resolves when all have taken it or were shown out. */
async function announce(line: string): Promise<void> {
  console.log(line)
  const tell = async ([name, conn]: [string, TCPConn]) => {
    conn.setWriteDeadline(Date.now() + TAKE_WITHIN)
    try {
      await conn.write(`${line}\n`)
    } catch {
      // Its reading loop ends with this and says goodbye; two members may find out at once.
      if (members.delete(name)) await conn.reset()
    }
  }
  await Promise.all([...members].map(tell))
}

/** A name that nobody else has, or null when the guest leaves without one. */
async function enter(conn: TCPConn, lines: LineReader, stop: AbortSignal): Promise<string | null> {
  conn.setDeadline(Date.now() + NAME_WITHIN)
  await conn.write('your name? ')
  for (;;) {
    const name = (await lines.line({ signal: stop }))?.trim()
    if (name === undefined) return null
    if (name !== '' && !members.has(name)) return name
    await conn.write('another one, please: ')
  }
}

async function chat(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn, LINE)
  const name = await enter(conn, lines, stop)
  if (name === null) return
  members.set(name, conn)
  conn.setReadDeadline(null)
  await announce(`* ${name} is here`)
  try {
    for (;;) {
      const line = await lines.line({ signal: stop })
      if (line === null) break
      if (line.trim() !== '') await announce(`${name}: ${line.trim()}`)
    }
  } finally {
    members.delete(name)
    if (!stop.aborted) await announce(`* ${name} has left`)
  }
}

await cli(help, {}, async ({ positionals: [address = '127.0.0.1:0'] }) => {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  await serve(listener, stop, (conn) => chat(conn, stop))
  console.log('stopped')
})
