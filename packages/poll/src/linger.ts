// What close(2) does with SO_LINGER above 0, without the thread that it would block, O_NONBLOCK or not:
// the connection is shut down, and closed when the peer has acknowledged it all or the time is over.
import {
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_PEEK,
  SHUT_RDWR,
  SO_LINGER,
  SO_MEMINFO,
  SOL_SOCKET,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_INFO,
  TCP_LAST_ACK,
} from '@netfd/syscall'
import { hook } from './hook.js'
import { host, startTimer } from './host.js'
import { now } from './timers.js'

/** In any other state nothing is on its way to the peer, whatever is queued. */
const SENDING = [TCP_ESTABLISHED, TCP_CLOSE_WAIT, TCP_FIN_WAIT1, TCP_LAST_ACK, TCP_CLOSING]

/** Where SO_MEMINFO tells how many bytes are queued, those included that are sent and not acknowledged. */
const WMEM_QUEUED = 5

/** A struct linger that is off. */
const OFF = new Uint8Array(8)

/** Pauses double, so that the end is seen late by no more than it took, and by this many ms at most. */
const MAX_PAUSE = 100

/**
 * Closes a socket that may linger, and tells the result. It waits where close(2) would have blocked, and
 * then keeps the process alive. Duplicates of a shared one must not be shut down: its data is waited for
 * all the same, but its FIN follows with the last close.
 */
export function closeLingering(fd: number, shared: boolean, closed: (r: number) => void): void {
  const seconds = lingerTime(fd)
  if (seconds === 0) closed(hook.close(fd))
  // What close(2) does with unread data: a reset, at once.
  else if (unread(fd)) closed(closeNow(fd))
  else wait(fd, shared, now() + seconds * 1000, () => closed(closeNow(fd)))
}

function wait(fd: number, shared: boolean, due: number, end: () => void): void {
  if (!shared) hook.shutdown(fd, SHUT_RDWR)
  let pause = 0
  const look = (): void => {
    const left = due - now()
    if (left <= 0 || !sending(fd)) {
      end()
      return
    }
    if (pause === 0) host.setImmediate(look)
    else startTimer(look, Math.min(pause, left))
    pause = Math.min(Math.max(2 * pause, 1), MAX_PAUSE)
  }
  look()
}

/** Closes without a wait: the kernel goes on sending what is queued. */
export function closeNow(fd: number): number {
  if (lingerTime(fd) > 0) hook.setsockopt(fd, SOL_SOCKET, SO_LINGER, OFF)
  return hook.close(fd)
}

/** For how many seconds close(2) would wait; 0 also for what is no socket. */
export function lingerTime(fd: number): number {
  const [on = 0, seconds = 0] = intsOf(fd, SOL_SOCKET, SO_LINGER, 2)
  return on === 0 ? 0 : seconds
}

/** The state of a TCP connection, or 0 of any other socket. Of Multipath TCP it is the first subflow's. */
export function tcpState(fd: number): number {
  // The state is the first byte.
  const [info = 0] = intsOf(fd, IPPROTO_TCP, TCP_INFO, 1)
  return new Uint8Array(Int32Array.of(info).buffer)[0] as number
}

function sending(fd: number): boolean {
  // The first subflow is shut down last.
  if (!SENDING.includes(tcpState(fd))) return false
  return (intsOf(fd, SOL_SOCKET, SO_MEMINFO, WMEM_QUEUED + 1)[WMEM_QUEUED] ?? 0) > 0
}

/** Whether bytes are there that no call has taken: a close resets the connection then. */
export function unread(fd: number): boolean {
  return hook.recv(fd, new Uint8Array(1), 0, 1, MSG_PEEK | MSG_DONTWAIT) > 0
}

/** An option of some ints; zeros where the kernel has none. */
function intsOf(fd: number, level: number, optname: number, count: number): Int32Array {
  const ints = new Int32Array(count)
  hook.getsockoptBytes(fd, level, optname, new Uint8Array(ints.buffer))
  return ints
}
