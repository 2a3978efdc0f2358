#!/usr/bin/env node
// Compiles the addon into build/Release/syscall.node. ADDON_SANITIZE=asan builds it with
// AddressSanitizer and UBSan instead, for tests only.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkSymbols } from './check-symbols.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const output = join(root, 'build', 'Release', 'syscall.node')

/** @param {string} message @returns {never} */
const fail = (message) => {
  console.error(`build-native: ${message}`)
  process.exit(1)
}

/** A file that binding.gyp does not name would be left out silently, and miss only at load time. */
const checkSources = () => {
  const gyp = readFileSync(join(root, 'binding.gyp'), 'utf8')
  const missing = readdirSync(join(root, 'native'))
    .filter((name) => name.endsWith('.cc'))
    .filter((name) => !gyp.includes(`"native/${name}"`))
  if (missing.length > 0) fail(`binding.gyp does not list ${missing.join(', ')}`)
}

/** Node's own headers, where they are installed with it: nothing has to be downloaded then. */
const headers = () => {
  const prefix = dirname(dirname(process.execPath))
  const found = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
  return found ? [`--nodedir=${prefix}`] : []
}

checkSources()
const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
const args = [gyp, 'rebuild', '--loglevel=warn', '--jobs=max', ...headers()]
const built = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
if (built.error) fail(`node-gyp could not be started: ${built.error.message}`)
if (built.status !== 0) process.exit(built.status ?? 1)

const sanitize = process.env.ADDON_SANITIZE ?? 'none'
if (sanitize === 'none') {
  const found = checkSymbols(output)
  for (const line of found) console.error(`syscall.node ${line}`)
  if (found.length > 0) fail('the addon would not load everywhere')
}
console.log(`built ${output} (sanitize: ${sanitize})`)
