// The contract itself, on a planted file: a listed test has to fail, by whatever it does, and no other may.
import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../tools/step.mjs'
import { fixture } from '../fixture.js'

const PLANTED = `
it('fails', () => { throw new Error('on purpose') })
it('hangs', () => new Promise(() => undefined))
it('leaves a rejection behind', () => void Promise.reject(new Error('left behind')))
it('passes', () => undefined)
let reject
it('has left what fails later', () => { void new Promise((_, no) => { reject = no }); throw new Error('at once') })
it('waits until that has failed', async () => {
  setTimeout(() => reject(new Error('too late')), 50)
  await new Promise((resolve) => setTimeout(resolve, 100))
})
`
const STRAY = `
it('fails', () => { throw new Error('on purpose') })
it('leaves a rejection to the run', async () => {
  void Promise.reject(new Error('left to the run'))
  await new Promise((resolve) => setTimeout(resolve, 10))
})
`

/** How a run of the planted tests ends, with these of them listed. */
function runWith(...titles: string[]): { status: number | null; output: string } {
  return runOf(PLANTED, ...titles)
}

function runOf(tests: string, ...titles: string[]): { status: number | null; output: string } {
  const dir = fixture({ 'planted.test.ts': tests })
  const file = relative(`${root}packages`, `${dir}/planted.test.ts`)
  const listed = `export const DEVIATIONS = ${JSON.stringify({ [file]: { number: titles } })}`
  const config = `export default {
    plugins: [{ name: 'planted', enforce: 'pre', load: (id) => id.endsWith('/host/deviations.ts') ? ${JSON.stringify(listed)} : null }],
    test: { globals: true, include: ['planted.test.ts'],
      setupFiles: ['${root}test/host/setup.ts'], runner: '${root}test/host/runner.ts' } }`
  const configDir = fixture({ 'planted.config.mjs': config })
  const args = ['run', '--root', dir, '--config', `${configDir}/planted.config.mjs`]
  const vitest = `${root}node_modules/vitest/vitest.mjs`
  const done = spawnSync(process.execPath, [vitest, ...args], { encoding: 'utf8' })
  return { status: done.status, output: done.stdout + done.stderr }
}

const FAILING = ['fails', 'hangs', 'leaves a rejection behind', 'has left what fails later']

it('is kept where the listed tests fail, throw behind their end or hang, and the others pass', () => {
  const { status, output } = runWith(...FAILING)
  expect([status, output]).toEqual([0, expect.stringMatching(/6 passed/)])
})

it('is broken by a listed test that passes', () => {
  const { status, output } = runWith(...FAILING, 'passes')
  expect([status, output]).toEqual([1, expect.stringContaining('Expect test to fail')])
  expect(output).toMatch(/1 failed.*5 passed/)
})

it('is broken by a title that no test has', () => {
  const { status, output } = runWith(...FAILING, 'is gone')
  expect([status, output]).toEqual([1, expect.stringContaining('the title of none of its tests')])
  expect(output).toContain('is gone')
})

it('is broken by a test that fails and is not listed', () => {
  const { status, output } = runWith('hangs', 'leaves a rejection behind')
  expect([status, output]).toEqual([1, expect.stringContaining('on purpose')])
})

it('is broken by what a test leaves behind that is not listed', () => {
  const { status, output } = runOf(STRAY, 'fails')
  expect([status, output]).toEqual([1, expect.stringContaining('left to the run')])
})
