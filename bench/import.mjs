// @ts-check
// What an import adds to the processor time of a program: `@netfd/net` beside `node:net`, in turns, less
// what an empty program takes. Usage: npm run build && node bench/import.mjs [rounds]
import { execFileSync } from 'node:child_process'
import { median, quartiles } from './lib/stats.mjs'

const ROUNDS = Number(process.argv[2] ?? 15)
const IMPORTED = ['', 'node:net', new URL('../packages/net/dist/index.js', import.meta.url).href]
const [EMPTY = '', NODE = '', NETFD = ''] = IMPORTED

/** @param {string} name @returns {number} ms of processor time, user and kernel together */
const run = (name) => {
  const load = name === '' ? '' : `await import(${JSON.stringify(name)});`
  const program = `${load} const { user, system } = process.cpuUsage(); console.log(user + system)`
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program])
  return Number(String(printed)) / 1000
}

/** @type {Map<string, number[]>} */
const times = new Map(IMPORTED.map((name) => [name, []]))
for (let round = 0; round <= ROUNDS; round++) {
  // The first round finds the caches cold.
  for (const name of IMPORTED) {
    const ms = run(name)
    if (round > 0) times.get(name)?.push(ms)
  }
}

/** @param {string} name */
const added = (name) => {
  const base = times.get(EMPTY) ?? []
  return (times.get(name) ?? []).map((ms, i) => ms - (base[i] ?? 0))
}

/** @param {readonly number[]} samples */
const told = (samples) => {
  const [low, high] = quartiles(samples)
  return `${median(samples).toFixed(1)} ms [${low.toFixed(1)} ${high.toFixed(1)}]`
}

console.log(
  `@netfd/net ${told(added(NETFD))}, node:net ${told(added(NODE))}, Node ${process.version}`,
)
