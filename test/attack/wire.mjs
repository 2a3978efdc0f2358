// @ts-check
// Connections and datagrams over a wire that loses, doubles, reorders, delays, throttles and cuts: a tun device at each end
// and a program between them, as not every kernel has netem.
import { compiled } from './lib/compile.mjs'
import { Fault } from './lib/part.mjs'
import { below, pick, seeded, shuffled } from './lib/random.mjs'
import { Wire } from './lib/wire.mjs'
import { datagramScenes } from './lib/wire-datagrams.mjs'
import { scenes, transfers } from './lib/wire-scenes.mjs'

/** @typedef {import('./lib/wire-scenes.mjs').Scene} Scene */

const MB = 1_000_000

/** A wire as bad as it comes. @param {() => number} random */
const weather = (random) => ({
  loss: pick(random, [0, 0.001, 0.01]),
  doubled: pick(random, [0, 0.005, 0.02]),
  late: pick(random, [0, 0.005, 0.02]),
  delay: below(random, 2000),
  jitter: below(random, 1000),
})

/** @type {Record<string, number>} */
const totals = {}

/**
 * Plays a scene between two programs of its own, over a wire of its own.
 * @param {Scene} scene
 * @param {number} seed
 * @param {number} bytes
 */
const play = async (scene, seed, bytes) => {
  const random = seeded(seed)
  const wire = await Wire.open(seed, { ...weather(random), ...scene.how })
  const [near, far] = [wire.puppet(1), wire.puppet(2)]
  const said = await scene.play({ wire, near, far, seed, bytes })
  await Promise.all([scene.kills ? undefined : near.end(), far.end()])
  for (const [name, n] of Object.entries(await wire.close())) totals[name] = (totals[name] ?? 0) + n
  return said
}

/**
 * @param {readonly (() => Promise<void>)[]} tasks
 * @param {number} lanes so many at once
 */
const inLanes = async (tasks, lanes) => {
  const left = tasks[Symbol.iterator]()
  const lane = async () => {
    for (const task of left) await task()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'transfers, datagrams and faults over a wire that loses, doubles, reorders, delays, throttles and cuts',
  seconds: 90,
  beside: 240,
  before: async () => {
    compiled('wire')
    return []
  },
  run: async ({ seed, short, over, progress, at, random }) => {
    let done = 0
    let moved = 0
    /** @type {Set<string>} */
    const playing = new Set()
    /** @type {Set<string>} */
    const remarks = new Set()
    /** @type {(name: string, scene: Scene, bytes: number) => () => Promise<void>} */
    const task = (name, scene, bytes) => {
      const own = (seed + below(random, 2 ** 31)) % 2 ** 31
      return async () => {
        playing.add(name)
        at([...playing].join(', '))
        progress(`${done} scenes; ${[...playing].join(', ')}`)
        try {
          const said = await play(scene, own, bytes)
          if (said) remarks.add(said)
        } catch (error) {
          throw new Fault(`${name}: ${error instanceof Error ? error.stack : error}`)
        }
        playing.delete(name)
        done++
      }
    }
    const size = (short ? 2 : 100) * MB
    const moving = Object.entries(transfers).map(([name, scene]) => {
      moved += 2 * size
      return task(name, scene, size)
    })
    // The long transfers take both processors; the faults mostly wait.
    if (!short) await inLanes(moving, 1)
    const round = () =>
      shuffled(
        random,
        Object.entries({ ...scenes, ...datagramScenes }).filter(([, { slow }]) => !(short && slow)),
      ).map(([name, scene]) => task(name, scene, 0))
    await inLanes(short ? [...moving, ...round()] : round(), short ? 5 : 3)
    while (!short && !over()) await inLanes(round(), 3)
    const { relayed = 0, lost = 0, doubled = 0, late = 0, cut = 0 } = totals
    return {
      scenes: done,
      'MB intact': moved / MB,
      packets: relayed,
      lost,
      doubled,
      late,
      'not through a cut': cut,
      'as the kernel says': [...remarks].join(', '),
    }
  },
}
