#!/usr/bin/env node
// @ts-check
// npm run mutants: puts one regression after the other into the sources, and says which of them no test sees.
// Arguments choose by a part of the sentence or of the file's name: `npm run mutants -- edge`.
// `--check` only looks whether each place is still there.
//
// It changes files of this checkout and puts them back, so it begins only where git has nothing to report.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { run, tool } from '../../tools/step.mjs'
import { mutated, placeOf } from './mutant.mjs'
import { net } from './net.mjs'
import { unix } from './net-unix.mjs'
import { addonPackets, netPackets, pollPackets } from './packets.mjs'
import { poll } from './poll.mjs'
import { addon, syscall } from './syscall.mjs'

/** @typedef {import('./mutant.mjs').Mutant} Mutant */
/** @typedef {import('./mutant.mjs').Suite} Suite */

const root = new URL('../../', import.meta.url).pathname

/** @type {Suite[]} */
const suites = [
  {
    dir: 'packages/poll',
    mutants: [...poll, ...pollPackets],
    projects: ['poll', 'net', 'reports'],
    native: false,
  },
  {
    dir: 'packages/net',
    mutants: [...net, ...netPackets, ...unix],
    projects: ['net', 'reports'],
    native: false,
  },
  { dir: 'packages/syscall', mutants: syscall, projects: ['syscall', 'poll'], native: false },
  {
    dir: 'packages/syscall',
    mutants: [...addon, ...addonPackets],
    projects: ['syscall', 'poll', 'reports'],
    native: true,
  },
]

/** No run of the tests takes longer than this, in ms: one that does hangs. */
const LONGEST = 300_000

/**
 * The title of the test that fails, null when none does.
 * @param {string[]} args
 * @returns {Promise<string | null>}
 */
const failing = async (args) => {
  const reporters = ['--bail=1', '--reporter=json', `--outputFile.json=${report}`]
  const command = [tool('vitest/vitest.mjs'), 'run', ...reporters, ...args]
  rmSync(report, { force: true })
  const { code, output } = await run(process.execPath, command, { timeout: LONGEST })
  if (code === 0) return null
  if (!existsSync(report)) return 'no end'
  /** @type {import('../../tools/test.mjs').Report} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  if (testResults.length === 0) throw new Error(`no test file is meant by ${args.join(' ')}`)
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(({ status }) => status === 'failed')
    if (failed === undefined) continue
    // A limit of time on a busy machine looks like this as well, so a reader is to see what it was.
    const [why = ''] = (failed.failureMessages?.[0] ?? '').split('\n')
    return `${basename(name)}: ${failed.fullName}: ${why}`
  }
  // What a file leaves behind, or a process that died under it.
  const file = testResults.find(({ status }) => status === 'failed')
  const [why = ''] = (file?.message ?? output.trimEnd()).split('\n').slice(-1)
  return `what is around the tests${file === undefined ? '' : ` of ${basename(file.name)}`}: ${why}`
}

/**
 * The runs that could see it, the quickest first: the test beside the source, then whole projects.
 * @param {Suite} suite
 * @param {Mutant} mutant
 */
const runsOf = ({ dir, projects }, { file, see }) => {
  const beside = file.replace(/\.ts$/, '.test.ts')
  const [own = ''] = projects
  const found = beside !== file && existsSync(`${root}${dir}/${beside}`)
  const near = found ? [['--project', own, basename(beside)]] : []
  const named = see === undefined ? [] : [[...see]]
  return [...named, ...near, ...projects.map((project) => ['--project', project])]
}

/**
 * The test that saw it; null when none did.
 * @param {Suite} suite
 * @param {Mutant} mutant
 * @returns {Promise<string | null>}
 */
const seenBy = async (suite, mutant) => {
  for (const args of runsOf(suite, mutant)) {
    const title = await failing(args)
    if (title !== null) return title
  }
  return null
}

/** @type {() => Promise<boolean>} */
const buildAddon = async () => {
  const { code } = await run(tool('.bin/turbo'), ['run', 'build:native', '--output-logs=none'])
  return code === 0
}

/**
 * @param {Suite} suite
 * @param {Mutant} mutant
 * @returns {Promise<string | null>}
 */
const tried = async (suite, mutant) => {
  const path = `${root}${suite.dir}/${mutant.file}`
  const source = readFileSync(path, 'utf8')
  const restore = () => writeFileSync(path, source)
  process.once('exit', restore)
  try {
    writeFileSync(path, mutated(source, mutant))
    if (suite.native && !(await buildAddon())) return 'the compiler'
    return await seenBy(suite, mutant)
  } finally {
    restore()
    process.off('exit', restore)
  }
}

const report = join(mkdtempSync(join(tmpdir(), 'netfd-mutants-')), 'report.json')
process.on('exit', () => rmSync(dirname(report), { recursive: true }))

/** Throws unless each place is there once. */
const check = () => {
  const moved = suites.flatMap(({ dir, mutants }) =>
    mutants.flatMap((mutant) => {
      const problem = placeOf(readFileSync(`${root}${dir}/${mutant.file}`, 'utf8'), mutant)
      return problem === null ? [] : [`${dir}/${mutant.file}: ${problem}: ${mutant.find}`]
    }),
  )
  if (moved.length > 0) throw new Error(`mutants whose place has moved:\n${moved.join('\n')}`)
}

/** @param {readonly string[]} words */
const main = async (words) => {
  check()
  const all = suites.flatMap((suite) => suite.mutants.map((mutant) => ({ suite, mutant })))
  const chosen = all.filter(({ mutant: { what, file } }) =>
    words.every((word) => `${what} ${file}`.includes(word)),
  )
  if (words[0] === '--check') return console.log(`${all.length} mutants, each in its place`)
  if (execFileSync('git', ['status', '--porcelain', 'packages'], { cwd: root }).length > 0) {
    throw new Error(
      'packages/ has changes: commit them first, for the mutants are put into its files',
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  const survivors = []
  let n = 0
  for (const { suite, mutant } of chosen) {
    const { what, file, equivalent } = mutant
    const began = Date.now()
    const seen = await tried(suite, mutant)
    const told = seen ?? (equivalent === undefined ? 'SURVIVES' : 'equivalent')
    const seconds = Math.round((Date.now() - began) / 1000)
    console.log(`${++n}/${chosen.length} ${file}: ${what}: ${told} (${seconds} s)`)
    if (seen === null && equivalent === undefined) survivors.push(mutant)
    if (seen !== null && equivalent !== undefined)
      console.log(`  said to be equivalent: ${equivalent}`)
  }
  if (chosen.some(({ suite }) => suite.native)) await buildAddon()
  for (const { file, what, find } of survivors) console.log(`survived: ${file}: ${what}\n  ${find}`)
  console.log(
    `${chosen.length - survivors.length} seen or equivalent, ${survivors.length} survived`,
  )
  if (survivors.length > 0) process.exitCode = 1
}

await main(process.argv.slice(2))
