// A reporter for vitest: the totals on one line, `N passed, N failed, N skipped`, and the same as
// JSON in the file that NETFD_TEST_SUMMARY names.
import { writeFileSync } from 'node:fs'

/**
 * @typedef {import('vitest/node').TestModule} TestModule
 * @typedef {{ passed: number, failed: number, skipped: number }} Totals
 */

/** Counts a run. What fails outside a test (an import, a hook, a crashed worker) is a failure too.
 * @param {readonly TestModule[]} modules
 * @param {readonly unknown[]} unhandledErrors
 * @param {string} reason 'passed', 'failed' or 'interrupted'
 * @returns {Totals}
 */
export const totals = (modules, unhandledErrors, reason) => {
  const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that never got its turn has not passed.
      count[state === 'pending' ? 'failed' : state] += 1
    }
    const outside = [module, ...module.children.allSuites()]
    count.failed += outside.filter((suite) => suite.errors().length > 0).length
  }
  if (reason !== 'passed' && count.failed === 0) count.failed = 1
  return count
}

/** @param {Totals} totals */
export const line = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

// vitest loads a reporter through its default export.
export default class CiReporter {
  /**
   * @param {readonly TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   * @param {string} reason
   */
  onTestRunEnd(modules, unhandledErrors, reason) {
    const count = totals(modules, unhandledErrors, reason)
    const file = process.env.NETFD_TEST_SUMMARY
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(count)}\n`)
    console.log(line(count))
  }
}
