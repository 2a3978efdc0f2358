#!/usr/bin/env node
// Writes the figures of bench/results/ into README.md and docs/performance.md, when they are there: CPU
// time of each peer, and netfd's as a ratio to Node's (latest.json); what each trick buys (tricks.json).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { markdownTable, writePart } from '../../tools/markdown.mjs'
import { isMain } from '../../tools/packages.mjs'
import { root } from '../../tools/step.mjs'
import { figure } from './table.mjs'

/** @typedef {import('./results.mjs').Result} Result */

/**
 * @typedef {object} Run
 * @property {{ date: string, cpu: string, cores: number, kernel: string }} machine
 * @property {number} rounds
 * @property {boolean} quick
 * @property {{ id: string, label: string, version: string }[]} peers
 * @property {Result[]} results
 */

/** The variant of netfd that a workload is judged by has the peer's plain name.
 * @param {Result} result
 * @param {string} id
 */
const row = ({ rows }, id) => rows.find((row) => row.id === id)

/** @param {Result} result @param {string} id */
const cell = (result, id) => {
  const value = row(result, id)?.figures[result.main]
  return figure(result.main === 'cpu' || value === undefined ? value : value / 1024)
}

/** @param {Result} result */
const ratio = (result) => `**${figure(row(result, 'netfd')?.ratios.node)}**`

/** The first word of what a peer answers to --version is often its name.
 * @param {{ label: string, version: string }} peer
 */
const peerName = ({ label, version }) => `${label} ${/v?\d+(\.\d+)+/.exec(version)?.[0] ?? ''}`

/** The table, or '' when a quick run or one without both netfd and Node says nothing.
 * @param {Run} run
 */
export const benchTable = ({ machine, rounds, quick, peers, results }) => {
  const shown = results.filter((result) => row(result, 'netfd') && row(result, 'node'))
  if (quick || shown.length === 0) return ''
  const columns = peers.filter(({ id }) => shown.some((result) => row(result, id)))
  const head = ['', ...columns.map(({ label }) => label), 'netfd ÷ Node']
  /** @param {Result} result */
  const unit = ({ main, unit }) => (main === 'cpu' ? `µs/${unit}` : 'KiB/connection')
  const lines = shown.map((result) => [
    `${result.title}, ${unit(result)}`,
    ...columns.map(({ id }) => cell(result, id)),
    ratio(result),
  ])
  const text = [
    `Medians of ${rounds} rounds in one run, ${machine.date.slice(0, 10)}: ${machine.cpu},`,
    `${machine.cores} cores, ${machine.kernel};`,
    `${columns.map(peerName).join(', ')}.`,
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
    verdicts.map(({ text, value, met }) => [
      title,
      text,
      figure(value),
      met ? 'met' : '**missed**',
    ]),
  )
  return markdownTable(['Workload', 'Target', 'Measured', ''], lines)
}

/**
 * @typedef {object} Tricks
 * @property {{ date: string }} machine
 * @property {number} rounds
 * @property {{ title: string, off: string, workload: string, unit: string, on: number, without: number,
 *   ratio: number, spread: number }[]} results
 */

/** @param {number} part */
const percent = (part) => `${Math.round(part * 100)} %`

/** What each trick buys.
 * @param {Tricks} run
 */
export const trickTable = ({ machine, rounds, results }) => {
  const head = ['What is done', 'Switched off', 'Workload', 'With it', 'Without', 'Costs more', '±']
  const lines = results.map(({ title, off, workload, unit, on, without, ratio, spread }) => [
    ...[title, off, workload, `${figure(on)} µs/${unit}`, figure(without)],
    ...[`**${percent(ratio - 1)}**`, percent(spread)],
  ])
  const text = [
    `Medians of ${rounds} rounds, both sides in turns, ${machine.date.slice(0, 10)};`,
    '± is half the distance between the quartiles of the ratio. Less than that is nothing.',
  ]
  return `${markdownTable(head, lines)}\n\n${text.join(' ')}`
}

const source = join(root, 'bench/results/latest.json')
const tricks = join(root, 'bench/results/tricks.json')
const page = join(root, 'docs/performance.md')

if (isMain(import.meta.url)) {
  if (existsSync(source)) {
    const latest = JSON.parse(readFileSync(source, 'utf8'))
    for (const file of [join(root, 'README.md'), page]) writePart(file, 'bench', benchTable(latest))
    writePart(page, 'targets', targetTable(latest))
  } else {
    console.log(`${source} is not there: run npm run bench first`)
  }
  if (existsSync(tricks)) {
    writePart(page, 'tricks', trickTable(JSON.parse(readFileSync(tricks, 'utf8'))))
  } else {
    console.log(`${tricks} is not there: run node bench/tricks.mjs first`)
  }
}
