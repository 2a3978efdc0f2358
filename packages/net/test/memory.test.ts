// What an accepted connection costs on the JavaScript heap.
import { expect, it } from 'vitest'
import { program, run } from './program.js'

it('an idle accepted connection with a read that waits is small', async () => {
  const child = program('memory-child.ts')
  const { stdout } = await run([process.execPath, '--expose-gc', child])
  const { idle, parked } = JSON.parse(stdout) as { idle: number; parked: number }
  // A generous bound: it is about what is left, not about what is measured today.
  expect(parked, `${idle} bytes without the read`).toBeLessThan(2_048)
  expect(idle).toBeLessThanOrEqual(parked)
})
