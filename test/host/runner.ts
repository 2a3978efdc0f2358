// Runs the tests of poll and net on the host backend. A test that has to fail there may do so by waiting for what
// never comes: that is known after a second, and its hooks then free what it holds.
//
// What it left waiting is rejected when that happens, or later: that is part of its failure, and none of the run.
import { AsyncLocalStorage } from 'node:async_hooks'
import { promiseHooks } from 'node:v8'
import type { RunnerTestCase } from 'vitest'
import { TestRunner } from 'vitest'

const LIMIT = 1_000

/** Set within a test that has to fail, and in all that it began. */
const failing = new AsyncLocalStorage<true>()
const theirs = new WeakSet<Promise<unknown>>()
let watched = false

/** Tells promises of tests that have to fail from all others, which vitest is to report as ever. */
function watchPromises(): void {
  if (watched) return
  watched = true
  promiseHooks.onInit((promise) => {
    if (failing.getStore() === true) theirs.add(promise)
  })
  const event = 'unhandledRejection'
  const judge = (error: unknown, promise: Promise<unknown>): void => {
    if (theirs.has(promise)) return
    // It reports nothing while another one listens.
    process.off(event, judge)
    process.emit(event, error, promise)
    process.on(event, judge)
  }
  process.on(event, judge)
}

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
    if (test.fails !== true) return body()
    watchPromises()
    await failing.run(true, () => limited(body))
  }
}
