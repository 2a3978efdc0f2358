// Go: net/sockopt_linux.go, setLinger.
import type { NetFD } from './fd.js'

/** Negative: off. 0: a reset at close. Positive: so many seconds of waiting at close. */
export function setLinger(fd: NetFD, seconds: number): void {
  if (seconds !== Math.trunc(seconds)) {
    throw new RangeError('linger must be a whole number of seconds')
  }
  fd.setOption('linger', { on: seconds >= 0, seconds: Math.max(seconds, 0) })
}
