#!/usr/bin/env node
// npm run test:matrix: every test on every supported Node, and the conversations on Bun and Deno too.
// Arguments go to vitest.
import { installMatrix, NODES, OTHERS } from './matrix.mjs'
import { root, run, seconds, tool, turbo } from './step.mjs'

const conversation = `${root}tools/conversation.mjs`

if (!(await turbo('build', ['build', 'build:native']))) process.exit(1)
await installMatrix()

/** Runs a program; prints how it went and its totals, and all it printed if it failed.
 * @param {string} title
 * @param {string} path
 * @param {readonly string[]} args
 * @param {RegExp} totals
 */
const attempt = async (title, path, args, totals) => {
  const start = Date.now()
  const { code, output } = await run(path, [...args])
  const line = totals.exec(output)?.[0].trim() ?? 'no totals'
  const took = seconds(Date.now() - start)
  console.log(`${code === 0 ? '✓' : '✗'} ${title}: ${line}  ${took}`)
  if (code === 0) return
  console.log(output)
  process.exitCode = 1
}

const TOTALS = /^\d+ passed, \d+ failed.*$/m
const suite = [
  ...[tool('vitest/vitest.mjs'), 'run', '--reporter=dot'],
  ...[`--reporter=${root}tools/ci-reporter.mjs`, ...process.argv.slice(2)],
]
for (const { name, path } of NODES) await attempt(`${name}: the suite`, path, suite, TOTALS)
for (const { name, path, args } of [...NODES.map((node) => ({ ...node, args: [] })), ...OTHERS]) {
  await attempt(`${name}: conversations`, path, [...args, conversation], TOTALS)
}
