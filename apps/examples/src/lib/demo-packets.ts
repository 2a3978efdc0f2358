// Both ends of a relay, so that there is something to see.
import type { UDPConn } from '@netfd/net'
import { dial, PacketBatch } from '@netfd/net'

/** So many packets are under way at a time. */
const WINDOW = 32

/** After so long without an answer, in ms, the rest of them is taken for lost. */
const PATIENCE = 100

/** Sends back whatever comes, until the signal, with which it rejects. */
export async function echoPackets(conn: UDPConn, signal: AbortSignal): Promise<void> {
  const batch = new PacketBatch()
  for (;;) {
    await conn.readBatch(batch, { signal })
    await conn.writeBatch(batch)
  }
}

/** Sends packets, and the next when those have come back, until the signal, with which it rejects. */
export async function sendPackets(address: string, signal: AbortSignal): Promise<void> {
  await using conn = await dial('udp', address)
  const packets = Array.from({ length: WINDOW }, () => new Uint8Array(64))
  const batch = new PacketBatch()
  conn.setReadTimeout(PATIENCE)
  for (;;) {
    await conn.writeBatch(packets)
    try {
      for (let n = 0; n < WINDOW; ) n += await conn.readBatch(batch, { signal })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ETIMEDOUT') throw error
    }
  }
}
