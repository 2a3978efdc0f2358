// What is thrown where it can be neither caught by a caller nor reject a call.
import { host } from './host.js'

/**
 * Throws it where it harms nothing else: as an uncaught exception, once whatever runs now is done. For
 * what a function of the caller's throws in the middle of a batch, whose rest has to go on.
 */
export function report(error: unknown): void {
  host.queueMicrotask(() => {
    throw error
  })
}
