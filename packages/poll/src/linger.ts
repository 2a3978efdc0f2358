// Whether close(2) would block: with SO_LINGER above 0 Linux waits, O_NONBLOCK or not.
import { endianness } from 'node:os'
import { SO_LINGER, SOL_SOCKET } from '@netfd/syscall'
import { hook } from './hook.js'

const little = endianness() === 'LE'

/** Whether the socket lingers for longer than no time at all. */
export function lingers(fd: number): boolean {
  const linger = new DataView(new ArrayBuffer(8)) // struct linger: two ints
  const r = hook.getsockoptBytes(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(linger.buffer))
  return r > 0 && linger.getInt32(0, little) !== 0 && linger.getInt32(4, little) > 0
}
