import { host } from '@netfd/poll/internal'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { errorOf } from '../test/support.js'
import type { Sockaddr } from './net.js'
import { partialDeadline, SysDialer } from './sys-dialer.js'
import { TCPAddr } from './tcpaddr.js'

const addrs = [1, 2, 3].map((n) => new TCPAddr(`192.0.2.${n}`, 80))

/** A dial whose attempts end as `single` says. */
class Dialing extends SysDialer {
  override dialSingle: SysDialer['dialSingle']

  constructor(single: SysDialer['dialSingle']) {
    super('tcp', null, { control: undefined, mptcp: false, options: [] }, null)
    this.dialSingle = single
  }
}

it('gives each address its share of the time that is left (TestDialerPartialDeadline)', async () => {
  let time = 1_000
  vi.spyOn(host, 'now').mockImplementation(() => time)
  onTestFinished(() => void vi.restoreAllMocks())
  const shares: number[] = []
  const d = new Dialing(async (_, { due }) => {
    shares.push(due - time)
    time = due
    throw new Error('late')
  })
  await errorOf(d.dialSerial(addrs, { due: 1_000 + 12_000, signal: undefined }))
  expect(shares).toEqual([4_000, 4_000, 4_000])
  time = 1_000
  shares.length = 0
  await errorOf(d.dialSerial(addrs, { due: 1_000 + 5_000, signal: undefined }))
  expect(shares).toEqual([2_000, 2_000, 1_000])
})

it('starts the fallback once, although the primary fails after it was started', async () => {
  const [primary, fallback] = addrs as [TCPAddr, TCPAddr]
  const tried: string[] = []
  const refuse = new Map<Sockaddr | null, () => void>()
  let begun: () => void = () => undefined
  const started = new Promise<void>((resolve) => {
    begun = resolve
  })
  const d = new Dialing((addr) => {
    tried.push(String(addr))
    if (addr === fallback) begun()
    return new Promise((_, reject) => refuse.set(addr, () => reject(new Error('refused'))))
  })
  const error = errorOf(d.dialParallel([primary], [fallback], 1, { due: 0, signal: undefined }))
  await started
  refuse.get(primary)?.()
  await new Promise((resolve) => setImmediate(resolve))
  expect(tried).toEqual([primary, fallback].map(String))
  refuse.get(fallback)?.()
  await error
})

const now = 1_000_000

describe('partialDeadline', () => {
  it.each([
    [12_000, 1, 12_000],
    [12_000, 2, 6000],
    [12_000, 3, 4000],
    [12_000, 6, 2000],
    [12_000, 7, 2000],
    [12_000, 999, 2000],
    [2000, 2, 2000],
    [1900, 999, 1900],
    [1, 2, 1],
  ])(
    'gives of %d ms over %d addresses %d ms to the first (TestDialerPartialDeadline)',
    (left, n, slice) => {
      expect(partialDeadline(now, now + left, n)).toBe(now + slice)
    },
  )

  it('has no deadline where there is none', () => {
    expect(partialDeadline(now, 0, 3)).toBe(0)
  })

  it.each([0, -1, -5000])('throws a timeout when %d ms are left', (left) => {
    expect(() => partialDeadline(now, now + left, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_DEADLINE_EXCEEDED', timeout: true }),
    )
  })

  it('never goes beyond the deadline, and the last address gets all that is left', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e9 }),
        fc.integer({ min: 1, max: 1000 }),
        (left, n) => {
          expect(partialDeadline(now, now + left, n)).toBeLessThanOrEqual(now + left)
          expect(partialDeadline(now, now + left, 1)).toBe(now + left)
        },
      ),
    )
  })
})
