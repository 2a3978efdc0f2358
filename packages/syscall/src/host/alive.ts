// What keeps a thread alive for calls that wait. The sockets themselves never do.

// Not the globals, which test runners replace, and not imported, which would load their promises too.
const timers = process.getBuiltinModule('node:timers')
export const { clearTimeout, setImmediate, setTimeout } = timers

/** The longest delay of a timer; what it does when it fires does not matter. */
const MAX_DELAY = 2 ** 31 - 1

let timer: NodeJS.Timeout | undefined

/** Holds the thread, or lets it end. */
export function keepAlive(on: boolean): void {
  if (on) {
    timer ??= timers.setInterval(() => undefined, MAX_DELAY)
    timer.ref()
  } else {
    timer?.unref()
  }
}
