// recv(2) of a whole record, whatever its size.
import { EMSGSIZE, MSG_PEEK, MSG_TRUNC } from '@netfd/syscall'
import { hook } from './hook.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'

const NOTHING: Uint8Array = new Uint8Array(0)

/** Takes the next record of a socket of records into a buffer of its size; null at the end. */
export class RecordOp extends Op<Uint8Array | null> {
  static {
    describe(RecordOp, 'r', 'read')
  }

  #record = NOTHING

  override get mortal(): boolean {
    return true
  }

  attempt(fd: number): number {
    // With MSG_TRUNC the kernel says how long a record is, however little room there is for it.
    const size = hook.recv(fd, NOTHING, 0, 0, MSG_PEEK | MSG_TRUNC)
    if (size < 0) return size
    const record = new Uint8Array(size)
    const n = hook.recv(fd, record, 0, size, MSG_TRUNC)
    // Another process that shares the socket took the one that was looked at, and the rest of this one is lost.
    if (n > size) return -EMSGSIZE
    this.#record = n === size ? record : record.subarray(0, Math.max(n, 0))
    return n
  }

  advance(n: number, side: PollSide | null): boolean {
    return n > 0 || side === null || this.atEnd(side)
  }

  take(): Uint8Array | null {
    const record = this.#record
    this.#record = NOTHING
    return record.length === 0 ? null : record
  }
}
