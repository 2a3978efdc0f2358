// Passes connections on to another address. The bytes stay in the kernel: copyBoth splices them from
// one socket into the other, and TCP_INFO says how many went by.
//
// Its limits: a dial of 5 s, sent data unacknowledged for 30 s, and 5 minutes in which no byte came from
// either side. Connections wait in the backlog while the process has no descriptor left.
//
//   node dist/tcp-proxy.js 127.0.0.1:8000 127.0.0.1:7000
import type { TCPConn } from '@netfd/net'
import { backend, copyBoth, Dialer, listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain, UsageError } from './lib/cli.js'
import { live } from './lib/live.js'
import { stopSignal } from './lib/stop.js'
import { bytes, count } from './lib/units.js'

const help = `
tcp-proxy [--idle ms] listen-host:port target-host:port   Passes connections on, inside the kernel.

  --idle ms   how long no byte may come from either side (300000)`

/** How long sent data may stay unacknowledged before a peer counts as dead, in ms. */
const USER_TIMEOUT = 30_000

/** The connections that are open now, and the bytes that came in on those that are not any more. */
const open = new Set<TCPConn>()
let finished = 0

/** Nothing counts them on the host backend: those of a connection are known when it has ended. */
const receivedBy = (end: TCPConn): number =>
  backend === 'epoll' ? (end.info().bytesReceived ?? 0) : 0

/** All bytes that came in from either side so far. */
const received = (): number => [...open].reduce((sum, end) => sum + receivedBy(end), finished)

/** Both directions, in view of the throughput display. */
async function relayBoth(
  client: TCPConn,
  server: TCPConn,
  idleTimeout: number,
  signal: AbortSignal,
): Promise<void> {
  const ends = [client, server]
  for (const end of ends) open.add(end)
  try {
    const [up, down] = await copyBoth(client, server, { signal, idleTimeout })
    if (backend === 'host') finished += up + down
  } finally {
    for (const end of ends) {
      finished += receivedBy(end)
      open.delete(end)
    }
  }
}

const dialer = new Dialer({ timeout: 5_000 })

async function relay(
  client: TCPConn,
  target: string,
  patience: number,
  stop: AbortSignal,
): Promise<void> {
  await using server = await dialer.dial('tcp', target, { signal: stop })
  if (backend === 'epoll') for (const end of [client, server]) end.setUserTimeout(USER_TIMEOUT)
  try {
    await relayBoth(client, server, patience, stop)
  } catch (error) {
    // Half a stream must not look like a whole one: both sides get a reset, not an end.
    await Promise.all([client.reset(), server.reset()])
    throw error
  }
}

const options = { idle: { type: 'string', default: '300000' } } as const

await cli(help, options, 2, async ({ values, positionals: [address, target] }) => {
  if (address === undefined || target === undefined) throw new UsageError('from where to where?')
  const stop = stopSignal()
  const patience = wholeNumber('--idle', values.idle, 1)
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}, passing on to ${target}`)

  let before = 0
  using _line = live(() => {
    const now = received()
    const flow = `${bytes(now - before)}/s  ${bytes(now)} in all`
    before = now
    return `${count(open.size / 2, 'connection')}  ${flow}`
  })
  await serve(listener, (conn) => relay(conn, target, patience, stop), {
    signal: stop,
    onError: (error) => stop.aborted || complain(error),
  })
  console.log(`passed on ${bytes(finished)}`)
})
