#!/usr/bin/env node
// npm run check: every check that is not a test, each counted as one. Writes the totals as JSON to
// the file that NETFD_CHECK_SUMMARY names.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packages } from './packages.mjs'
import { root, step, tool, turbo } from './step.mjs'

const node = process.execPath

/** @param {string} name */
const checkPackage = (name) => {
  const cwd = join(root, 'packages', name)
  return step(`package ${name}`, node, [join(root, 'tools', 'check-package.mjs')], { cwd })
}

const checks = [
  () => step('lock file', node, ['tools/lockcheck.mjs']),
  () => step('lint and format', tool('.bin/biome'), ['check', '--error-on-warnings']),
  () => turbo('types', ['typecheck', 'typecheck:root']),
  () => step('layers: imports go down', node, ['tools/check-layers.mjs']),
  () => step('docs: public names have a comment', node, ['tools/check-docs.mjs']),
  () => step('exports: none is dead', tool('.bin/knip'), ['--no-progress', '--no-config-hints']),
  () => turbo('build', ['build', 'build:native', 'build:prebuilds']),
  () => step('samples in the documentation', node, ['tools/check-samples.mjs']),
  ...packages(root).map((name) => () => checkPackage(name)),
  () => step('builds in two folders are the same', node, ['tools/check-reproducible.mjs']),
  () => step('a stranger can use the packages', node, ['tools/check-stranger.mjs']),
  () => step('syscall and poll under ASan and UBSan', node, ['tools/test-asan.mjs']),
  () => step('conversations leak no memory', node, ['tools/leakcheck.mjs']),
]

let failed = 0
for (const check of checks) if (!(await check())) failed++

const count = { passed: checks.length - failed, failed, skipped: 0 }
const file = process.env.NETFD_CHECK_SUMMARY
if (file !== undefined) writeFileSync(file, `${JSON.stringify(count)}\n`)
console.log(`${count.passed} checks passed, ${count.failed} failed`)
if (failed > 0) process.exitCode = 1
