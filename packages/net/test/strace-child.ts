// One listen, one dial and one accept, between calls that a trace can be cut at.

import { close } from '@netfd/syscall/raw'
import type { TCPNetwork } from '../src/index.js'
import { dial, ListenConfig } from '../src/index.js'

/** No descriptor has such a number: the call fails, and marks the trace. */
const mark = (n: number): number => close(1_000_000 + n)

async function main(network: string, address: string): Promise<void> {
  const config = new ListenConfig({ mptcp: false })
  // Whatever is asked of the kernel once per process is asked here.
  {
    await using listener = await config.listen(network as TCPNetwork, address)
    await using client = await dial(network as TCPNetwork, String(listener.addr))
    await using server = await listener.accept()
    await client.write('warm')
    await server.read(new Uint8Array(8))
  }
  mark(0)
  const listener = await config.listen(network as TCPNetwork, address)
  mark(1)
  // The first connection is asked for its options.
  {
    await using _client = await dial(network as TCPNetwork, String(listener.addr))
    await using _server = await listener.accept()
  }
  mark(1)
  const client = await dial(network as TCPNetwork, String(listener.addr))
  mark(2)
  const server = await listener.accept()
  mark(3)
  const buf = new Uint8Array(64)
  const rounds = Number(process.argv[4] ?? 0)
  for (let i = 0; i < rounds; i++) {
    await Promise.all([client.write('ping'), server.read(buf)])
    await Promise.all([server.write('pong'), client.read(buf)])
  }
  mark(4)
  await client.close()
  mark(5)
  await server.close()
  await listener.close()
  mark(6)
}

await main(process.argv[2] ?? 'tcp', process.argv[3] ?? '127.0.0.1:0')
