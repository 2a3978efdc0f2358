// Package managers install the packages, first and again, with and without a lock file, with scripts off;
// after each time the packages talk, and the package manager must have had nothing to build or to warn of.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { MANAGERS as at } from '../../tools/matrix.mjs'
import { filesBelow } from '../../tools/packages.mjs'
import { run, seconds } from '../../tools/step.mjs'

const node = process.execPath
const NAMES = ['@netfd/net', '@netfd/poll', '@netfd/syscall']

/** What is tried, in this order. Before those that are `fresh`, what was installed is removed. */
export const TRIES = /** @type {const} */ ([
  { title: 'first install', key: 'first', fresh: true },
  { title: 'second install', key: 'again', fresh: false },
  { title: 'with its lock file only', key: 'again', fresh: true },
  { title: 'locked (npm ci)', key: 'locked', fresh: true },
  { title: 'scripts off', key: 'off', fresh: true },
])

/**
 * A package manager: how it is started, its arguments for each try, how it starts a program, and what it
 * wants in the project and the environment.
 * @typedef {object} Manager
 * @property {string} name
 * @property {readonly string[]} command
 * @property {Record<'first' | 'again' | 'locked' | 'off', readonly string[]>} args
 * @property {readonly string[]} [start]
 * @property {Record<string, string>} [env]
 * @property {RegExp} [says] what it says whatever it installs
 */

const QUIET = ['--no-audit', '--no-fund', '--foreground-scripts']

/** @param {string} name @param {readonly string[]} command @returns {Manager} */
const npm = (name, command) => ({
  name,
  command,
  args: {
    first: ['install', ...QUIET, ...NAMES],
    again: ['install', ...QUIET],
    locked: ['ci', ...QUIET],
    off: ['ci', ...QUIET, '--ignore-scripts'],
  },
})

/** @param {string} name @param {readonly string[]} command @returns {Manager} */
const pnpm = (name, command) => ({
  name,
  command,
  args: {
    first: ['add', ...NAMES],
    again: ['install', '--no-frozen-lockfile'],
    locked: ['install', '--frozen-lockfile'],
    off: ['install', '--frozen-lockfile', '--ignore-scripts'],
  },
})

/** What `yarn node` starts, without the time that yarn takes. */
const PNP = [node, '--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs']

/** @param {'node-modules' | 'pnp'} linker @returns {Manager} */
const yarn4 = (linker) => ({
  name: `yarn 4, ${linker}`,
  command: [node, at.yarn4],
  args: {
    first: ['add', ...NAMES],
    again: ['install'],
    locked: ['install', '--immutable'],
    off: ['install', '--immutable', '--mode=skip-build'],
  },
  start: linker === 'pnp' ? PNP : [node],
  env: { YARN_NODE_LINKER: linker },
  ...(linker === 'pnp' ? { says: /ESM support for PnP|with warnings/ } : {}),
})

/** @type {readonly Manager[]} */
export const MANAGERS = [
  npm('npm 10', [node, at.npm10]),
  npm('npm 11', [node, at.npm11]),
  npm('npm 12', at.npm12),
  {
    name: 'yarn 1',
    command: [node, at.yarn1, '--no-progress', '--non-interactive'],
    args: {
      first: ['add', ...NAMES],
      again: ['install'],
      locked: ['install', '--frozen-lockfile'],
      off: ['install', '--frozen-lockfile', '--ignore-scripts'],
    },
    says: /^warning Ignored scripts due to flag/,
  },
  yarn4('node-modules'),
  yarn4('pnp'),
  pnpm('pnpm 10', [node, at.pnpm10]),
  pnpm('pnpm 12', [at.pnpm12]),
]

const COMPLAINT =
  /^npm (warn|error)|^\s*warning\b|\bWARN\b|\bERR|with warnings|gyp\b|builds?\b|built\b/i

/** The lines in which a package manager warns, or speaks of a build, whether it runs it or asks first.
 * @param {string} output
 * @param {RegExp} [says] what it says whatever it installs
 */
export const complaints = (output, says = /^$/) =>
  output.split('\n').filter((line) => COMPLAINT.test(line) && !says.test(line))

/** The whole environment of a package manager: nothing of this machine's settings.
 * @param {string} home
 * @param {string} registry
 */
const environment = (home, registry) => ({
  PATH: [dirname(node), process.env.PATH].join(delimiter),
  HOME: home,
  npm_config_registry: registry,
  npm_config_update_notifier: 'false',
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
})

/** What an install leaves, but the lock file. */
const INSTALLED = ['node_modules', '.yarn', '.pnp.cjs', '.pnp.loader.mjs']

/** Makes the project that a package manager installs into.
 * @param {string} dir
 * @param {string} registry
 */
const makeProject = (dir, registry) => {
  mkdirSync(dir)
  // Of this type, so that yarn loads ES modules under PnP.
  const manifest = { name: 'stranger', private: true, license: 'MIT', type: 'module' }
  writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(dir, '.npmrc'), `registry=${registry}/\n`)
  // It tells yarn 4 that the project ends here.
  writeFileSync(join(dir, 'yarn.lock'), '')
  for (const name of PROGRAMS) cpSync(new URL(`programs/${name}`, import.meta.url), join(dir, name))
}

const PROGRAMS = ['echo.mjs', 'echo.cjs']

/** What a build has left below a folder.
 * @param {string} dir
 */
const built = (dir) => filesBelow(dir, /^(Makefile|config\.gypi)$/)

/** Tries one package manager; answers a problem, or null, for each try.
 * @param {Manager} manager
 * @param {string} parent
 * @param {string} registry
 */
const tryManager = async (manager, parent, registry) => {
  const { command, args, start = [node], env = {}, says } = manager
  const home = mkdtempSync(join(parent, 'manager-'))
  const dir = join(home, 'project')
  makeProject(dir, registry)
  const options = { cwd: dir, env: { ...environment(home, registry), ...env } }
  /** @param {readonly string[]} words */
  const say = ([program = '', ...rest]) => run(program, rest, options)
  /** @param {(typeof TRIES)[number]} what @returns {Promise<string | null>} */
  const attempt = async ({ key, fresh }) => {
    if (fresh)
      for (const name of INSTALLED) rmSync(join(dir, name), { recursive: true, force: true })
    const { code, output } = await say([...command, ...args[key]])
    const found = complaints(output, says)
    if (code !== 0 || found.length > 0) return output
    const compiled = built(dir)
    if (compiled.length > 0) return `compiled: ${compiled.join(', ')}`
    for (const program of PROGRAMS) {
      const talked = await say([...start, program])
      if (talked.code !== 0) return `${program} exited with ${talked.code}\n${talked.output}`
    }
    return null
  }
  /** @type {(string | null)[]} */
  const results = []
  for (const what of TRIES) results.push(await attempt(what))
  return results
}

/** Lines up the cells of a table.
 * @param {readonly (readonly string[])[]} rows
 */
export const aligned = (rows) => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Tries all, two at a time, and prints the table; answers the problems.
 * @param {string} parent
 * @param {string} registry
 */
export const tryManagers = async (parent, registry) => {
  const problems = /** @type {string[]} */ ([])
  /** @type {string[][]} */
  const rows = MANAGERS.map(() => [])
  const waiting = MANAGERS.entries()
  const worker = async () => {
    for (const [i, manager] of waiting) {
      const began = Date.now()
      const results = await tryManager(manager, parent, registry)
      const cells = results.map((problem) => (problem === null ? '✓' : '✗'))
      rows[i] = [manager.name, ...cells, seconds(Date.now() - began)]
      for (const [n, problem] of results.entries()) {
        if (problem !== null) problems.push(`${manager.name}: ${TRIES[n]?.title}: ${problem}`)
      }
    }
  }
  await Promise.all([worker(), worker()])
  const head = ['installed by', ...TRIES.map(({ title }) => title), 'took']
  for (const line of aligned([head, ...rows])) console.log(line)
  return problems
}
