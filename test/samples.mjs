// The TypeScript samples of the documentation: fenced blocks in Markdown and in doc comments. All are
// type-checked in one program, against the sources, and each is run in a process of its own, against what is
// built. A block fenced as `ts no-run` is only type-checked. A sample must end by itself, with exit code 0.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { filesBelow, packages } from '../tools/packages.mjs'
import { run } from '../tools/step.mjs'

/**
 * @typedef {object} Sample
 * @property {string} file where it stands
 * @property {number} line the line of its first line of code, from 1
 * @property {string} code
 * @property {boolean} run whether it is to be run, and not only type-checked
 */

const FENCE = /^\s*```/
const OPEN = /^\s*```(ts|typescript)\b(.*)$/

/** The samples in lines of Markdown.
 * @param {string} file
 * @param {readonly string[]} lines
 * @param {number} first the number of the first line in the file
 * @returns {Sample[]}
 */
const fenced = (file, lines, first) => {
  /** @type {Sample[]} */
  const found = []
  for (let i = 0; i < lines.length; i++) {
    if (!FENCE.test(lines[i] ?? '')) continue
    const open = OPEN.exec(lines[i] ?? '')
    const start = i + 1
    do i++
    while (i < lines.length && !FENCE.test(lines[i] ?? ''))
    if (open === null) continue
    const code = lines.slice(start, i).join('\n')
    const run = !(open[2] ?? '').split(/\s+/).includes('no-run')
    found.push({ file, line: first + start, code, run })
  }
  return found
}

/** @param {string} file @param {string} text */
export const fromMarkdown = (file, text) => fenced(file, text.split('\n'), 1)

/** The code of an `@example` that is not fenced, up to the next tag.
 * @param {string} file
 * @param {readonly string[]} lines
 * @param {number} first
 * @returns {Sample[]}
 */
const bareExamples = (file, lines, first) =>
  lines.flatMap((text, i) => {
    if (!/^\s*@example\b/.test(text)) return []
    const rest = lines.slice(i + 1)
    const next = rest.findIndex((line) => /^\s*@\w/.test(line))
    const code = next < 0 ? rest : rest.slice(0, next)
    if (code.some((line) => FENCE.test(line)) || code.join('').trim() === '') return []
    return [{ file, line: first + i + 1, code: code.join('\n'), run: true }]
  })

/** The samples in the doc comments of a TypeScript source.
 * @param {string} file
 * @param {string} text
 * @returns {Sample[]}
 */
export const fromSource = (file, text) =>
  [...text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].flatMap((comment) => {
    const first = text.slice(0, comment.index).split('\n').length
    const lines = comment[0]
      .replace(/\*\/$/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\/?\*+ ?/, ''))
    return [...fenced(file, lines, first), ...bareExamples(file, lines, first)]
  })

/** A sample that has not ended by then hangs, however slow the machine. */
const LIMIT_MS = 30_000

/** What the oldest supported Node runs. */
const EMIT = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }

/** Loaded before each sample: an assertion that does not hold ends it, and is not only printed. */
const RULES = `data:text/javascript,${encodeURIComponent(`import assert from 'node:assert/strict'
console.assert = (held, ...message) => assert.ok(held, message.join(' ') || undefined)`)}`

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
export const runSample = async (sample, path) => {
  writeFileSync(path, ts.transpileModule(sample.code, { compilerOptions: EMIT }).outputText)
  const args = ['--import', RULES, path]
  const { code, output } = await run(process.execPath, args, { timeout: LIMIT_MS })
  if (code === 0) return []
  return [`${sample.file}:${sample.line}: the sample exited with ${code}\n${excerpt(output)}`]
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

/** The compiler options of the project.
 * @param {string} dir the checkout
 */
export const projectOptions = (dir) => {
  const path = `${dir}/tsconfig.base.json`
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  return ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, dir, undefined, path)
    .options
}
