// Go: context.Context, as far as dialing needs it. What ends a dial early.
import {
  CanceledError,
  deadlineError,
  hasPassed,
  host,
  offAbort,
  onAbort,
  reasonOf,
  startTimer,
  wasAborted,
} from '@netfd/poll/internal'

/** When and by whom a dial is ended. */
export interface Bound {
  /** When it must be done, as `dueOf` gives it: 0 for never, else a time on a clock that is never set. */
  readonly due: number
  /** Comes out of `signalOf`. */
  readonly signal: AbortSignal | undefined
}

/** Why the bound has ended, or null while it has not. Go: `mapErr(ctx.Err())`. */
export function boundError({ due, signal }: Bound): Error | null {
  if (signal !== undefined && wasAborted(signal)) return new CanceledError(reasonOf(signal))
  return hasPassed(due) ? deadlineError(due) : null
}

/**
 * Calls `ended` once when the bound ends, unless the function it returns is called before; that also
 * takes the listener off the signal.
 */
function onEnd(bound: Bound, ended: (error: Error) => void): () => void {
  const { due, signal } = bound
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    host.clearTimeout(timer)
    if (signal !== undefined) offAbort(signal, waiting)
  }
  const check = () => {
    const error = boundError(bound)
    if (error !== null) {
      stop()
      ended(error)
    } else if (due > 0) {
      // Not yet: the delay was capped, or the timer came a little early.
      timer = startTimer(check, due - host.now())
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

/** The earlier of two due times. */
export function earlier(a: number, b: number): number {
  if (a === 0 || b === 0) return a + b
  return Math.min(a, b)
}
