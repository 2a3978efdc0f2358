// Batches between calls that a trace can be cut at; see strace.test.ts.
import { setImmediate as turn } from 'node:timers/promises'
import { close } from '@netfd/syscall/raw'
import { dial, listenPacket, PacketBatch } from '../src/index.js'

/** No descriptor has such a number: the call fails, and marks the trace. */
let marks = 0
const mark = (): number => close(1_000_000 + marks++)

await using server = await listenPacket('udp', '127.0.0.1:0')
await using client = await dial('udp', String(server.localAddr))
const batch = new PacketBatch({ count: 4, size: 64 })
const ten = new PacketBatch({ count: 10, size: 64 })
for (let i = 0; i < 10; i++) ten.set(i, new Uint8Array(i))
const list = Array.from({ length: 200 }, () => new Uint8Array(8))

mark()
await client.writeBatch(ten)
mark()
for (const n of [4, 4, 2])
  if ((await server.readBatch(batch)) !== n) throw new Error('no such batch')
mark()
const waiting = server.readBatch(batch)
await turn()
mark()
await client.write('x')
await waiting
mark()
await client.writeBatch(list)
mark()
