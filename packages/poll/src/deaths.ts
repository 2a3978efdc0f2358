// What a connection dies of. The kernel tells it once, to the first call, and says "end" and EPIPE
// from then on: a message of which half arrived would look whole.
import {
  EACCES,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTDOWN,
  EHOSTUNREACH,
  EIO,
  ENETDOWN,
  ENETUNREACH,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPROTO,
  ETIMEDOUT,
  IPPROTO_TCP,
  TCP_CLOSE,
  TCP_ZEROCOPY_RECEIVE,
} from '@netfd/syscall'
import { hook } from './hook.js'
import { tcpState } from './linger.js'

/**
 * The errors after which a stream socket is no more: a reset, time that ran out, a connection that was
 * destroyed from outside (`ss -K`), and what a router said before the kernel gave up (tcp(7)). EPIPE is
 * none: it comes after a shutdown of one's own, or when the peer has ended its side properly before, and
 * what it sent can still be read to the end.
 */
const DEADLY: ReadonlySet<number> = new Set([
  ECONNRESET,
  ETIMEDOUT,
  ECONNABORTED,
  ECONNREFUSED,
  EHOSTUNREACH,
  EHOSTDOWN,
  ENETUNREACH,
  ENETDOWN,
  ENONET,
  EPROTO,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EACCES,
])

/** Whether a stream socket that fails with it is dead. */
export const isDeadly = (errno: number): boolean => DEADLY.has(errno)

/** A struct tcp_zerocopy_receive that asks for nothing, up to its last field that has always been there. */
const NOTHING_MAPPED = 16

/**
 * Whether a TCP connection that says "end" or EPIPE was reset. It is closed then, without the end that its peer
 * sends. Of that only a receive by mapping tells, which fails with EIO behind it; while bytes are there that
 * no call has taken the answer is yes, whatever comes behind them.
 */
export function isReset(fd: number): boolean {
  if (tcpState(fd) !== TCP_CLOSE) return false
  const nothing = new Uint8Array(NOTHING_MAPPED)
  return hook.unsafeGetsockopt(fd, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, nothing) !== -EIO
}
