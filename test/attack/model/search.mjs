// Looks for a program that fails, and makes it as small as it can be.
import fc from 'fast-check'
import { digest } from './bytes.mjs'
import { left, snapshot } from './left.mjs'
import { Place } from './make.mjs'
import { closeElsewhere, openElsewhere } from './moves.mjs'
import { program } from './program.mjs'
import { runProgram } from './run.mjs'

/** @typedef {import('./program.mjs').Program} Program */

/** How many programs one round of fast-check makes. */
const ROUND = 250

/** How often a smaller program is run: what fails by chance does not fail each time. */
const TRIES = 4

/** How long a call that must settle may take, in ms: far longer than any does on a busy machine. */
const PATIENCE = 20_000

/** The same while a program that failed is made smaller. */
const IMPATIENCE = 1_000

/** How long it is made smaller, in ms. */
const SHRINKING = 40_000

/** What goes wrong beside the calls is the fault of the program that runs. */
const BESIDE = ['uncaughtException', 'unhandledRejection', 'warning']

/** What one process has for all its programs. */
export class Session {
  programs = 0
  operations = 0
  connections = 0
  bytes = 0
  #place = new Place()
  #digest = digest()
  /** @type {string[]} */
  #beside = []
  /** @type {import('./left.mjs').Snapshot | null} */
  #before = null
  /** @type {Map<string, Function[]>} */
  #heard = new Map()

  async open() {
    for (const event of BESIDE) {
      this.#heard.set(event, process.rawListeners(event))
      process.removeAllListeners(event)
      process.on(event, this.#hear)
    }
    await this.#place.open()
    await openElsewhere()
    // The first use of everything opens what stays open.
    await this.#warm()
    this.#before = snapshot()
  }

  async close() {
    await closeElsewhere()
    await this.#place.close()
    for (const [event, listeners] of this.#heard) {
      process.off(event, this.#hear)
      for (const listener of listeners) process.on(event, /** @type {() => void} */ (listener))
    }
    this.#heard.clear()
  }

  /** What is wrong with a program: nothing, as a rule.
   * @param {Program} one
   */
  async run(one, patience = PATIENCE) {
    const world = await runProgram(one, this.#place, patience)
    this.programs++
    this.operations += world.operations
    for (const { kind, directions } of world.links) {
      this.connections += kind === 'tcp' || kind === 'tcp-fd' || kind === 'unix' ? 1 : 0
      for (const { bytes } of directions) this.bytes += bytes
    }
    const stays = this.#before === null ? [] : await left(this.#before)
    // What is left is told once, with the program that left it.
    if (stays.length > 0) this.#before = snapshot()
    if (this.programs % ROUND === 0 && digest() !== this.#digest) {
      world.problem('a call changed the bytes that it was given to write')
    }
    return [...world.problems, ...stays, ...this.#beside.splice(0)]
  }

  /** Runs a program until it fails, a few times: the answer is empty when it does not.
   * @param {Program} one
   * @param {number} times
   * @param {number} [patience]
   */
  async repeat(one, times, patience) {
    for (let i = 0; i < times; i++) {
      const problems = await this.run(one, patience)
      if (problems.length > 0) return problems
    }
    return []
  }

  #hear = (/** @type {Error} */ error) => {
    this.#beside.push(`beside the calls: ${error?.stack ?? String(error)}`)
  }

  async #warm() {
    const steps = [
      { op: 'write', end: 0, size: 1000, way: 0, abort: 'never', gap: 'turn' },
      { op: 'relay', end: 0, size: 0, way: 0, abort: 'never', gap: 'turns' },
      { op: 'sendFile', end: 0, size: 1000, way: 4, abort: 'soon', gap: 'ms' },
      { op: 'handOver', end: 3, size: 10, way: 0, abort: 'never', gap: 'ms' },
    ]
    for (let i = 0; i < 10; i++) await this.run({ ...WARM, steps })
  }
}

/** @type {Omit<Program, 'steps'>} */
const WARM = { kinds: ['tcp', 'tcp'], small: false, last: 'drain' }

/**
 * Runs random programs until one fails or `over` says that it is enough. What it gives back is the smallest
 * program that fails, and what is wrong with it; or null.
 * @param {Session} session
 * @param {number} seed
 * @param {() => boolean} over
 * @returns {Promise<{ program: Program, problems: string[] } | null>}
 */
export const search = async (session, seed, over) => {
  /** @type {string[]} */
  let problems = []
  let enough = 0
  const property = fc.asyncProperty(program, async (one) => {
    const failed = problems.length > 0
    if (failed ? Date.now() > enough : over()) return true
    const found = await (failed ? session.repeat(one, TRIES, IMPATIENCE) : session.run(one))
    if (found.length === 0) return true
    if (!failed) enough = Date.now() + SHRINKING
    problems = found
    return false
  })
  for (let round = 0; !over(); round++) {
    const found = await fc.check(property, { seed: (seed + round) | 0, numRuns: ROUND })
    const smallest = found.counterexample?.[0]
    if (smallest !== undefined) return { program: smallest, problems }
  }
  return null
}
