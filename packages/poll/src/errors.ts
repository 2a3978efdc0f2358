// Go: internal/poll/fd.go. What an operation fails with when it is not the kernel that refuses.
import { isNativeError } from 'node:util/types'
import { bare } from './frames.js'

/** An error with a stable `code`, which is what to match: two copies of a package may be loaded. */
export interface CodedError extends Error {
  /** The stable name of this kind of failure. */
  readonly code: string
  /** Whether a deadline passed. */
  readonly timeout: boolean
  /** Whether trying again later may help. */
  readonly temporary: boolean
  /** How many bytes had been taken before a write failed. */
  bytesWritten?: number
}

abstract class PollError extends Error implements CodedError {
  abstract readonly code: string
  declare bytesWritten?: number

  /** Whether a deadline passed. */
  get timeout(): boolean {
    return false
  }

  /** Whether trying again later may help. */
  get temporary(): boolean {
    return false
  }
}

/** A network descriptor was used after it was closed, or closed while it was used. Go: `net.ErrClosed`. */
export class NetClosingError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'NetClosingError'
  }

  /** Always `'ERR_NET_CLOSED'`. */
  readonly code = 'ERR_NET_CLOSED'

  /** The text is Go's. */
  constructor() {
    super('use of closed network connection')
  }
}

/** A file descriptor was used after it was closed. Go: `os.ErrClosed`. */
export class FileClosingError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'FileClosingError'
  }

  /** Always `'ERR_FILE_CLOSED'`. */
  readonly code = 'ERR_FILE_CLOSED'

  /** The text is Go's. */
  constructor() {
    super('use of closed file')
  }
}

/** A deadline has passed. The descriptor stays usable. Go: `os.ErrDeadlineExceeded`. */
export class DeadlineExceededError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'DeadlineExceededError'
  }

  /** Always `'ERR_DEADLINE_EXCEEDED'`. */
  readonly code = 'ERR_DEADLINE_EXCEEDED'

  /** The text is Go's; of a deadline in 1970, which is most often a mistake, it goes on with its date. */
  constructor(message = 'i/o timeout') {
    super(message)
  }

  override get timeout(): boolean {
    return true
  }

  override get temporary(): boolean {
    return true
  }
}

/** The descriptor cannot be waited for. Go: `poll.ErrNotPollable`. */
export class NotPollableError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'NotPollableError'
  }

  /** Always `'ERR_NOT_POLLABLE'`. */
  readonly code = 'ERR_NOT_POLLABLE'

  /** The text is Go's. */
  constructor(message = 'not pollable') {
    super(message)
  }
}

/** The descriptor has no deadlines, as a regular file has none. Go: `os.ErrNoDeadline`. */
export class NoDeadlineError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'NoDeadlineError'
  }

  /** Always `'ERR_NO_DEADLINE'`. */
  readonly code = 'ERR_NO_DEADLINE'

  /** The text is Go's. */
  constructor() {
    super('file type does not support deadline')
  }
}

/** An AbortSignal ended this one call; its reason is the `cause`. Go: `context.Canceled`. */
export class CanceledError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'CanceledError'
  }

  /** Always `'ABORT_ERR'`, as in Node's own errors. */
  readonly code = 'ABORT_ERR'

  /** Takes `signal.reason`. */
  constructor(reason?: unknown) {
    super('operation was canceled', { cause: reason })
  }
}

/** The error of a call that was aborted; its frames would be those of the abort. */
export const canceled = (reason: unknown): CanceledError => bare(() => new CanceledError(reason))

/** A stream ended, or the kernel took nothing, in the middle. Go: `io.ErrUnexpectedEOF`. */
export class UnexpectedEOFError extends PollError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'UnexpectedEOFError'
  }

  /** Always `'ERR_UNEXPECTED_EOF'`. */
  readonly code = 'ERR_UNEXPECTED_EOF'
  /** How many bytes had arrived before the end. */
  readonly bytesRead: number

  /** The text is Go's. */
  constructor(bytesRead = 0) {
    super('unexpected EOF')
    this.bytesRead = bytesRead
  }
}

/** What was thrown, as an Error: a function of the caller's may throw anything, null included. */
export function errorFrom(thrown: unknown): Error {
  try {
    if (isNativeError(thrown) || thrown instanceof Error) return thrown
  } catch {
    // A proxy may not even let itself be asked.
  }
  return new Error('something was thrown that is no Error: see cause', { cause: thrown })
}
