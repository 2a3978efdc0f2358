// Shows when a dead peer is noticed, if at all. It lays a cable between two network namespaces, opens
// four connections over it, and pulls the plug: no FIN, no RST, as when a machine loses power.
//
//   sudo node dist/dead-peer.js          (root, for `ip netns add`; it takes --window ms to the end)
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OpError, TCPConn } from '@netfd/net'
import { Dialer, listen, serve } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli, complain } from './lib/cli.js'
import { paint } from './lib/colour.js'
import { needsLinux } from './lib/needs.js'
import { Cable } from './lib/netns.js'
import { stopSignal } from './lib/stop.js'
import { duration } from './lib/units.js'

const help = `
dead-peer [--window ms]   Shows what notices a dead peer: keep-alive, user timeout, or nothing.

  --window ms   how long to watch (6000)`

/** A way to watch a peer, and whether a request is under way when it dies. */
interface Watch {
  readonly title: string
  readonly busy: boolean
  readonly arrange: (conn: TCPConn) => void
}

const probes = { enable: true, idle: 1_000, interval: 1_000, count: 2 }
const watches: readonly Watch[] = [
  { title: 'idle, no keep-alive', busy: false, arrange: (conn) => conn.setKeepAlive(false) },
  {
    title: 'idle, keep-alive 1 s + 2 probes',
    busy: false,
    arrange: (conn) => conn.setKeepAliveConfig(probes),
  },
  {
    title: 'request sent, keep-alive 1 s + 2 probes',
    busy: true,
    arrange: (conn) => conn.setKeepAliveConfig(probes),
  },
  {
    title: 'request sent, user timeout 2 s',
    busy: true,
    arrange: (conn) => conn.setUserTimeout(2_000),
  },
]

/** The far end: takes connections and says nothing on them. */
async function peer(address: string): Promise<void> {
  const stop = stopSignal()
  await using listener = await listen('tcp', `${address}:0`)
  process.send?.(listener.addr.toString())
  const silent = async (conn: TCPConn) => {
    const buf = new Uint8Array(1024)
    while ((await conn.read(buf, { signal: stop })) !== null);
  }
  await serve(listener, silent, { signal: stop, onError: complain })
}

/** Waits for an answer that cannot come; says when and how that was noticed. */
async function observe(conn: TCPConn, { title, busy }: Watch, window: AbortSignal): Promise<void> {
  const start = performance.now()
  const tell = (what: string) => console.log(`  ${title.padEnd(40)}  ${what}`)
  try {
    if (busy) await conn.write('are you there?')
    await conn.read(new Uint8Array(1024), { signal: window })
  } catch (error) {
    const { code } = error as OpError
    if (window.aborted) tell(paint.bad('not noticed'))
    else tell(paint.good(`${code} after ${duration(performance.now() - start)}`))
  }
}

/** The near end: opens all connections, waits until the plug is pulled, and watches. */
async function watch(address: string, ms: number): Promise<void> {
  const dialer = new Dialer({ timeout: 5_000 })
  const open = async (how: Watch) => {
    const conn = await dialer.dial('tcp', address)
    how.arrange(conn)
    return { how, conn }
  }
  const pairs = await Promise.all(watches.map(open))
  process.send?.('connected')
  await once(process, 'message')
  const window = AbortSignal.timeout(ms)
  await Promise.all(pairs.map(({ how, conn }) => observe(conn, how, window)))
  await Promise.all(pairs.map(({ conn }) => conn.reset()))
  process.disconnect()
}

/** Pulls the plug between a process that listens and one that watches. */
async function experiment(cable: Cable, ms: number): Promise<void> {
  const self = fileURLToPath(import.meta.url)
  const far = cable.start(cable.far, self, '--peer', cable.far.address)
  const address = await far.word()
  const near = cable.start(cable.near, self, '--watch', address, '--window', `${ms}`)
  await near.word()
  await cable.pull()
  console.log(paint.title(`The plug is pulled; watching for ${duration(ms)}.`))
  near.say('pulled')
  await near.ended
}

/** The experiment with its cable, which is taken away also after Ctrl-C. */
async function perform(ms: number): Promise<void> {
  const stop = stopSignal()
  await using cable = await Cable.lay()
  const interrupted = once(stop, 'abort').then(() => cable.stop())
  try {
    await experiment(cable, ms)
  } catch (error) {
    if (!stop.aborted) throw error
  }
  if (stop.aborted) await interrupted
}

const options = {
  window: { type: 'string', default: '6000' },
  peer: { type: 'string' },
  watch: { type: 'string' },
} as const

await cli(help, options, 0, async ({ values }) => {
  needsLinux('network namespaces')
  const window = wholeNumber('--window', values.window, 1)
  if (values.peer !== undefined) await peer(values.peer)
  else if (values.watch !== undefined) await watch(values.watch, window)
  else await perform(window)
})
