// @ts-check
// Where results go: the terminal, bench/results/latest.json and docs/charts/*.svg.
import { mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { dirname, join } from 'node:path'
import { BENCH } from './build.mjs'
import { makeChart } from './chart.mjs'
import { loadNow } from './priority.mjs'
import { formatResult } from './table.mjs'

/** @typedef {import('./results.mjs').Result} Result */

const RESULTS = join(BENCH, 'results', 'latest.json')
const CHARTS = join(dirname(BENCH), 'docs', 'charts')

/** What a reader needs to judge the figures by. */
export const describeMachine = () => ({
  date: new Date().toISOString(),
  cpu: os.cpus()[0]?.model ?? 'unknown',
  cores: os.availableParallelism(),
  memoryMiB: Math.round(os.totalmem() / 2 ** 20),
  kernel: `${os.type()} ${os.release()} ${os.arch()}`,
  loadAverage: { before: loadNow(), after: loadNow() },
})

/** @typedef {ReturnType<typeof describeMachine>} Machine */

/**
 * The table of one workload, as soon as it is done.
 * @param {Result} result
 */
export const printResult = (result) => {
  const { stdout } = process
  stdout.write(`\n${formatResult(result, { colors: stdout.isTTY && stdout.hasColors() })}\n`)
}

/**
 * @typedef {object} Report
 * @property {Machine} machine
 * @property {string} priority of what was measured
 * @property {number} rounds
 * @property {boolean} quick
 * @property {readonly import('./peers.mjs').Peer[]} peers
 * @property {readonly Result[]} results
 */

/**
 * @param {Report} report
 * @returns {Promise<string>} the file's path
 */
export const writeJson = async ({ machine, priority, rounds, quick, peers, results }) => {
  const contestants = peers.map(({ id, label, version, versionOf }) => ({
    ...{ id, label, version, versionOf },
  }))
  const head = { machine, priority, rounds, quick, peers: contestants }
  const text = JSON.stringify({ ...head, results }, null, 1)
  await mkdir(dirname(RESULTS), { recursive: true })
  await writeFile(RESULTS, `${text}\n`)
  return RESULTS
}

/**
 * One chart per workload, under its id.
 * @param {readonly Result[]} results
 * @returns {Promise<string>} the folder
 */
export const writeCharts = async (results) => {
  await mkdir(CHARTS, { recursive: true })
  for (const result of results) {
    const svg = makeChart(result)
    if (svg !== null) await writeFile(join(CHARTS, `${result.id}.svg`), svg)
  }
  return CHARTS
}
