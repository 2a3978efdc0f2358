// Go: net/dial.go, dialParallel. Two lists of addresses at once (RFC 6555, "happy eyeballs").
import type { Abortable } from '@netfd/poll/internal'
import { host, offAbort, onAbort, reasonOf, startTimer, wasAborted } from '@netfd/poll/internal'
import type { Bound } from './bound.js'
import type { Dialing } from './dial-serial.js'
import { dialSerial, firstOf, isAborted } from './dial-serial.js'
import type { OpError } from './errors.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'

/**
 * Dials the primaries and, when they have not succeeded after `delay` ms or have failed before that,
 * the fallbacks beside them. The first connection wins; the other list is told to stop, and if it has
 * connected already its connection is closed. When both fail, the error is the primaries', with the
 * others in `errors`.
 */
export function dialParallel(
  d: Dialing,
  primaries: readonly TCPAddr[],
  fallbacks: readonly TCPAddr[],
  delay: number,
  bound: Bound,
): Promise<TCPConn> {
  if (fallbacks.length === 0) return dialSerial(d, primaries, bound)
  return new Promise((resolve, reject) => {
    new Race(d, bound, { resolve, reject }).run(primaries, fallbacks, delay)
  })
}

interface Outcome {
  resolve(conn: TCPConn): void
  reject(error: Error): void
}

class Race implements Abortable {
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
    // A signal that was aborted before tells nobody any more.
    if (bound.signal !== undefined && wasAborted(bound.signal)) this.aborted()
  }

  run(primaries: readonly TCPAddr[], fallbacks: readonly TCPAddr[], delay: number): void {
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

  #racer(addrs: readonly TCPAddr[], which: 0 | 1): void {
    const bound = { due: this.#bound.due, signal: this.#stop.signal }
    dialSerial(this.#d, addrs, bound).then(
      (conn) => this.#won(conn),
      (error: OpError) => this.#lost(error, which),
    )
  }

  #won(conn: TCPConn): void {
    if (this.#over) {
      // Too late: nobody waits for this one, and its peer must not wait for us.
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
