#!/usr/bin/env node
// Type-checks every TypeScript sample of the documentation in one program, against the sources, and
// runs each in a process of its own, against what is built. A block fenced as `ts no-run` is only
// type-checked. A sample must end by itself, with exit code 0.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { projectOptions } from './check-docs.mjs'
import { filesBelow, isMain, packages, report } from './packages.mjs'
import { fromMarkdown, fromSource } from './samples.mjs'
import { root, turbo } from './step.mjs'

/** @typedef {import('./samples.mjs').Sample} Sample */

/** A sample that has not ended by then hangs, however slow the machine. */
const LIMIT_MS = 30_000

/** What the oldest supported Node runs. */
const EMIT = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }

const RULES = new URL('sample-rules.mjs', import.meta.url).href

/** Every sample of a checkout: the root's and the packages' README, the guides, the doc comments.
 * @param {string} dir the checkout
 */
export const collect = (dir) => {
  const folders = packages(dir).map((name) => join(dir, 'packages', name))
  const pages = [
    ...filesBelow(join(dir, 'docs'), /\.md$/).filter((path) => !path.includes('/docs/api/')),
    ...[dir, ...folders].map((folder) => join(folder, 'README.md')).filter(ts.sys.fileExists),
  ]
  const sources = folders
    .flatMap((folder) => filesBelow(join(folder, 'src'), /\.ts$/))
    .filter((path) => !path.endsWith('.test.ts'))
  /** @param {string} path */
  const read = (path) => /** @type {const} */ ([relative(dir, path), readFileSync(path, 'utf8')])
  return [
    ...pages.flatMap((path) => fromMarkdown(...read(path))),
    ...sources.flatMap((path) => fromSource(...read(path))),
  ]
}

/** The type errors of each sample, at their places in the documentation.
 * @param {readonly Sample[]} samples
 * @param {ts.CompilerOptions} options of the project
 * @param {string} into the folder to write them to
 */
export const typeErrors = (samples, options, into) => {
  const files = samples.map((sample, i) => {
    const path = join(into, `sample-${i}.mts`)
    writeFileSync(path, sample.code)
    return path
  })
  const program = ts.createProgram(files, {
    ...options,
    // A sample may name a value to show that it is there, and may use `await` without an import.
    noUnusedLocals: false,
    noUnusedParameters: false,
    moduleDetection: ts.ModuleDetectionKind.Force,
  })
  return files.map((path, i) => {
    const source = program.getSourceFile(path)
    const all = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]
    return all.map((diagnostic) => place(/** @type {Sample} */ (samples[i]), diagnostic))
  })
}

/** @param {Sample} sample @param {ts.Diagnostic} diagnostic */
const place = (sample, { file, start, messageText }) => {
  const inside = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0
  const message = ts.flattenDiagnosticMessageText(messageText, '\n  ')
  return `${sample.file}:${sample.line + inside}: ${message}`
}

/** Runs one sample; answers what went wrong, or nothing.
 * @param {Sample} sample
 * @param {string} path where its JavaScript goes
 * @returns {Promise<string[]>}
 */
const runSample = (sample, path) => {
  writeFileSync(path, ts.transpileModule(sample.code, { compilerOptions: EMIT }).outputText)
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', RULES, path], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('close', (exit, signal) => {
      if (exit === 0) return resolve([])
      const how = signal === null ? `exited with ${exit}` : `did not end and got ${signal}`
      resolve([`${sample.file}:${sample.line}: the sample ${how}\n${excerpt(output)}`])
    })
  })
}

/** What a reader needs of a failure's output.
 * @param {string} output
 */
const excerpt = (output) =>
  output
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('node:internal'))
    .slice(0, 12)
    .map((line) => `    ${line}`)
    .join('\n')

/** Runs the samples, as many at a time as there are processors.
 * @param {readonly Sample[]} samples
 * @param {string} into the folder to write them to
 */
export const runErrors = async (samples, into) => {
  const queue = samples.map((sample, i) => ({ sample, path: join(into, `sample-${i}.mjs`) }))
  /** @type {string[]} */
  const problems = []
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      problems.push(...(await runSample(job.sample, job.path)))
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return problems.sort()
}

if (isMain(import.meta.url)) {
  const samples = collect(root)
  // Inside the checkout, so that @netfd/* is found as a user's program finds it.
  const into = mkdtempSync(join(root, '.samples-'))
  try {
    const wrong = typeErrors(samples, projectOptions(root), into)
    // What does not compile would only fail once more.
    const runnable = samples.filter(({ run }, i) => run && wrong[i]?.length === 0)
    const ready = await turbo('build for the samples', ['build', 'build:native'])
    const failed = ready ? await runErrors(runnable, into) : ['the build failed']
    const good = `${samples.length} samples type-checked, ${runnable.length} of them run`
    report([...wrong.flat(), ...failed], good)
  } finally {
    rmSync(into, { recursive: true })
  }
}
