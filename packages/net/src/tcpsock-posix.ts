// Go: net/tcpsock_posix.go. TCP connections and listeners from resolved addresses.
import { SOCK_STREAM } from '@netfd/syscall'
import type { Bound } from './bound.js'
import type { IntOption } from './conn-options.js'
import { connOptions, setConnOptions } from './conn-options.js'
import type { NetFD } from './fd.js'
import { favoriteFamily } from './ipsock-posix.js'
import { preferMptcp } from './mptcp.js'
import type { DialPlan, ListenPlan } from './sock.js'
import { dialSocket, listenSocket } from './sock.js'
import type { SysDialer } from './sys-dialer.js'
import type { TCPAddr } from './tcpaddr.js'
import type { TCPConn } from './tcpconn.js'
import { newTCPConn } from './tcpconn.js'
import { TCPListener } from './tcplistener.js'
import { opened } from './trace.js'

/** How often a dial is repeated that the kernel spoilt by its choice of a port. */
const RETRIES = 2

/** Connects to one address, over Multipath TCP where the dial asks for it. Go: `sysDialer.dialTCP`. */
export function dialTCP(
  { network, settings }: SysDialer,
  laddr: TCPAddr | null,
  raddr: TCPAddr,
  bound: Bound,
): Promise<TCPConn> {
  const { control, mptcp, options } = settings
  const { family, v6only } = favoriteFamily(network, laddr, raddr, false)
  const sotype = SOCK_STREAM
  return preferMptcp(mptcp, (protocol) => {
    const plan = { network, family, v6only, sotype, protocol, laddr, raddr, control }
    return connected(plan, options, bound)
  })
}

/** What a TCP listener's socket is given. */
type ListenSettings = Pick<ListenPlan, 'control' | 'backlog' | 'reusePort'> & { mptcp: boolean }

/** Listens on one address, for Multipath TCP as well where that is wanted. Go: `sysListener.listenTCP`. */
export async function listenTCPAddr(
  network: string,
  laddr: TCPAddr,
  { mptcp, ...settings }: ListenSettings,
  keepAlive: readonly IntOption[],
): Promise<TCPListener> {
  const family = favoriteFamily(network, laddr, null, true)
  const options = connOptions(keepAlive)
  const plan = { network, ...family, sotype: SOCK_STREAM, laddr, ...settings, options }
  const fd = await preferMptcp(mptcp, (protocol) => listenSocket({ ...plan, protocol }))
  fd.establish()
  return new TCPListener(fd, options)
}

/**
 * A connection. With the local port left to the kernel two things may go wrong by accident: the socket
 * connects to itself, or all ports are in use for the moment. Then it is tried again.
 */
async function connected(
  plan: DialPlan & { laddr: TCPAddr | null },
  options: readonly IntOption[],
  bound: Bound,
): Promise<TCPConn> {
  const chosen = plan.laddr !== null && plan.laddr.port !== 0
  for (let tries = 0; ; tries++) {
    const last = chosen || tries === RETRIES
    let fd: NetFD
    try {
      fd = await dialSocket(plan, bound)
    } catch (error) {
      if (last || !spuriousENOTAVAIL(error as Error)) throw error
      continue
    }
    if (last || !fd.selfConnected) return connOf(fd, options)
    await fd.close()
  }
}

function connOf(fd: NetFD, options: readonly IntOption[]): TCPConn {
  setConnOptions(fd.sysfd, options)
  const conn = newTCPConn(fd)
  if (opened.hasSubscribers) opened.publish(fd.trace())
  return conn
}

/** Go: `spuriousENOTAVAIL`. All ports in use, whatever the errno is wrapped in. */
export function spuriousENOTAVAIL(error: unknown): boolean {
  const { errno, code, cause } = error as NodeJS.ErrnoException
  if (errno !== undefined) return code === 'EADDRNOTAVAIL'
  return cause instanceof Error && spuriousENOTAVAIL(cause)
}
