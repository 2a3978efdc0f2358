#!/usr/bin/env node
// npm test: installs and builds what is missing, then runs every test. Arguments go to vitest:
// `npm test -- --project net splitHostPort`. The last line has the totals; the file that
// NETFD_TEST_SUMMARY names gets them as JSON.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { isMain } from './packages.mjs'
import { run, tool, turbo } from './step.mjs'

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion
 * @typedef {object} Report of vitest's reporter `json`
 * @property {{ name: string, status: string, message?: string, assertionResults: Assertion[] }[]} testResults
 *   one for each file
 */

/** Counts a run. A file that failed outside its tests (an import, a hook) is a failure, and so is a test
 * that never got its turn, and whatever else made vitest fail.
 * @param {Report | null} report null: vitest died before it could write one
 * @param {number} code what vitest exited with
 */
export const totals = (report, code) => {
  const files = report?.testResults ?? []
  /** @param {readonly string[]} wanted */
  const count = (...wanted) =>
    files.flatMap((f) => f.assertionResults).filter((t) => wanted.includes(t.status)).length
  const outside = files.filter(
    (f) => f.status === 'failed' && !f.assertionResults.some((t) => t.status === 'failed'),
  )
  const failed = count('failed', 'pending') + outside.length
  return {
    passed: count('passed'),
    failed: failed === 0 && (code !== 0 || report === null) ? 1 : failed,
    skipped: count('skipped', 'todo', 'disabled'),
  }
}

/** Runs vitest; answers the totals.
 * @param {readonly string[]} args
 * @param {boolean} [inherit] whether what it prints is shown
 */
export const vitest = async (args, inherit = true) => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-test-'))
  const file = join(dir, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const command = [tool('vitest/vitest.mjs'), 'run', ...reporters, ...args]
    const { code } = await run(process.execPath, command, { inherit })
    return totals(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null, code)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

if (isMain(import.meta.url)) {
  await bootstrap()
  // The examples are tested as they are run: built.
  if (!(await turbo('build', ['build', 'build:native']))) process.exit(1)
  // vitest is not a turbo task: the version of Node is no part of turbo's hash.
  const count = await vitest(process.argv.slice(2))
  const summary = process.env.NETFD_TEST_SUMMARY
  if (summary !== undefined) writeFileSync(summary, `${JSON.stringify(count)}\n`)
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  if (count.failed > 0) process.exitCode = 1
}
