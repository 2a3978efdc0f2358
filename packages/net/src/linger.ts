// Go: net/sockopt_linux.go, setLinger.
import { endianness } from 'node:os'
import { SO_LINGER, SOL_SOCKET } from '@netfd/syscall'
import type { NetFD } from './fd.js'

const little = endianness() === 'LE'

/** Negative: off. 0: a reset at close. Positive: so many seconds of waiting at close. */
export function setLinger(fd: NetFD, seconds: number): void {
  if (seconds !== Math.trunc(seconds) || seconds > 0x7fffffff) {
    throw new RangeError('linger must be a whole number of seconds')
  }
  const linger = new DataView(new ArrayBuffer(8)) // struct linger: two ints
  linger.setInt32(0, seconds >= 0 ? 1 : 0, little)
  linger.setInt32(4, Math.max(seconds, 0), little)
  fd.setsockopt(SOL_SOCKET, SO_LINGER, new Uint8Array(linger.buffer))
}
