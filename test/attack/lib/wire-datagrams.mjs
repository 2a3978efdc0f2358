// @ts-check
// Datagrams over the wire, most of them in fragments: what arrives is whole, and the counts add up.
import { Fault } from './part.mjs'
import { pick, seeded } from './random.mjs'
import { FAR } from './wire.mjs'
import { expect } from './wire-scenes.mjs'

/** @typedef {{ size: number, count: number, most: number }} Load so many of a size, `most` between two marks */
/** @typedef {{ size: number, whole: number, again: number }} Came */

/** @typedef {object} Seen
 * @property {number} taken by calls: joined datagrams are one
 * @property {number} full batches
 * @property {number} read datagrams
 * @property {number} marks of those
 * @property {number} delivered by the kernel, after reassembly
 * @property {number} dropped by it for lack of room
 * @property {number} reassembled from fragments
 * @property {readonly string[]} wrong
 * @property {readonly Came[]} sizes
 */

/** What one packet of the device holds. */
const IN_ONE = 1472

const set = (/** @type {string} */ path, /** @type {number} */ value) => `echo ${value} >${path}`

/** Fragments of many datagrams are under way at once, and of most one is missing for good. */
const REASSEMBLY = [
  set('/proc/sys/net/ipv4/ipfrag_time', 1),
  set('/proc/sys/net/ipv4/ipfrag_max_dist', 0),
  set('/proc/sys/net/ipv4/ipfrag_high_thresh', 256 << 20),
]

/** What comes within 2 ms may be joined. The files of a device are those of the namespace that has mounted them. */
const JOINING = [
  'mount -t sysfs sysfs /sys',
  set('/sys/class/net/wire/gro_flush_timeout', 2_000_000),
]

const READINGS = /** @type {const} */ (['readFrom', 'readMsg', 'batch', 'each', 'joined'])

/** @param {number} sum @param {Came} came */
const add = (sum, { whole, again }) => sum + whole + again

/**
 * Sends the loads from near to far; answers what has come of them. Only over a wire with `napi` something is
 * joined.
 * @param {Pick<import('./wire-scenes.mjs').Stage, 'wire' | 'near' | 'far' | 'seed'>} stage
 * @param {readonly Load[]} loads
 * @param {import('./datagram-end.mjs').Reading} reading
 * @returns {Promise<Seen>}
 */
export const sendDatagrams = async ({ wire, near, far, seed }, loads, reading) => {
  await wire.run(2, 'sh', '-ec', REASSEMBLY.join('\n'))
  if (reading === 'joined') await wire.run(2, 'unshare', '--mount', 'sh', '-ec', JOINING.join('\n'))
  const address = await far.do('packets', `${FAR}:0`)
  await far.do('collect', seed, reading)
  await near.do('packetsTo', address)
  for (const { size, count, most } of loads) await near.do('burst', seed, size, count, most)
  /** @type {Seen} */
  const seen = await far.do('collected')
  expectAll(seen, loads)
  return seen
}

/**
 * @param {Seen} seen
 * @param {readonly Load[]} loads
 */
const expectAll = (
  { taken, read, marks, delivered, dropped, reassembled, wrong, sizes },
  loads,
) => {
  expect('datagrams that are not whole', wrong.slice(0, 3), [])
  expect('dropped for lack of room', dropped, 0)
  expect('what was taken', taken, delivered)
  expect('what was read, by size', sizes.reduce(add, marks), read)
  const large = sizes.filter(({ size }) => size > IN_ONE)
  expect('what came in fragments', large.reduce(add, 0), reassembled)
  for (const { size, whole } of sizes) {
    const sent = loads.find((load) => load.size === size)?.count ?? 0
    if (whole > sent)
      throw new Fault(`${whole} datagrams of ${size} bytes, where ${sent} were sent`)
  }
}

/** @type {Record<string, import('./wire-scenes.mjs').Scene>} */
export const datagramScenes = {
  'datagrams, most of them in fragments': {
    play: async (stage) => {
      const loads = [
        { size: 1400, count: 2000, most: 100 },
        { size: 8192, count: 500, most: 24 },
        { size: 60_000, count: 200, most: 8 },
      ]
      await sendDatagrams(stage, loads, pick(seeded(stage.seed), READINGS))
    },
  },
}
