// Go: net/fd_unix.go (newFD) and sock_posix.go (addrFunc). What follows from a socket's family and type.
import type { FDKind } from '@netfd/poll'
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EINVAL,
  EPROTONOSUPPORT,
  SO_BROADCAST,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import type { IntOption } from './conn-options.js'
import { AddrError } from './errors.js'
import type { Sockaddr } from './net.js'
import type { AddrFunc } from './packed-addr.js'
import { internetAddrs } from './packed-addr.js'
import { toSockaddr } from './sockaddr.js'
import { TCPAddr } from './tcpaddr.js'
import { UDPAddr } from './udpaddr.js'

/** A row of the table below: one object for every socket of its kind. */
export interface SockKind extends FDKind {
  readonly family: number
  readonly sotype: number
  /** What every new socket of the kind is given. Go: setDefaultSockopts. */
  readonly options?: readonly IntOption[]
  /** What the kernel's addresses become. */
  readonly addrs: AddrFunc
  /** The struct sockaddr of an address. Throws AddrError for one that does not fit such a socket. */
  sockaddr(addr: Sockaddr): Uint8Array
}

// Only TCP promises that a short read has emptied a socket.
const tcp = (family: number): SockKind => ({
  family,
  sotype: SOCK_STREAM,
  net: 'tcp',
  stream: true,
  addrs: internetAddrs(TCPAddr.of),
  sockaddr: (addr) => toSockaddr(family, addr as TCPAddr),
})

const BROADCAST: IntOption = { level: SOL_SOCKET, optname: SO_BROADCAST, value: 1 }

// A datagram may be empty, and each write is one.
const udp = (family: number): SockKind => ({
  family,
  sotype: SOCK_DGRAM,
  net: 'udp',
  stream: false,
  zeroReadIsEOF: false,
  message: true,
  options: [BROADCAST],
  addrs: internetAddrs(UDPAddr.of),
  sockaddr: (addr) => {
    if (!(addr instanceof UDPAddr)) throw new SyscallError('', EINVAL)
    return addr.sockaddr(family)
  },
})

/** The ends of a pipe are connected as they are made, and have the addresses that they are given. */
const unnamed = (): never => {
  throw new AddrError('unexpected address type', '')
}

const kinds: readonly SockKind[] = [
  tcp(AF_INET),
  tcp(AF_INET6),
  udp(AF_INET),
  udp(AF_INET6),
  {
    family: AF_UNIX,
    sotype: SOCK_STREAM,
    net: 'unix',
    stream: false,
    zeroReadIsEOF: true,
    message: false,
    addrs: unnamed,
    sockaddr: unnamed,
  },
]

/** The kind of a socket. Throws EPROTONOSUPPORT for one that this package does not know. */
export function sockKind(family: number, sotype: number): SockKind {
  for (const kind of kinds) if (kind.family === family && kind.sotype === sotype) return kind
  throw new SyscallError('socket', EPROTONOSUPPORT)
}
