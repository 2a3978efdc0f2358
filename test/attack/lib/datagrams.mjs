// @ts-check
// Datagrams that a number repeats: its reader can say whether it is whole, and which it is.
import { below, pick, seeded } from './random.mjs'

const HEAD = 12
const DATA = 0xda
const MARK = 0x3a

/** The parts of a datagram's head. @param {Uint8Array} data */
const headOf = (data) => new DataView(data.buffer, data.byteOffset, data.length)

/**
 * @param {number} seed
 * @param {number} size at least that of its head
 * @param {number} index among those of its size
 */
export const datagram = (seed, size, index) => {
  const data = new Uint8Array(size)
  const random = seeded(seed ^ Math.imul(size, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  // Of no two datagrams one piece is the same, wherever it lies.
  for (let i = HEAD; i < size; i += 4) {
    const word = below(random, 2 ** 32)
    for (let j = i; j < i + 4 && j < size; j++) data[j] = word >>> (8 * (j - i))
  }
  const head = headOf(data)
  head.setUint8(0, DATA)
  head.setUint32(4, size)
  head.setUint32(8, index)
  return data
}

/** What is asked for an answer. @param {number} number */
export const mark = (number) => {
  const data = new Uint8Array(HEAD)
  const head = headOf(data)
  head.setUint8(0, MARK)
  head.setUint32(8, number)
  return data
}

/**
 * What has come: a mark, or a datagram that is whole; otherwise what is wrong with it.
 * @param {number} seed
 * @param {Uint8Array} data
 * @returns {{ kind: 'mark' | 'data', size: number, index: number } | { kind: 'wrong', why: string }}
 */
export const known = (seed, data) => {
  if (data.length < HEAD) return { kind: 'wrong', why: `${data.length} bytes` }
  const head = headOf(data)
  const [size, index] = [head.getUint32(4), head.getUint32(8)]
  if (head.getUint8(0) === MARK && data.length === HEAD) return { kind: 'mark', size, index }
  if (head.getUint8(0) !== DATA) return { kind: 'wrong', why: `${data.length} bytes of nothing` }
  if (size !== data.length) return { kind: 'wrong', why: `${data.length} bytes of ${size}` }
  const expected = datagram(seed, size, index)
  const at = data.findIndex((byte, i) => byte !== expected[i])
  if (at < 0) return { kind: 'data', size, index }
  return { kind: 'wrong', why: `byte ${at} of ${size}, datagram ${index}` }
}

/**
 * Pieces of a list, of every length up to `most`.
 * @param {number} count
 * @param {number} most
 * @param {() => number} random
 */
export function* runsOf(count, most, random) {
  for (let first = 0; first < count; ) {
    const n = Math.min(count - first, 1 + below(random, most))
    yield { first, n, how: pick(random, /** @type {const} */ (['write', 'batch', 'segments'])) }
    first += n
  }
}
