// Go: net/unixsock_posix.go. Connections and listeners of local sockets.
import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from '@netfd/syscall'
import type { Bound } from './bound.js'
import { AddrError, UnknownNetworkError } from './errors.js'
import type { NetFD } from './fd.js'
import type { ListenPlan } from './sock.js'
import { dialSocket, listenDatagram, listenSocket } from './sock.js'
import type { SysDialer } from './sys-dialer.js'
import { opened } from './trace.js'
import type { UnixAddr } from './unixaddr.js'
import type { UnixConn } from './unixconn.js'
import { newUnixConn } from './unixconn.js'
import type { UnixgramConn } from './unixgramconn.js'
import { newUnixgramConn } from './unixgramconn.js'
import { UnixListener } from './unixlistener.js'
import type { UnixpacketConn } from './unixpacketconn.js'
import { newUnixpacketConn } from './unixpacketconn.js'
import type { PathOptions } from './unixpath.js'
import { bindPath, isPath } from './unixpath.js'

/** What there is a class for. */
type AnyUnixConn = UnixConn | UnixpacketConn | UnixgramConn

/** The networks of which there are listeners, and the types of their sockets. */
const SOTYPES: ReadonlyMap<string, number> = new Map([
  ['unix', SOCK_STREAM],
  ['unixpacket', SOCK_SEQPACKET],
])

/** Throws UnknownNetworkError for one of which there are no listeners. */
function sotypeOf(network: string): number {
  const sotype = SOTYPES.get(network)
  if (sotype === undefined) throw new UnknownNetworkError(network)
  return sotype
}

const socketPlan = (network: string, sotype: number) => ({
  network,
  family: AF_UNIX,
  v6only: false,
  sotype,
  protocol: 0,
})

/** Connects to one name. Go: `sysDialer.dialUnix`. */
export async function dialUnix(
  { network, settings: { control } }: SysDialer,
  laddr: UnixAddr | null,
  raddr: UnixAddr,
  bound: Bound,
): Promise<AnyUnixConn> {
  if (raddr.isWildcard) throw new AddrError('missing address', '')
  const from = laddr === null || laddr.isWildcard ? null : laddr
  const sotype = network === 'unixgram' ? SOCK_DGRAM : sotypeOf(network)
  const plan = { ...socketPlan(network, sotype), laddr: from, raddr, control }
  const fd = await dialSocket(plan, bound)
  const conn = connOf(fd)
  if (opened.hasSubscribers) opened.publish(fd.trace())
  return conn
}

function connOf(fd: NetFD): AnyUnixConn {
  if (fd.sotype === SOCK_DGRAM) return newUnixgramConn(fd)
  return fd.sotype === SOCK_STREAM ? newUnixConn(fd) : newUnixpacketConn(fd)
}

/** What a local socket for datagrams from anybody is given. */
type PacketSettings = Pick<ListenPlan, 'control' | 'reusePort'> & PathOptions

/** A socket for datagrams from anybody. Go: `sysListener.listenUnixgram`. */
export async function listenUnixgramAddr(
  network: string,
  laddr: UnixAddr,
  { mode, unlinkStale, ...settings }: PacketSettings,
): Promise<UnixgramConn> {
  if (network !== 'unixgram') throw new UnknownNetworkError(network)
  const named = isPath(laddr.bytes)
  const bind = named ? bindPath(laddr.bytes, SOCK_DGRAM, { mode, unlinkStale }) : undefined
  const plan = { ...socketPlan(network, SOCK_DGRAM), laddr, ...settings, reuseAddr: false, bind }
  return newUnixgramConn(await listenDatagram(plan))
}

/** What a local listener's socket is given. */
type ListenSettings = Pick<ListenPlan, 'control' | 'backlog' | 'reusePort'> & PathOptions

/** Listens on one name. Go: `sysListener.listenUnix`. */
export async function listenUnixAddr(
  network: string,
  laddr: UnixAddr,
  { mode, unlinkStale, ...settings }: ListenSettings,
): Promise<UnixListener> {
  const plan = { ...socketPlan(network, sotypeOf(network)), laddr, ...settings, options: [] }
  const named = isPath(laddr.bytes)
  const bind = named ? bindPath(laddr.bytes, plan.sotype, { mode, unlinkStale }) : undefined
  const fd = await listenSocket({ ...plan, bind })
  fd.establish()
  return new UnixListener(fd, named)
}
