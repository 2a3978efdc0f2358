// A proxied connection that is idle costs the proxy its two sockets, and no other descriptor.
import type { TCPConn } from '@netfd/net'
import { afterAll, expect, it } from 'vitest'
import { chain, countCalls, pattern, readFull, turns } from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { pipeEnds } from '../../packages/poll/test/support.js'

afterAll(closeIdlePipes)

/** client → front ⇒ back → server, and back. */
type Proxied = [client: TCPConn, server: TCPConn, both: Promise<unknown>]

async function proxied(): Promise<Proxied> {
  const { from: client, src: front, dst: back, to: server } = await chain()
  const way = async (dst: TCPConn, src: TCPConn) => {
    await dst.readFrom(src)
    dst.closeWrite()
  }
  return [client, server, Promise.all([way(back, front), way(front, back)])]
}

it('a proxied connection holds no pipe while it is idle, however long its pieces were', async () => {
  const before = pipeEnds()
  const all: Proxied[] = []
  for (let i = 0; i < 20; i++) all.push(await proxied())
  for (const size of [0, 10, 20_000, 300_000]) {
    for (const [client, server] of all) {
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        const [got] = await Promise.all([readFull(to, size), from.write(pattern(size))])
        expect(Buffer.compare(got, pattern(size))).toBe(0)
      }
    }
    await turns(3)
    // The pipe that is kept for the next piece, for all of them.
    expect(pipeEnds() - before).toBeLessThanOrEqual(2)
  }
  for (const [client, server] of all) {
    client.closeWrite()
    server.closeWrite()
  }
  await Promise.all(all.map(([, , both]) => both))
})

it('a pipe is made once, however many pieces go through it by turns', async () => {
  closeIdlePipes()
  const [client, server, both] = await proxied()
  const calls = countCalls('pipe2')
  const piece = pattern(100_000)
  for (let i = 0; i < 50; i++) {
    const [got] = await Promise.all([readFull(server, piece.length), client.write(piece)])
    expect(Buffer.compare(got, piece)).toBe(0)
  }
  expect(calls.pipe2).toBeLessThanOrEqual(1)
  client.closeWrite()
  server.closeWrite()
  await both
})
