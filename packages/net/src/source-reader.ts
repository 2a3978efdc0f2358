// Go: io.Reader. Bytes that are read into a room of the transfer's.
import type { FileHandle } from 'node:fs/promises'
import { kindOf } from './arguments.js'
import type { Guard } from './guard.js'
import type { Reader } from './net.js'
import { CHUNK, NoBytesError } from './pieces.js'
import type { Tap } from './tap.js'

/** A Conn, or a Reader of the caller's own. */
export class ReaderTap implements Tap {
  readonly #src: Reader
  readonly #guard: Guard
  readonly #options: { readonly signal: AbortSignal }
  readonly #room: Uint8Array
  readonly #settles: boolean

  /** `settles` tells whether a read that is aborted settles at once, and says what it has taken. */
  constructor(src: Reader, guard: Guard, limit: number, settles: boolean) {
    this.#src = src
    this.#guard = guard
    this.#options = { signal: guard.signal }
    this.#room = new Uint8Array(Math.min(limit, CHUNK))
    this.#settles = settles
  }

  async next(most: number): Promise<Uint8Array | null> {
    const room = most < this.#room.length ? this.#room.subarray(0, most) : this.#room
    const reading = this.#src.read(room, this.#options)
    const n = await (this.#settles ? this.#settled(reading) : this.#guard.race(reading))
    if (n === null) return null
    if (Number.isInteger(n) && n >= 0 && n <= room.length) return room.subarray(0, n)
    const got = typeof n === 'number' ? n : kindOf(n)
    throw new NoBytesError(
      `src.read must resolve to null or to a number of at most ${room.length} bytes, got ${got}`,
    )
  }

  /** What was read at the very moment of the end goes on its way, and is counted. */
  async #settled(reading: Promise<number | null>): Promise<number | null> {
    try {
      return await reading
    } catch (error) {
      this.#guard.check()
      throw error
    }
  }

  leave(): undefined {
    return undefined
  }
}

/** An open file from its own position on, which moves. For files that sendfile(2) does not send. */
export class FileTap implements Tap {
  readonly #file: FileHandle
  readonly #guard: Guard
  readonly #room = new Uint8Array(CHUNK)

  constructor(file: FileHandle, guard: Guard) {
    this.#file = file
    this.#guard = guard
  }

  async next(most: number): Promise<Uint8Array | null> {
    const length = Math.min(most, CHUNK)
    const { bytesRead } = await this.#guard.race(this.#file.read(this.#room, 0, length, null))
    return bytesRead === 0 ? null : this.#room.subarray(0, bytesRead)
  }

  leave(): undefined {
    return undefined
  }
}
