// Ctrl-C and `kill` as an AbortSignal.
import { setMaxListeners } from 'node:events'

/**
 * A signal that aborts at the first SIGINT or SIGTERM. A second one ends the process at once, as
 * without this: a person who presses Ctrl-C twice means it.
 */
export function stopSignal(): AbortSignal {
  const controller = sharedController()
  const stop = (name: NodeJS.Signals) => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    controller.abort(new Error(`stopped by ${name}`))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}

/** An AbortController whose signal any number of calls may wait with at once. */
export function sharedController(): AbortController {
  const controller = new AbortController()
  // Node takes more than ten listeners for a leak; here every connection has one while it waits.
  setMaxListeners(0, controller.signal)
  return controller
}
