// Tries many ports of a host, so many at a time, each with a deadline of its own.
//
//   node dist/port-scan.js --ports 1-1024,8080 localhost
import type { OpError } from '@netfd/net'
import { Dialer, joinHostPort } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, UsageError } from './lib/cli.js'
import { paint } from './lib/colour.js'
import { each } from './lib/each.js'
import { ProgressBar } from './lib/progress.js'
import { stopSignal } from './lib/stop.js'
import { count, duration } from './lib/units.js'

const help = `
port-scan [options] host   Shows which ports of a host take connections. Scan your own hosts only.

  --ports list       such as 22,80,8000-8100 (1-1024)
  --concurrency n    how many ports at a time (64)
  --timeout ms       for each port (500)`

const options = {
  ports: { type: 'string', default: '1-1024' },
  concurrency: { type: 'string', default: '64' },
  timeout: { type: 'string', default: '500' },
} as const

type State = 'open' | 'refused' | 'silent'

/** '80,8000-8002' is 80, 8000, 8001, 8002. */
function* portsOf(list: string): Generator<number, void, undefined> {
  for (const range of list.split(',')) {
    const [from = '', to = from, ...more] = range.split('-')
    const first = wholeNumber('a port', from, 1, 65_535)
    const last = wholeNumber('a port', to, 1, 65_535)
    if (more.length > 0 || last < first) throw new UsageError(`${range} is no range of ports`)
    for (let port = first; port <= last; port++) yield port
  }
}

async function probe(dialer: Dialer, address: string, signal: AbortSignal): Promise<State | null> {
  try {
    const conn = await dialer.dial('tcp', address, { signal })
    // A reset leaves nothing behind: a proper close would keep the port in TIME_WAIT for a minute.
    await conn.reset()
    return 'open'
  } catch (error) {
    const { code, timeout } = error as OpError
    if (code === 'ECONNREFUSED') return 'refused'
    if (signal.aborted) return null
    if (timeout) return 'silent'
    throw error
  }
}

await cli(help, options, 1, async ({ values, positionals: [host] }) => {
  if (host === undefined) throw new UsageError('which host?')
  const ports = [...new Set(portsOf(values.ports))].sort((a, b) => a - b)
  const concurrency = wholeNumber('--concurrency', values.concurrency, 1, 10_000)
  const dialer = new Dialer({ timeout: wholeNumber('--timeout', values.timeout, 1) })

  const stop = stopSignal()
  const bar = new ProgressBar(ports.length)
  const found: Record<State, number[]> = { open: [], refused: [], silent: [] }
  const start = performance.now()
  let tried = 0
  await each(ports, concurrency, async (port) => {
    const state = stop.aborted ? null : await probe(dialer, joinHostPort(host, port), stop)
    if (state === null) return
    found[state].push(port)
    tried++
    bar.step()
  }).finally(() => bar.clear())

  for (const port of found.open.sort((a, b) => a - b)) {
    console.log(`${paint.good('open')}  ${joinHostPort(host, port)}`)
  }
  const took = duration(performance.now() - start)
  const { open, refused, silent } = found
  const rest = `${open.length} open, ${refused.length} refused, ${silent.length} silent`
  const all = stop.aborted ? `stopped at ${tried} of ${ports.length}` : count(ports.length, 'port')
  console.log(`${all} in ${took}: ${rest}`)
  if (stop.aborted) process.exitCode = 1
})
