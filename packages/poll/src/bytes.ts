// What a caller gives as bytes, without running any code of the caller's.
//
// A subclass may have a `length` that throws or lies, and an object that only inherits from Uint8Array
// has none. Asked in the middle of a batch, or with a lock held, such a value would take the other calls
// along. So nothing is ever asked of the value itself: the getters of the language are applied to it. They
// know the arrays of another realm, and neither a proxy nor an heir.

const shared = Object.getPrototypeOf(Uint8Array.prototype) as object

/** A getter or function that all typed arrays share, with the value it is applied to as its `this`. */
function captured<T>(key: string | symbol): (this: unknown) => T {
  const found = Object.getOwnPropertyDescriptor(shared, key)
  return (found?.get ?? found?.value) as (this: unknown) => T
}

const classOf = captured<string | undefined>(Symbol.toStringTag)
const length = captured<number>('length')
const memory = captured<ArrayBuffer>('buffer')
const start = captured<number>('byteOffset')
const keys = captured<unknown>('keys')

/** What is said of a value that is no Uint8Array. */
export const notBytes = (value: unknown): TypeError =>
  new TypeError(`expected a Uint8Array, got ${value === null ? 'null' : typeof value}`)

/** How many bytes a caller gave. Throws TypeError for what is none, or has lost its memory. */
export function sizeOf(buf: unknown): number {
  if (classOf.call(buf) !== 'Uint8Array') throw notBytes(buf)
  const size = length.call(buf)
  if (size === 0) checkAttached(buf)
  return size
}

/** Throws TypeError when a buffer, since it was given, got another size or lost its memory. */
export function checkSize(buf: Uint8Array, size: number): void {
  if (length.call(buf) !== size) throw resized()
}

const resized = (): TypeError =>
  new TypeError('the Uint8Array was detached or resized while a call waited with it')

/** The same bytes, from `offset` on, as an array that may be asked anything. Throws TypeError. */
export function viewOf(buf: Uint8Array, offset = 0): Uint8Array {
  const size = sizeOf(buf) - offset
  if (size < 0) throw resized()
  return new Uint8Array(memory.call(buf), start.call(buf) + offset, size)
}

/** An array whose memory was transferred away, or cut off behind it, is as empty as one of no bytes. */
function checkAttached(buf: unknown): void {
  try {
    keys.call(buf)
  } catch {
    throw new TypeError('the Uint8Array has no memory any more: it was transferred away or resized')
  }
}
