#!/usr/bin/env node
// Builds and packs the packages a second time, in a copy of the checkout in another folder: byte for byte
// the same must come out, so that a reader of the sources can tell what a tarball was made of.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pack, scratch } from './pack.mjs'
import { isMain, packages, report } from './packages.mjs'
import { root, run, tool, turbo } from './step.mjs'

/** What differs between two packages.
 * @param {{ stage: string, files: readonly string[] }} one
 * @param {{ stage: string, files: readonly string[] }} other
 */
export const differences = (one, other) =>
  [...new Set([...one.files, ...other.files])].flatMap((name) => {
    if (!one.files.includes(name) || !other.files.includes(name)) {
      return [`${name} is in one of two builds`]
    }
    const [a, b] = [one, other].map(({ stage }) => readFileSync(join(stage, name)))
    return a?.equals(b ?? a) ? [] : [`${name} differs in another folder`]
  })

/** Copies what git knows, and lends it the installed tools.
 * @param {string} into
 */
const copyCheckout = (into) => {
  const args = ['ls-files', '-z', 'packages', 'docs', 'tools', '*.json']
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  for (const name of listed
    .split('\0')
    .filter((path) => existsSync(join(root, path)) && path !== '')) {
    mkdirSync(dirname(join(into, name)), { recursive: true })
    cpSync(join(root, name), join(into, name))
  }
  symlinkSync(join(root, 'node_modules'), join(into, 'node_modules'))
}

const check = async () => {
  if (!(await turbo('build', ['build', 'build:prebuilds']))) return ['the build failed']
  const into = scratch()
  const copy = mkdtempSync(join(into, 'a-folder-with-another-name-'))
  copyCheckout(copy)
  const problems = []
  for (const name of packages(root)) {
    const cwd = join(copy, 'packages', name)
    const steps = [tool('tsup/dist/cli-default.js')]
    if (name === 'syscall') steps.push(join(cwd, 'scripts/prebuild.mjs'))
    for (const script of steps) {
      const { code, output } = await run(process.execPath, [script], { cwd })
      if (code !== 0) problems.push(`${name}: ${output}`)
    }
    const [one, other] = [pack(join(root, 'packages', name), into), pack(cwd, into)]
    problems.push(...differences(one, other).map((text) => `${name}: ${text}`))
  }
  return problems
}

if (isMain(import.meta.url)) report(await check(), 'a build in another folder is the same')
