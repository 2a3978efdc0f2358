// What a connection dies of. The kernel tells it once, to the first call, and says "end" and EPIPE
// from then on: a message of which half arrived would look whole.
import {
  EACCES,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTDOWN,
  EHOSTUNREACH,
  ENETDOWN,
  ENETUNREACH,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPROTO,
  ETIMEDOUT,
} from '@netfd/syscall'

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
