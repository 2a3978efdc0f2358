// A server of node:http behind a listener of netfd's: its connections have a backlog, a user timeout and a
// keep-alive of our choice, which http.Server has no words for. Look at the line while it works, where the
// round-trip time is the kernel's own, and press Ctrl-C while a request is under way.
//
//   node dist/http-server.js --load 4 127.0.0.1:8080     (then: curl 127.0.0.1:8080/wait/3000, and Ctrl-C)
import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import type { TCPConn } from '@netfd/net'
import { backend, listen } from '@netfd/net'
import { serve } from '@netfd/net/node'
import { wholeNumber } from './lib/args.js'
import { sparkline } from './lib/chart.js'
import { cli } from './lib/cli.js'
import { load } from './lib/http-load.js'
import { Screen } from './lib/screen.js'
import { infoOf } from './lib/socket-info.js'
import { stopSignal } from './lib/stop.js'
import { count, duration } from './lib/units.js'

const help = `
http-server [options] [host:port]   A server of node:http, and what the kernel says of it.

  --backlog n         how many connections may wait to be accepted (512)
  --user-timeout ms   how long sent data may stay unacknowledged (20000)
  --grace ms          how long requests may take after Ctrl-C (5000)
  --load n            clients of its own, so that there is something to see (0)

It answers /, and /wait/ms after so many ms.`

const options = {
  backlog: { type: 'string', default: '512' },
  'user-timeout': { type: 'string', default: '20000' },
  grace: { type: 'string', default: '5000' },
  load: { type: 'string', default: '0' },
} as const

/** Between two looks, in ms, and how many looks the curve shows. */
const LOOK = 500
const CURVE = 20

/** A client that says nothing is asked for a sign of life after 10 s, and is gone after two more. */
const keepAlive = { enable: true, idle: 10_000, interval: 1_000, count: 2 }

const open = new Set<Socket>()
const tally = { underWay: 0, answered: 0, cut: 0 }

/** Answers requests; once `stop` has aborted, an answer is the last one of its connection. */
const answers =
  (stop: AbortSignal): RequestListener =>
  ({ url = '' }, response) => {
    const [, ms] = /^\/wait\/(\d{1,5})$/.exec(url) ?? []
    const send = () => {
      if (stop.aborted) response.shouldKeepAlive = false
      if (ms === undefined && url !== '/') response.writeHead(404).end('not found\n')
      else response.end('hello\n')
    }
    const timer = setTimeout(send, Number(ms ?? 0))
    tally.underWay++
    response.once('close', () => {
      clearTimeout(timer)
      tally.underWay--
      if (response.writableFinished) tally.answered++
      else tally.cut++
    })
  }

/** What there is to see, with the rates of the looks so far. */
function frame(rates: readonly number[]): string {
  const infos = [...open].map(infoOf).filter((info) => info !== null)
  const times = infos.map(({ rtt }) => rtt / 1000).sort((a, b) => a - b)
  const rtt = times[Math.floor(times.length / 2)]
  const again = infos.reduce((sum, { totalRetrans }) => sum + totalRetrans, 0)
  const kernel = rtt === undefined ? '' : `  rtt ${duration(rtt)}  resent ${again}`
  const rate = `${Math.round(rates.at(-1) ?? 0).toLocaleString('en')}/s, ${tally.underWay} under way`
  return `${count(open.size, 'connection')}  ${sparkline(rates.slice(-CURVE))} ${rate}${kernel}`
}

/** Draws until the timer is cleared: what is printed after that stays. */
function watch(): NodeJS.Timeout {
  const screen = new Screen()
  const rates: number[] = []
  let before = 0
  return setInterval(() => {
    rates.push(((tally.answered - before) * 1000) / LOOK)
    before = tally.answered
    screen.draw(frame(rates))
  }, LOOK)
}

/** Lets requests that have begun end, and cuts off those that do not in time. */
async function end(server: Server, grace: number): Promise<void> {
  console.log(`stopping, ${count(tally.underWay, 'request')} under way`)
  const cut = setTimeout(() => server.closeAllConnections(), grace)
  // Idle connections end at once, the others after the answer they wait for. Node takes one that has asked for nothing
  // yet for a busy one.
  server.close()
  for (const socket of open) if (socket.bytesRead === 0) socket.end()
  await Promise.all([...open].map((socket) => once(socket, 'close')))
  clearTimeout(cut)
}

await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
  const backlog = wholeNumber('--backlog', values.backlog, 1, 65_535)
  const userTimeout = wholeNumber('--user-timeout', values['user-timeout'])
  const grace = wholeNumber('--grace', values.grace)
  const clients = wholeNumber('--load', values.load, 0, 1_000)
  const stop = stopSignal()
  const listener = await listen('tcp', address, { backlog })
  console.log(`listening on ${listener.addr}`)
  const server = createServer({ keepAliveTimeout: 60_000 }, answers(stop))
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const prepare = (conn: TCPConn) => {
    if (backend === 'host') return // neither is to be had there
    conn.setUserTimeout(userTimeout)
    conn.setKeepAliveConfig(keepAlive)
  }
  const drawing = watch()
  const serving = serve(listener, server, { prepare })
  const loading = load(`${listener.addr}`, clients, stop)
  if (!stop.aborted) await Promise.race([once(stop, 'abort'), serving])
  clearInterval(drawing)
  await listener.close()
  await serving
  await end(server, grace)
  await loading
  console.log(`stopped, ${count(tally.answered, 'request')} answered, ${tally.cut} cut off`)
})
