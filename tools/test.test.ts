import { expect, it } from 'vitest'
import { fixture } from '../test/fixture.js'
import { totals, vitest } from './test.mjs'

const run = (files: Record<string, string>) =>
  vitest(['--root', fixture(files), '--globals'], false)

it('counts tests, and failures outside of tests', async () => {
  const count = await run({
    'a.test.js':
      "it('good', () => {}); it('bad', () => { throw new Error('x') }); it.skip('s', () => {})",
    'import.test.js': "import './nowhere.js'; it('never', () => {})",
    'hook.test.js': "afterAll(() => { throw new Error('left open') }); it('good', () => {})",
    'suite.test.js':
      "describe('d', () => { afterAll(() => { throw new Error('x') }); it('good', () => {}) })",
  })
  expect(count).toEqual({ passed: 3, failed: 4, skipped: 1 })
})

it('counts a process that died as failures, and a file without tests', async () => {
  const count = await run({
    'a.test.js': "it('good', () => {})",
    'crash.test.js': "it('dies', () => { process.kill(process.pid, 'SIGSEGV') })",
    'empty.test.js': '',
  })
  expect(count).toEqual({ passed: 1, failed: 2, skipped: 0 })
})

it('counts a run that died, or failed without saying where, as a failure', () => {
  expect(totals(null, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(totals({ testResults: [] }, 1)).toMatchObject({ failed: 1 })
})
