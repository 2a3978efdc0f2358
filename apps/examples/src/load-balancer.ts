// A load balancer for TCP: each client goes to the server with the fewest connections, among those that are
// up. Look at the table while a server is away: it counts as down after some failed dials, its clients go to
// the others, and it is up again at the first dial that succeeds.
//
//   node dist/load-balancer.js 127.0.0.1:8000 127.0.0.1:7001 127.0.0.1:7002
//   node dist/load-balancer.js --demo           (with servers that come and go, and clients, of its own)
import { setTimeout as sleep } from 'node:timers/promises'
import type { TCPConn } from '@netfd/net'
import { copyBoth, Dialer, listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { Backend } from './lib/backend.js'
import { BackendTable } from './lib/backend-table.js'
import { cli, UsageError } from './lib/cli.js'
import { demoBackends, demoClient } from './lib/demo-backends.js'
import { needsLinux } from './lib/needs.js'
import { Screen } from './lib/screen.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
load-balancer [options] [listen-host:port server-host:port ...]   Spreads connections over servers.

  --demo         three servers and some clients of its own, in place of addresses
  --check ms     between two looks whether a server is there (1000)
  --timeout ms   for a dial, of a check and of a client (1000)
  --fall n       failures in a row after which a server is down (3)
  --idle ms      how long nothing may move on a connection (300000)
  --limit n      clients at once; more wait in the backlog (1000)`

const options = {
  demo: { type: 'boolean', default: false },
  check: { type: 'string', default: '1000' },
  timeout: { type: 'string', default: '1000' },
  fall: { type: 'string', default: '3' },
  idle: { type: 'string', default: '300000' },
  limit: { type: 'string', default: '1000' },
} as const

/** How long sent data may stay unacknowledged before a peer counts as dead, in ms. */
const USER_TIMEOUT = 30_000

/** Between two tables, in ms. */
const LOOK = 500

const DEMO_CLIENTS = 8

/** Looks after the servers until `stop` aborts. */
async function checkAll(
  backends: readonly Backend[],
  every: number,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    await Promise.all(backends.map((backend) => backend.check(stop)))
    await sleep(every, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** The servers, and how clients are passed on to them. */
class Balancer {
  readonly #backends: readonly Backend[]
  readonly #idleTimeout: number
  readonly #table = new BackendTable(LOOK)
  /** What a client was refused or cut off with last. */
  #last = ''

  constructor(backends: readonly Backend[], idleTimeout: number) {
    this.#backends = backends
    this.#idleTimeout = idleTimeout
  }

  /** Relays between a client and a server of our choice until both have ended. */
  async relay(client: TCPConn, stop: AbortSignal): Promise<void> {
    const [backend, server] = await this.#server(stop)
    try {
      client.setUserTimeout(USER_TIMEOUT)
      server.setUserTimeout(USER_TIMEOUT)
      await copyBoth(client, server, { signal: stop, idleTimeout: this.#idleTimeout })
    } catch (error) {
      // Half a stream must not look like a whole one: both sides get a reset, not an end.
      server.setLinger(0)
      client.setLinger(0)
      throw error
    } finally {
      await backend.release(server)
    }
  }

  /** A connection was refused or cut off. */
  failed(error: unknown): void {
    this.#last = (error as Error).message
  }

  /** What there is to see. */
  frame(): string {
    const open = this.#backends.reduce((sum, { connections }) => sum + connections, 0)
    const last = this.#last === '' ? '' : `; last error: ${this.#last}`
    return `${this.#table.draw(this.#backends)}\n${count(open, 'connection')}${last}`
  }

  /** The one with the fewest connections that takes another one. */
  async #server(stop: AbortSignal): Promise<[Backend, TCPConn]> {
    const up = this.#backends.filter((backend) => backend.up)
    for (const backend of up.sort((a, b) => a.connections - b.connections)) {
      try {
        return [backend, await backend.dial(stop)]
      } catch (error) {
        if (stop.aborted) throw error
        this.failed(error)
      }
    }
    throw new Error('no server is up')
  }
}

await cli(help, options, Number.POSITIVE_INFINITY, async ({ values, positionals }) => {
  needsLinux('TCP_INFO and the user timeout')
  const every = wholeNumber('--check', values.check, 1)
  const fall = wholeNumber('--fall', values.fall, 1)
  const limit = wholeNumber('--limit', values.limit, 1)
  const idle = wholeNumber('--idle', values.idle)
  const dialer = new Dialer({ timeout: wholeNumber('--timeout', values.timeout, 1) })
  const [address = '127.0.0.1:0', ...others] = positionals
  if (values.demo === others.length > 0) throw new UsageError('which servers? Or else --demo')

  const stop = stopSignal()
  await using listener = await listen('tcp', address)
  console.log(`listening on ${listener.addr}`)
  const demo = values.demo ? await demoBackends() : null
  const addresses = demo?.addresses ?? others
  const backends = addresses.map((server) => new Backend(server, { dialer, fall }))
  const balancer = new Balancer(backends, idle)
  const screen = new Screen()
  const timer = setInterval(() => screen.draw(balancer.frame()), LOOK)
  const clients = Array.from({ length: demo === null ? 0 : DEMO_CLIENTS }, () =>
    demoClient(`${listener.addr}`, stop),
  )
  try {
    await Promise.all([
      serve(listener, (client) => balancer.relay(client, stop), {
        ...{ limit, signal: stop },
        onError: (error) => balancer.failed(error),
      }),
      checkAll(backends, every, stop),
      ...clients,
      demo?.run(stop),
    ])
  } finally {
    clearInterval(timer)
  }
  console.log('stopped')
})
