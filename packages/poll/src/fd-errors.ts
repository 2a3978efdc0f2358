// What the calls on one descriptor fail with.
import { counted } from './budget.js'
import { deadlineError } from './deadline.js'
import { FileClosingError, NetClosingError, NotPollableError } from './errors.js'
import { FDMutex } from './fd-mutex.js'
import { bare } from './frames.js'
import type { KnownKind } from './kind.js'
import type { PollCode } from './netpoll.js'
import { CLOSING, NOT_POLLABLE } from './netpoll.js'
import type { Op } from './op.js'
import type { PollDesc } from './poll-desc.js'
import type { PollSide } from './poll-side.js'

/** A descriptor, and the errors of its calls. */
export abstract class FDErrors {
  /** @internal */
  protected readonly mu = new FDMutex()
  /** @internal */
  protected pd: PollDesc | null = null
  /** @internal */
  protected fd: number
  /** @internal */
  protected readonly kind: KnownKind

  /** @internal */
  constructor(sysfd: number, kind: KnownKind) {
    this.fd = sysfd
    this.kind = kind
  }

  /**
   * What a call is rejected with. A subclass may wrap the error, once, as its users expect it.
   * @internal
   */
  protected wrap(_op: string, error: Error): Error {
    return error
  }

  /**
   * The error of every call after close.
   * @internal
   */
  protected closingError(): Error {
    return this.kind.socket ? new NetClosingError() : new FileClosingError()
  }

  /**
   * The rejection of a call that cannot even be started.
   * @internal
   */
  protected refused<T>(error: Error): Promise<T> {
    return counted(() => Promise.reject(error))
  }

  /**
   * The error for a wait that did not end with an edge.
   * @internal
   */
  protected codeError(code: PollCode, side: PollSide): Error {
    return bare(() => {
      if (code === CLOSING) return this.closingError()
      return code === NOT_POLLABLE ? new NotPollableError() : deadlineError(side.due)
    })
  }

  /**
   * What a complete operation fails with, or null.
   * @internal
   */
  protected errorOf(op: Op<unknown>): Error | null {
    const { error } = op
    if (error === null) return null
    op.error = null
    try {
      op.mark(error)
      // The steps of a transfer are wrapped once, by the transfer.
      return op.keeps ? error : bare(() => this.wrap(op.name, error))
    } catch {
      // A caller's function threw what cannot even be described. Here nothing may fail: the lock of this
      // operation and the rest of a batch of events depend on it.
      return error
    }
  }

  /**
   * The errno to report for a call that failed: of a connection, that of its death.
   * @internal
   */
  protected failed(mortal: boolean, errno: number): number {
    return mortal && this.pd !== null ? this.pd.failed(errno) : errno
  }
}
