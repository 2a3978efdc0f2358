// Go: context.Context, as far as dialing needs it. What ends a dial early.
import type { Deadline } from '@netfd/poll'
import {
  CanceledError,
  DeadlineExceededError,
  offAbort,
  onAbort,
  reasonOf,
  wasAborted,
} from '@netfd/poll'

/** When and by whom a dial is ended. */
export interface Bound {
  /** Epoch milliseconds, or null for never. */
  readonly deadline: number | null
  /** Comes out of `signalOf`. */
  readonly signal: AbortSignal | undefined
}

/** The longest delay a host timer takes: Node turns a longer one into 1 ms. */
const MAX_DELAY = 2 ** 31 - 1

/** Why the bound has ended, or null while it has not. Go: `mapErr(ctx.Err())`. */
export function boundError({ deadline, signal }: Bound): Error | null {
  if (signal !== undefined && wasAborted(signal)) return new CanceledError(reasonOf(signal))
  if (deadline !== null && deadline <= Date.now()) return new DeadlineExceededError()
  return null
}

/**
 * Calls `ended` once when the bound ends, unless the function it returns is called before; that also
 * takes the listener off the signal.
 */
function onEnd(bound: Bound, ended: (error: Error) => void): () => void {
  const { deadline, signal } = bound
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(timer)
    if (signal !== undefined) offAbort(signal, waiting)
  }
  const check = () => {
    const error = boundError(bound)
    if (error !== null) {
      stop()
      ended(error)
    } else if (deadline !== null) {
      // Not yet: the delay was capped, or the timer came a little early.
      timer = setTimeout(check, Math.min(Math.max(deadline - Date.now(), 1), MAX_DELAY))
    }
  }
  const waiting = { aborted: check }
  if (signal !== undefined) onAbort(signal, waiting)
  check()
  return stop
}

/** The promise's outcome, or the bound's end if that comes first; a late outcome is dropped. */
export function within<T>(bound: Bound, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = onEnd(bound, reject)
    // A caller's function may have returned something else, which then is the outcome.
    Promise.resolve(promise).then(resolve, reject).finally(stop)
  })
}

/** The earlier of two deadlines. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}

/** A deadline as epoch milliseconds. */
export function epochOf(t: Deadline | undefined): number | null {
  if (t === undefined || t === null) return null
  const time = t instanceof Date ? t.getTime() : t
  if (typeof time !== 'number' || Number.isNaN(time)) {
    throw new TypeError('deadline must be a Date, epoch milliseconds or null')
  }
  return time === Number.POSITIVE_INFINITY ? null : time
}
