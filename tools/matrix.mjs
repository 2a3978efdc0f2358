#!/usr/bin/env node
// The runtimes and package managers of tools/node-matrix, which are installed when first needed: four
// versions of Node, one for arm64, Bun, Deno, and what people install packages with. They are no workspace:
// each claims `node`.
import { join } from 'node:path'
import { markInstalled, needsInstall } from './bootstrap.mjs'
import { isMain } from './packages.mjs'
import { root, step } from './step.mjs'

const dir = join(root, 'tools', 'node-matrix')
const modules = join(dir, 'node_modules')
const arm64 = join(dir, 'arm64')

/** The versions of Node that netfd is tested on, oldest first. */
export const NODES = [20, 22, 24, 26].map((major) => ({
  name: `Node ${major}`,
  path: join(modules, `node${major}`, 'bin', 'node'),
}))

/** The runtimes that are not Node, with what they need to be told. Deno asks for each right. */
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

/** Node for arm64, as a command. */
export const NODE_ARM64 = [
  'qemu-aarch64',
  ...['-L', '/usr/aarch64-linux-gnu'],
  join(arm64, 'node_modules/node24/bin/node'),
]

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

if (isMain(import.meta.url)) await installMatrix()
