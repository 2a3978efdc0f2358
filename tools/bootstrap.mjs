// Brings a fresh clone to the point where it can build: the right Node, a compiler, the locked
// dependencies. `npm start` and `npm test` begin here.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './step.mjs'

const MIN_NODE = [20, 19]

/** A sentence for a Node that is too old, or null.
 * @param {string} version such as 20.19.1
 */
export const nodeProblem = (version) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantMajor = 0, wantMinor = 0] = MIN_NODE
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return null
  return `This is Node ${version}; netfd needs Node ${MIN_NODE.join('.')} or newer. Install one from nodejs.org or with your version manager.`
}

/** A sentence for another operating system, or null: epoll is Linux's own.
 * @param {string} platform
 */
export const platformProblem = (platform) =>
  platform === 'linux' ? null : `netfd runs on Linux only, and this is ${platform}.`

/** What the addon is compiled with, and the Debian package that has it. */
const COMPILERS = [
  { what: 'a C++ compiler', commands: [process.env.CXX ?? 'g++', 'c++'], install: 'g++' },
  { what: 'make', commands: ['make'], install: 'make' },
  { what: 'Python 3', commands: ['python3'], install: 'python3' },
]

/** A sentence for what is missing to compile the addon, or null.
 * @param {(command: string) => boolean} has
 */
export const compilerProblem = (has) => {
  const missing = COMPILERS.filter(({ commands }) => !commands.some(has))
  if (missing.length === 0) return null
  const list = missing.map(({ what }) => what).join(' and ')
  const install = missing.map((c) => c.install).join(' ')
  return `To compile the addon, ${list} ${missing.length > 1 ? 'are' : 'is'} missing. On Debian or Ubuntu: sudo apt-get install -y ${install}`
}

/** @param {string} command */
const installed = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0

/** Whether the installed dependencies are not those of the lock file.
 * @param {string} dir the checkout
 */
export const needsInstall = (dir) => {
  const stamp = stampPath(dir)
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== lockHash(dir)
}

/** Remembers which lock file node_modules was installed from.
 * @param {string} dir the checkout
 */
export const markInstalled = (dir) => writeFileSync(stampPath(dir), lockHash(dir))

/** @param {string} dir */
const stampPath = (dir) => join(dir, 'node_modules', '.installed-lock')

/** @param {string} dir */
const lockHash = (dir) =>
  createHash('sha256')
    .update(readFileSync(join(dir, 'package-lock.json')))
    .digest('hex')

// --include=dev: the tools are wanted even where NODE_ENV says production.
const CI = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']

/** Checks the machine and installs what is locked; ends the process with a sentence if it cannot. */
export const bootstrap = async () => {
  const problem =
    platformProblem(process.platform) ??
    nodeProblem(process.versions.node) ??
    compilerProblem(installed)
  if (problem !== null) {
    console.error(problem)
    process.exit(1)
  }
  if (!needsInstall(root)) return
  if (!(await step('install dependencies (npm ci)', 'npm', CI))) process.exit(1)
  markInstalled(root)
}
