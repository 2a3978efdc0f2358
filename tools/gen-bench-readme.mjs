#!/usr/bin/env node
// Writes the figures of bench/results/latest.json, when it is there, into README.md and
// docs/performance.md: CPU time of each peer, and netfd's as a ratio to Node's.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { figure } from '../bench/lib/table.mjs'
import { markdownTable, writePart } from './generated.mjs'
import { isMain } from './packages.mjs'
import { root } from './step.mjs'

/** @typedef {import('../bench/lib/results.mjs').Result} Result */

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

const source = join(root, 'bench/results/latest.json')

if (isMain(import.meta.url)) {
  if (existsSync(source)) {
    const part = benchTable(JSON.parse(readFileSync(source, 'utf8')))
    for (const file of ['README.md', 'docs/performance.md']) {
      writePart(join(root, file), 'bench', part)
    }
  } else {
    console.log(`${source} is not there: run npm run bench first`)
  }
}
