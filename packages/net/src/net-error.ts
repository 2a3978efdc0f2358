// Go: net/net.go, net.Error. What all errors of the package share.

/**
 * What every error of this package has. Two copies of the package may be loaded at once, so match
 * `code` (or `timeout`), not the class. Go: `net.Error`.
 *
 * ```ts
 * import { AddrError, type NetError } from '@netfd/net'
 *
 * const error: NetError = new AddrError('missing port in address', 'localhost')
 * console.log(error.code, error.timeout) // ERR_ADDR false
 * ```
 */
export abstract class NetError extends Error {
  /** What happened, for programs to match. */
  abstract readonly code: string

  /** Whether time ran out: a deadline that passed, or the kernel's own ETIMEDOUT. */
  get timeout(): boolean {
    return false
  }

  /** Whether the same call may succeed later; every timeout is temporary too. */
  get temporary(): boolean {
    return false
  }
}

/** The fields that an error below may have; decided by name, since its class may be a copy. */
export interface Cause extends Error {
  readonly code?: unknown
  readonly errno?: unknown
  readonly syscall?: unknown
  readonly timeout?: unknown
  readonly temporary?: unknown
  readonly address?: unknown
  readonly port?: unknown
}

/** The code that an error passes on to the one that wraps it. */
export function codeOf({ code, timeout }: Cause): string | undefined {
  if (code === 'ERR_DEADLINE_EXCEEDED' && timeout === true) return 'ETIMEDOUT'
  return typeof code === 'string' ? code : undefined
}
