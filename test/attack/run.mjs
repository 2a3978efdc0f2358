#!/usr/bin/env node
// @ts-check
// npm run attack: random and hostile use of the built packages, part after part, for about ten minutes.
//
//   npm run attack -- native life     these parts alone
//   npm run attack -- native --seed 7 the same again
//   npm run attack -- --short         all of them within a minute
//   npm run attack -- soak --seconds 1500
//   npm run attack -- model --replay FILE  a program that failed once
//   npm run attack -- --list          what there is
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { turbo } from '../../tools/step.mjs'
import { partsOf, removeLeft, runPart, shareOf } from './lib/attack.mjs'
import { anySeed } from './lib/random.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    short: { type: 'boolean', default: false },
    replay: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

/** @type {(name: 'seed' | 'seconds') => number | undefined} */
const numberOf = (name) => {
  const text = values[name]
  if (text === undefined) return undefined
  const number = Number(text)
  if (!(number >= 0)) throw new RangeError(`--${name} takes a number, not ${text}`)
  return number
}

const main = async () => {
  // Before the parts are loaded, for they load what is built.
  if (!(await turbo('build', ['build', 'build:native']))) process.exit(1)
  const all = await partsOf(new URL('.', import.meta.url).pathname)
  if (values.list) {
    for (const { name, seconds, what } of all) console.log(`${name} (${seconds} s): ${what}`)
    return
  }
  const unknown = positionals.filter((name) => !all.some((part) => part.name === name))
  if (unknown.length > 0) {
    throw new Error(`no part ${unknown}: there are ${all.map(({ name }) => name).join(', ')}`)
  }
  const chosen = all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  // The process of the part has the variables of this one.
  if (values.replay !== undefined) process.env.NETFD_ATTACK_REPLAY = resolve(values.replay)
  const [seed, seconds] = [numberOf('seed'), numberOf('seconds')]
  const how = { short: values.short, alone: positionals.length === 1, seconds }
  removeLeft()
  let failed = 0
  for (const part of chosen) {
    const share = { seed: seed ?? anySeed(), seconds: shareOf(part, all, how), short: how.short }
    if (!(await runPart(part, share))) failed++
  }
  console.log(`${chosen.length - failed} parts held, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => process.exit(130))
}
await main()
