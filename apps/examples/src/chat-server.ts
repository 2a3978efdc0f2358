// A chat room for telnet or the netcat example: the first line is a name, every other one is said to
// all. No member waits for one who does not read: a member who falls too far behind is cut off.
//
// Its limits: 256 members; a name within a minute, of 32 letters; 1 KiB a line, half an hour of silence; one
// line a turn of the event loop from all members together; 64 KiB and 5 s for a reader who is behind.
//
//   node dist/chat-server.js 127.0.0.1:7000
import { setImmediate as turn } from 'node:timers/promises'
import type { TCPConn } from '@netfd/net'
import { listen, serve } from '@netfd/net'
import { cli, complain } from './lib/cli.js'
import { Outbox } from './lib/outbox.js'
import { LineReader } from './lib/reader.js'
import { stopSignal } from './lib/stop.js'

const help = 'chat-server [host:port]   A chat room; the first line that you send is your name.'

/** How long a guest may take to give a name, in ms. */
const NAME_WITHIN = 60_000

/** How long a member may say nothing, in ms. */
const SILENT_FOR = 30 * 60_000

/** No line is longer, in bytes, and no name, in letters. */
const LINE = 1_024
const NAME = 32

/** How many may be in the room. */
const MEMBERS = 256

const members = new Map<string, Outbox>()

/** Says something to every member, and waits for none. */
function announce(line: string): void {
  console.log(line)
  for (const member of members.values()) member.put(`${line}\n`)
}

let floor = Promise.resolve()

/**
 * Announces a line when those before it have been announced, one in each turn of the event loop. What a
 * guest sent in one piece is read without a turn in between; without one nothing of it could be written,
 * and each member would look like one that does not read.
 */
function say(line: string): Promise<void> {
  floor = floor.then(() => {
    announce(line)
    return turn()
  })
  return floor
}

/** A name that no other member has, or null when the guest leaves without one. */
async function enter(conn: TCPConn, lines: LineReader, stop: AbortSignal): Promise<string | null> {
  conn.setDeadline(Date.now() + NAME_WITHIN)
  await conn.write('your name? ', { signal: stop })
  for (;;) {
    const name = (await lines.line({ signal: stop }))?.trim()
    if (name === undefined) return null
    if (name !== '' && name.length <= NAME && !members.has(name)) return name
    await conn.write('another one, please: ', { signal: stop })
  }
}

async function chat(conn: TCPConn, stop: AbortSignal): Promise<void> {
  const lines = new LineReader(conn, LINE)
  const name = await enter(conn, lines, stop)
  if (name === null) return
  if (members.size >= MEMBERS) {
    await conn.write('the room is full\n', { signal: stop })
    return
  }
  const outbox = new Outbox(conn)
  members.set(name, outbox)
  conn.setDeadline(null)
  try {
    await say(`* ${name} is here`)
    while (!outbox.closed) {
      conn.setReadDeadline(Date.now() + SILENT_FOR)
      const line = await lines.line({ signal: stop })
      if (line === null) break
      if (line.trim() !== '') await say(`${name}: ${line.trim()}`)
    }
  } finally {
    members.delete(name)
    outbox.close()
    if (!stop.aborted) void say(`* ${name} has left`)
  }
}

await cli(help, {}, 1, async ({ positionals: [address = '127.0.0.1:0'] }) => {
  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  const o = { signal: stop, onError: complain }
  await serve(listener, (conn) => chat(conn, stop), o)
  console.log('stopped')
})
