// Go: net/fd_unix.go, netFD.connect. How a non-blocking connect tells success from failure.
import { BUDGET_BYTES, budget, wasAborted } from '@netfd/poll/internal'
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
import type { PackedAddr } from './packed-addr.js'
import { packAddr } from './packed-addr.js'

const peer = new Uint8Array(SOCKADDR_STORAGE_SIZE)

/**
 * What a dial that is over at once takes from the budget of the turn. It costs as much as many reads do,
 * and the listener may be one of this thread: it must get a turn before its queue is full.
 */
const COST = BUDGET_BYTES / 16

/**
 * Connects, and registers with the poller on the way: connect(2) comes first, because a socket that was
 * never connected raises a hang-up edge when it is added. Gives the peer's address where the kernel has
 * named it, at once where it can. The descriptor is the caller's to close when this fails.
 */
export function connect(
  fd: NetFD,
  sockaddr: Uint8Array,
  bound: Bound,
): PackedAddr | null | Promise<PackedAddr | null> {
  const r = hook.connect(fd.sysfd, sockaddr)
  switch (-r) {
    case EINPROGRESS:
    case EALREADY:
    case EINTR: {
      // After EINTR the kernel goes on with the handshake: it is waited for, not started again.
      fd.init()
      // Over loopback it is done already, and the edge that says so would come a turn of the loop later.
      const named = peerOf(fd.sysfd)
      return named === null ? settled(fd, bound) : atOnce(bound, named)
    }
    case 0:
    case EISCONN:
      fd.init()
      return atOnce(bound, null)
    default:
      throw new SyscallError('connect', r)
  }
}

/** The peer's address, or null while there is none: only a socket with a peer is connected. */
function peerOf(sysfd: number): PackedAddr | null {
  const length = hook.getpeername(sysfd, peer)
  return length < 0 ? null : packAddr(peer, length)
}

/** The socket is connected, yet the caller that gave it up first is told so, and closes it. */
function atOnce(bound: Bound, named: PackedAddr | null): PackedAddr | null {
  budget.charge(COST)
  throwEnded(bound)
  return named
}

function throwEnded(bound: Bound): void {
  const error = boundError(bound)
  if (error !== null) throw error
}

async function settled(fd: NetFD, bound: Bound): Promise<PackedAddr | null> {
  let named: PackedAddr | null | undefined
  while (named === undefined) {
    await fd.waitTry(bound.due, { signal: bound.signal })
    named = outcome(fd.sysfd)
  }
  // As in `atOnce`; that the time is over by now says nothing: it was not when the kernel was done.
  if (bound.signal !== undefined && wasAborted(bound.signal)) throwEnded(bound)
  fd.setWriteDeadline(null)
  return named
}

/**
 * What the connect has come to: the peer's address, null when connected without one, undefined when it
 * is still under way. SO_ERROR is cleared by reading, so no other code may read it.
 */
function outcome(sysfd: number): PackedAddr | null | undefined {
  const pending = must('getsockopt', hook.getsockopt(sysfd, SOL_SOCKET, SO_ERROR))
  switch (pending) {
    case EINPROGRESS:
    case EALREADY:
    case EINTR:
      return undefined
    case EISCONN:
      return null
    case 0:
      // The poller may wake without cause.
      return peerOf(sysfd) ?? undefined
    default:
      throw new SyscallError('connect', pending)
  }
}
