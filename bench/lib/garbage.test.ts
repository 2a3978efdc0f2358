import { describe, expect, it } from 'vitest'
import { allocatedBetween, allocatedV8 } from '../servers/garbage.mjs'
import { findPeers } from './peers.mjs'
import { runWorkload } from './run.mjs'
import { makeWorkloads } from './workloads.mjs'

describe('what was allocated', () => {
  it('is what each collection found more than the one before left', () => {
    expect(allocatedBetween(100, [], 150)).toBe(50)
    const collections = [
      { before: 180, after: 90 },
      { before: 200, after: 95 },
    ]
    expect(allocatedBetween(100, collections, 105)).toBe(80 + 110 + 10)
  })

  it('is counted across collections', () => {
    expect(allocatedV8()).toBe(0)
    let kept: number[] = []
    for (let i = 0; i < 1000; i++) kept = new Array(10_000).fill(i)
    expect(kept).toHaveLength(10_000)
    const allocated = allocatedV8()
    expect(allocated).toBeGreaterThan(0.9 * 1000 * 10_000 * 8)
    expect(allocated).toBeLessThan(1.5 * 1000 * 10_000 * 8)
  })

  it('is told by the peers whose runtime tells it', async () => {
    const peers = await findPeers(['c', 'node'], (line) => expect.unreachable(line))
    const all = makeWorkloads({ requests: 200, fileLimit: 1024 })
    const workload = all.find(({ id }) => id === 'echo-64-50')
    if (workload === undefined) throw new Error('no echo')
    const cores = { server: 0, load: 0 }
    const outcomes = await runWorkload(workload, {
      peers,
      rounds: 1,
      cores,
      progress: () => undefined,
    })
    const [c, node] = outcomes.map(({ samples }) => samples[0]?.garbage)
    expect(c).toBe(0)
    expect(node).toBeGreaterThan(0)
  })
})
