// Go: net/sock_posix.go. From an address to a socket that listens or is connected.
import { errorFrom } from '@netfd/poll/internal'
import {
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  must,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from '@netfd/syscall'
import type { Bound } from './bound.js'
import { within } from './bound.js'
import { connect } from './connect.js'
import { NetFD } from './fd.js'
import { hook } from './hook.js'
import { favoriteFamily, toSockaddr } from './ipsock-posix.js'
import { RawConn } from './rawconn.js'
import { sysSocket } from './sock-cloexec.js'
import { listenerBacklog } from './sock-linux.js'
import { TCPAddr } from './tcpaddr.js'

/**
 * Called with a socket before it is bound or connected, to set options. `network` always has its
 * family ('tcp4', 'tcp6'). What it throws ends the attempt and is the `cause` of the error.
 */
export type Control = (network: string, address: string, conn: RawConn) => void | Promise<void>

/** What a socket is made for. */
export interface SocketPlan {
  readonly network: string
  readonly laddr: TCPAddr | null
  readonly raddr: TCPAddr | null
  readonly protocol: number
  readonly control: Control | undefined
}

/** What only listening sockets have. */
export interface ListenPlan extends SocketPlan {
  readonly backlog: number | undefined
  readonly reusePort: boolean
}

/** A connected socket, registered with the poller. Its options are the caller's to set. */
export async function dialSocket(plan: SocketPlan, bound: Bound): Promise<NetFD> {
  const { family, v6only } = favoriteFamily(plan.network, plan.laddr, plan.raddr, false)
  const fd = openSocket(plan, family, v6only, false)
  try {
    if (plan.control !== undefined) {
      await within(bound, runControl(plan, fd, family, plan.raddr))
      // The callback may have given the socket to a child process, and that switches O_NONBLOCK off.
      hook.ensureNonblock(fd.sysfd)
    }
    if (plan.laddr !== null) bind(fd, family, plan.laddr)
    const remote = plan.raddr as TCPAddr
    const peer = await connect(fd, toSockaddr(family, remote), bound)
    fd.setLocalAddr()
    fd.setRemoteAddr(peer, remote)
    return fd
  } catch (error) {
    await fd.close()
    throw error
  }
}

/** A listening socket, registered with the poller. */
export async function listenSocket(plan: ListenPlan): Promise<NetFD> {
  const { family, v6only } = favoriteFamily(plan.network, plan.laddr, null, true)
  const fd = openSocket(plan, family, v6only, true)
  try {
    must('setsockopt', hook.setsockopt(fd.sysfd, SOL_SOCKET, SO_REUSEADDR, 1))
    if (plan.reusePort) must('setsockopt', hook.setsockopt(fd.sysfd, SOL_SOCKET, SO_REUSEPORT, 1))
    const sockaddr = toSockaddr(family, plan.laddr ?? anyAddr)
    await runControl(plan, fd, family, plan.laddr)
    must('bind', hook.bind(fd.sysfd, sockaddr))
    must('listen', hook.listen(fd.sysfd, plan.backlog ?? listenerBacklog()))
    fd.init()
    fd.setLocalAddr()
    return fd
  } catch (error) {
    await fd.close()
    throw error
  }
}

const anyAddr = TCPAddr.of('', 0, '')

function openSocket(plan: SocketPlan, family: number, v6only: boolean, listening: boolean): NetFD {
  const sysfd = sysSocket(family, SOCK_STREAM, plan.protocol)
  // Refused where the host decides it; the socket then works as the host says.
  if (family === AF_INET6) hook.setsockopt(sysfd, IPPROTO_IPV6, IPV6_V6ONLY, v6only)
  return new NetFD(sysfd, plan.network, listening)
}

async function runControl(
  plan: SocketPlan,
  fd: NetFD,
  family: number,
  addr: TCPAddr | null,
): Promise<void> {
  if (plan.control === undefined) return
  const suffix = /[46]$/.test(plan.network) ? '' : family === AF_INET6 ? '6' : '4'
  try {
    await plan.control(plan.network + suffix, String(addr ?? anyAddr), new RawConn(fd))
  } catch (thrown) {
    throw errorFrom(thrown)
  }
}

function bind(fd: NetFD, family: number, laddr: TCPAddr): void {
  must('bind', hook.bind(fd.sysfd, toSockaddr(family, laddr)))
}
