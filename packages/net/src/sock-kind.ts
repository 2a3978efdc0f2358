// Go: net/fd_unix.go (newFD) and sock_posix.go (addrFunc). What follows from a socket's family and type.
import type { FDKind } from '@netfd/poll'
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EPROTONOSUPPORT,
  SOCK_STREAM,
  SyscallError,
} from '@netfd/syscall'
import { AddrError } from './errors.js'
import type { AddrFunc } from './packed-addr.js'
import { internetAddrs } from './packed-addr.js'
import { TCPAddr } from './tcpaddr.js'

/** The ends of a pipe have the addresses that they are given. */
const unnamed: AddrFunc = () => {
  throw new AddrError('unexpected address type', '')
}

/** A row of the table below: one object for every socket of its kind. */
export interface SockKind extends FDKind {
  readonly family: number
  readonly sotype: number
  /** What the kernel's addresses become. */
  readonly addrs: AddrFunc
}

const tcpAddrs = internetAddrs(TCPAddr.of)
// Only TCP promises that a short read has emptied a socket.
const tcp = { sotype: SOCK_STREAM, net: 'tcp', stream: true, addrs: tcpAddrs }

const kinds: readonly SockKind[] = [
  { family: AF_INET, ...tcp },
  { family: AF_INET6, ...tcp },
  {
    family: AF_UNIX,
    sotype: SOCK_STREAM,
    net: 'unix',
    stream: false,
    zeroReadIsEOF: true,
    addrs: unnamed,
  },
]

/** The kind of a socket. Throws EPROTONOSUPPORT for one that this package does not know. */
export function sockKind(family: number, sotype: number): SockKind {
  for (const kind of kinds) if (kind.family === family && kind.sotype === sotype) return kind
  throw new SyscallError('socket', EPROTONOSUPPORT)
}
