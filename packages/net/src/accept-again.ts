// Go: net/http/server.go, Serve. What a loop over a listener does about an accept that failed.
import type { OpError } from './errors.js'

const FIRST_DELAY = 5
const LONGEST_DELAY = 1_000

/** How long to wait before the next try, in ms, after a wait of `delay`; 0 for the first one. */
export const nextDelay = (delay: number): number =>
  delay === 0 ? FIRST_DELAY : Math.min(2 * delay, LONGEST_DELAY)

/** Says that a loop has trouble, since nothing rejects that could. */
export function warnOfFailedAccept({ message, code }: OpError): void {
  const limit = code === 'EMFILE' ? ' Raise the limit of open files (ulimit -n).' : ''
  process.emitWarning(`${message}; the loop over the listener goes on`, {
    type: 'AcceptWarning',
    code: 'NETFD_ACCEPT',
    detail: `It tries again until it succeeds; connections wait in the backlog. Said once.${limit}`,
  })
}
