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
import type { Traits } from './op-io.js'

/** What the maker of an FD knows about the descriptor. */
export interface FDKind {
  /** A stream socket: a read that comes up short has emptied it. */
  stream?: boolean
  /** Whether a read of 0 bytes means the end; not so for datagrams. */
  zeroReadIsEOF?: boolean
  /** The network, such as 'tcp'; 'file' for what is not a socket. */
  net?: string
}

const known = new Map<string, Traits>()

/** The traits object of a kind; there are few kinds and many descriptors. */
function traits(socket: boolean, stream: boolean, zeroReadIsEOF: boolean): Traits {
  const key = `${socket}${stream}${zeroReadIsEOF}`
  let found = known.get(key)
  if (found === undefined) {
    found = { socket, stream, zeroReadIsEOF }
    known.set(key, found)
  }
  return found
}

/** A stream socket, told apart without asking anybody. */
const STREAM = traits(true, true, true)

/** The traits of a descriptor: as its maker says, and as the kernel says where the maker is silent. */
export function traitsOf(fd: number, kind: FDKind): Traits {
  const socket = kind.net !== undefined && kind.net !== 'file'
  if (socket && kind.stream === true && kind.zeroReadIsEOF !== false) return STREAM
  const type = kind.net === 'file' ? -EINVAL : hook.getsockopt(fd, SOL_SOCKET, SO_TYPE)
  return traits(
    socket || type >= 0,
    kind.stream ?? (type === SOCK_STREAM && emptiesOnShortRead(fd)),
    kind.zeroReadIsEOF ?? (type !== SOCK_DGRAM && type !== SOCK_RAW),
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
