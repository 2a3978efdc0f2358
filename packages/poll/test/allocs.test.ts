// Go: TestTCPReadWriteAllocs of net/tcpsock_test.go. What a call makes that its caller does not hold.
import { expect, it, onTestFinished } from 'vitest'
import { ReadOp, WriteOp } from '../src/op-io.js'
import { pattern, tcpPair } from './support.js'

/** The different objects of a class that were set up for a call, from now until the test ends. */
function used<T extends { of(buf: Uint8Array): T }>(type: { prototype: T }): Set<T> {
  const seen = new Set<T>()
  const { of } = type.prototype
  onTestFinished(() => {
    type.prototype.of = of
  })
  type.prototype.of = function (this: T, buf) {
    seen.add(this)
    return of.call(this, buf)
  }
  return seen
}

it('a long ping-pong uses one operation for all reads of an end, and one for all its writes', async () => {
  const [reads, writes] = [used<ReadOp>(ReadOp), used<WriteOp>(WriteOp)]
  const [a, b] = tcpPair()
  const echo = async () => {
    const buf = new Uint8Array(64)
    for (let n = await b.read(buf); n !== null; n = await b.read(buf)) {
      await b.write(buf.subarray(0, n))
    }
  }
  const echoed = echo()
  const buf = new Uint8Array(64)
  for (let i = 0; i < 1000; i++) {
    await a.write(pattern(8, i))
    expect(await a.read(buf)).toBe(8)
  }
  await a.close()
  await echoed
  expect([reads.size, writes.size]).toEqual([2, 2])
})

it('calls that wait at the same time have one each, and the next ones use the first again', async () => {
  const reads = used<ReadOp>(ReadOp)
  const [a, b] = tcpPair()
  const waiting = [1, 2, 3].map(() => a.read(new Uint8Array(1)))
  await b.write(pattern(3))
  await Promise.all(waiting)
  expect(reads.size).toBe(3)
  for (let i = 0; i < 10; i++) {
    await b.write(pattern(1))
    await a.read(new Uint8Array(1))
  }
  expect(reads.size).toBe(3)
})
