// Go: bufio/bufio.go, what a Reader keeps between r and w. The bytes that were read and not yet asked for.

const NONE = Buffer.allocUnsafeSlow(0)

// Taken once: a class of the caller's may have a `set` of its own.
const { set } = Uint8Array.prototype

/**
 * Bytes in a room that grows by doubling, and is moved to its front only when that pays: each byte is
 * copied a bounded number of times and searched once, whatever the sizes of the pieces they come in.
 */
export class Held {
  /** The room in bytes that is kept while nothing in it needs more. */
  readonly size: number
  #bytes = NONE
  #start = 0
  #end = 0
  /** Whether a read is under way into what is behind `#end`. */
  #lent = false
  #sought: number | Uint8Array = -1
  /** How many bytes, from the first on, `#sought` is known not to begin in. */
  #scanned = 0

  constructor(size: number) {
    this.size = size
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#end - this.#start
  }

  /** The last of the bytes; undefined when there is none. */
  get last(): number | undefined {
    return this.length === 0 ? undefined : this.#bytes[this.#end - 1]
  }

  /** The byte at `at`, which is there. */
  byte(at: number): number {
    return this.#bytes[this.#start + at] as number
  }

  /** How many bytes there is room for without growing. */
  get room(): number {
    return this.#bytes.length - this.#end
  }

  /** Room for more bytes, at least one: `add` or `takeBack` must follow. */
  lend(): Uint8Array {
    this.#makeRoom()
    this.#lent = true
    return new Uint8Array(this.#bytes.buffer, this.#end)
  }

  /** The first `n` bytes of the room are there now. */
  add(n: number): void {
    this.#end += n
    this.takeBack()
  }

  /** Nothing more comes into the room that was lent, if one was. */
  takeBack(): void {
    if (!this.#lent) return
    this.#lent = false
    this.drop(0)
  }

  /**
   * Where `what` begins, or -1. It goes on where the last search for the same has ended; a number is a
   * byte, and the same array means the same bytes.
   */
  find(what: number | Uint8Array): number {
    if (what !== this.#sought) {
      this.#sought = what
      this.#scanned = 0
    }
    const bytes = this.#bytes
    const found = bytes.subarray(0, this.#end).indexOf(what, this.#start + this.#scanned)
    const at = found < 0 ? -1 : found - this.#start
    const tail = typeof what === 'number' ? 0 : what.length - 1
    this.#scanned = found < 0 ? Math.max(this.#scanned, this.length - tail) : at
    return at
  }

  /** The first `n` bytes as text. */
  text(n: number): string {
    return this.#bytes.toString('utf8', this.#start, this.#start + n)
  }

  /** A copy of the first `n` bytes. */
  copy(n: number): Uint8Array {
    const copy = new Uint8Array(n)
    copy.set(this.#view(n))
    return copy
  }

  /** Moves the first `n` bytes into `buf`. Throws TypeError, nothing moved, when they do not fit any more. */
  moveTo(buf: Uint8Array, n: number): number {
    try {
      set.call(buf, this.#view(n))
    } catch {
      throw new TypeError('the Uint8Array was detached or resized while a call waited with it')
    }
    this.drop(n)
    return n
  }

  /** The first `n` bytes are gone. */
  drop(n: number): void {
    this.#start += n
    this.#scanned = Math.max(0, this.#scanned - n)
    if (this.#start !== this.#end || this.#lent) return
    this.#start = this.#end = 0
    // What one long line needed is not kept for the short ones.
    if (this.#bytes.length > this.size) this.#bytes = NONE
  }

  /** Puts bytes in front of all others. */
  putBack(bytes: Uint8Array): void {
    const all = Buffer.allocUnsafeSlow(Math.max(this.size, bytes.length + this.length))
    all.set(bytes)
    all.set(this.#view(this.length), bytes.length)
    this.#end = bytes.length + this.length
    this.#start = this.#scanned = 0
    this.#bytes = all
  }

  #view(n: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#start, n)
  }

  #makeRoom(): void {
    const { length } = this
    // A move to the front costs up to four bytes for each that was taken since the last one.
    if (this.#start > 0 && length <= 4 * this.#start)
      this.#bytes.copyWithin(0, this.#start, this.#end)
    else if (this.#end < this.#bytes.length) return
    else this.#grow(length)
    this.#start = 0
    this.#end = length
  }

  #grow(length: number): void {
    const room = Buffer.allocUnsafeSlow(Math.max(this.size, 2 * length))
    room.set(this.#view(length))
    this.#bytes = room
  }
}
