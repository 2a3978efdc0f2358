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
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import { udpAddrOf } from './arguments.js'
import type { IntOption } from './conn-options.js'
import type { Addr, Sockaddr, UnixNetwork } from './net.js'
import type { AddrFunc } from './packed-addr.js'
import { internetAddrs } from './packed-addr.js'
import { toSockaddr } from './sockaddr.js'
import { TCPAddr } from './tcpaddr.js'
import { UDPAddr } from './udpaddr.js'
import { fromUnixSockaddr, toUnixSockaddr, unixAddr } from './unixaddr.js'

/** A row of the table below: one object for every socket of its kind. */
export interface SockKind extends FDKind {
  readonly family: number
  readonly sotype: number
  /** What every new socket of the kind is given. Go: setDefaultSockopts. */
  readonly options?: readonly IntOption[]
  /** What the kernel's addresses become. */
  readonly addrs: AddrFunc
  /**
   * The struct sockaddr of an address, for `call`. Throws AddrError for one that does not fit such a socket.
   */
  sockaddr(addr: Sockaddr, call: string): Uint8Array
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
    if (addr instanceof UDPAddr) return addr.sockaddr(family)
    const { network } = addr as Partial<Addr>
    // As in Go: an address, but none of UDP.
    if (typeof network === 'string' && network !== 'udp') throw new SyscallError('', EINVAL)
    return udpAddrOf('addr', addr).sockaddr(family)
  },
})

// A read of a local stream stops at a message that brought descriptors, so a short one proves nothing.
const unix = (sotype: number, net: UnixNetwork, zeroReadIsEOF: boolean): SockKind => ({
  family: AF_UNIX,
  sotype,
  net,
  stream: false,
  zeroReadIsEOF,
  message: sotype !== SOCK_STREAM,
  addrs: (packed) => fromUnixSockaddr(packed as Uint8Array, net),
  sockaddr: (addr, call) => toUnixSockaddr(unixAddr(addr), call),
})

const kinds: readonly SockKind[] = [
  tcp(AF_INET),
  tcp(AF_INET6),
  udp(AF_INET),
  udp(AF_INET6),
  unix(SOCK_STREAM, 'unix', true),
  // An empty record reads as the end, as in Go.
  unix(SOCK_SEQPACKET, 'unixpacket', true),
  unix(SOCK_DGRAM, 'unixgram', false),
]

/** The kind of a socket. Throws EPROTONOSUPPORT for one that this package does not know. */
export function sockKind(family: number, sotype: number): SockKind {
  for (const kind of kinds) if (kind.family === family && kind.sotype === sotype) return kind
  throw new SyscallError('socket', EPROTONOSUPPORT)
}
