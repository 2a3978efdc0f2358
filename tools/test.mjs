#!/usr/bin/env node
// npm test: installs and builds what is missing, then runs every test. Arguments go to vitest:
// `npm test -- --project net splitHostPort`.
import { bootstrap } from './bootstrap.mjs'
import { root, run, tool, turbo } from './step.mjs'

await bootstrap()
// The examples are tested as they are run: built.
if (!(await turbo('build', ['build', 'build:native']))) process.exit(1)

// vitest is not a turbo task: the version of Node is no part of turbo's hash.
const reporters = ['--reporter=default', `--reporter=${root}tools/ci-reporter.mjs`]
const args = [tool('vitest/vitest.mjs'), 'run', ...reporters, ...process.argv.slice(2)]
const { code } = await run(process.execPath, args, { inherit: true })
process.exitCode = code
