// Go: net/unixsock_posix.go. Connections and listeners of local sockets.
import { AF_UNIX, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from '@netfd/syscall'
import type { Bound } from './bound.js'
import { within } from './bound.js'
import { AddrError, UnknownNetworkError } from './errors.js'
import type { NetFD } from './fd.js'
import type { Control, ListenPlan } from './sock.js'
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

/** Connects to one name, or to none: then it is bound only. Go: `sysDialer.dialUnix`. */
export async function dialUnix(
  { network, settings: { control } }: SysDialer,
  laddr: UnixAddr | null,
  raddr: UnixAddr | null,
  bound: Bound,
): Promise<AnyUnixConn> {
  const from = named(laddr)
  const to = named(raddr)
  const sotype = network === 'unixgram' ? SOCK_DGRAM : sotypeOf(network)
  const plan = socketPlan(network, sotype)
  if (to === null) {
    if (sotype !== SOCK_DGRAM || from === null) throw new AddrError('missing address', '')
    const alone = { ...plan, laddr: from, control: boundControl(control, bound) }
    return newUnixgramConn(await listenDatagram({ ...alone, reusePort: false, reuseAddr: false }))
  }
  const fd = await dialSocket({ ...plan, laddr: from, raddr: to, control }, bound)
  const conn = connOf(fd)
  if (opened.hasSubscribers) opened.publish(fd.trace())
  return conn
}

/** The address, or null where it is none. */
const named = (addr: UnixAddr | null): UnixAddr | null => (addr?.isWildcard ? null : addr)

/** The caller's function, for no longer than the dial may take. */
const boundControl = (control: Control | undefined, bound: Bound): Control | undefined =>
  control && ((...args) => within(bound, Promise.resolve(control(...args))))

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
  const isFile = isPath(laddr.bytes)
  const bind = isFile ? bindPath(laddr.bytes, SOCK_DGRAM, { mode, unlinkStale }) : undefined
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
  const isFile = isPath(laddr.bytes)
  const bind = isFile ? bindPath(laddr.bytes, plan.sotype, { mode, unlinkStale }) : undefined
  const fd = await listenSocket({ ...plan, bind })
  fd.establish()
  return new UnixListener(fd, isFile)
}
