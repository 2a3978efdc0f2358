// Random programs on both backends, one beside the other: the same comes of every step.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { root } from '../../tools/step.mjs'
import type { Step } from './steps.js'

const PROGRAMS = 150

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<Step['op']>('write', 'read') },
    { weight: 1, arbitrary: fc.constantFrom<Step['op']>('abort', 'closeWrite') },
    { weight: 1, arbitrary: fc.constantFrom<Step['op']>('close', 'reset') },
  ),
  at: fc.constantFrom<0 | 1>(0, 1),
  n: fc.integer({ min: 1, max: 5_000 }),
})

/** What came of all steps on a backend. */
async function outcomes(programs: readonly Step[][], backend: string): Promise<unknown[][]> {
  const child = spawn(process.execPath, [join(root, 'test/host/fuzz-child.mjs')], {
    env: { ...process.env, NETFD_BACKEND: backend },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(programs))
  const [out] = (await once(createInterface(child.stdout), 'line')) as [string]
  child.kill()
  await once(child, 'close')
  return JSON.parse(out) as unknown[][]
}

it('comes to the same on both backends', async () => {
  const programs = fc.sample(fc.array(step, { minLength: 1, maxLength: 16 }), PROGRAMS)
  const [epoll, host] = await Promise.all([outcomes(programs, 'epoll'), outcomes(programs, 'host')])
  for (const [i, program] of programs.entries()) {
    expect(host[i], JSON.stringify(program)).toEqual(epoll[i])
  }
})
