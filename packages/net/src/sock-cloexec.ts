// Go: net/sock_cloexec.go. A socket that never blocks and that no child process inherits.
import { EINVAL, EPROTONOSUPPORT, SOCK_CLOEXEC, SOCK_NONBLOCK, SyscallError } from '@netfd/syscall'
import { hook } from './hook.js'

/**
 * socket(2) with both flags set from the start. A kernel that does not know the flags answers EINVAL or
 * EPROTONOSUPPORT; then they are set afterwards. Both are also true answers, which the second try
 * repeats. Between its calls a child process could inherit the socket: Go holds a lock against its own
 * fork there, which Node does not offer to an addon.
 */
export function sysSocket(family: number, type: number, protocol: number): number {
  const fd = hook.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol, true)
  if (fd >= 0) return fd
  if (fd !== -EINVAL && fd !== -EPROTONOSUPPORT) throw new SyscallError('socket', fd)
  return sysSocketPlain(family, type, protocol)
}

function sysSocketPlain(family: number, type: number, protocol: number): number {
  const fd = hook.socket(family, type, protocol, true)
  if (fd < 0) throw new SyscallError('socket', fd)
  hook.closeOnExec(fd)
  const r = hook.setNonblock(fd, 1)
  if (r >= 0) return fd
  hook.close(fd)
  throw new SyscallError('setnonblock', r)
}
