// From the numbers that the calls have to what they stand for.
import type { EdgeTarget } from '../kernel.js'

/**
 * Where the numbers begin: above every descriptor that a system gives, so that a real call that is given one by
 * mistake answers EBADF, and never meets another's descriptor.
 */
export const FIRST = 2 ** 28

/** What a number stands for. Each call answers as the kernel would: a number, or a negated errno. */
export interface Handle {
  /** Who is told of edges. */
  target: EdgeTarget | null
  /** The target is there: what was held back for it may come, and what is ready is told. */
  started(): void
  /** Takes up to `length` bytes, or looks at them. */
  recv(buf: Uint8Array, offset: number, length: number, peek: boolean): number
  /** Takes a part of what is to be sent. */
  send(buf: Uint8Array, offset: number, length: number): number
  /** shutdown(2). */
  shutdown(how: number): number
  /** close(2). */
  close(): number
  /** Calls once, when what send has taken is the system's or never will be; false when that is so now. */
  whenSent(sent: () => void): boolean
}

/** The handles of one thread. */
export class Table {
  readonly #handles: (Handle | undefined)[] = []
  readonly #free: number[] = []

  /** Gives it a number: one that was freed, if there is one. */
  add(handle: Handle): number {
    const at = this.#free.pop() ?? this.#handles.length
    this.#handles[at] = handle
    return FIRST + at
  }

  get(fd: number): Handle | undefined {
    return this.#handles[fd - FIRST]
  }

  /** Puts another handle in the place of the number's. */
  replace(fd: number, handle: Handle): void {
    this.#handles[fd - FIRST] = handle
  }

  /** Frees the number. An edge that comes late goes to the handle, and not to the number's next owner. */
  delete(fd: number): void {
    this.#handles[fd - FIRST] = undefined
    this.#free.push(fd - FIRST)
  }
}
