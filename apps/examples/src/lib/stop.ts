// Ctrl-C and `kill` as an AbortSignal.

/**
 * A signal that aborts at the first SIGINT or SIGTERM. A second one ends the process at once, as
 * without this: a person who presses Ctrl-C twice means it.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals) => {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    controller.abort(new Error(`stopped by ${name}`))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return controller.signal
}
