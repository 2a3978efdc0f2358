// Bytes that tell where they come from: byte i of piece k is a function of i and k, so a received byte in
// the wrong place, twice or not at all is seen wherever it is.
import { createHash } from 'node:crypto'

/** A prime, so that no loss of a round number of bytes is a whole period. */
const PERIOD = 65_521

/** The largest piece. */
const LARGEST = 2 * 1024 * 1024

const STEP = 7_919

/** Xorshift: the table is the same in every run, and a failure can be run again. */
const noise = () => {
  const bytes = Buffer.alloc(PERIOD)
  let x = 0x9e3779b9
  for (let i = 0; i < PERIOD; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    bytes[i] = x >>> 11
  }
  return bytes
}

const table = Buffer.alloc(PERIOD + LARGEST, noise())

/** The bytes of one piece, which all pieces share: a write that changes its buffer is seen by `digest`.
 * @param {number} id
 * @param {number} size
 */
export const bytesOf = (id, size) => {
  const at = (id * STEP) % PERIOD
  return table.subarray(at, at + size)
}

/** A sum of all the bytes there are. */
export const digest = () => createHash('sha1').update(table).digest('hex')

/** The parts of a list of buffers from one offset to another.
 * @param {readonly Buffer[]} parts
 * @param {number} from
 * @param {number} to
 */
export const cut = (parts, from, to) => {
  const found = []
  let at = 0
  for (const part of parts) {
    const piece = part.subarray(Math.max(0, from - at), Math.max(0, to - at))
    if (piece.length > 0) found.push(piece)
    at += part.length
    if (at >= to) break
  }
  return found
}

/** The offset of the first byte of `got` that is not that of `sent` `from` there on, or -1.
 * @param {readonly Buffer[]} sent
 * @param {number} from
 * @param {Buffer} got
 */
export const differsAt = (sent, from, got) => {
  let at = 0
  for (const piece of cut(sent, from, from + got.length)) {
    const same = got.compare(piece, 0, piece.length, at, at + piece.length) === 0
    if (!same) return at + piece.findIndex((byte, i) => byte !== got[at + i])
    at += piece.length
  }
  return at === got.length ? -1 : at
}
