// More packets than can be read. What comes between two turns of the event loop is counted, not timed.
import { beforeAll, expect, it } from 'vitest'
import { BUDGET_OPS } from '../../poll/src/budget.js'
import type { UDPConn } from '../src/index.js'
import { listenPacket, PacketBatch } from '../src/index.js'
import { program, Running } from './program.js'
import { track } from './support.js'

/** Packets after which a loop is given up: no timer of the test runner could fire in it. */
const ENDLESS = 5_000_000
/** Four packets of a batch count as one operation, for they take no longer; a batch more is under way. */
const MOST = 4 * BUDGET_OPS + 32
/** So often the interval fires. */
const TICKS = 20

let child = ''
beforeAll(() => {
  child = program('udp-flood-child.ts')
})

/** Reads once; how many packets that gave. */
type Read = (conn: UDPConn) => () => Promise<number>

const reads: [string, Read][] = [
  [
    'read',
    (conn) => {
      const buf = new Uint8Array(64)
      return async () => Number((await conn.read(buf)) >= 0)
    },
  ],
  [
    'readFrom',
    (conn) => {
      const buf = new Uint8Array(64)
      return async () => Number((await conn.readFrom(buf)).n >= 0)
    },
  ],
  [
    'readBatch',
    (conn) => {
      const batch = new PacketBatch({ size: 64 })
      return () => conn.readBatch(batch)
    },
  ],
  [
    'for await',
    (conn) => {
      const loop = conn[Symbol.asyncIterator]()
      return async () => Number((await loop.next()).done === false)
    },
  ],
]

it.each(reads)(
  'a flood that %s takes lets an interval fire, and the loop turn',
  async (name, make) => {
    const conn = track(await listenPacket('udp', '127.0.0.1:0'))
    conn.setReadBuffer(1 << 20)
    const flood = new Running([process.execPath, child, String(conn.localAddr)])
    const read = make(conn)
    await read()
    let [ticks, packets, armed, worst] = [0, 0, false, 0]
    const timer = setInterval(() => ticks++, 1)
    const arm = (): void => {
      const at = packets
      armed = true
      setImmediate(() => {
        armed = false
        worst = Math.max(worst, packets - at)
      })
    }
    while (ticks < TICKS && packets < ENDLESS) {
      if (!armed) arm()
      packets += await read()
    }
    clearInterval(timer)
    flood.kill()
    await flood.ended
    expect(ticks).toBeGreaterThanOrEqual(TICKS)
    expect(worst).toBeGreaterThan(1)
    expect(worst).toBeLessThanOrEqual(name === 'readBatch' ? MOST : BUDGET_OPS + 1)
  },
)
