import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixture } from './fixture.js'
import { root, tool } from './step.mjs'

const report = (files: Record<string, string>): { summary: unknown; output: string } => {
  const dir = fixture(files)
  const args = ['run', '--root', dir, '--globals', `--reporter=${root}tools/ci-reporter.mjs`]
  const env = { ...process.env, NETFD_TEST_SUMMARY: join(dir, 'summary.json') }
  const done = spawnSync(process.execPath, [tool('vitest/vitest.mjs'), ...args], {
    encoding: 'utf8',
    env,
  })
  return { summary: JSON.parse(readFileSync(env.NETFD_TEST_SUMMARY, 'utf8')), output: done.stdout }
}

describe('the CI reporter', () => {
  it('counts tests, and failures outside of tests, on one line and as JSON', () => {
    const { summary, output } = report({
      'a.test.js':
        "it('good', () => {}); it('bad', () => { throw new Error('x') }); it.skip('s', () => {})",
      'import.test.js': "import './nowhere.js'; it('never', () => {})",
      'hook.test.js': "afterAll(() => { throw new Error('left open') }); it('good', () => {})",
      'suite.test.js':
        "describe('d', () => { afterAll(() => { throw new Error('x') }); it('good', () => {}) })",
    })
    expect(summary).toEqual({ passed: 3, failed: 4, skipped: 1 })
    expect(output.trimEnd().split('\n').at(-1)).toBe('3 passed, 4 failed, 1 skipped')
  })

  it('counts a process that died as a failure', () => {
    const { summary } = report({
      'a.test.js': "it('good', () => {})",
      'crash.test.js': "it('dies', () => { process.kill(process.pid, 'SIGSEGV') })",
    })
    expect(summary).toMatchObject({ passed: 1, skipped: 0 })
    expect((summary as { failed: number }).failed).toBeGreaterThan(0)
  })

  it('counts a run without any test as a failure', () => {
    expect(report({ 'a.test.js': '' }).summary).toMatchObject({ passed: 0, failed: 1 })
  })
})
