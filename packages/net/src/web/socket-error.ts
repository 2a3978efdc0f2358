// WinterTC: SocketError. What the sockets of `connect` fail with.
import { isMistake } from '../arguments.js'

/**
 * What a socket of {@link connect} fails with: a TypeError, as its standard has it. `code` is that of its
 * `cause`, as a rule an OpError: `ECONNREFUSED`, `ETIMEDOUT`, `ABORT_ERR`; or Node's for TLS.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * import { connect, SocketError } from '@netfd/net/web'
 * const listener = await listen('tcp', '127.0.0.1:0')
 * const address = String(listener.addr)
 * await listener.close()
 * try {
 *   await connect(address).opened
 * } catch (error) {
 *   console.assert(error instanceof SocketError && error.code === 'ECONNREFUSED')
 * }
 * ```
 */
export class SocketError extends TypeError {
  /** What happened, for programs to match; `ERR_SOCKET` when the cause has no code. */
  readonly code: string

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = options.code ?? 'ERR_SOCKET'
  }

  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'SocketError'
  }
}

/** One cause makes one error, whichever promise or stream it comes up in. */
const made = new WeakMap<Error, SocketError>()

/** What a caller got wrong stays as it is; all else is the socket's error. */
export function socketError(cause: unknown): unknown {
  if (isMistake(cause)) return cause
  const failed = cause as NodeJS.ErrnoException
  const before = made.get(failed)
  if (before !== undefined) return before
  const code = typeof failed.code === 'string' ? { code: failed.code } : {}
  const error = new SocketError(failed.message, { ...code, cause })
  made.set(failed, error)
  return error
}
