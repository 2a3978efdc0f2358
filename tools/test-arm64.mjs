#!/usr/bin/env node
// npm run test:arm64: the suite of syscall and the conversations on a Node for arm64, under qemu-user,
// with the addon that the package ships for it. vitest itself runs here; its workers run there.
//
// Left out is what qemu-user does not pass on to the kernel (most socket options, TCP_INFO, odd control
// data), the loader's test, which copies the addon of this machine, and the hostile arguments, on which
// qemu-user itself fails an assertion.
import { installMatrix } from './matrix.mjs'
import { root, step, tool, turbo } from './step.mjs'

const NODE = `${root}tools/node-matrix/arm64/node`
const NOT_HERE = ['option', 'getsockopt', 'tcp-info', 'binding', 'arguments'].map(
  (name) => `**/${name}.test.ts`,
)
const ODD = '^((?!control data that makes no sense).)*$'

if (!(await turbo('build', ['build', 'build:prebuilds']))) process.exit(1)
await installMatrix()

const suite = [
  ...[tool('vitest/vitest.mjs'), 'run', '--project', 'syscall', '--testTimeout=300000'],
  ...[...NOT_HERE.flatMap((name) => ['--exclude', name]), '-t', ODD],
]
const preload = `NODE_OPTIONS=--require=${root}tools/arm64.cjs`
const results = [
  await step('arm64: conversations', NODE, [`${root}tools/conversation.mjs`]),
  await step('arm64: the suite of syscall', 'env', [preload, process.execPath, ...suite]),
]
if (results.includes(false)) process.exitCode = 1
