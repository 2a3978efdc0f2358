// Runs node-gyp for the addon: in native/ itself, or in a folder that borrows its sources, so that builds
// for other CPUs and with sanitizers leave native/build/ alone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkSymbols } from './check-symbols.mjs'

/** The package. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The sources of the addon, and where it is built for this machine. */
export const native = join(root, 'native')

/** @param {string} message @returns {never} */
export const fail = (message) => {
  console.error(`build-native: ${message}`)
  process.exit(1)
}

/** A file that binding.gyp does not name would be left out silently, and miss only at load time. */
export const checkSources = () => {
  const gyp = readFileSync(join(native, 'binding.gyp'), 'utf8')
  const missing = readdirSync(native)
    .filter((name) => name.endsWith('.cc'))
    .filter((name) => !gyp.includes(`"${name}"`))
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
  for (const name of readdirSync(native)) {
    if (name !== 'build') symlinkSync(join(native, name), join(dir, name))
  }
}

/** Compiles in a folder, which is made unless it is native/; answers the file.
 * @param {string} dir
 * @param {{ args?: string[], env?: Record<string, string> }} [options]
 */
export const compile = (dir, { args = [], env = {} } = {}) => {
  if (dir !== native) stage(dir)
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
