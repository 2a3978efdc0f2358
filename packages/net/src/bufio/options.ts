// What the calls of this entry take, looked at before anything is read or written.
import type { CallOptions } from '@netfd/poll'
import { signalOf, sizeOf, viewOf } from '@netfd/poll/internal'
import { checkBytes, checkOptions, checkType, kindOf } from '../arguments.js'

/** How a buffered reader or writer is made. */
export interface BufOptions {
  /** How many bytes it holds: a whole number from 1 on, 4096 when left out. */
  size?: number | undefined
}

/** How long a line or record may be, and what ends the wait for it. */
export interface LineOptions extends CallOptions {
  /** How many bytes a result may have at most: a whole number, or Infinity, as by default. */
  max?: number | undefined
}

const SIZE = 4096

/** The size of a buffer. Throws TypeError or RangeError. */
export function sizeIn(call: string, o: BufOptions): number {
  checkOptions(call, o, ['size'])
  const { size = SIZE } = o
  checkBytes('size', size, 1)
  return size
}

/** What ends one call. Throws TypeError. */
export function signalIn(call: string, o: CallOptions | undefined): AbortSignal | undefined {
  if (o === undefined) return undefined
  checkOptions(call, o, ['signal'])
  return signalOf(o)
}

/** The options of a line, all there. */
interface LineLimits {
  readonly max: number
  readonly signal: AbortSignal | undefined
}

const UNLIMITED: LineLimits = { max: Number.POSITIVE_INFINITY, signal: undefined }

/** The limits of a line. Throws TypeError or RangeError. */
export function lineLimits(call: string, o: LineOptions | undefined): LineLimits {
  if (o === undefined) return UNLIMITED
  checkOptions(call, o, ['max', 'signal'])
  const { max = Number.POSITIVE_INFINITY } = o
  checkType('max', max, 'number')
  if (max !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(max) && max >= 0)) {
    throw new RangeError(`max must be a whole number of bytes from 0 on, or Infinity, got ${max}`)
  }
  return { max, signal: signalOf(o) }
}

/** A whole number of bytes to look at or to pass over. Throws TypeError or RangeError. */
export function checkCount(n: number): void {
  checkType('n', n, 'number')
  if (Number.isSafeInteger(n) && n >= 0) return
  throw new RangeError(`n must be a whole number of bytes from 0 on, got ${n}`)
}

/** A delimiter's one byte, or its bytes as they are now. Throws TypeError or RangeError. */
export function delimiterOf(delimiter: unknown): number | Uint8Array {
  if (typeof delimiter === 'number') return byteOf(delimiter)
  const bytes = typeof delimiter === 'string' ? Buffer.from(delimiter, 'utf8') : copyOf(delimiter)
  if (bytes.length === 0) throw new RangeError('delimiter must not be empty')
  return bytes.length === 1 ? (bytes[0] as number) : bytes
}

function byteOf(delimiter: number): number {
  if (Number.isInteger(delimiter) && delimiter >= 0 && delimiter <= 255) return delimiter
  throw new RangeError(`delimiter must be a byte from 0 to 255, got ${delimiter}`)
}

function copyOf(delimiter: unknown): Uint8Array {
  try {
    sizeOf(delimiter)
  } catch {
    throw new TypeError(
      `delimiter must be a number, a string or a Uint8Array, got ${kindOf(delimiter)}`,
    )
  }
  return new Uint8Array(viewOf(delimiter as Uint8Array))
}
