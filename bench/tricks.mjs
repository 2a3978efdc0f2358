// @ts-check
// What each trick buys: netfd as it is against netfd with the trick switched off, side by side.
// Usage: node bench/tricks.mjs [ID... --rounds N]; needs `npm run build:native -w @netfd/syscall`.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BENCH, buildNative } from './lib/build.mjs'
import { buildEdited } from './lib/edited.mjs'
import { findPriority, loadNow } from './lib/priority.mjs'
import { describeMachine } from './lib/report.mjs'
import { runWorkload } from './lib/run.mjs'
import { median, medianRatio, spread } from './lib/stats.mjs'
import { TRICKS } from './lib/tricks.mjs'
import { makeWorkloads } from './lib/workloads.mjs'

/** @typedef {import('./lib/tricks.mjs').Trick} Trick */

const priority = await findPriority(true)
const cores = { server: 0, load: 1, before: priority.before }
const workloads = makeWorkloads({ fileLimit: 1024 })

/** @type {(id: string, program: string) => import('./lib/peers.mjs').Peer} */
const peer = (id, program) => ({
  id,
  label: id,
  version: process.version,
  versionOf: 'on Node',
  env: {},
  lacks: [],
  command: [process.execPath, '--expose-gc', program],
})

/** @type {(trick: Trick, rounds: number) => Promise<object>} */
const measure = async (trick, rounds) => {
  const { id, both = [], edits, server = [], workload: name, title, off } = trick
  const workload = workloads.find((one) => one.id === name)
  if (workload === undefined) throw new Error(`no workload '${name}'`)
  const peers = [
    peer('on', await buildEdited(`${id}-on`, both)),
    peer('off', await buildEdited(`${id}-off`, [...both, ...edits])),
  ]
  const given = { ...workload, server: [...workload.server, ...server], variants: [{ suffix: '' }] }
  const outcomes = await runWorkload(given, { peers, rounds, cores, progress: () => undefined })
  const [on = [], without = []] = outcomes.map(({ samples, failure }) => {
    if (failure !== undefined) throw new Error(`${id}: ${failure}`)
    return samples.flatMap(({ cpu }) => cpu ?? [])
  })
  const ratios = without.map((value, i) => value / (on[i] ?? Number.NaN))
  return {
    ...{ id, title, off, workload: workload.title, unit: workload.unit },
    ...{ on: median(on), without: median(without) },
    ...{ ratio: medianRatio(without, on), spread: spread(ratios) },
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
})
await buildNative()
const machine = describeMachine()
const chosen = TRICKS.filter(({ id }) => positionals.length === 0 || positionals.includes(id))
const results = []
for (const trick of chosen) {
  const result = await measure(trick, Number(values.rounds))
  console.log(JSON.stringify(result))
  results.push(result)
}
if (positionals.length === 0) {
  const file = join(BENCH, 'results', 'tricks.json')
  machine.loadAverage.after = loadNow()
  await mkdir(join(BENCH, 'results'), { recursive: true })
  const text = JSON.stringify({
    machine,
    priority: priority.said,
    rounds: Number(values.rounds),
    results,
  })
  await writeFile(file, `${text}\n`)
}
