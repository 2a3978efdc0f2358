// UDP over a wire that loses, doubles and reorders: a datagram that arrives is whole, and one of which a fragment
// is lost does not arrive. See lib/wire.mjs; the long form of it is a part of the attack.
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Reading } from './lib/datagram-end.mjs'
import { Wire } from './lib/wire.mjs'
import { sendDatagrams } from './lib/wire-datagrams.mjs'

const BAD = { loss: 0.05, doubled: 0.05, late: 0.05, delay: 100, jitter: 200 }

const LOADS = [
  { size: 1400, count: 600, most: 100 },
  { size: 8192, count: 150, most: 24 },
  { size: 60_000, count: 120, most: 8 },
]

const ready = process.getuid?.() === 0 && existsSync('/dev/net/tun')

/** Sends the loads over a wire of its own; what has come of them. */
async function sent(reading: Reading) {
  const seed = 77
  const words = reading === 'joined' ? (['napi'] as const) : []
  const wire = await Wire.open(seed, BAD, ...words)
  const [near, far] = [wire.puppet(1), wire.puppet(2)]
  const seen = await sendDatagrams({ wire, near, far, seed }, LOADS, reading)
  await Promise.all([near.end(), far.end()])
  const { lost = 0, doubled = 0, late = 0 } = await wire.close()
  return { ...seen, least: Math.min(lost, doubled, late) }
}

describe.skipIf(!ready)('over a wire that loses, doubles and reorders 5 %,', () => {
  it.each(['readFrom', 'readMsg', 'batch', 'each', 'joined'] as const)(
    'each datagram that arrives is whole, and all that arrive are read (%s)',
    async (reading) => {
      const { sizes, least, taken, full, read } = await sent(reading)
      expect(least).toBeGreaterThan(0)
      // Where one fragment is lost there is no datagram: the more it has, the rarer it is.
      const arrived = sizes.map(({ whole }, i) => whole / (LOADS[i]?.count ?? 0))
      expect(arrived.length).toBe(LOADS.length)
      expect(arrived.toSorted((a, b) => b - a)).toEqual(arrived)
      expect(arrived[0]).toBeLessThan(1)
      expect(sizes[0]?.again).toBeGreaterThan(0)
      expect(full > 0).toBe(reading === 'batch' || reading === 'joined')
      if (reading === 'joined') expect(taken).toBeLessThan(read)
    },
  )
})
