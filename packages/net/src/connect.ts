// Go: net/fd_unix.go, netFD.connect. How a non-blocking connect tells success from failure.
import { wasAborted } from '@netfd/poll/internal'
import {
  EALREADY,
  EINPROGRESS,
  EINTR,
  EISCONN,
  must,
  SO_ERROR,
  SOCKADDR_STORAGE_SIZE,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import type { Bound } from './bound.js'
import { boundError } from './bound.js'
import type { NetFD } from './fd.js'
import { hook } from './hook.js'

const peer = new Uint8Array(SOCKADDR_STORAGE_SIZE)

/**
 * Connects, and registers with the poller on the way: connect(2) comes first, because a socket that was
 * never connected raises a hang-up edge when it is added. Resolves to the peer's address where the
 * kernel has named it. The descriptor is the caller's to close when this rejects.
 */
export async function connect(
  fd: NetFD,
  sockaddr: Uint8Array,
  bound: Bound,
): Promise<Uint8Array | null> {
  const r = hook.connect(fd.sysfd, sockaddr)
  switch (-r) {
    case EINPROGRESS:
    case EALREADY:
    case EINTR:
      // After EINTR the kernel goes on with the handshake: it is waited for, not started again.
      fd.init()
      return await settled(fd, bound)
    case 0:
    case EISCONN:
      throwEnded(bound)
      fd.init()
      return null
    default:
      throw new SyscallError('connect', r)
  }
}

function throwEnded(bound: Bound): void {
  const error = boundError(bound)
  if (error !== null) throw error
}

async function settled(fd: NetFD, bound: Bound): Promise<Uint8Array | null> {
  let sockaddr: Uint8Array | null | undefined
  while (sockaddr === undefined) {
    await fd.waitTry(bound.due, { signal: bound.signal })
    sockaddr = outcome(fd.sysfd)
  }
  // The socket is connected, yet the caller that gave it up first is told so, and closes it.
  if (bound.signal !== undefined && wasAborted(bound.signal)) throwEnded(bound)
  fd.setWriteDeadline(null)
  return sockaddr
}

/**
 * What the connect has come to: the peer's address, null when connected without one, undefined when it
 * is still under way. SO_ERROR is cleared by reading, so no other code may read it.
 */
function outcome(sysfd: number): Uint8Array | null | undefined {
  const pending = must('getsockopt', hook.getsockopt(sysfd, SOL_SOCKET, SO_ERROR))
  switch (pending) {
    case EINPROGRESS:
    case EALREADY:
    case EINTR:
      return undefined
    case EISCONN:
      return null
    case 0: {
      // The poller may wake without cause; only a socket with a peer is connected.
      const length = hook.getpeername(sysfd, peer)
      return length < 0 ? undefined : peer.slice(0, length)
    }
    default:
      throw new SyscallError('connect', pending)
  }
}
