import type { LockKind } from './fd-mutex.js'
import type { Op } from './op.js'
import type { LockOp } from './op-wait.js'
import type { PollDesc } from './poll-desc.js'

/** What a transfer inside the kernel needs of a descriptor: its locks, and steps under them. */
export interface TransferEnd {
  readonly sysfd: number
  /** Whether it is a byte stream whose short reads prove that it is empty. */
  readonly stream: boolean
  readonly pd: PollDesc | null
  closingError(): Error
  /** The errno to report for a call that failed; of a connection, that of its death. */
  failed(errno: number): number
  /** Takes the lock of the operation's kind, for as long as the transfer lasts. */
  lock(op: LockOp, signal?: AbortSignal): Promise<void>
  unlock(kind: LockKind): void
  /** Runs one operation under the lock that was taken. */
  step<T>(op: Op<T>, signal?: AbortSignal): Promise<T>
}
