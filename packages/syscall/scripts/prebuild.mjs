#!/usr/bin/env node
// Builds the addon for every CPU that the package ships, into prebuilds/linux-CPU/syscall.node,
// stripped and through the gate. The CPU that is not this one is Debian's cross compiler's work.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkSources, compile, fail, gate, root } from './compile.mjs'

const CPUS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** @param {string} command @param {string[]} args */
const works = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** What differs in a build for another CPU.
 * @param {string} cpu
 * @param {string} triplet
 */
const toolchain = (cpu, triplet) => {
  if (cpu === process.arch) return { strip: 'strip', args: [], env: {} }
  const prefix = `${triplet}-`
  if (!works(`${prefix}g++`, ['--version'])) {
    fail(`${prefix}g++ is missing. On Debian: apt-get install g++-${triplet.replaceAll('_', '-')}`)
  }
  const env = { CC: `${prefix}gcc`, CXX: `${prefix}g++`, AR: `${prefix}ar`, LINK: `${prefix}g++` }
  return { strip: `${prefix}strip`, args: [`--arch=${cpu}`], env }
}

checkSources()
for (const [cpu, triplet] of Object.entries(CPUS)) {
  const { strip, args, env } = toolchain(cpu, triplet)
  const stage = join(root, `build-${cpu}`)
  const built = compile(stage, { args, env: { ...env, ADDON_SANITIZE: 'none' } })
  const folder = join(root, 'prebuilds', `linux-${cpu}`)
  mkdirSync(folder, { recursive: true })
  const output = join(folder, 'syscall.node')
  copyFileSync(built, output)
  chmodSync(output, 0o644)
  if (!works(strip, ['--strip-all', output])) fail(`${strip} refused ${output}`)
  gate(output)
  rmSync(stage, { recursive: true })
  console.log(`built ${output}: ${statSync(output).size} bytes`)
}
