// Runs node-gyp for the addon: in the package itself, or in a folder that borrows its sources, so that
// builds for other CPUs and with sanitizers leave build/Release alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkSymbols } from './check-symbols.mjs'

/** The package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param {string} message @returns {never} */
export const fail = (message) => {
  console.error(`build-native: ${message}`)
  process.exit(1)
}

/** A file that binding.gyp does not name would be left out silently, and miss only at load time. */
export const checkSources = () => {
  const gyp = readFileSync(join(root, 'binding.gyp'), 'utf8')
  const missing = readdirSync(join(root, 'native'))
    .filter((name) => name.endsWith('.cc'))
    .filter((name) => !gyp.includes(`"native/${name}"`))
  if (missing.length > 0) fail(`binding.gyp does not list ${missing.join(', ')}`)
}

/** Node's own headers, where they are installed with it: nothing has to be downloaded then. They are
 * the same for every CPU.
 */
const headers = () => {
  const prefix = dirname(dirname(process.execPath))
  const found = existsSync(join(prefix, 'include', 'node', 'node_api.h'))
  return found ? [`--nodedir=${prefix}`] : []
}

/** Fills a new folder with links to what node-gyp reads.
 * @param {string} dir
 */
const stage = (dir) => {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  for (const name of ['binding.gyp', 'native']) symlinkSync(join(root, name), join(dir, name))
}

/** Compiles in a folder, which is made unless it is the package; answers the file.
 * @param {string} dir
 * @param {{ args?: string[], env?: Record<string, string> }} [options]
 */
export const compile = (dir, { args = [], env = {} } = {}) => {
  if (dir !== root) stage(dir)
  const gyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
  const all = [gyp, 'rebuild', '--loglevel=warn', '--jobs=max', ...args, ...headers()]
  const built = spawnSync(process.execPath, all, {
    cwd: dir,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (built.error) fail(`node-gyp could not be started: ${built.error.message}`)
  if (built.status !== 0) process.exit(built.status ?? 1)
  return join(dir, 'build', 'Release', 'syscall.node')
}

/** Ends the process unless the file is libc-neutral.
 * @param {string} file
 */
export const gate = (file) => {
  const found = checkSymbols(file)
  for (const line of found) console.error(`${file} ${line}`)
  if (found.length > 0) fail('the addon would not load everywhere')
}
