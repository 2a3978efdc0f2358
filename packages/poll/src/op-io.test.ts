// Go: internal/poll/writev_test.go and fd_posix_test.go.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakePoller } from '../test/netpoll-fake.js'
import { pattern, replace } from '../test/support.js'
import { STREAM } from './kind.js'
import { READY } from './netpoll.js'
import { ReadOp, WriteOp, WritevOp } from './op-io.js'
import { PollDesc } from './poll-desc.js'

describe('ReadOp', () => {
  // asked, got, whether 0 is the end → result
  it.each([
    [10, 0, true, null],
    [10, 0, false, 0],
    [0, 0, true, 0],
    [10, 5, true, 5],
    [10, 10, true, 10],
    [10, 5, false, 5],
  ])(
    'asked for %i, got %i, zero is the end %s: %s (TestEOFError)',
    (asked, got, zeroReadIsEOF, result) => {
      const op = new ReadOp({ ...STREAM, zeroReadIsEOF }).of(new Uint8Array(asked))
      expect(op.advance(got, null)).toBe(true)
      expect(op.take()).toBe(result)
    },
  )

  it('forgets the result of the call before', () => {
    const op = new ReadOp(STREAM).of(new Uint8Array(4))
    op.advance(4, null)
    op.take()
    expect(op.of(new Uint8Array(8)).take()).toBe(null)
  })
})

describe('a read that moved as much as one call can', () => {
  // asked, got → whether the next read waits without trying
  it.each([
    [64, 63, true],
    [64, 64, false],
    [2 ** 30, 2 ** 30 - 1, true],
    [2 ** 31, 2 ** 30, false],
  ])('asked for %i, got %i: drained %s', (length, got, drained) => {
    const pd = new PollDesc(new FakePoller(), 7)
    const op = new ReadOp(STREAM).of(pattern(1), length)
    expect(pd.prepare(pd.r, op)).toBe(READY)
    op.advance(got, pd.r)
    expect(pd.r.drained).toBe(drained)
  })
})

describe('WriteOp', () => {
  it('goes on where the kernel stopped', () => {
    const offsets: (number | undefined)[] = []
    replace({ send: (_fd, _buf, offset) => offsets.push(offset) })
    const op = new WriteOp(STREAM).of(pattern(10))
    op.attempt(3)
    expect(op.advance(4)).toBe(false)
    op.attempt(3)
    expect(op.advance(6)).toBe(true)
    expect([offsets, op.take()]).toEqual([[undefined, 4], 10])
  })

  it('counts beyond 2³¹ (TestTCPBig)', () => {
    const size = 5 * 2 ** 30
    const offsets: number[] = []
    replace({
      send: (_fd, _buf, offset = 0) => {
        offsets.push(offset)
        return Math.min(2 ** 30, size - offset)
      },
    })
    const op = new WriteOp(STREAM).of(pattern(1), size)
    for (let done = false; !done; ) done = op.advance(op.attempt(3))
    expect(offsets).toEqual([0, 1, 2, 3, 4].map((gib) => gib * 2 ** 30))
    expect(op.take()).toBe(size)
  })
})

/** What is left of the list, as the kernel would be given it. */
function rest(op: WritevOp): Uint8Array {
  let left: Uint8Array = new Uint8Array(0)
  replace({
    sendmsg: (_fd, bufs, _flags, _control, start = 0, offset = 0) => {
      left = Buffer.concat([bufs].flat().slice(start)).subarray(offset)
      return 0
    },
  })
  op.attempt(3)
  return new Uint8Array(left)
}

describe('WritevOp', () => {
  // lengths of the list, taken by one call → what is left of 'foo', 'bar', …
  it.each([
    [['foo', 'bar'], 0, 'foobar'],
    [['foo', 'bar'], 2, 'obar'],
    [['foo', 'bar'], 3, 'bar'],
    [['foo', 'bar'], 5, 'r'],
    [['foo', 'bar'], 6, ''],
    [['', '', 'foo'], 1, 'oo'],
    [['foo', '', 'bar', ''], 3, 'bar'],
    [['a', 'b', 'c', 'd'], 3, 'd'],
  ])('%j, %i taken, leaves %j (TestConsume)', (list, taken, left) => {
    const op = new WritevOp(
      STREAM,
      list.map((text) => Buffer.from(text)),
    )
    const done = taken === 0 ? false : op.advance(taken)
    expect(Buffer.from(rest(op)).toString()).toBe(left)
    expect(done).toBe(left === '')
  })

  it('walks any list in any steps and leaves it as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
        (lengths, steps) => {
          const bufs = lengths.map((length, i) => pattern(length, 10 * i))
          const want = Buffer.concat(bufs)
          const op = new WritevOp(STREAM, bufs)
          let at = 0
          for (let i = 0; at < want.length; i++) {
            expect(Buffer.compare(rest(op), want.subarray(at))).toBe(0)
            const n = Math.min(steps[i % steps.length] ?? 1, want.length - at)
            at += n
            expect(op.advance(n)).toBe(at === want.length)
            expect(op.written).toBe(at)
          }
          expect(op.take()).toBe(want.length)
          expect(bufs.map((buf) => buf.length)).toEqual(lengths)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is complete with an empty list', () => {
    const op = new WritevOp(STREAM, [new Uint8Array(0)])
    expect([op.attempt(3), op.advance(0), op.take()]).toEqual([0, true, 0])
  })
})
