// Go: net/file.go and file_unix.go. A connection or listener on a descriptor that came from elsewhere.

import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EINVAL,
  EPROTONOSUPPORT,
  EPROTOTYPE,
  must,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCKADDR_STORAGE_SIZE,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import { isMistake } from './arguments.js'
import { connOptions, setConnOptions } from './conn-options.js'
import { OpError } from './errors.js'
import { NetFD } from './fd.js'
import { hook } from './hook.js'
import { keepAliveOf } from './keep-alive.js'
import type { Addr } from './net.js'
import type { TCPConn } from './tcpconn.js'
import { newTCPConn } from './tcpconn.js'
import { TCPListener } from './tcplistener.js'
import type { UDPConn } from './udpconn.js'
import { newUDPConn } from './udpconn.js'
import type { UnixConn } from './unixconn.js'
import { newUnixConn } from './unixconn.js'
import type { UnixgramConn } from './unixgramconn.js'
import { newUnixgramConn } from './unixgramconn.js'
import { UnixListener } from './unixlistener.js'
import type { UnixpacketConn } from './unixpacketconn.js'
import { newUnixpacketConn } from './unixpacketconn.js'

/** The networks of the sockets that `fileConn` takes, and what it makes of each. */
export interface FileConns {
  /** TCP over either IP version. */
  tcp: TCPConn
  /** UDP over either IP version. */
  udp: UDPConn
  /** A stream of bytes over a local socket. */
  unix: UnixConn
  /** Records over a local socket. */
  unixpacket: UnixpacketConn
  /** Datagrams over a local socket. */
  unixgram: UnixgramConn
}

/** The networks of the sockets that `fileListener` takes, and what it makes of each. */
export interface FileListeners {
  /** TCP over either IP version. */
  tcp: TCPListener
  /** Streams of bytes over local sockets. */
  unix: UnixListener<UnixConn>
  /** Connections of records over local sockets. */
  unixpacket: UnixListener<UnixpacketConn>
}

/**
 * A connection on a duplicate of `fd`, which stays the caller's; closing either leaves the other alone.
 * Both share one open socket. While it blocks, what needs O_NONBLOCK (`readFrom` a connection or a file,
 * `syscallConn`) switches it on, for `fd` as well, until the connection is closed or the process ends.
 * What the socket is decides: a TCPConn, UDPConn, UnixConn, UnixgramConn or UnixpacketConn. A caller that knows it says its `network`, and
 * gets that class: a socket of another one is then refused with `EPROTOTYPE`.
 *
 * Throws OpError: `ENOTSOCK` for what is no socket, `EPROTONOSUPPORT` for one of another family,
 * `EINVAL` for one of another type. Go: `net.FileConn`; dup(2).
 *
 * ```ts
 * import { dial, fileConn, listen } from '@netfd/net'
 * import { close } from '@netfd/syscall'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const fd = (await dial('tcp', listener.addr.toString())).detach()
 * await using conn = fileConn(fd)
 * close(fd)
 * await conn.write('still connected')
 * ```
 *
 * @category More connections
 */
export function fileConn<N extends keyof FileConns>(fd: number, network?: N): FileConns[N]
export function fileConn(fd: number, network?: string): FileConn {
  return adopt(fd, false, network, (net, { conn }) => {
    net.setRemoteAddr(null, null)
    return conn(net)
  })
}

/**
 * A listener on a duplicate of `fd`, as `fileConn` makes connections; `accept` needs O_NONBLOCK. That the
 * socket listens is not checked: accept tells. The file of a local socket stays when it is closed, unless
 * `setUnlinkOnClose(true)`. Go: `net.FileListener`.
 *
 * @category More connections
 */
export function fileListener<N extends keyof FileListeners>(
  fd: number,
  network?: N,
): FileListeners[N]
export function fileListener(fd: number, network?: string): FileListener {
  return adopt(fd, true, network, (net, { listener }) => {
    net.establish()
    return listener(net)
  })
}

/**
 * `fileConn` for sockets of packets alone: a stream is refused with `EINVAL`. Go: `net.FilePacketConn`; dup(2).
 *
 * @category More connections
 */
export function filePacketConn<N extends 'udp' | 'unixgram'>(fd: number, network?: N): FileConns[N]
export function filePacketConn(fd: number, network?: string): UDPConn | UnixgramConn {
  return adopt(fd, false, network, (net, { conn }) => {
    if (net.sotype !== SOCK_DGRAM) throw new SyscallError('', EINVAL)
    net.setRemoteAddr(null, null)
    return conn(net) as UDPConn | UnixgramConn
  })
}

/** What a connection gets when no option of a Dialer or ListenConfig says otherwise. */
const DEFAULTS = connOptions(keepAliveOf({}))

function connected(fd: NetFD): TCPConn {
  setConnOptions(fd.sysfd, DEFAULTS)
  return newTCPConn(fd)
}

type FileConn = FileConns[keyof FileConns]
type FileListener = FileListeners[keyof FileListeners]

/** What is made of a socket that came from elsewhere. */
interface FileKind {
  readonly families: readonly number[]
  readonly sotype: number
  readonly network: string
  conn(fd: NetFD): FileConn
  listener(fd: NetFD): FileListener
}

/** There are no listeners for datagrams. */
const noListener = (): never => {
  throw new SyscallError('socket', EINVAL)
}

/** A row for each kind of socket that can be taken over. */
const kinds: readonly FileKind[] = [
  {
    families: [AF_INET, AF_INET6],
    sotype: SOCK_STREAM,
    network: 'tcp',
    conn: (fd) => connected(fd),
    listener: (fd) => new TCPListener(fd, DEFAULTS),
  },
  {
    families: [AF_INET, AF_INET6],
    sotype: SOCK_DGRAM,
    network: 'udp',
    conn: newUDPConn,
    listener: noListener,
  },
  {
    families: [AF_UNIX],
    sotype: SOCK_STREAM,
    network: 'unix',
    conn: newUnixConn,
    listener: (fd) => new UnixListener(fd, false),
  },
  {
    families: [AF_UNIX],
    sotype: SOCK_SEQPACKET,
    network: 'unixpacket',
    conn: newUnixpacketConn,
    listener: (fd) => new UnixListener(fd, false),
  },
  {
    families: [AF_UNIX],
    sotype: SOCK_DGRAM,
    network: 'unixgram',
    conn: newUnixgramConn,
    listener: noListener,
  },
]

/** The row of a socket's family and type. Throws SyscallError where there is none. */
function fileKind(family: number, sotype: number): FileKind {
  const related = kinds.filter(({ families }) => families.includes(family))
  const kind = related.find((one) => one.sotype === sotype)
  if (kind !== undefined) return kind
  throw new SyscallError('socket', related.length === 0 ? EPROTONOSUPPORT : EINVAL)
}

function adopt<T>(
  fd: number,
  listening: boolean,
  network: string | undefined,
  make: (net: NetFD, kind: FileKind) => T,
): T {
  if (network !== undefined && !kinds.some((kind) => kind.network === network)) {
    throw new TypeError(
      `network must be 'tcp', 'udp', 'unix', 'unixgram' or 'unixpacket', got ${String(network)}`,
    )
  }
  const name: Addr = { network: 'file+net', toString: () => `fd ${fd}` }
  let own: NetFD | undefined
  try {
    const sysfd = must('fcntl', hook.dupCloexec(fd, true))
    try {
      const sotype = must('getsockopt', hook.getsockopt(sysfd, SOL_SOCKET, SO_TYPE))
      const family = familyOf(sysfd)
      const kind = fileKind(family, sotype)
      if (network !== undefined && kind.network !== network) {
        throw new SyscallError('socket', EPROTOTYPE)
      }
      own = new NetFD(sysfd, family, sotype, kind.network, listening)
      own.adopted()
      own.init()
      own.setLocalAddr()
      return make(own, kind)
    } finally {
      if (own === undefined) hook.close(sysfd)
    }
  } catch (error) {
    void own?.close()
    if (isMistake(error)) throw error
    throw new OpError('file', 'file+net', null, name, error as Error)
  }
}

function familyOf(sysfd: number): number {
  const sockaddr = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  must('getsockname', hook.getsockname(sysfd, sockaddr))
  return new Uint16Array(sockaddr.buffer, 0, 1)[0] as number
}
