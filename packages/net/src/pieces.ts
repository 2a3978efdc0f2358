// What a stream or an iterable gives at a time, as bytes. Text is sent as UTF-8.
import { isAnyArrayBuffer, isUint8Array } from 'node:util/types'
import { viewOf } from '@netfd/poll/internal'
import { kindOf } from './arguments.js'

/** What a source may give at a time: bytes in any form, or text, which is sent as UTF-8. */
export type Piece = Uint8Array | ArrayBuffer | ArrayBufferView | string

/** A source that gives what is neither bytes nor text: a mistake of the caller's, and no failure of the source. */
export class NoBytesError extends TypeError {
  declare bytesRead?: number
  declare bytesWritten?: number
}

/** How many bytes a copying loop asks for at a time. */
export const CHUNK = 64 * 1024

const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)

/** Turns the pieces of one source into bytes. */
export class PieceEncoder {
  /** The first half of a character that the last text ended with: the other is in the next one. */
  #half = ''

  /** The bytes of the next piece. */
  bytes(piece: unknown): Uint8Array {
    if (typeof piece === 'string') return this.#text(piece)
    const bytes = bytesIn(piece)
    return this.#half === '' ? bytes : Buffer.concat([this.rest(), bytes])
  }

  /** What is left when no more comes. A half character has no bytes of its own: it becomes U+FFFD. */
  rest(): Uint8Array {
    const half = this.takeHalf()
    return half === '' ? NOTHING : encoder.encode(half)
  }

  /** The half character itself, for a source that can take it back. */
  takeHalf(): string {
    const half = this.#half
    this.#half = ''
    return half
  }

  #text(piece: string): Uint8Array {
    const text = this.takeHalf() + piece
    if (!isHigh(text.charCodeAt(text.length - 1))) return encoder.encode(text)
    this.#half = text.slice(-1)
    return encoder.encode(text.slice(0, -1))
  }
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

function bytesIn(piece: unknown): Uint8Array {
  if (isUint8Array(piece)) return attached(piece)
  if (ArrayBuffer.isView(piece)) {
    return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
  }
  if (isAnyArrayBuffer(piece)) return new Uint8Array(piece)
  throw new NoBytesError(`src gives what is neither bytes nor text: ${kindOf(piece)}`)
}

/** Bytes that may be asked anything, also when the caller made their class. */
function attached(piece: Uint8Array): Uint8Array {
  try {
    return viewOf(piece)
  } catch (error) {
    throw new NoBytesError((error as Error).message)
  }
}

/** The text whose UTF-8 a piece is, from its first whole character on: what was begun cannot be taken back. */
export function textOf(bytes: Uint8Array): string {
  let at = 0
  while (at < bytes.length && isContinuation(bytes[at] as number)) at++
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, bytes.length - at).toString('utf8')
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80
