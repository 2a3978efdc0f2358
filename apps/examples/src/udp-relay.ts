// Passes packets on by the batch, and shows how many. Each client has a socket of its own towards the target, so
// that answers find their way back; it is forgotten when none came for a minute.
//
//   node dist/udp-relay.js --demo
//   node dist/udp-relay.js 127.0.0.1:8000 127.0.0.1:7000
import { listenPacket } from '@netfd/net'
import { cli, UsageError } from './lib/cli.js'
import { echoPackets, sendPackets } from './lib/demo-packets.js'
import { live } from './lib/live.js'
import { needsLinux } from './lib/needs.js'
import { PacketRelay } from './lib/packet-relay.js'
import { stopSignal } from './lib/stop.js'
import { count } from './lib/units.js'

const help = `
udp-relay [--demo] [listen-host:port target-host:port]   Passes packets on, by the batch.

  --demo   has a target and a client of its own, for a look`

const options = { demo: { type: 'boolean', default: false } } as const

/** What is shown each second. */
function view(relay: PacketRelay): () => string {
  let before = { packets: 0, batches: 0 }
  return () => {
    const { packets, batches, lost } = relay.seen
    const moved = packets - before.packets
    const each = (moved / Math.max(1, batches - before.batches)).toFixed(1)
    before = { packets, batches }
    const clients = count(relay.clients, 'client')
    return `${clients}  ${moved} packets/s  ${each} a batch  ${packets} in all  ${lost} lost`
  }
}

await cli(help, options, 2, async ({ values: { demo }, positionals }) => {
  needsLinux('UDP')
  const signal = stopSignal()
  await using echo = demo ? await listenPacket('udp', '127.0.0.1:0') : null
  const own = echo === null ? [] : ['127.0.0.1:0', `${echo.localAddr}`]
  const [address, target] = [...own, ...positionals]
  if (address === undefined || target === undefined) throw new UsageError('from where to where?')
  await using front = await listenPacket('udp', address)
  console.log(`listening on ${front.localAddr}, passing on to ${target}`)
  const relay = new PacketRelay(front, target, signal)
  using _line = live(view(relay))
  const others = echo ? [echoPackets(echo, signal), sendPackets(`${front.localAddr}`, signal)] : []
  try {
    await Promise.all([relay.run(), ...others])
  } catch (error) {
    if (!signal.aborted) throw error
  }
  console.log(`passed on ${count(relay.seen.packets, 'packet')}`)
})
