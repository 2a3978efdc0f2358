// What a program can watch through node:diagnostics_channel. Nothing is built while no program subscribes.
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { host } from '@netfd/poll/internal'
import type { Addr, Conn } from './net.js'

/** One address that a dial tried. Times are milliseconds of `performance.now()`. */
export interface DialAttempt {
  /** The address. */
  readonly address: Addr
  /** When it was tried. */
  readonly start: number
  /** When it was settled, once it is. */
  end?: number
  /** The error, when it failed; a race's loser fails with `ABORT_ERR`. */
  error?: Error
}

/** The resolving of a dial's host. Times are milliseconds of `performance.now()`. */
export interface DialResolve {
  /** When it began. */
  readonly start: number
  /** When it was done, once it is. */
  end?: number
  /** The addresses to be tried, in order. */
  addresses?: readonly Addr[]
  /** The error, when it failed. */
  error?: Error
}

/**
 * What the tracing channel `netfd:dial` passes to its subscribers: the same object for one dial's
 * `start`, `end`, `asyncStart`, `asyncEnd` and `error`, growing as the dial goes on.
 */
export interface DialTrace {
  /** The network as the caller named it. */
  readonly network: string
  /** The address as the caller named it. */
  readonly address: string
  /** The resolving of the host. */
  readonly resolve: DialResolve
  /** Each attempt, in the order of their starts. */
  readonly attempts: DialAttempt[]
  /** The address that won. */
  winner?: Addr
  /** The connection, on `asyncEnd`. */
  result?: Conn
  /** The error, on `error`. */
  error?: unknown
}

/** What the channels `netfd:open`, `netfd:accept` and `netfd:close` pass to their subscribers. */
export interface ConnTrace {
  /** The network, such as 'tcp'. */
  readonly network: string
  /** This end. */
  readonly localAddr: Addr
  /** The other end; null for a listener. */
  readonly remoteAddr: Addr | null
}

type Phases = 'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error'

const dials = tracingChannel<DialTrace>('netfd:dial')
const phases: readonly Phases[] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error']

/** A connection was dialed. */
export const opened = channel('netfd:open')
/** A connection was accepted. */
export const accepted = channel('netfd:accept')
/** A connection or listener was closed. */
export const closed = channel('netfd:close')

/** The address under which a connection was dialed: that of a wildcard is not its peer's. */
const dialed = new WeakMap<object, Addr>()

/** Runs a dial, with a trace to fill in when a program listens. */
export function traceDial<C extends Conn>(
  network: string,
  address: string,
  run: (trace: DialTrace | null) => Promise<C>,
): Promise<C> {
  if (!phases.some((phase) => dials[phase].hasSubscribers)) return run(null)
  const trace: DialTrace = {
    network,
    address,
    resolve: { start: host.now() },
    attempts: [],
  }
  const dial = async () => {
    const conn = await run(trace)
    const winner = dialed.get(conn) ?? conn.remoteAddr
    if (winner !== null) trace.winner = winner
    return conn
  }
  return dials.tracePromise(dial, trace)
}

/** Fills in how resolving went. */
export async function traceResolve<A extends Addr>(
  trace: DialTrace,
  resolve: () => A[] | Promise<A[]>,
): Promise<A[]> {
  try {
    const addresses = await resolve()
    trace.resolve.addresses = addresses
    return addresses
  } catch (error) {
    trace.resolve.error = error as Error
    throw error
  } finally {
    trace.resolve.end = host.now()
  }
}

/** Fills in one attempt. */
export async function traceAttempt<T extends object>(
  trace: DialTrace,
  address: Addr,
  attempt: () => Promise<T>,
): Promise<T> {
  const entry: DialAttempt = { address, start: host.now() }
  trace.attempts.push(entry)
  try {
    const conn = await attempt()
    dialed.set(conn, address)
    return conn
  } catch (error) {
    entry.error = error as Error
    throw error
  } finally {
    entry.end = host.now()
  }
}
