#!/usr/bin/env node
// npm run test:asan: the suites of syscall and poll with an addon that AddressSanitizer and UBSan watch
// over. Arguments go to vitest.
import { asanEnv, buildAsan } from './asan.mjs'
import { run, tool } from './step.mjs'

if (!(await buildAsan())) process.exit(1)
const projects = ['--project', 'syscall', '--project', 'poll']
const args = [tool('vitest/vitest.mjs'), 'run', ...projects, ...process.argv.slice(2)]
const command = [...asanEnv({ leaks: false }), process.execPath, ...args]
const { code } = await run('env', command, { inherit: true })
process.exitCode = code
