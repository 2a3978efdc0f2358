// What the host backend says of each network but TCP, for host-networks.test.ts: a line for each call.
import type { OpError } from '../src/index.js'
import { dial, listen, listenMulticastUDP, listenPacket, UDPAddr } from '../src/index.js'

const calls: Record<string, () => Promise<unknown>> = {
  'dial udp': () => dial('udp', '127.0.0.1:9'),
  'listenPacket udp': () => listenPacket('udp', '127.0.0.1:0'),
  listenMulticastUDP: () => listenMulticastUDP('udp4', null, new UDPAddr('224.0.0.251', 0)),
  'dial unix': () => dial('unix', '@netfd-nowhere'),
  'dial unixgram': () => dial('unixgram', '@netfd-nowhere'),
  'dial unixpacket': () => dial('unixpacket', '@netfd-nowhere'),
  'listen unix': () => listen('unix', '@netfd-nowhere'),
  'listen unixpacket': () => listen('unixpacket', '@netfd-nowhere'),
  'listenPacket unixgram': () => listenPacket('unixgram', '@netfd-nowhere'),
}

for (const [name, call] of Object.entries(calls)) {
  const said = await call().then(
    () => ({ code: null, message: 'it worked' }),
    ({ code, message }: OpError) => ({ code, message }),
  )
  console.log(JSON.stringify({ name, ...said }))
}
