// @ts-check
// Runs a workload: all contestants side by side, one after the other in every round, so that what
// the machine does besides falls on all of them.
import { Server, takers } from './samples.mjs'

/** @typedef {import('./samples.mjs').Contestant} Contestant */
/** @typedef {import('./samples.mjs').Sample} Sample */
/** @typedef {import('./workload.mjs').Workload} Workload */

/**
 * @typedef {object} Outcome
 * @property {Contestant} contestant
 * @property {Sample[]} samples one per round; empty when it failed
 * @property {string} [failure] why there are no samples
 */

/**
 * @typedef {object} RunOptions
 * @property {readonly import('./peers.mjs').Peer[]} peers
 * @property {number} rounds measured ones; one more comes first and is thrown away
 * @property {import('./samples.mjs').Cores} cores
 * @property {(line: string) => void} progress
 */

/**
 * @param {Workload} workload
 * @param {readonly import('./peers.mjs').Peer[]} peers
 * @returns {Contestant[]} each peer that can do it, in each variant
 */
export const contestantsOf = (workload, peers) => {
  const [mode = ''] = workload.server
  const all = workload.variants.flatMap((variant) =>
    peers
      .filter(({ id }) => variant.only === undefined || variant.only.includes(id))
      .filter(({ lacks }) => ![mode, ...(variant.server ?? [])].some((it) => lacks.includes(it)))
      .map((peer) => ({ peer, variant, id: peer.id + variant.suffix })),
  )
  const ids = new Set(all.map(({ id }) => id))
  return all.map((one) => {
    const { suffix } = one.variant
    // What runs on a Node of its own is compared with that Node.
    const [, version] = one.peer.id.split('@')
    const node = version === undefined ? 'node' : `node@${version}`
    const bases = ['c', node].map((base) => (ids.has(base + suffix) ? base + suffix : base))
    return { ...one, label: `${one.peer.label}${suffix}`, bases }
  })
}

/** @typedef {Outcome & { server?: Server }} Running */

/**
 * @param {Workload} workload
 * @param {Running} running
 * @param {RunOptions} options
 * @returns {Promise<Sample>}
 */
const takeOne = async (workload, running, { cores }) => {
  const { contestant } = running
  running.server ??= await Server.start(workload, contestant, cores)
  const sample = await takers[workload.kind](workload, contestant, running.server, cores)
  // Memory is compared with what a fresh server has.
  if (workload.kind === 'idle') await retire(running)
  return sample
}

// The client or the server that noticed first tells the symptom; a server that died knows the cause.
/** @type {(running: Running, error: unknown) => Promise<string>} */
const explain = async ({ server }, error) => {
  const symptom = error instanceof Error ? error.message : String(error)
  const cause = await server?.obituary()
  return cause ? `${symptom}; ${cause}` : symptom
}

/** @param {Running} running */
const retire = async (running) => {
  await running.server?.stop()
  delete running.server
}

/**
 * Measures one workload. A contestant that fails is reported and left out from then on.
 * @param {Workload} workload
 * @param {RunOptions} options
 * @returns {Promise<Outcome[]>}
 */
export const runWorkload = async (workload, options) => {
  /** @type {Running[]} */
  const field = contestantsOf(workload, options.peers).map((contestant) => ({
    contestant,
    samples: [],
  }))
  try {
    for (let round = 0; round <= options.rounds; round++) {
      // A memory figure needs no warm-up: every sample starts a new server.
      if (round === 0 && workload.kind === 'idle') continue
      for (const running of inTurn(field, round)) {
        if (running.failure !== undefined) continue
        options.progress(`${workload.id} ${round}/${options.rounds} ${running.contestant.label}`)
        try {
          const sample = await takeOne(workload, running, options)
          if (round > 0) running.samples.push(sample)
        } catch (error) {
          running.failure = await explain(running, error)
          running.samples = []
          await retire(running)
        }
      }
    }
  } finally {
    for (const running of field) await retire(running)
  }
  return field
}

/**
 * Another one starts each round: the first place may be the one that finds the caches cold.
 * @template T
 * @param {readonly T[]} items
 * @param {number} round
 * @returns {T[]}
 */
const inTurn = (items, round) => {
  const first = items.length === 0 ? 0 : round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
