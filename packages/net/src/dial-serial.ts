// Go: net/dial.go, sysDialer. One address after the other, each with its share of the time.
import { host, wasAborted } from '@netfd/poll/internal'
import type { Bound } from './bound.js'
import { boundError } from './bound.js'
import { AddrError, OpError } from './errors.js'
import { partialDeadline } from './partial-deadline.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'

/** A dial under way: what all its attempts share. */
export interface Dialing {
  readonly network: string
  readonly laddr: TCPAddr | null
  /** Dials one address; rejects with whatever the kernel, the bound or a callback said. */
  attempt(addr: TCPAddr, bound: Bound): Promise<TCPConn>
}

/** The error of a dial, wrapped as Go wraps it. */
function dialError(
  d: Pick<Dialing, 'network' | 'laddr'>,
  addr: TCPAddr | null,
  cause: Error,
): OpError {
  return cause instanceof OpError ? cause : new OpError('dial', d.network, d.laddr, addr, cause)
}

/**
 * Tries the addresses in order and resolves to the first connection. Rejects with the first error, the
 * others in `errors`; with that of the bound alone when it ends before an address, or is aborted.
 */
export async function dialSerial(
  d: Dialing,
  addrs: readonly TCPAddr[],
  bound: Bound,
): Promise<TCPConn> {
  const errors: OpError[] = []
  for (const [i, addr] of addrs.entries()) {
    const ended = boundError(bound)
    if (ended !== null) throw dialError(d, addr, ended)
    try {
      const due = partialDeadline(host.now(), bound.due, addrs.length - i)
      return await d.attempt(addr, { due, signal: bound.signal })
    } catch (error) {
      const failed = dialError(d, addr, error as Error)
      if (isAborted(failed, bound)) throw failed
      errors.push(failed)
    }
  }
  throw firstOf(errors) ?? dialError(d, null, new AddrError('missing address', ''))
}

/** Whoever aborts a dial hears of that, and not of an address that was refused before. */
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
