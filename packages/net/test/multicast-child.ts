// A question to a group and its answer, as mDNS has them, for multicast.test.ts: one role a process.
import { listenMulticastUDP, listenPacket, UDPAddr } from '../src/index.js'

const GROUP = new UDPAddr('224.0.0.251', 5353)
const say = (value: unknown): void => console.log(JSON.stringify(value))

const roles: Record<string, (device: string) => Promise<void>> = {
  respond: async (device) => {
    await using conn = await listenMulticastUDP('udp4', device, GROUP)
    say('ready')
    const buf = Buffer.alloc(1500)
    const { n, addr } = await conn.readFrom(buf)
    say({ asked: buf.toString('utf8', 0, n), by: addr.ip })
    // To the one that asks, as mDNS answers a question that came from another port than its own.
    await conn.writeTo('here', addr)
    // And to all of the group.
    await conn.writeTo('here, all', GROUP)
  },
  ask: async (device) => {
    await using members = await listenMulticastUDP('udp4', device, GROUP)
    await using conn = await listenPacket('udp4', '10.77.0.1:0')
    conn.setMulticastInterface(device)
    await conn.writeTo('who is netfd.local?', GROUP)
    const buf = Buffer.alloc(1500)
    const answer = await conn.readFrom(buf)
    say({ answer: buf.toString('utf8', 0, answer.n), by: String(answer.addr) })
    for (;;) {
      const { n, addr } = await members.readFrom(buf)
      const text = buf.toString('utf8', 0, n)
      // The question comes back to members of its own machine.
      say({ heard: text, by: addr.ip })
      if (text === 'here, all') return
    }
  },
}

const [, , role = '', device = ''] = process.argv
await roles[role]?.(device)
