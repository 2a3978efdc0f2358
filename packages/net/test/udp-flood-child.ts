// Sends packets of 64 bytes without end, as fast as they go, for udp-flood.test.ts.
import { dial } from '../src/index.js'

const [, , address = ''] = process.argv
await using conn = await dial('udp', address)
const data = new Uint8Array(64 * 64)
for (;;) await conn.writeSegments(data, 64)
