// Go: net/dial.go, sysDialer. One dial: which address is tried when, and for how long.
import { DeadlineExceededError, host } from '@netfd/poll/internal'
import type { Bound } from './bound.js'
import { boundError } from './bound.js'
import type { NetConn } from './conn.js'
import type { IntOption } from './conn-options.js'
import { firstOf, isAborted } from './dial-errors.js'
import { Race } from './dial-parallel.js'
import { AddrError, OpError } from './errors.js'
import type { Sockaddr } from './net.js'
import type { Control } from './sock.js'
import { TCPAddr } from './tcpaddr.js'
import { dialTCP } from './tcpsock-posix.js'
import type { DialTrace } from './trace.js'
import { traceAttempt } from './trace.js'
import { UDPAddr } from './udpaddr.js'
import { dialUDP } from './udpsock-posix.js'
import { isUnixAddr } from './unixaddr.js'
import { dialUnix } from './unixsock-posix.js'

/** What the sockets of a dial are given. */
export interface DialSettings {
  readonly control: Control | undefined
  readonly mptcp: boolean
  readonly options: readonly IntOption[]
}

/** A dial under way. */
export class SysDialer {
  readonly network: string
  readonly laddr: Sockaddr | null
  readonly settings: DialSettings
  readonly #trace: DialTrace | null

  constructor(
    network: string,
    laddr: Sockaddr | null,
    settings: DialSettings,
    trace: DialTrace | null,
  ) {
    this.network = network
    this.laddr = laddr
    this.settings = settings
    this.#trace = trace
  }

  /**
   * Dials the primaries and, when they have not succeeded after `delay` ms or have failed before that,
   * the fallbacks beside them. The first connection wins; the other list is told to stop, and if it has
   * connected already its connection is closed. When both fail, the error is the primaries', with the
   * others in `errors`.
   */
  dialParallel(
    primaries: readonly Sockaddr[],
    fallbacks: readonly Sockaddr[],
    delay: number,
    bound: Bound,
  ): Promise<NetConn> {
    if (fallbacks.length === 0) return this.dialSerial(primaries, bound)
    return new Promise((resolve, reject) => {
      new Race(this, bound, { resolve, reject }).run(primaries, fallbacks, delay)
    })
  }

  /**
   * Tries the addresses in order and resolves to the first connection. Rejects with the first error, the
   * others in `errors`; with that of the bound alone when it ends before an address, or is aborted. Null stands
   * for no peer.
   */
  async dialSerial(addrs: readonly (Sockaddr | null)[], bound: Bound): Promise<NetConn> {
    const errors: OpError[] = []
    let remaining = addrs.length
    for (const addr of addrs) {
      const ended = boundError(bound)
      if (ended !== null) throw this.#dialError(addr, ended)
      try {
        return await this.#attempt(addr, share(bound, remaining--))
      } catch (error) {
        const failed = this.#dialError(addr, error as Error)
        if (isAborted(failed, bound)) throw failed
        errors.push(failed)
      }
    }
    throw firstOf(errors) ?? this.#dialError(null, new AddrError('missing address', ''))
  }

  #attempt(addr: Sockaddr | null, bound: Bound): Promise<NetConn> {
    if (this.#trace === null || addr === null) return this.dialSingle(addr, bound)
    return traceAttempt(this.#trace, addr, () => this.dialSingle(addr, bound))
  }

  /** Dials one address, or none, which only local sockets bear. Nothing else asks what kind of address it is. */
  async dialSingle(addr: Sockaddr | null, bound: Bound): Promise<NetConn> {
    const { laddr } = this
    try {
      if (isTCP(addr) && (laddr === null || isTCP(laddr))) {
        return await dialTCP(this, laddr, addr, bound)
      }
      if (isUDP(addr) && (laddr === null || isUDP(laddr))) {
        return await dialUDP(this, laddr, addr, bound)
      }
      if ((addr === null || isUnixAddr(addr)) && (laddr === null || isUnixAddr(laddr))) {
        return await dialUnix(this, laddr, addr, bound)
      }
      throw new AddrError('unexpected address type', String(addr ?? ''))
    } catch (error) {
      // Also around an OpError: a control callback may have got one from the raw connection.
      throw new OpError('dial', this.network, laddr, addr, error as Error)
    }
  }

  /** The error of a dial, wrapped as Go wraps it. */
  #dialError(addr: Sockaddr | null, cause: Error): OpError {
    if (cause instanceof OpError) return cause
    return new OpError('dial', this.network, this.laddr, addr, cause)
  }
}

const isTCP = (addr: Sockaddr | null): addr is TCPAddr => addr instanceof TCPAddr
const isUDP = (addr: Sockaddr | null): addr is UDPAddr => addr instanceof UDPAddr

/** What bounds the next of `remaining` addresses. */
function share(bound: Bound, remaining: number): Bound {
  const { due, signal } = bound
  return due === 0 ? bound : { due: partialDeadline(host.now(), due, remaining), signal }
}

// Less than this is too short for a handshake across the world, so late addresses go without.
const sliceMin = 2000

/**
 * Until when the next of `remaining` addresses may be tried: an equal share of the time left, but
 * at least 2 s or all of it. All times are on the monotonic clock, in milliseconds; 0 is no deadline.
 * Throws a `DeadlineExceededError` when no time is left. Go: `partialDeadline`.
 */
export function partialDeadline(now: number, due: number, remaining: number): number {
  if (due === 0) return 0
  const left = due - now
  if (left <= 0) throw new DeadlineExceededError()
  return now + Math.max(left / remaining, Math.min(left, sliceMin))
}
