// @ts-check
// What a puppet measures while it does something with all its connections.

import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { outcome } from './obey.mjs'
import { seeded, shuffled } from './random.mjs'

/** @typedef {{ ms: number, block: number, counts: Record<string, number> }} Phase how long it took, the longest
 *   block of the loop in it, both in ms, and how many calls came to what */

/**
 * @param {() => Promise<readonly string[]>} work answers what each call came to
 * @returns {Promise<Phase>}
 */
export const phase = async (work) => {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const began = performance.now()
  /** @type {Record<string, number>} */
  const counts = {}
  for (const said of await work()) counts[said] = (counts[said] ?? 0) + 1
  const ms = Math.round(performance.now() - began)
  // The monitor hears of the last block when its timer comes again.
  await sleep(10)
  delays.disable()
  return { ms, block: Math.round(delays.max / 1e6), counts }
}

/**
 * Does it with each at once, in the order that a seed gives.
 * @template T
 * @param {number} seed
 * @param {readonly T[]} all
 * @param {(each: T, i: number) => Promise<unknown>} call
 * @returns {Promise<string[]>}
 */
export const withEach = (seed, all, call) =>
  Promise.all(shuffled(seeded(seed), all).map((each, i) => outcome(call(each, i))))

/**
 * Does it so many times, no more than `lanes` at once.
 * @param {number} times
 * @param {(i: number) => Promise<unknown>} call
 */
export const inTurns = async (times, call, lanes = 1000) => {
  /** @type {string[]} */
  const all = []
  let next = 0
  const lane = async () => {
    while (next < times) all.push(await outcome(call(next++)))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return all
}

/** What is kept alive, in bytes, and what the system has given. */
export const memory = () => {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { kept: heapUsed + external, rss }
}

/** A message: short, and no page of its own for each of so many. */
export const MESSAGE = 64
