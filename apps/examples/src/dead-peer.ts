// Shows when a dead peer is noticed, if at all. It lays a cable between two network namespaces, opens
// four connections over it, and pulls the plug: no FIN, no RST, as when a machine loses power.
//
//   sudo node dist/dead-peer.js          (root, for `ip netns add`; it takes --window ms to the end)
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OpError, TCPConn } from '@netfd/net'
import { Dialer, listen } from '@netfd/net'
import { wholeNumber } from './lib/args.js'
import { cli } from './lib/cli.js'
import { paint } from './lib/colour.js'
import type { End } from './lib/netns.js'
import { Cable } from './lib/netns.js'
import { serve } from './lib/serve.js'
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
  await serve(listener, stop, async (conn) => {
    const buf = new Uint8Array(1024)
    while ((await conn.read(buf, { signal: stop })) !== null);
  })
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
  const conns = await Promise.all(watches.map(() => dialer.dial('tcp', address)))
  for (const [i, conn] of conns.entries()) watches[i]?.arrange(conn)
  process.send?.('connected')
  await once(process, 'message')
  const window = AbortSignal.timeout(ms)
  await Promise.all(
    watches.map((how, i) => {
      const conn = conns[i]
      return conn === undefined ? undefined : observe(conn, how, window)
    }),
  )
  await Promise.all(conns.map((conn) => conn.reset()))
  process.disconnect()
}

/** The next message of a child, or an error if it ends without one. */
async function word(child: ChildProcess): Promise<string> {
  const ended = new AbortController()
  const exited = once(child, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('one end of the cable ended early')
  })
  const message = once(child, 'message', { signal: ended.signal })
  try {
    const [text] = await Promise.race([message, exited])
    return String(text)
  } finally {
    ended.abort()
    await Promise.allSettled([message, exited])
  }
}

async function experiment(ms: number): Promise<void> {
  const self = fileURLToPath(import.meta.url)
  const stop = stopSignal()
  const children: ChildProcess[] = []
  const start = (cable: Cable, end: End, ...args: string[]): ChildProcess => {
    const child = cable.start(end, [self, ...args])
    children.push(child)
    return child
  }
  // The namespaces must be taken away again, so the children end first, and then this program.
  const end = () => {
    for (const child of children) child.kill()
  }
  stop.addEventListener('abort', end, { once: true })
  await using cable = await Cable.lay()
  try {
    const far = start(cable, cable.far, '--peer', cable.far.address)
    const near = start(cable, cable.near, '--watch', await word(far), '--window', `${ms}`)
    await word(near)
    await cable.pull()
    console.log(paint.title(`The plug is pulled; watching for ${duration(ms)}.`))
    const ended = once(near, 'exit')
    near.send('pulled')
    await ended
  } finally {
    end()
  }
}

const options = {
  window: { type: 'string', default: '6000' },
  peer: { type: 'string' },
  watch: { type: 'string' },
} as const

await cli(help, options, async ({ values }) => {
  const window = wholeNumber('--window', values.window, 1)
  if (values.peer !== undefined) await peer(values.peer)
  else if (values.watch !== undefined) await watch(values.watch, window)
  else await experiment(window)
})
