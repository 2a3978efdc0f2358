// A server that is replaced while its clients talk to it. Started again on the same address, the new process takes
// the listener and the live connections over, with what was read ahead; the old one ends. No client sees an error.
//
//   node dist/graceful-restart.js 127.0.0.1:7000      (talk to it with netcat, then start it again)
//   node dist/graceful-restart.js --demo
import type { UnixpacketConn } from '@netfd/net'
import { dial, listen } from '@netfd/net'
import { cli, complain } from './lib/cli.js'
import { RestartDemo } from './lib/demo-restart.js'
import { checkUser, estateOf, handOver, leave, revived, takeOver } from './lib/handover.js'
import { LineServer } from './lib/line-server.js'
import { needsLinux } from './lib/needs.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
graceful-restart [--demo] [host:port]   Answers lines, and takes over from one that does.

  --demo   has clients of its own, and restarts the server each second`

/** Where the process that serves an address waits for its successor. */
const nameFor = (address: string): string => `@netfd-graceful-restart-${address}`

/** The server, with all that a predecessor leaves to it. */
async function begin(address: string): Promise<LineServer> {
  let front: UnixpacketConn
  try {
    front = await dial('unixpacket', nameFor(address))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
    const server = new LineServer(await listen('tcp', address))
    console.log(`listening on ${server.listener.addr} in process ${process.pid}`)
    return server
  }
  await using _ = front
  const before = checkUser(front)
  const estate = await takeOver(front)
  const from = `${count(estate.conns.length, 'connection')} from process ${before}`
  console.log(`listening on ${address} in process ${process.pid}, with ${from}`)
  const server = revived(estate)
  leave(estate)
  return server
}

/** Waits for a successor. Null where the signal comes first. */
async function successor(server: LineServer, signal: AbortSignal): Promise<UnixpacketConn | null> {
  await using control = await listen('unixpacket', nameFor(`${server.listener.addr}`))
  for (;;) {
    try {
      const front = await control.accept({ signal })
      checkUser(front)
      return front
    } catch (error) {
      if (signal.aborted) return null
      complain(error)
    }
  }
}

/** Serves until there is a successor, or the signal. One that fails changes nothing: the old process goes on. */
async function serve(first: LineServer, signal: AbortSignal): Promise<void> {
  for (let server = first; ; ) {
    const running = server.run()
    const front = await successor(server, signal)
    const estate = await estateOf(server, running)
    try {
      if (front === null) return console.log('stopped')
      await handOver(front, estate)
      return console.log(`handed ${count(estate.conns.length, 'connection')} over, and ended`)
    } catch (error) {
      complain(error)
      server = revived(estate)
    } finally {
      leave(estate)
    }
  }
}

const options = { demo: { type: 'boolean', default: false } } as const

await cli(help, options, 1, async ({ values, positionals: [address = '127.0.0.1:0'] }) => {
  needsLinux('descriptors that are handed on')
  const stop = stopSignal()
  if (values.demo) return await new RestartDemo(process.argv[1] as string, address).run(stop)
  // A demo that is gone without a word takes its servers with it.
  process.once('disconnect', () => process.exit())
  process.channel?.unref()
  await serve(await begin(address), stop)
  if (process.connected) process.disconnect()
})
