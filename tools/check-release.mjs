#!/usr/bin/env node
// npm run check:release: what must hold before a release and takes too long for every change. The
// checks of `npm run check` are not repeated.
import { root, run } from './step.mjs'

const CHECKS = [
  'test-matrix.mjs',
  'test-arm64.mjs',
  'test-asan.mjs',
  'leakcheck.mjs',
  'check-stranger.mjs',
]

const failed = []
for (const name of CHECKS) {
  console.log(`\n== ${name}`)
  const { code } = await run(process.execPath, [`${root}tools/${name}`], { inherit: true })
  if (code !== 0) failed.push(name)
}
console.log(`\n${CHECKS.length - failed.length} passed, ${failed.length} failed`)
if (failed.length > 0) {
  console.log(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
