#!/usr/bin/env node
// npm run check: every check that is not a test, each counted as one; with --release (npm run
// check:release) those that take too long for every change. Other arguments choose the checks whose title
// contains one of them. Writes the totals as JSON to the file that NETFD_CHECK_SUMMARY names.
import { writeFileSync } from 'node:fs'
import { packages } from './packages.mjs'
import { root, step, tool, turbo } from './step.mjs'

/** @typedef {readonly [title: string, run: (title: string) => Promise<boolean>]} Check */

/** @param {string} title @param {...string} args for Node @returns {Check} */
const script = (title, ...args) => [title, (title) => step(title, process.execPath, args)]

/** @param {string} title @param {...string} tasks @returns {Check} */
const tasks = (title, ...tasks) => [title, (title) => turbo(title, tasks)]

const LEAKS = script('conversations leak no memory', 'tools/asan.mjs', '--leaks')
const ASAN = script('syscall and poll under ASan and UBSan', 'tools/asan.mjs')
const STRANGER = script('a stranger can use the packages', 'test/stranger/run.mjs')

/** @type {readonly Check[]} */
const ALWAYS = [
  script('lock file', 'tools/lockcheck.mjs'),
  [
    'lint and format, imports go down',
    (title) => step(title, tool('.bin/biome'), ['check', '--error-on-warnings']),
  ],
  tasks('types', 'typecheck', 'typecheck:root'),
  tasks('docs: public names have a comment', 'docs'),
  script('exports: none is dead', tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'),
  script('every mutant has its place', 'test/mutants/run.mjs', '--check'),
  tasks('build', 'build', 'build:native', 'build:prebuilds'),
  ...packages(root).map((name) => script(`package ${name}`, 'tools/check-package.mjs', name)),
  script('builds in two folders are the same', 'tools/check-reproducible.mjs'),
  ...[STRANGER, ASAN, LEAKS],
  script('conversations on every runtime', 'tools/matrix.mjs', '--talk'),
  script('attacks of a minute', 'test/attack/run.mjs', '--short'),
]

/** @type {readonly Check[]} */
const RELEASE = [
  script('attacks of ten minutes', 'test/attack/run.mjs'),
  script('every test on every runtime', 'tools/matrix.mjs'),
  script('arm64', 'tools/matrix.mjs', '--arm64'),
  ...[ASAN, LEAKS, STRANGER],
]

const args = process.argv.slice(2)
const words = args.filter((word) => word !== '--release')
const checks = (args.includes('--release') ? RELEASE : ALWAYS).filter(
  ([title]) => words.length === 0 || words.some((word) => title.includes(word)),
)

let failed = checks.length === 0 ? 1 : 0
for (const [title, run] of checks) if (!(await run(title))) failed++

const passed = Math.max(checks.length - failed, 0)
const file = process.env.NETFD_CHECK_SUMMARY
if (file !== undefined) writeFileSync(file, `${JSON.stringify({ passed, failed, skipped: 0 })}\n`)
console.log(`${passed} checks passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1
