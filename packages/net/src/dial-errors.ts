// Go: net/dial.go, dialSerial and dialParallel. Which of several errors a dial rejects with.
import { wasAborted } from '@netfd/poll/internal'
import type { Bound } from './bound.js'
import { OpError } from './errors.js'

/** The caller that aborts a dial hears of that, and not of an address that was refused before. */
export function isAborted(error: OpError, { signal }: Bound): boolean {
  return signal !== undefined && wasAborted(signal) && error.code === 'ABORT_ERR'
}

/** The first error, carrying the others. */
export function firstOf(errors: readonly OpError[]): OpError | undefined {
  const [first, ...others] = errors
  if (first === undefined || others.length === 0) return first
  const { op, net, source, addr, cause } = first
  return new OpError(op, net, source ?? null, addr ?? null, cause, { errors: others })
}
