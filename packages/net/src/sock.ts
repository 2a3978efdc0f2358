// Go: net/sock_posix.go. From an address to a socket that listens or is connected.
import { errorFrom } from '@netfd/poll/internal'
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EACCES,
  EADDRINUSE,
  EADDRNOTAVAIL,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  must,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
} from '@netfd/syscall'
import type { Bound } from './bound.js'
import { within } from './bound.js'
import type { IntOption } from './conn-options.js'
import { setConnOptions } from './conn-options.js'
import { connect } from './connect.js'
import { connectLocal } from './connect-local.js'
import { NetFD } from './fd.js'
import { hook } from './hook.js'
import type { Sockaddr } from './net.js'
import { RawConn } from './rawconn.js'
import { sysSocket } from './sock-cloexec.js'
import { listenerBacklog } from './sock-linux.js'

/**
 * Called with a socket before it is bound or connected, to set options. `network` always has its
 * family ('tcp4', 'tcp6'). What it throws ends the attempt and is the `cause` of the error.
 */
export type Control = (network: string, address: string, conn: RawConn) => void | Promise<void>

/** What a socket is made for. */
interface SocketPlan {
  readonly network: string
  readonly family: number
  /** Of an AF_INET6 socket: whether it is for IPv6 alone. */
  readonly v6only: boolean
  readonly sotype: number
  readonly protocol: number
  readonly control: Control | undefined
}

/** What only connected sockets have. */
export interface DialPlan extends SocketPlan {
  readonly laddr: Sockaddr | null
  readonly raddr: Sockaddr
}

/** What only listening sockets have. */
export interface ListenPlan extends SocketPlan {
  readonly laddr: Sockaddr
  readonly backlog: number | undefined
  readonly reusePort: boolean
  /** What accepted sockets shall have: they inherit it. */
  readonly options: readonly IntOption[]
  /** What binds it, when that is more than bind(2). */
  readonly bind?: typeof hook.bind | undefined
}

/** What only sockets have that take datagrams from anybody. */
export interface PacketPlan extends SocketPlan {
  readonly laddr: Sockaddr
  readonly reusePort: boolean
  /** Whether other sockets may be bound to the same address, and get a copy of what comes to a group. */
  readonly reuseAddr: boolean
  /** What binds it, when that is more than bind(2). */
  readonly bind?: typeof hook.bind | undefined
}

/** A connected socket, registered with the poller. Its options are the caller's to set. */
export async function dialSocket(plan: DialPlan, bound: Bound): Promise<NetFD> {
  const fd = openSocket(plan, false)
  try {
    if (plan.control !== undefined) {
      await within(bound, runControl(plan, fd, plan.raddr))
      // The callback may have given the socket to a child process, and that switches O_NONBLOCK off.
      hook.ensureNonblock(fd.sysfd)
    }
    if (plan.laddr !== null) bind(fd, plan.laddr)
    const to = fd.sockaddr(plan.raddr, 'connect')
    const peer = await (plan.family === AF_UNIX ? connectLocal : connect)(fd, to, bound)
    fd.setLocalAddr()
    fd.setRemoteAddr(peer, plan.raddr)
    return fd
  } catch (error) {
    await fd.close()
    throw error
  }
}

/** A listening socket, registered with the poller. */
export async function listenSocket(plan: ListenPlan): Promise<NetFD> {
  const fd = openSocket(plan, true)
  try {
    must('setsockopt', hook.setsockopt(fd.sysfd, SOL_SOCKET, SO_REUSEADDR, 1))
    if (plan.reusePort) fd.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    const sockaddr = fd.sockaddr(plan.laddr, 'bind')
    await runControl(plan, fd, plan.laddr)
    const { bind = hook.bind } = plan
    must('bind', bind(fd.sysfd, sockaddr))
    // Before the first connection is made, and after the callback, which must not have the last word.
    if (fd.sole) setConnOptions(fd.sysfd, plan.options)
    const listening = hook.listen(fd.sysfd, plan.backlog ?? listenerBacklog())
    // The kernel says it at once, and costs no promise.
    if (typeof listening === 'number') must('listen', listening)
    else heard(await listening)
    fd.init()
    fd.setLocalAddr()
    return fd
  } catch (error) {
    await fd.close()
    throw error
  }
}

/** A socket that is bound and connected to no peer, registered with the poller. Go: `listenDatagram`. */
export async function listenDatagram(plan: PacketPlan): Promise<NetFD> {
  const fd = openSocket(plan, false)
  try {
    if (plan.reuseAddr) must('setsockopt', hook.setsockopt(fd.sysfd, SOL_SOCKET, SO_REUSEADDR, 1))
    if (plan.reusePort) fd.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    const sockaddr = fd.sockaddr(plan.laddr, 'bind')
    await runControl(plan, fd, plan.laddr)
    const { bind = hook.bind } = plan
    must('bind', bind(fd.sysfd, sockaddr))
    fd.init()
    fd.setLocalAddr()
    return fd
  } catch (error) {
    await fd.close()
    throw error
  }
}

/** Servers of Node bind and listen in one, and say later what came of both. */
function heard(r: number): void {
  must(BINDING.has(-r) ? 'bind' : 'listen', r)
}

/** What it is about the address that is refused. */
const BINDING: ReadonlySet<number> = new Set([EACCES, EADDRINUSE, EADDRNOTAVAIL])

function openSocket(plan: SocketPlan, listening: boolean): NetFD {
  const { network, family, v6only, sotype, protocol } = plan
  const sysfd = sysSocket(family, sotype, protocol)
  // Refused where the host decides it; the socket then works as the host says.
  if (family === AF_INET6) hook.setsockopt(sysfd, IPPROTO_IPV6, IPV6_V6ONLY, v6only)
  const fd = new NetFD(sysfd, family, sotype, network, listening)
  fd.setDefaults()
  return fd
}

async function runControl(plan: SocketPlan, fd: NetFD, addr: Sockaddr): Promise<void> {
  if (plan.control === undefined) return
  try {
    await plan.control(networkOf(plan), String(addr), new RawConn(fd))
  } catch (thrown) {
    throw errorFrom(thrown)
  }
}

function bind(fd: NetFD, laddr: Sockaddr): void {
  must('bind', hook.bind(fd.sysfd, fd.sockaddr(laddr, 'bind')))
}

/** The network with the family of its socket: 'tcp' is one of both. */
function networkOf({ network, family }: SocketPlan): string {
  if (/[46]$/.test(network)) return network
  return network + (IP_VERSIONS.get(family) ?? '')
}

const IP_VERSIONS: ReadonlyMap<number, string> = new Map([
  [AF_INET, '4'],
  [AF_INET6, '6'],
])
