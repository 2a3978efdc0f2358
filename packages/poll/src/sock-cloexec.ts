// Go: internal/poll/sock_cloexec.go. Accepting with the descriptor's flags set from the start.
import { EACCES, EFAULT, EINVAL, ENOSYS, SOCK_CLOEXEC, SOCK_NONBLOCK } from '@netfd/syscall'
import { hook } from './hook.js'
import { closeNow } from './linger.js'

/** The call that failed, for the error: it is not always the one that was asked for. */
export interface Accepting {
  call: 'accept4' | 'accept' | 'setnonblock'
}

/**
 * accept4(2), or accept(2) and two fcntl(2) where there is none: a descriptor, or a negated errno. The peer's
 * address goes into `sockaddr`, and its true length into `length[0]`.
 */
export function acceptCloexec(
  fd: number,
  sockaddr: Uint8Array,
  length: Int32Array,
  on: Accepting,
): number {
  on.call = 'accept4'
  const accepted = hook.accept4(fd, SOCK_NONBLOCK | SOCK_CLOEXEC, sockaddr, true, length)
  switch (-accepted) {
    case ENOSYS:
    case EINVAL:
    case EACCES:
    case EFAULT:
      return acceptPlain(fd, sockaddr, length, on)
    default:
      return accepted
  }
}

function acceptPlain(fd: number, sockaddr: Uint8Array, length: Int32Array, on: Accepting): number {
  on.call = 'accept'
  const accepted = hook.accept(fd, sockaddr, true, length)
  if (accepted < 0) return accepted
  hook.closeOnExec(accepted)
  const r = hook.setNonblock(accepted, 1)
  if (r >= 0) return accepted
  // It has what its listener was set to, a linger time too.
  closeNow(accepted)
  on.call = 'setnonblock'
  return r
}
