// @ts-check
// `npm run bench`: finds the peers, runs the workloads, reports.
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { relative } from 'node:path'
import { HELP, readOptions, select } from './options.mjs'
import { findPeers } from './peers.mjs'
import { findPriority, loadNow } from './priority.mjs'
import { describeMachine, printResult, writeCharts, writeJson } from './report.mjs'
import { summarize } from './results.mjs'
import { runWorkload } from './run.mjs'
import { makeWorkloads } from './workloads.mjs'

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`)

// On a terminal one line tells what runs now; elsewhere it would only fill a log.
/** @param {string} line */
const progress = (line) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}

/** How many descriptors a process may open here. */
const readFileLimit = async () => {
  const text = await readFile('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(text)?.[1]
  return hard === 'unlimited' ? 1_000_000 : Number(hard)
}

const pickCores = () => {
  const cores = os.availableParallelism()
  if (cores < 2) say('one core only: server and load share it, so rates and latencies are worse')
  return { server: 0, load: Math.min(1, cores - 1) }
}

/** @param {import('./options.mjs').Options} options */
const choose = async ({ names, connections, size, requests, quick }) => {
  const fileLimit = await readFileLimit()
  const all = makeWorkloads({
    quick,
    fileLimit,
    ...(connections === undefined ? {} : { connections }),
    ...(size === undefined ? {} : { size }),
    ...(requests === undefined ? {} : { requests }),
  })
  return select(all, names)
}

/** @param {readonly string[]} args */
const main = async (args) => {
  const options = readOptions(args)
  if (options.help) {
    say(HELP.trimEnd())
    return
  }
  const workloads = await choose(options)
  if (options.list) {
    for (const { id, title } of workloads) say(`${id.padEnd(22)} ${title}`)
    return
  }
  const machine = describeMachine()
  const { before, said: priority } = await findPriority(options.chrt)
  const cores = { ...pickCores(), before }
  say(`${machine.cpu}, ${machine.cores} cores, ${machine.kernel}`)
  say(`${priority}; load average ${machine.loadAverage.before}`)
  const peers = await findPeers(options.peers, say)
  const { rounds, quick } = options

  const results = []
  for (const workload of workloads) {
    const outcomes = await runWorkload(workload, { peers, rounds, cores, progress })
    progress('')
    const result = summarize(workload, outcomes)
    printResult(result)
    results.push(result)
  }
  machine.loadAverage.after = loadNow()
  say(`\nload average ${machine.loadAverage.before} before, ${machine.loadAverage.after} after`)
  const json = await writeJson({ machine, priority, rounds, quick, peers, results })
  say(`figures: ${relative(process.cwd(), json)}`)
  if (options.charts) say(`charts: ${relative(process.cwd(), await writeCharts(results))}`)
  if (results.some(({ rows }) => rows.some(({ failure }) => failure !== undefined)))
    process.exitCode = 1
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  // A wrong option gets its sentence; anything else is a defect and shows where it is.
  const usage = error instanceof RangeError || (error instanceof TypeError && 'code' in error)
  console.error(usage ? error.message : error)
  process.exitCode = 1
}
