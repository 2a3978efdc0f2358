import { host } from '@netfd/poll/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { errorOf } from '../test/support.js'
import { dialParallel } from './dial-parallel.js'
import type { Dialing } from './dial-serial.js'
import { dialSerial } from './dial-serial.js'
import { TCPAddr } from './tcpaddr.js'

const addrs = [1, 2, 3].map((n) => new TCPAddr(`192.0.2.${n}`, 80))

/** A dial whose attempts end as `attempt` says. */
const dialing = (attempt: Dialing['attempt']): Dialing => ({ network: 'tcp', laddr: null, attempt })

it('gives each address its share of the time that is left (TestDialerPartialDeadline)', async () => {
  let time = 1_000
  vi.spyOn(host, 'now').mockImplementation(() => time)
  onTestFinished(() => void vi.restoreAllMocks())
  const shares: number[] = []
  const d = dialing(async (_, { due }) => {
    shares.push(due - time)
    time = due
    throw new Error('late')
  })
  await errorOf(dialSerial(d, addrs, { due: 1_000 + 12_000, signal: undefined }))
  expect(shares).toEqual([4_000, 4_000, 4_000])
  time = 1_000
  shares.length = 0
  await errorOf(dialSerial(d, addrs, { due: 1_000 + 5_000, signal: undefined }))
  expect(shares).toEqual([2_000, 2_000, 1_000])
})

it('starts the fallback once, although the primary fails after it was started', async () => {
  const [primary, fallback] = addrs as [TCPAddr, TCPAddr]
  const tried: string[] = []
  const refuse = new Map<TCPAddr, () => void>()
  let begun: () => void = () => undefined
  const started = new Promise<void>((resolve) => {
    begun = resolve
  })
  const d = dialing((addr) => {
    tried.push(addr.ip)
    if (addr === fallback) begun()
    return new Promise((_, reject) => refuse.set(addr, () => reject(new Error('refused'))))
  })
  const error = errorOf(dialParallel(d, [primary], [fallback], 1, { due: 0, signal: undefined }))
  await started
  refuse.get(primary)?.()
  await new Promise((resolve) => setImmediate(resolve))
  expect(tried).toEqual([primary.ip, fallback.ip])
  refuse.get(fallback)?.()
  await error
})
