#!/usr/bin/env node
// The runtimes and package managers of tools/node-matrix, which are installed when first needed: four
// versions of Node, one for arm64, Bun, Deno, and what people install packages with. They are no workspace:
// each claims `node`.
//
// Started, it runs every test on every supported Node, the conversations and clients on Bun and Deno too; with
// --talk the conversations alone, and with --arm64 what qemu-user can run of them on a Node for arm64. Other
// arguments go to vitest.
import { join } from 'node:path'
import { markInstalled, needsInstall } from './bootstrap.mjs'
import { isMain } from './packages.mjs'
import { root, step, tool, turbo } from './step.mjs'

const dir = join(root, 'tools', 'node-matrix')
const modules = join(dir, 'node_modules')
const arm64 = join(dir, 'arm64')

/** @typedef {{ name: string, path: string, args?: readonly string[] }} Runtime */

/** The versions of Node that netfd is tested on, oldest first.
 * @type {readonly Runtime[]}
 */
export const NODES = [20, 22, 24, 26].map((major) => ({
  name: `Node ${major}`,
  path: join(modules, `node${major}`, 'bin', 'node'),
}))

/** The runtimes that are not Node, with what they need to be told. Deno asks for each right.
 * @type {readonly Runtime[]}
 */
export const OTHERS = [
  { name: 'Bun', path: join(modules, '@oven/bun-linux-x64/bin/bun'), args: ['run'] },
  {
    name: 'Deno',
    path: join(modules, '@deno/linux-x64-glibc/deno'),
    args: ['run', '--allow-read', '--allow-ffi', '--allow-env', '--allow-sys', '--allow-net'],
  },
]

/** npm 12, as a command: it does not start on Node 20. */
export const NPM_12 = [join(modules, 'node24/bin/node'), join(modules, 'npm/bin/npm-cli.js')]

/** The package managers: programs for Node, but for npm 12 and pnpm 12, which are commands of their own. */
export const MANAGERS = {
  npm10: join(modules, 'npm10/bin/npm-cli.js'),
  npm11: join(modules, 'npm11/bin/npm-cli.js'),
  npm12: NPM_12,
  yarn1: join(modules, 'yarn1/bin/yarn.js'),
  yarn4: join(modules, 'yarn4/bin/yarn.js'),
  pnpm10: join(modules, 'pnpm10/bin/pnpm.cjs'),
  pnpm12: join(modules, 'pnpm12/pnpm'),
}

const CI = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']

/** Installs what is locked, unless it is there; ends the process if that fails. */
export const installMatrix = async () => {
  const folders = [
    { cwd: dir, args: CI, title: 'install the runtimes and package managers' },
    // Another CPU's binary is what is wanted.
    { cwd: arm64, args: [...CI, '--force'], title: 'install Node for arm64' },
  ]
  for (const { cwd, args, title } of folders) {
    if (!needsInstall(cwd)) continue
    if (!(await step(title, 'npm', args, { cwd }))) process.exit(1)
    markInstalled(cwd)
  }
}

const conversation = `${root}test/conversation.mjs`
const elsewhere = `${root}test/host/elsewhere.mjs`

/** What runs on every runtime, and once more over the runtime's own sockets. */
const PROGRAMS = /** @type {const} */ ([
  ['conversations', conversation],
  ['local sockets', `${root}test/unix.mjs`],
  ['UDP', `${root}test/udp.mjs`],
  ['bridges', `${root}test/bridges.mjs`],
  ['streams of the web', `${root}test/web.mjs`],
])

/** What also runs where there is nothing of Linux's. */
const ELSEWHERE = PROGRAMS.slice(0, 3)

/** The work of the clients on a runtime that vitest does not run on, in processes of that: they may do all.
 * @param {Runtime} runtime
 */
const clients = ({ name, path }) => {
  const command = [path, 'run', ...(name === 'Deno' ? ['--allow-all'] : [])]
  const env = [`NETFD_CLIENTS_ON=${name}`, `NETFD_CLIENTS_COMMAND=${JSON.stringify(command)}`]
  const vitest = [tool('vitest/vitest.mjs'), 'run', '--project', 'clients', 'clients/']
  return step(`${name}: clients`, 'env', [...env, process.execPath, ...vitest])
}

/** In ms: a conversation that hangs is ended, and has failed. */
const LIMIT = { timeout: 120_000 }

/** The conversations everywhere. */
const talk = async () => {
  const results = []
  for (const { name, path, args = [] } of [...NODES, ...OTHERS]) {
    for (const [what, program] of PROGRAMS) {
      results.push(await step(`${name}: ${what}`, path, [...args, program], LIMIT))
      const title = `${name}, host backend: ${what}`
      const command = ['NETFD_BACKEND=host', path, ...args, program]
      results.push(await step(title, 'env', command, LIMIT))
    }
  }
  for (const { name, path } of NODES) {
    for (const [what, program] of ELSEWHERE) {
      const title = `${name}, as on a system without an addon: ${what}`
      results.push(await step(title, path, [`--import=${elsewhere}`, program], LIMIT))
    }
  }
  return results
}

/** Every test on every Node, and the conversations everywhere.
 * @param {readonly string[]} args for vitest
 */
const everywhere = async (args) => {
  const results = []
  for (const { name, path } of NODES) {
    results.push(await step(`${name}: the suite`, path, [`${root}tools/test.mjs`, ...args]))
  }
  results.push(...(await talk()))
  for (const runtime of OTHERS) results.push(await clients(runtime))
  return results
}

/** The conversations, and the suite of syscall with the addon that the package ships. vitest itself runs
 * here; its workers run there.
 *
 * Left out is what qemu-user does not pass on to the kernel (most socket options, TCP_INFO, odd control
 * data), the loader's test, which copies the addon of this machine, and the hostile arguments, on which
 * qemu-user itself fails an assertion.
 */
const onArm64 = async () => {
  const node = join(arm64, 'node')
  const there = `data:text/javascript,process.execPath=${encodeURIComponent(JSON.stringify(node))}`
  const not = ['sockopt', 'sockopt-typed', 'tcp-info', 'binding', 'arguments']
  const suite = [
    ...[tool('vitest/vitest.mjs'), 'run', '--project', 'syscall', '--testTimeout=300000'],
    ...[...not.flatMap((name) => ['--exclude', `**/${name}.test.ts`])],
    ...['-t', '^((?!control data that makes no sense).)*$'],
  ]
  return [
    await step('arm64: conversations', node, [conversation]),
    await step('arm64: the suite of syscall', 'env', [
      ...[`NODE_OPTIONS=--import=${there}`, process.execPath, ...suite],
    ]),
  ]
}

if (isMain(import.meta.url)) {
  if (!(await turbo('build', ['build', 'build:native', 'build:prebuilds']))) process.exit(1)
  await installMatrix()
  const args = process.argv.slice(2)
  const own = { '--arm64': onArm64, '--talk': talk }[args[0] ?? '']
  const results = await (own === undefined ? everywhere(args) : own())
  if (results.includes(false)) process.exitCode = 1
}
