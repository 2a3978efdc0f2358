// @ts-check
// The programs of `model` for a long time, and what grows: descriptors, the heap after a collection, memory.
import { setImmediate as turn } from 'node:timers/promises'
import { Fault } from './lib/part.mjs'
import { growthOf } from './lib/slope.mjs'
import { descriptors } from './model/left.mjs'
import { Session, search } from './model/search.mjs'
import { figuresOf, keep } from './model.mjs'

const MB = 1024 * 1024

/** How often it is measured: every 10 s, and at least so often in a short run. */
const EVERY_S = 10
const LEAST = 12

/** What is warm only later is left out: this part of the samples. */
const WARMING = 0.25

/** What may grow in an hour, in MB; in a run of minutes, what may grow in all of it. */
const BOUNDS = { heap: { hour: 4, run: 1 }, rss: { hour: 64, run: 24 } }

/** Transfers keep between none and eight idle pipes; all else is as it was. */
const openNow = () =>
  [...descriptors()].reduce((sum, [kind, n]) => sum + (kind.startsWith('pipe:') ? 0 : n), 0)

const { gc } = /** @type {{ gc?: () => void }} */ (globalThis)

const sample = async () => {
  for (let i = 0; i < 3; i++) {
    gc?.()
    await turn()
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { at: performance.now() / 3_600_000, heap: heapUsed / MB, rss: rss / MB, fds: openNow() }
}

/** @typedef {Awaited<ReturnType<typeof sample>>} Sample */

/** A slope in words, or a fault when it is one for certain.
 * @param {'heap' | 'rss'} what
 * @param {Sample[]} samples
 */
const judged = (what, samples) => {
  const points = samples.map((one) => /** @type {const} */ ([one.at, one[what]]))
  const { slope, error, hours } = growthOf(points)
  const { hour, run } = BOUNDS[what]
  const text = `${slope.toFixed(2)} ± ${error.toFixed(2)} MB/h`
  if (slope - 3 * error > Math.max(hour, run / hours)) {
    const seen = samples.map((one) => one[what].toFixed(1)).join(' ')
    throw new Fault(`${what} grows by ${text}: ${seen} MB`)
  }
  return text
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'the programs of model for long: slopes of descriptors, heap and memory',
  seconds: 60,
  alone: 1500,
  flags: ['--expose-gc'],
  run: async ({ seed, seconds, over, progress }) => {
    const session = new Session()
    await session.open()
    /** @type {Sample[]} */
    const samples = []
    const slice = Math.min(EVERY_S, seconds / LEAST) * 1000
    for (let i = 0; !over(); i++) {
      const end = Date.now() + slice
      const found = await search(session, seed + i * 10_000, () => {
        progress(`${session.programs} programs, heap ${samples.at(-1)?.heap.toFixed(1)} MB`)
        return Date.now() > end
      })
      if (found !== null) throw keep(found)
      samples.push(await sample())
    }
    await session.close()
    const counted = samples.slice(Math.floor(samples.length * WARMING))
    const open = counted.map(({ fds }) => fds)
    if (new Set(open).size > 1) throw new Fault(`descriptors are not flat: ${open.join(' ')}`)
    return {
      ...figuresOf(session),
      samples: counted.length,
      descriptors: open[0] ?? 0,
      heap: judged('heap', counted),
      rss: judged('rss', counted),
    }
  },
}
