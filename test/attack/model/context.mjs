// What the operations of a program have in common.
import { bytesOf } from './bytes.mjs'
import { counted } from './calls.mjs'

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').End} End */
/** @typedef {import('./world.mjs').Subject} Subject */
/** @typedef {import('./world.mjs').Sent & { data: Buffer }} Own */
/** @typedef {import('./world.mjs').Got} Got */
/** @typedef {import('./program.mjs').Step} Step */

/**
 * What a step has at hand.
 * @typedef {object} Context
 * @property {World} world
 * @property {End} end
 * @property {Subject} subject
 * @property {Step} step
 * @property {AbortSignal | undefined} signal
 * @property {import('./make.mjs').Place} place
 */

/** A piece of the direction into which an end writes.
 * @param {Context} context
 * @param {number} size
 */
export const sending = ({ world, end }, size) => {
  /** @type {Own} */
  const sent = { data: bytesOf(world.ids++, size), taken: 0 }
  end.into?.sent.push(sent)
  return sent
}

/** A place in the direction from which an end reads.
 * @param {End} end
 */
export const getting = ({ from }) => {
  /** @type {Got} */
  const got = { data: null, n: 0, stays: false, end: false }
  from?.got.push(got)
  return got
}

/** What a call that writes has done.
 * @param {Context} context
 * @param {string} name
 * @param {Own} sent
 */
export const written = ({ world }, name, sent) => ({
  /** @param {unknown} n */
  done: (n) => {
    sent.taken = sent.data.length
    if (n !== sent.taken) world.problem(`${name}: resolved to ${n} of ${sent.taken}`)
  },
  /** @param {import('./calls.mjs').Failure} error */
  failed: (error) => {
    sent.taken = counted(world, name, 'bytesWritten', error, sent.data.length)
  },
})

const GUARD = 16
const UNTOUCHED = 0xa5

/** A buffer between two rows of bytes that no call may touch.
 * @param {number} size
 */
export const guarded = (size) => {
  const all = Buffer.alloc(size + 2 * GUARD, UNTOUCHED)
  const intact = () =>
    all.subarray(0, GUARD).every((byte) => byte === UNTOUCHED) &&
    all.subarray(GUARD + size).every((byte) => byte === UNTOUCHED)
  return { buf: all.subarray(GUARD, GUARD + size), intact }
}

/** Into how many pieces bytes are cut: one call takes 1024. */
const PARTS = [1, 2, 3, 7, 16, 40, 1100, 5]

/** Cuts bytes into pieces of which none, some or many are empty.
 * @param {Buffer} data
 * @param {number} way
 */
export const pieces = (data, way) => {
  const size = Math.max(1, Math.ceil(data.length / (PARTS[way % PARTS.length] ?? 1)))
  const found = way === 2 ? [data.subarray(0, 0)] : []
  for (let at = 0; at < data.length; at += size) found.push(data.subarray(at, at + size))
  return found
}
