// Go: the loop of io.Copy over FD.Read. Reads piece after piece, and no promise is made for any of them.
import { AsyncResource } from 'node:async_hooks'
import { EAGAIN } from '@netfd/syscall'
import type { Flow } from './flow.js'
import { hook } from './hook.js'
import type { PollCode } from './netpoll.js'
import { READY } from './netpoll.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'
import { cut, lendRoom, ROOM, returnRoom, viewOfRoom } from './room.js'
import { reasonOf, wasAborted } from './signals.js'

/** What became of a piece. */
export type Poured = typeof CONSUMED | typeof KEPT | typeof HELD

/** It has been consumed: its memory is the thread's again. */
export const CONSUMED = 0
/** Its memory is another's for good. */
export const KEPT = 1
/** No other piece is wanted before `released` says what became of this one. */
export const HELD = 2

/**
 * Reads a stream socket until the stream ends, no more is wanted, or another caller has its turn to read. Each
 * piece lies in the room of the thread and is given to `put`. An object with fields, and no closures: with
 * many connections it is the memory that a piece touches which takes the time.
 */
export abstract class PourOp extends Op<boolean> {
  static {
    describe(PourOp, 'r', 'read')
  }

  // After a wait `put` is called out of a batch of events, which is in no caller's context.
  readonly #within = new AsyncResource('netfd', { requireManualDestroy: true })
  #source: PollSide | null = null
  /** Whether a short read has emptied the source. */
  drains = false
  signal: AbortSignal | undefined
  /** What is told of each piece. */
  flow: Flow | null = null
  readonly #most: number
  #asked = 0
  #room: Uint8Array | null = null
  /** Whether the next try is not the first one since `prepare`. */
  #again = false
  /** Whether what was put last has been consumed: then the next piece is expected to be so, too. */
  #consumes = false
  #ended = false
  /** How many bytes were read. */
  taken = 0

  /** `most` is how many bytes it reads in all. */
  constructor(most: number) {
    super()
    this.#most = most
  }

  override get mortal(): boolean {
    return true
  }

  override get renews(): boolean {
    return true
  }

  /** Also before it has waited, and while `put` runs. */
  override get givenUp(): boolean {
    return this.signal !== undefined && wasAborted(this.signal)
  }

  override get reason(): unknown {
    return this.signal === undefined ? undefined : reasonOf(this.signal)
  }

  /** Takes a piece, and says what became of it. It must not throw. */
  protected abstract put(piece: Uint8Array): Poured

  override begin(side: PollSide): PollCode {
    this.#source = side
    this.#again = false
    return side.pd.prepare(side, this)
  }

  attempt(fd: number): number {
    const source = this.#source
    if (this.#again && source !== null) {
      // As before a read: after a piece that emptied the source the next one waits for an edge, and what
      // ends the call ends it between two pieces. The edges that came before a try are forgotten.
      if (source.pd.emptied(source) || source.pd.check(source) !== READY || this.givenUp) {
        return -EAGAIN
      }
      source.edge = false
    }
    this.#again = true
    return this.lastAttempt(fd)
  }

  override lastAttempt(fd: number): number {
    const room = lendRoom()
    this.#asked = Math.min(ROOM, this.#most - this.taken)
    const n = hook.recv(fd, room, 0, this.#asked)
    if (n > 0) this.#room = room
    else returnRoom(room)
    return n
  }

  advance(n: number, side: PollSide | null): boolean {
    if (n === 0) {
      this.#ended = side === null || this.atEnd(side)
      return this.#ended
    }
    if (n < this.#asked && side !== null) side.drained = this.drains
    this.taken += n
    this.flow?.moved()
    const more = this.#pass(n)
    return !more || this.taken >= this.#most || this.host?.contended('r') === true
  }

  /** Whether there may be more to read. */
  take(): boolean {
    return !this.#ended && this.taken < this.#most
  }

  /** Gives the piece away: whether another one is wanted. */
  #pass(n: number): boolean {
    const room = this.#room as Uint8Array
    this.#room = null
    // Few bytes that are given away do not take a whole room along.
    const piece = this.#consumes ? viewOfRoom(room, n) : cut(room, n)
    const poured = this.#within.runInAsyncScope(this.put, this, piece)
    this.#consumes = poured === CONSUMED
    if (this.#consumes || piece.buffer !== room.buffer) returnRoom(room)
    else if (poured === HELD) this.#room = room
    return poured !== HELD
  }

  /** Says what became of a piece that was HELD. */
  protected released(consumed: boolean): void {
    this.#consumes = consumed
    if (consumed && this.#room !== null) returnRoom(this.#room)
    this.#room = null
  }
}
