// Go: bufio/bufio.go, ReadSlice. The next line or record of what is held.
import { LineTooLongError } from './errors.js'
import type { Held } from './held.js'

/** What a call answers that needs more bytes than there are. */
export const MORE: unique symbol = Symbol('more')
export type More = typeof MORE

const LF = 10
const CR = 13

/**
 * Takes the next line: without its end, null when nothing is left at the end of the stream. Throws
 * LineTooLongError, nothing taken, as soon as it is certain that more than `max` bytes come before the end.
 */
export function takeLine(held: Held, max: number, ended: boolean): string | null | More {
  const at = held.find(LF)
  if (at < 0) return lastLine(held, max, ended)
  const length = at > 0 && held.byte(at - 1) === CR ? at - 1 : at
  return textOf(held, length, at + 1, max)
}

function lastLine(held: Held, max: number, ended: boolean): string | null | More {
  const { length } = held
  if (ended) return length === 0 ? null : textOf(held, length, length, max)
  // What may become \r\n does not count yet.
  const certain = held.last === CR ? length - 1 : length
  if (certain > max) throw new LineTooLongError(max)
  return MORE
}

/** The text comes first: one that is longer than a string can be leaves the bytes where they are. */
function textOf(held: Held, length: number, taken: number, max: number): string {
  if (length > max) throw new LineTooLongError(max)
  const text = held.text(length)
  held.drop(taken)
  return text
}

/** Takes what comes before `delimiter` and that itself, and else does as `takeLine`. */
export function takeUntil(
  held: Held,
  delimiter: number | Uint8Array,
  max: number,
  ended: boolean,
): Uint8Array | null | More {
  const at = held.find(delimiter)
  const found = at < 0 ? held.length : at + (typeof delimiter === 'number' ? 1 : delimiter.length)
  if (found > max) throw new LineTooLongError(max)
  if (at < 0 && !ended) return MORE
  if (found === 0) return null
  const bytes = held.copy(found)
  held.drop(found)
  return bytes
}
