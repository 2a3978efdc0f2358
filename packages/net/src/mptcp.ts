// Go: net/mptcpsock_linux.go. Multipath TCP, where the kernel has it.
import type { SyscallError } from '@netfd/syscall'
import {
  AF_INET,
  IPPROTO_MPTCP,
  IPPROTO_TCP,
  MPTCP_INFO,
  SO_PROTOCOL,
  SOCK_STREAM,
  SOL_MPTCP,
  SOL_SOCKET,
} from '@netfd/syscall'
import { hook } from './hook.js'
import { sysSocket } from './sock-cloexec.js'

let available: boolean | undefined

/** Whether this host makes MPTCP sockets; asked once. Only "unsupported" is a no. */
function mptcpAvailable(): boolean {
  available ??= probe()
  return available
}

function probe(): boolean {
  try {
    hook.close(sysSocket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP))
    return true
  } catch (error) {
    const { code } = error as SyscallError
    return code !== 'EPROTONOSUPPORT' && code !== 'EINVAL'
  }
}

/** Runs `open` with MPTCP when it is wanted and there, and again with plain TCP on any error. */
export function preferMptcp<T>(
  wanted: boolean,
  open: (protocol: number) => Promise<T>,
): Promise<T> {
  if (!wanted || !mptcpAvailable()) return open(IPPROTO_TCP)
  // Go falls back without a word as well: the error of plain TCP is the one that matters.
  return open(IPPROTO_MPTCP).catch(() => open(IPPROTO_TCP))
}

/** Whether a connected socket speaks MPTCP, which it may have given up in the handshake. */
export function usesMptcp(fd: number): boolean {
  if (hook.getsockopt(fd, SOL_SOCKET, SO_PROTOCOL) !== IPPROTO_MPTCP) return false
  return hook.getsockoptBytes(fd, SOL_MPTCP, MPTCP_INFO, new Uint8Array(256)) >= 0
}
