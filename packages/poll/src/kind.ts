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
  /** Whether each write is one message, which the kernel takes whole or not at all. */
  message?: boolean
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
  /** Whether each write is one message, and several buffers are one as well. */
  readonly message: boolean
  /** Whether an error ends it for good: a datagram's is about that one datagram, and a pipe has none. */
  readonly mortal: boolean
  /** Whether it is a socket of datagrams: an empty one is one too, and an error may be any peer's. */
  readonly datagram: boolean
}

const kinds = new Map<string, KnownKind>()

type Traits = Pick<KnownKind, 'socket' | 'stream' | 'zeroReadIsEOF' | 'message'>

/** The object of a kind; there are few kinds and many descriptors. */
function known({ socket, stream, zeroReadIsEOF, message }: Traits): KnownKind {
  const key = `${socket}${stream}${zeroReadIsEOF}${message}`
  let found = kinds.get(key)
  if (found === undefined) {
    const mortal = socket && zeroReadIsEOF
    const datagram = socket && !zeroReadIsEOF
    found = { socket, stream, zeroReadIsEOF, message, mortal, datagram }
    kinds.set(key, found)
  }
  return found
}

/** A stream socket, told apart without asking the kernel. */
export const STREAM = known({ socket: true, stream: true, zeroReadIsEOF: true, message: false })

/** The kind of a descriptor: as its maker says, and as the kernel says where the maker is silent. */
export function kindOf(fd: number, said: FDKind): KnownKind {
  const { net, stream, zeroReadIsEOF, message } = said
  const socket = net !== undefined && net !== 'file'
  if (socket && stream === true && zeroReadIsEOF !== false) return STREAM
  if (socket && stream === false && zeroReadIsEOF !== undefined && message !== undefined) {
    return known({ socket, stream, zeroReadIsEOF, message })
  }
  const type = net === 'file' ? -EINVAL : hook.getsockopt(fd, SOL_SOCKET, SO_TYPE)
  return known({
    socket: socket || type >= 0,
    stream: stream ?? (type === SOCK_STREAM && emptiesOnShortRead(fd)),
    zeroReadIsEOF: zeroReadIsEOF ?? (type !== SOCK_DGRAM && type !== SOCK_RAW),
    message: message ?? (type >= 0 && type !== SOCK_STREAM),
  })
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
