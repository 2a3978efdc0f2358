// Bytes that have come and that no call has taken.

/** Chunks in order. */
export class Queue {
  readonly #chunks: Uint8Array[] = []
  /** How much of the first one is taken. */
  #head = 0
  /** How many bytes there are. */
  bytes = 0

  /** Keeps the chunk itself, which is the queue's from now on. */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** Takes up to `length` bytes: how many. */
  take(buf: Uint8Array, offset: number, length: number): number {
    const first = this.#chunks[0] as Uint8Array
    // Nearly always it is the only one, is whole, and fits.
    if (this.#head === 0 && first.length === this.bytes && this.bytes <= length) {
      buf.set(first, offset)
      this.#chunks.length = this.bytes = 0
      return first.length
    }
    const n = this.look(buf, offset, length)
    this.#drop(n)
    return n
  }

  /** Copies up to `length` bytes, and leaves them: how many. */
  look(buf: Uint8Array, offset: number, length: number): number {
    let done = 0
    let head = this.#head
    for (const chunk of this.#chunks) {
      const n = Math.min(chunk.length - head, length - done)
      if (n === 0) break
      buf.set(chunk.subarray(head, head + n), offset + done)
      done += n
      head = 0
    }
    return done
  }

  #drop(count: number): void {
    let left = count
    let gone = 0
    for (const chunk of this.#chunks) {
      const rest = chunk.length - this.#head
      if (left < rest) break
      left -= rest
      this.#head = 0
      gone++
    }
    this.#chunks.splice(0, gone)
    this.#head += left
    this.bytes -= count
  }
}
