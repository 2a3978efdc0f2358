// What a WritableStream takes, as the bytes that a connection writes.
import { isAnyArrayBuffer } from 'node:util/types'
import { kindOf } from '../arguments.js'

/** What can be written to a stream of a connection; a string is written as UTF-8. */
export type Chunk = Uint8Array | ArrayBuffer | ArrayBufferView | string

/** How many bytes it is. 0 for what is none: the write that refuses it tells the stream's owner too. */
export function sizeOfChunk(chunk: unknown): number {
  if (typeof chunk === 'string') return Buffer.byteLength(chunk)
  return ArrayBuffer.isView(chunk) || isAnyArrayBuffer(chunk) ? chunk.byteLength : 0
}

/** Its bytes, in place. Throws TypeError. */
export function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  if (isAnyArrayBuffer(chunk)) return new Uint8Array(chunk)
  if (!ArrayBuffer.isView(chunk)) {
    throw new TypeError(
      `chunk must be a string, an ArrayBuffer or a view of one, got ${kindOf(chunk)}`,
    )
  }
  if (chunk instanceof Uint8Array) return chunk
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
