// What esbuild and rollup keep of the packages in a program that uses one name of them.
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build } from 'esbuild'
import { rollup } from 'rollup'

/**
 * A program that imports one name; text that must not be in its bundle, and the most it may weigh.
 * Text, not names: bundlers rename, and leave strings, property and method names alone.
 * @typedef {{ from: string, name: string, not: readonly RegExp[], bytes: number }} Case
 */

const LISTENER = /\baccept4\b/
const DIALER = /fallbackDelay/
const POLLER = /\bepollWait\b/
const OPTIONS = /busyPollBudget/
const INFO = /rcvSsthresh/
const WATCHER = /\bwatchOpen\b/
const LOADER = /ERR_NO_ADDON/

/** @type {readonly Case[]} */
const CASES = [
  {
    from: '@netfd/net',
    name: 'splitHostPort',
    not: [DIALER, LISTENER, POLLER, OPTIONS, LOADER],
    bytes: 4_000,
  },
  {
    from: '@netfd/net',
    name: 'OpError',
    not: [DIALER, LISTENER, POLLER, OPTIONS, LOADER],
    bytes: 4_000,
  },
  { from: '@netfd/net', name: 'TCPAddr', not: [DIALER, LISTENER, POLLER, OPTIONS], bytes: 9_000 },
  { from: '@netfd/net', name: 'listen', not: [DIALER], bytes: 375_000 },
  { from: '@netfd/poll', name: 'FDMutex', not: [POLLER, OPTIONS, LOADER], bytes: 6_000 },
  { from: '@netfd/poll', name: 'NetClosingError', not: [POLLER, OPTIONS, LOADER], bytes: 5_000 },
  { from: '@netfd/syscall', name: 'SyscallError', not: [OPTIONS, INFO, WATCHER], bytes: 15_000 },
  { from: '@netfd/syscall', name: 'socket', not: [OPTIONS, INFO, WATCHER], bytes: 18_000 },
  { from: '@netfd/syscall', name: 'parseIP', not: [OPTIONS, INFO, WATCHER, LOADER], bytes: 4_000 },
]

/** esbuild names each file in a comment, from its working directory on: it works in the project's, for
 * a size must not follow the length of the path at which the project lies.
 * @param {string} entry @param {'esm' | 'cjs'} format @param {string[]} [external]
 */
const withEsbuild = async (entry, format, external = []) => {
  const done = await build({
    absWorkingDir: dirname(entry),
    entryPoints: [entry],
    bundle: true,
    write: false,
    format,
    external,
    platform: 'node',
    logLevel: 'silent',
  })
  return done.outputFiles[0]?.text ?? ''
}

/** @param {string} entry */
const withRollup = async (entry) => {
  const plugins = [nodeResolve({ exportConditions: ['node'] })]
  const bundle = await rollup({
    input: entry,
    plugins,
    external: /^node:|^module$/,
    logLevel: 'silent',
  })
  const { output } = await bundle.generate({ format: 'esm' })
  return output[0].code
}

/** What is wrong with a bundle.
 * @param {Case} wanted
 * @param {string} bundler
 * @param {string} text
 */
export const judge = ({ from, name, not, bytes }, bundler, text) => {
  const what = `${bundler}: a program with only ${name} of ${from}`
  return [
    ...not.filter((part) => part.test(text)).map((part) => `${what} contains ${part}`),
    ...(text.length > bytes ? [`${what} has ${text.length} bytes, more than ${bytes}`] : []),
  ]
}

/** Text that no bundle contains would be no test: all of it has to be in a bundle of everything.
 * @param {string} text
 */
const patternProblems = (text) =>
  [...new Set(CASES.flatMap(({ not }) => not))]
    .filter((part) => !part.test(text))
    .map(
      (part) =>
        `${part} is nowhere in the packages: name something else in test/stranger/bundles.mjs`,
    )

/** Bundles each case in a project that has the packages installed.
 * @param {string} dir
 */
export const checkBundles = async (dir) => {
  const everything = join(dir, 'everything.mjs')
  const all = ['@netfd/net', '@netfd/poll', '@netfd/syscall']
  writeFileSync(
    everything,
    all.map((name) => `export * as ${name.slice(7)} from '${name}'`).join('\n'),
  )
  const problems = patternProblems(await withEsbuild(everything, 'esm'))
  /** @type {string[]} */
  const sizes = []
  for (const wanted of CASES) {
    const entry = join(dir, 'entry.mjs')
    const { name, from } = wanted
    writeFileSync(entry, `import { ${name} } from '${from}'\nconsole.log(typeof ${name})\n`)
    const bundles = { esbuild: await withEsbuild(entry, 'esm'), rollup: await withRollup(entry) }
    for (const [bundler, text] of Object.entries(bundles)) {
      problems.push(...judge(wanted, bundler, text))
    }
    const [a, b] = [bundles.esbuild.length, bundles.rollup.length]
    sizes.push(`${name} of ${from}: ${a} bytes by esbuild, ${b} by rollup`)
  }
  return { problems, sizes }
}

/** Writes bundles of a whole program that can be run: with the addon's package left out, as a bundle
 * has to, and one with everything in it, which must still be importable.
 * @param {string} dir
 */
export const writeBundles = async (dir) => {
  const echo = join(dir, 'echo.mjs')
  const external = ['@netfd/syscall', '@netfd/syscall/raw', '@netfd/syscall/internal']
  writeFileSync(join(dir, 'bundle.mjs'), await withEsbuild(echo, 'esm', external))
  const entry = join(dir, 'entry.mjs')
  writeFileSync(entry, "import { dial } from '@netfd/net'\nconsole.log(typeof dial)\n")
  writeFileSync(join(dir, 'whole.mjs'), await withEsbuild(entry, 'esm'))
  writeFileSync(join(dir, 'whole.cjs'), await withEsbuild(entry, 'cjs'))
}
