// Go: internal/poll/fd_unix.go (FD.IsStream, ZeroReadIsEOF, isFile). What kind of descriptor it is.
import {
  EINVAL,
  IPPROTO_TCP,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  SOL_SOCKET,
} from '@netfd/syscall'
import { hook } from './hook.js'

/** What the maker of an FD knows about the descriptor. */
export interface FDKind {
  /** A stream socket: a read that comes up short has emptied it. */
  stream?: boolean
  /** Whether a read of 0 bytes means the end; not so for datagrams. */
  zeroReadIsEOF?: boolean
  /** The network, such as 'tcp'; 'file' for what is not a socket. */
  net?: string
}

/** The same when all of it is known. One object serves all descriptors of a kind. */
export interface KnownKind {
  /** Whether recv(2) and send(2) work on it. */
  readonly socket: boolean
  /** Whether it is a byte stream, so that a short read means that nothing is left. */
  readonly stream: boolean
  /** Whether a read of 0 bytes is the end. */
  readonly zeroReadIsEOF: boolean
  /** Whether an error ends it for good: a datagram's is about that one datagram, and a pipe has none. */
  readonly mortal: boolean
}

const kinds = new Map<string, KnownKind>()

/** The object of a kind; there are few kinds and many descriptors. */
function known(socket: boolean, stream: boolean, zeroReadIsEOF: boolean): KnownKind {
  const key = `${socket}${stream}${zeroReadIsEOF}`
  let found = kinds.get(key)
  if (found === undefined) {
    found = { socket, stream, zeroReadIsEOF, mortal: socket && zeroReadIsEOF }
    kinds.set(key, found)
  }
  return found
}

/** A stream socket, told apart without asking the kernel. */
export const STREAM = known(true, true, true)

/** The kind of a descriptor: as its maker says, and as the kernel says where the maker is silent. */
export function kindOf(fd: number, said: FDKind): KnownKind {
  const socket = said.net !== undefined && said.net !== 'file'
  if (socket && said.stream === true && said.zeroReadIsEOF !== false) return STREAM
  const type = said.net === 'file' ? -EINVAL : hook.getsockopt(fd, SOL_SOCKET, SO_TYPE)
  return known(
    socket || type >= 0,
    said.stream ?? (type === SOCK_STREAM && emptiesOnShortRead(fd)),
    said.zeroReadIsEOF ?? (type !== SOCK_DGRAM && type !== SOCK_RAW),
  )
}

/** Unix sockets stop a read where descriptors were passed, so there a short one proves nothing. */
function emptiesOnShortRead(fd: number): boolean {
  return hook.getsockopt(fd, SOL_SOCKET, SO_PROTOCOL) === IPPROTO_TCP
}

let watching = false

/**
 * Adopts a descriptor that was here before. Its open file may be shared, with the shell or with the
 * next reader of the terminal, so O_NONBLOCK is left as it is until a call has no other way not to block; and
 * what is switched on is switched off again at close, and at the end of the thread or process.
 */
export function borrow(fd: number): void {
  hook.adopt(fd, true)
  if (watching) return
  watching = true
  process.on('exit', () => hook.giveBack())
}
