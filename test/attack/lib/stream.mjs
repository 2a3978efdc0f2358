// @ts-check
// Streams of bytes that a number repeats: each end can say what the other should have sent.
import { createHash } from 'node:crypto'
import { seeded } from './random.mjs'

// No power of two, so that no buffer is as long: a piece at the wrong place never looks right.
const BLOCK = 1_000_003

/**
 * The bytes of a stream, in pieces that belong to the caller until the next.
 * @param {number} seed
 * @param {number} bytes
 */
function* piecesOf(seed, bytes) {
  const random = seeded(seed)
  const block = new Uint8Array(BLOCK)
  const words = new Uint32Array(block.buffer, 0, Math.floor(BLOCK / 4))
  for (let i = 0; i < words.length; i++) words[i] = random() * 2 ** 32
  const numbered = new DataView(block.buffer)
  for (let at = 0, round = 0; at < bytes; at += BLOCK, round++) {
    numbered.setUint32(0, round)
    yield block.subarray(0, Math.min(BLOCK, bytes - at))
  }
}

/**
 * Writes a stream in pieces of every size, one after the other.
 * @param {number} seed
 * @param {number} bytes
 * @param {(piece: Uint8Array) => Promise<unknown>} write
 */
export const sendStream = async (seed, bytes, write) => {
  const random = seeded(seed + 1)
  for (const block of piecesOf(seed, bytes)) {
    for (let at = 0; at < block.length; ) {
      const size = Math.ceil(2 ** (18 * random()))
      await write(block.subarray(at, at + size))
      at += size
    }
  }
}

/**
 * The checksum of the first bytes of a stream.
 * @param {number} seed
 * @param {number} bytes
 */
export const shaOf = (seed, bytes) => {
  const hash = createHash('sha256')
  for (const block of piecesOf(seed, bytes)) hash.update(block)
  return hash.digest('hex')
}
