#!/usr/bin/env node
// Uses the packages as a stranger would: packed, installed with install scripts off into an empty
// project outside the checkout, by npm 11 and 12, from ES modules, CommonJS and TypeScript, one of them
// alone, bundled, without a binary, and built from source. Then by every package manager, in every way.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installMatrix, NODES, NPM_12, OTHERS } from '../../tools/matrix.mjs'
import { pack, scratch } from '../../tools/pack.mjs'
import { manifest, packages, report } from '../../tools/packages.mjs'
import { root, run, seconds, tool, turbo } from '../../tools/step.mjs'
import { checkBundles, writeBundles } from './bundles.mjs'
import { tryManagers } from './managers.mjs'
import { project, runIn } from './project.mjs'
import { serveRegistry } from './registry.mjs'

const node = process.execPath

/** Prints what was tried and how long it took; answers its problems.
 * @param {string} title
 * @param {() => Promise<readonly string[]>} what
 */
const attempt = async (title, what) => {
  const start = Date.now()
  const found = await what()
  console.log(`${found.length === 0 ? '✓' : '✗'} ${title}  ${seconds(Date.now() - start)}`)
  return found.map((problem) => `${title}: ${problem}`)
}

/** Compiles a program with the installed declarations, checking those too.
 * @param {string} dir
 */
const types = (dir) => {
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      module: 'node16',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      skipLibCheck: false,
    },
    files: ['types.mts', 'types.cts'],
  }
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(config))
  return runIn(dir, [node, tool('typescript/bin/tsc'), '-p', dir])
}

/** Takes the binaries away, reads in the error how to build one, and does just that.
 * @param {string} dir
 */
const fromSource = async (dir) => {
  rmSync(join(dir, 'node_modules/@netfd/syscall/prebuilds'), { recursive: true })
  const { code, output } = await run(node, ['absent.mjs'], { cwd: dir })
  if (code !== 0) return [output]
  const named = [
    `linux-${process.arch}`,
    'native/build/Release/syscall.node: not found',
    'prebuilds/',
  ]
  const command = /^ {2}(npx .*)$/m.exec(output)?.[1]
  const missing = named.filter((text) => !output.includes(text))
  if (command === undefined || missing.length > 0) {
    return [`the error does not name ${missing.join(', ') || 'a command'}:\n${output}`]
  }
  // Node's headers are where they are for our own builds; a user's node-gyp downloads them.
  const prefix = join(node, '..', '..')
  const built = await run(
    'sh',
    ['-c', `npm_config_nodedir=${prefix} && export npm_config_nodedir && ${command}`],
    {
      cwd: dir,
    },
  )
  return built.code === 0 ? runIn(dir, [node, 'echo.mjs']) : [`${command}\n${built.output}`]
}

const ready = await turbo('build the packages and the addons', ['build', 'build:prebuilds'])
if (!ready) process.exit(1)
await installMatrix()

const into = scratch()
const tarballs = packages(root).map((name) => pack(join(root, 'packages', name), into).tarball)
const problems = []

const ours = (await run('npm', ['--version'])).output.trim().split('\n').at(-1)
for (const [title, npm, start] of /** @type {const} */ ([
  [`npm ${ours}`, ['npm'], [node]],
  ['npm 12', NPM_12, [NPM_12[0] ?? node]],
])) {
  const all = await project(into, npm, tarballs)
  const alone = await project(into, npm, tarballs.slice(0, 1))
  const two = await project(into, npm, tarballs.slice(0, 2))
  const installed = [...all.problems, ...alone.problems, ...two.problems]
  problems.push(
    ...(await attempt(`${title}: installs, with nothing to warn of`, async () => installed)),
  )
  if (installed.length > 0) continue
  for (const [dir, program] of /** @type {const} */ ([
    [all.dir, 'echo.mjs'],
    [all.dir, 'echo.cjs'],
    [all.dir, 'syscall.cjs'],
    [alone.dir, 'syscall.mjs'],
    [two.dir, 'poll.mjs'],
  ])) {
    problems.push(...(await attempt(`${title}: ${program}`, () => runIn(dir, [...start, program]))))
  }
  if (title !== 'npm 12') continue
  for (const { name, path, args = [] } of [...NODES.map((n) => ({ ...n, args: [] })), ...OTHERS]) {
    for (const program of ['echo.mjs', 'echo.cjs']) {
      problems.push(
        ...(await attempt(`${name}: ${program}`, () => runIn(all.dir, [path, ...args, program]))),
      )
    }
  }
  problems.push(...(await attempt('TypeScript: declarations', () => types(all.dir))))
  const { problems: found, sizes } = await checkBundles(all.dir)
  problems.push(...(await attempt('bundles keep only what is used', async () => found)))
  for (const line of sizes) console.log(`  ${line}`)
  await writeBundles(all.dir)
  for (const name of ['bundle.mjs', 'whole.mjs', 'whole.cjs']) {
    problems.push(...(await attempt(`a bundle runs: ${name}`, () => runIn(all.dir, [node, name]))))
  }
  problems.push(...(await attempt('no binary: says so, and builds', () => fromSource(all.dir))))
}

const releases = packages(root).map((name, i) => ({
  manifest: manifest(root, name),
  tarball: tarballs[i] ?? '',
}))
const registry = await serveRegistry(releases)
problems.push(...(await tryManagers(into, registry.url)))
registry.close()

report(problems, 'a stranger can use the packages')
