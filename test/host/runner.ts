// Runs the tests of poll and net on the host backend. A test that has to fail there may do so by waiting for what
// never comes: that is known after a second, and its hooks then free what it holds.
import type { RunnerTestCase } from 'vitest'
import { TestRunner } from 'vitest'

const LIMIT = 1_000

/** As the body of a test, but for one that takes longer than the limit: that fails. */
async function limited(body: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${LIMIT} ms`)), LIMIT)
  })
  try {
    await Promise.race([body(), over])
  } finally {
    clearTimeout(timer)
  }
}

export default class HostRunner extends TestRunner {
  async runTask(test: RunnerTestCase): Promise<void> {
    const body = TestRunner.getTestFn(test) as () => Promise<void>
    await (test.fails === true ? limited(body) : body())
  }
}
