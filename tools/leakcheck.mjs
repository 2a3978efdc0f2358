#!/usr/bin/env node
// Runs plain programs with the sanitized addon and looks, when they end, for memory that nothing points
// to. Not under vitest, whose workers leave some of their own, and on Node 20 or 22: later ones do too.
import { asanEnv, buildAsan } from './asan.mjs'
import { root, run, step, turbo } from './step.mjs'

const conversation = `${root}tools/conversation.mjs`
const threadHost = `--require=${root}tools/thread-host.cjs`

const env = asanEnv({ leaks: true })

if (!(await turbo('build', ['build', 'build:native'])) || !(await buildAsan())) process.exit(1)
// Leaving like this, Node frees nothing: where that goes unnoticed, so would our own leaks.
const leaky = await run('env', [...env, process.execPath, '-e', 'process.reallyExit(0)'])
if (leaky.code === 0) {
  console.error('a leak that is there was not found')
  process.exit(1)
}

const programs = /** @type {const} */ ([
  ['conversations, through uv_poll', [conversation]],
  ['conversations, through the helper thread', [threadHost, conversation]],
])
for (const [title, args] of programs) {
  if (!(await step(`no leak: ${title}`, 'env', [...env, process.execPath, ...args]))) {
    process.exitCode = 1
  }
}
