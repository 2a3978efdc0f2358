// Go: net/dial.go, dialParallel. Two lists of addresses at once (RFC 6555, "happy eyeballs").
import type { Abortable } from '@netfd/poll/internal'
import { host, offAbort, onAbort, reasonOf, startTimer, wasAborted } from '@netfd/poll/internal'
import type { Bound } from './bound.js'
import type { NetConn } from './conn.js'
import { firstOf, isAborted } from './dial-errors.js'
import type { OpError } from './errors.js'
import type { Sockaddr } from './net.js'

/** What a race needs of its dial. */
interface Dialing {
  dialSerial(addrs: readonly Sockaddr[], bound: Bound): Promise<NetConn>
}

interface Outcome {
  resolve(conn: NetConn): void
  reject(error: Error): void
}

/** Two lists of addresses, dialed at once; see `SysDialer.dialParallel`. */
export class Race implements Abortable {
  readonly #d: Dialing
  readonly #bound: Bound
  readonly #outcome: Outcome
  readonly #stop = new AbortController()
  readonly #errors: [primary: OpError | null, fallback: OpError | null] = [null, null]
  #over = false
  #timer: NodeJS.Timeout | undefined
  #startFallback: (() => void) | null = null

  constructor(d: Dialing, bound: Bound, outcome: Outcome) {
    this.#d = d
    this.#bound = bound
    this.#outcome = outcome
    if (bound.signal !== undefined) onAbort(bound.signal, this)
    // A signal that was aborted before calls no listener any more.
    if (bound.signal !== undefined && wasAborted(bound.signal)) this.aborted()
  }

  run(primaries: readonly Sockaddr[], fallbacks: readonly Sockaddr[], delay: number): void {
    this.#startFallback = () => {
      this.#startFallback = null
      host.clearTimeout(this.#timer)
      this.#racer(fallbacks, 1)
    }
    this.#timer = startTimer(() => this.#startFallback?.(), delay)
    this.#racer(primaries, 0)
  }

  aborted(): void {
    this.#stop.abort(this.#bound.signal && reasonOf(this.#bound.signal))
  }

  #racer(addrs: readonly Sockaddr[], which: 0 | 1): void {
    const bound = { due: this.#bound.due, signal: this.#stop.signal }
    this.#d.dialSerial(addrs, bound).then(
      (conn) => this.#won(conn),
      (error: OpError) => this.#lost(error, which),
    )
  }

  #won(conn: NetConn): void {
    if (this.#over) {
      // Too late: the caller has a connection, and the peer of this one must not wait for bytes.
      void conn.close()
      return
    }
    this.#end()
    this.#outcome.resolve(conn)
  }

  #lost(error: OpError, which: 0 | 1): void {
    if (this.#over) return
    this.#errors[which] = error
    // A primary that fails early leaves no reason to wait.
    if (which === 0) this.#startFallback?.()
    const [primary, fallback] = this.#errors
    if (primary === null || fallback === null) return
    this.#end()
    this.#outcome.reject(this.#verdict(primary, fallback))
  }

  /** The primaries' error, with all the others; that of an abort alone. */
  #verdict(primary: OpError, fallback: OpError): Error {
    const both = [primary, fallback]
    const aborted = both.find((error) => isAborted(error, this.#bound))
    if (aborted !== undefined) return aborted
    return firstOf(both.flatMap((error) => [error, ...others(error)])) ?? primary
  }

  #end(): void {
    this.#over = true
    host.clearTimeout(this.#timer)
    if (this.#bound.signal !== undefined) offAbort(this.#bound.signal, this)
    this.#stop.abort()
  }
}

/** The errors that one list of addresses gathered after its first. */
const others = (error: OpError): readonly OpError[] => (error.errors ?? []) as readonly OpError[]
