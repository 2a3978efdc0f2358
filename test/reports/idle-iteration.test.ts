// A connection that is iterated over and silent holds no buffer.
import type { TCPConn } from '@netfd/net'
import { expect, it } from 'vitest'
import { pair, pattern, turns } from '../../packages/net/test/support.js'

const COUNT = 200

/** Bytes of all buffers outside of the JavaScript heap. */
const buffers = (): number => process.memoryUsage().arrayBuffers

it('for await over a connection holds no buffer while it waits, before a piece and after it', async () => {
  const pairs: [TCPConn, TCPConn][] = []
  for (let i = 0; i < COUNT; i++) pairs.push(await pair())
  let received = 0
  const loops = pairs.map(async ([, conn]) => {
    for await (const piece of conn) received += piece.length
  })
  await turns(2)
  // The first piece of all has made the room that they share.
  await pairs[0]?.[0].write(pattern(1))
  while (received < 1) await turns(1)
  const before = buffers()
  for (const [peer] of pairs) await peer.write(pattern(100))
  while (received < 100 * COUNT + 1) await turns(1)
  await turns(2)
  // Each piece is 100 bytes long; a buffer for each loop would be 64 KiB.
  expect(buffers() - before).toBeLessThan(COUNT * 4096)
  for (const [peer] of pairs) await peer.close()
  await Promise.all(loops)
})

it('beginning to iterate takes no buffer', async () => {
  const pairs: [TCPConn, TCPConn][] = []
  for (let i = 0; i < COUNT; i++) pairs.push(await pair())
  const before = buffers()
  const loops = pairs.map(async ([, conn]) => {
    for await (const piece of conn) expect(piece).toHaveLength(0)
  })
  await turns(3)
  expect(buffers() - before).toBeLessThan(COUNT * 4096)
  for (const [peer] of pairs) await peer.close()
  await Promise.all(loops)
})
