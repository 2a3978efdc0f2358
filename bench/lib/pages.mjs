#!/usr/bin/env node
// Writes the figures of bench/results/ into the pages, when they are there. Of latest.json: the CPU time of
// each peer and netfd's as a ratio to Node's, a few rows for README.md and docs/performance.md, all of them
// and the targets for bench/README.md. Of tricks.json: what each trick buys.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable, writePart } from '../../tools/markdown.mjs'
import { isMain } from '../../tools/packages.mjs'
import { root } from '../../tools/step.mjs'
import { brackets, figure } from './table.mjs'

/** @typedef {import('./results.mjs').Result} Result */

/** @typedef {{ before: number, after: number }} Load */

/**
 * @typedef {object} Run
 * @property {{ date: string, cpu: string, cores: number, kernel: string, loadAverage: Load }} machine
 * @property {string} priority of what was measured
 * @property {number} rounds
 * @property {boolean} quick
 * @property {{ id: string, label: string, version: string, versionOf: string }[]} peers
 * @property {Result[]} results
 */

/** The suffixes of netfd's rows. Where a variant is one of several peers, as `+deadline`, the title speaks of it
 * and it is all that is shown; a form that netfd alone has, as `+writeTo`, has a line beside the plain one.
 * @param {Result} result
 */
const forms = ({ rows }) => {
  const suffixes = rows.flatMap(({ id }) => /^netfd(\+.*)$/.exec(id)?.[1] ?? [])
  const shared = suffixes.filter((suffix) =>
    rows.some(({ id }) => id.endsWith(suffix) && !id.startsWith('netfd')),
  )
  return shared.length > 0 ? shared.slice(0, 1) : ['', ...suffixes]
}

/** A peer's row in that form; what it does not have is no row, but for the usual form beside netfd's own.
 * @param {Result} result
 * @param {string} id
 * @param {string} [form]
 */
const row = (result, id, form) => {
  const [usual = ''] = forms(result)
  const suffix = id.startsWith('netfd') ? (form ?? usual) : usual
  return result.rows.find((row) => row.id === id + suffix)
}

/** @param {Result} result @param {string} id @param {string} form */
const cell = (result, id, form) => {
  const value = row(result, id, form)?.figures[result.main]
  return figure(result.main === 'cpu' || value === undefined ? value : value / 1024)
}

/** @param {Result} result @param {string} form @param {string} [id] */
const ratio = (result, form, id = 'netfd') => {
  const own = row(result, id, form)
  return `**${figure(own?.ratios.node)}**${brackets(own?.quartiles.node)}`
}

/** What the version is of stands before it: netfd's is that of the Node it runs on, C's that of the
 * compiler. The first word of what a program answers to --version is often its name.
 * @param {{ label: string, version: string, versionOf: string }} peer
 */
const peerName = ({ label, version, versionOf }) => {
  const [number = version] = /\d+(\.\d+)+/.exec(version) ?? []
  return versionOf === '' ? `${label} ${number}` : `${label} (${versionOf} ${number})`
}

/** A workload's lines in the table: the first under its id, one more for each further form.
 * @param {Result} result
 */
const linesOf = (result) =>
  forms(result).map((form, i) => ({
    ...{ result, form },
    id: i === 0 ? result.id : result.id + form,
    title: i === 0 ? result.title : `${result.title} (${form.slice(1).replace('+', ', ')})`,
  }))

/** The rows and the columns of the pages that show only a part: gains and losses, and who else is known. */
export const FEW = {
  rows: ['echo-64-50', 'bulk-upload', 'proxy-bulk', 'dial', 'idle-10000'],
  columns: ['netfd', 'node', 'c', 'go'],
}

/** The table, or '' when a quick run or one without both netfd and Node says nothing.
 * @param {Run} run
 * @param {{ rows?: string[], columns?: string[] }} [only] ids of lines, as `dial` or `echo-64-50+writeTo`, and of peers
 */
export const benchTable = ({ machine, priority, rounds, quick, peers, results }, only = {}) => {
  const shown = results
    .filter((result) => row(result, 'netfd') && row(result, 'node'))
    .flatMap(linesOf)
    .filter(({ id }) => only.rows?.includes(id) ?? true)
  if (quick || shown.length === 0) return ''
  const columns = peers.filter(
    ({ id }) => (only.columns?.includes(id) ?? true) && shown.some(({ result }) => row(result, id)),
  )
  const newer = columns.filter(({ id }) => id.startsWith('netfd@'))
  const head = ['', ...columns.map(({ label }) => label), 'netfd ÷ Node']
  for (const { id } of newer) head.push(`the same on ${id.slice('netfd@'.length)}`)
  /** @param {Result} result */
  const unit = ({ main, unit }) => (main === 'cpu' ? `µs/${unit}` : 'KiB/connection')
  const lines = shown.map(({ title, result, form }) => [
    `${title}, ${unit(result)}`,
    ...columns.map(({ id }) => cell(result, id, form)),
    ratio(result, form),
    ...newer.map(({ id }) => ratio(result, form, id)),
  ])
  const text = [
    `Medians of ${rounds} rounds in one run, the quartiles of the ratios in brackets, ${machine.date.slice(0, 10)}: ${machine.cpu},`,
    `${machine.cores} cores, ${machine.kernel};`,
    `${columns.map(peerName).join(', ')}.`,
    `${priority[0]?.toUpperCase()}${priority.slice(1)}; load average`,
    `${machine.loadAverage.before} before and ${machine.loadAverage.after} after.`,
    'Processor time of the server, user and kernel together; memory for idle connections.',
    'Less is better in every column.',
  ]
  return `${markdownTable(head, lines)}\n\n${text.join(' ')}`
}

/** The targets of that run, and whether they were met.
 * @param {Run} run
 */
export const targetTable = ({ results }) => {
  const lines = results.flatMap(({ title, verdicts }) =>
    verdicts.map(({ text, value, met, quartiles }) => [
      title,
      text,
      `${figure(value)}${brackets(quartiles)}`,
      met ? 'met' : '**missed**',
    ]),
  )
  return markdownTable(['Workload', 'Target', 'Measured', ''], lines)
}

/**
 * @typedef {object} Tricks
 * @property {{ date: string, loadAverage: Load }} machine
 * @property {string} priority of what was measured
 * @property {number} rounds
 * @property {{ title: string, off: string, workload: string, unit: string, on: number, without: number,
 *   ratio: number, spread: number }[]} results
 */

/** @param {number} part */
const percent = (part) => `${Math.round(part * 100)} %`

/** What each trick buys.
 * @param {Tricks} run
 */
export const trickTable = ({ machine, priority, rounds, results }) => {
  const head = ['What is done', 'Switched off', 'Workload', 'With it', 'Without', 'Costs more', '±']
  const lines = results.map(({ title, off, workload, unit, on, without, ratio, spread }) => [
    ...[title, off, workload, `${figure(on)} µs/${unit}`, figure(without)],
    ...[`**${percent(ratio - 1)}**`, percent(spread)],
  ])
  const text = [
    `Medians of ${rounds} rounds, both sides in turns, ${machine.date.slice(0, 10)}, ${priority}, load average`,
    `${machine.loadAverage.before} before and ${machine.loadAverage.after} after;`,
    '± is half the distance between the quartiles of the ratio. Less than that is nothing.',
  ]
  return `${markdownTable(head, lines)}\n\n${text.join(' ')}`
}

const source = join(root, 'bench/results/latest.json')
const tricks = join(root, 'bench/results/tricks.json')
const page = join(root, 'docs/performance.md')
const all = join(root, 'bench/README.md')

if (isMain(import.meta.url)) {
  if (existsSync(source)) {
    const latest = JSON.parse(readFileSync(source, 'utf8'))
    for (const file of [join(root, 'README.md'), page])
      writePart(file, 'bench', benchTable(latest, FEW))
    writePart(all, 'bench', benchTable(latest))
    writePart(all, 'targets', targetTable(latest))
  } else {
    console.log(`${source} is not there: run npm run bench first`)
  }
  if (existsSync(tricks)) {
    writePart(all, 'tricks', trickTable(JSON.parse(readFileSync(tricks, 'utf8'))))
  } else {
    console.log(`${tricks} is not there: run node bench/tricks.mjs first`)
  }
}
