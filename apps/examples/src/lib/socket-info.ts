// What the kernel knows about a socket of Node's own.
import type { Socket } from 'node:net'
import { backend } from '@netfd/net'
import type { TCPInfo } from '@netfd/syscall'
import { decodeTCPInfo, getsockoptBytes, IPPROTO_TCP, TCP_INFO } from '@netfd/syscall'

/** Where Node keeps the descriptor; its types do not say so. */
type Handled = { readonly _handle?: { readonly fd?: number } | null }

/** More than any kernel's struct tcp_info has, in bytes. */
const ROOM = 512

/** TCP_INFO of a socket, or null where it has no descriptor any more, and on a laptop. */
export function infoOf(socket: Socket): TCPInfo | null {
  if (backend === 'host') return null
  const fd = (socket as Handled)._handle?.fd ?? -1
  return fd < 0 ? null : decodeTCPInfo(getsockoptBytes(fd, IPPROTO_TCP, TCP_INFO, ROOM))
}
