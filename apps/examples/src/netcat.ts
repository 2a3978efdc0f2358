// Connects standard input and output to a TCP port, and draws how the connection came about.
//
//   echo hello | node dist/netcat.js localhost:7000
//   node dist/netcat.js --svg dial.svg localhost:7000 < /dev/null
//
// The time line goes to standard error. It comes from the diagnostics channel `netfd:dial`.
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { TCPConn } from '@netfd/net'
import { Dialer } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, UsageError } from './lib/cli.js'
import { paintFor } from './lib/colour.js'
import { timelineOf, timelineText } from './lib/timeline.js'
import { timelineSvg } from './lib/timeline-svg.js'
import { tracedDial } from './lib/traced-dial.js'

const help = `
netcat [options] host:port   Connects standard input and output to a TCP port, and shows the dial.

  --svg file       draw the dial into a file as well
  --timeout ms     for the dial, resolving included (10000)
  --fallback ms    how long the first family of addresses gets before the other is tried (300)`

const options = {
  svg: { type: 'string' },
  timeout: { type: 'string', default: '10000' },
  fallback: { type: 'string', default: '300' },
} as const

async function send(conn: TCPConn, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) await conn.write(chunk)
  conn.closeWrite()
}

/** Both directions at once, until the server has said all it has to say. */
async function converse(conn: TCPConn): Promise<void> {
  const ended = new AbortController()
  const sending = pipeline(process.stdin, (chunks) => send(conn, chunks), { signal: ended.signal })
  const receiving = pipeline(conn, process.stdout, { end: false }).finally(() => ended.abort())
  const [sent, received] = await Promise.allSettled([sending, receiving])
  if (received.status === 'rejected') throw received.reason
  // A client that has the whole answer need not mind that the server left the rest of the question.
  if (sent.status === 'rejected' && !ended.signal.aborted) throw sent.reason
}

await cli(help, options, 1, async ({ values, positionals: [address] }) => {
  if (address === undefined) throw new UsageError('to which host and port?')
  const timeout = wholeNumber('--timeout', values.timeout, 1)
  const fallbackDelay = wholeNumber('--fallback', values.fallback, 1)
  const dialer = new Dialer({ timeout, fallbackDelay })
  const { trace, result } = await tracedDial(dialer, 'tcp', address)

  const timeline = timelineOf(trace, performance.now())
  console.error(timelineText(timeline, paintFor(process.stderr)))
  if (values.svg !== undefined) await writeFile(values.svg, timelineSvg(timeline))

  if (result.status === 'rejected') throw result.reason
  await using conn = result.value
  await converse(conn)
})
