// Go: net/tcpsock_posix.go. One attempt to dial one address.
import { EADDRNOTAVAIL } from '@netfd/syscall'
import type { Bound } from './bound.js'
import type { NetFD } from './fd.js'
import type { Control } from './sock.js'
import { dialSocket } from './sock.js'
import type { TCPAddr } from './tcpaddr.js'

/** How often a dial is repeated that the kernel spoilt by its choice of a port. */
const RETRIES = 2

/**
 * Dials one address. With the local port left to the kernel two things may go wrong by accident: the
 * socket connects to itself, or all ports are in use for the moment. Then it is tried again.
 */
export async function dialTCPSocket(
  network: string,
  laddr: TCPAddr | null,
  raddr: TCPAddr,
  o: { control: Control | undefined; protocol: number },
  bound: Bound,
): Promise<NetFD> {
  const plan = { network, laddr, raddr, protocol: o.protocol, control: o.control }
  const chosen = laddr !== null && laddr.port !== 0
  for (let tries = 0; ; tries++) {
    const last = chosen || tries === RETRIES
    try {
      const fd = await dialSocket(plan, bound)
      if (last || !selfConnected(fd)) return fd
      await fd.close()
    } catch (error) {
      if (last || !spuriousENOTAVAIL(error as Error)) throw error
    }
  }
}

/** Go: `selfConnect`. Both ends are the same, or one of them is unknown. */
function selfConnected(fd: NetFD): boolean {
  const { laddr, raddr } = fd as { laddr: TCPAddr | null; raddr: TCPAddr | null }
  if (laddr === null || raddr === null) return true
  return laddr.port === raddr.port && laddr.ip === raddr.ip
}

/** Go: `spuriousENOTAVAIL`. All ports in use, whatever the errno is wrapped in. */
export function spuriousENOTAVAIL(error: unknown): boolean {
  const { errno, cause } = error as { errno?: number; cause?: unknown }
  if (errno !== undefined) return errno === -EADDRNOTAVAIL
  return cause instanceof Error && spuriousENOTAVAIL(cause)
}
