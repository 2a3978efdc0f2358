#!/usr/bin/env node
// The addon under AddressSanitizer and UBSan, beside the ordinary one. Without arguments: the suites of
// syscall and poll; other arguments go to vitest. With --leaks: plain programs, at whose end memory that
// nothing points to is a failure: not vitest, whose workers leave some of their own, and on Node 20 or 22,
// for later ones do too.
import { buildSanitized, environment, preload } from './sanitizers.mjs'
import { root, run, step, tool, turbo } from './step.mjs'

/** netfd watches through its helper thread on Node too, as where there is no uv_poll. */
const THREAD_HOST = preload(
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, bun: '0.0.0' } })`,
)

const leaks = async () => {
  const env = [...environment(1), process.execPath]
  // Leaving like this, Node frees nothing: where that goes unnoticed, so would our own leaks.
  if ((await run('env', [...env, '-e', 'process.reallyExit(0)'])).code === 0) {
    console.error('a leak that is there was not found')
    return false
  }
  const results = []
  for (const what of ['conversation', 'unix', 'udp']) {
    const program = `${root}test/${what}.mjs`
    const thread = [`--import=${THREAD_HOST}`, program]
    results.push(await step(`no leak: ${what}, through uv_poll`, 'env', [...env, program]))
    results.push(await step(`no leak: ${what}, through a thread`, 'env', [...env, ...thread]))
  }
  return !results.includes(false)
}

/** @param {readonly string[]} args */
const suites = async (args) => {
  const projects = ['--project', 'syscall', '--project', 'poll']
  const vitest = [process.execPath, tool('vitest/vitest.mjs'), 'run', ...projects, ...args]
  const { code } = await run('env', [...environment(0), ...vitest], { inherit: true })
  return code === 0
}

const ready =
  (await turbo('build', ['build', 'build:native'])) &&
  (await step('compile the addon with ASan and UBSan', 'env', buildSanitized))
const args = process.argv.slice(2)
const good = ready && (args[0] === '--leaks' ? await leaks() : await suites(args))
if (!good) process.exitCode = 1
