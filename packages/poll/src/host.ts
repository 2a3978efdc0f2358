// What this package takes of the event loop and its clocks. Go: runtime/time.go, as the runtime has it.
//
// Test runners replace the global functions by ones that stand still until a test moves them, and a
// page's window has a setTimeout of another kind. A transfer, a dial or a deadline that asked a global
// would stand still as well. So each function is taken once, when the package is loaded, from Node's own
// modules, and nothing else in the packages names a global of this kind: Biome refuses it.
//
// They are not imported: as a module node:timers would load its promises too, and node:perf_hooks eight
// more, which is a tenth of what loading the package costs.
const { clearTimeout, setImmediate, setTimeout } = process.getBuiltinModule('node:timers')
const { hrtime } = process

/**
 * The timers and clocks behind deadlines, dials and transfers: those that Node had when the package was
 * loaded. A test that wants to move time itself puts its own functions here, and then back; production
 * code never assigns one.
 */
export const host = {
  /** Calls a function once what runs now is done. */
  queueMicrotask: globalThis.queueMicrotask,
  /** Calls a function in the next turn of the event loop. */
  setImmediate,
  /** Calls a function after some milliseconds. */
  setTimeout,
  /** Takes such a call back. */
  clearTimeout,
  /** Milliseconds on a clock that is never set: what a deadline is kept on. */
  now: (): number => {
    const [seconds, nanoseconds] = hrtime()
    return seconds * 1_000 + nanoseconds / 1_000_000
  },
  /** Milliseconds since 1970 on the caller's clock, on which a deadline is written: a fake one too. */
  wall: (): number => Date.now(),
  /** A time on that clock, for people. */
  timeText: (ms: number): string => new Date(ms).toISOString(),
}

/** The longest delay a host timer takes: Node turns a longer one into 1 ms. */
const MAX_DELAY = 2 ** 31 - 1

/**
 * Starts a host timer for a time from now. It may fire too early: after 24.8 days at the latest, and by
 * less than a millisecond.
 */
export function startTimer(fired: () => void, ms: number): NodeJS.Timeout {
  return host.setTimeout(fired, Math.min(Math.max(Math.ceil(ms), 1), MAX_DELAY))
}
