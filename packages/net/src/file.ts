// Go: net/file.go and file_unix.go. A connection or listener on a descriptor that came from elsewhere.

import {
  AF_INET,
  AF_INET6,
  EINVAL,
  EPROTONOSUPPORT,
  must,
  SO_TYPE,
  SOCK_STREAM,
  SOCKADDR_STORAGE_SIZE,
  SOL_SOCKET,
  SyscallError,
} from '@netfd/syscall'
import type { Addr } from './addr.js'
import { isMistake } from './arguments.js'
import { OpError } from './errors.js'
import { NetFD } from './fd.js'
import { hook } from './hook.js'
import { keepAliveOf } from './keep-alive.js'
import type { TCPConn } from './tcpconn.js'
import { newTCPConn } from './tcpconn.js'
import { TCPListener } from './tcplistener.js'

/**
 * A connection on a duplicate of `fd`, which stays the caller's; closing either leaves the other alone.
 * Both share one open socket. While it blocks, what needs O_NONBLOCK (`readFrom` a connection or a file,
 * `syscallConn`) switches it on, for `fd` as well, until the connection is closed or the process ends.
 * Its network is 'tcp'.
 *
 * Throws OpError: `ENOTSOCK` for what is no socket, `EPROTONOSUPPORT` for one of another family,
 * `EINVAL` for one that is not a stream. Go: `net.FileConn`; dup(2).
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
 */
export function fileConn(fd: number): TCPConn {
  return adopt(fd, false, (net) => {
    net.setRemoteAddr(null, null)
    return newTCPConn(net, keepAliveOf({}))
  })
}

/**
 * A listener on a duplicate of `fd`, as `fileConn` makes connections; `accept` needs O_NONBLOCK. That the
 * socket listens is not checked: accept tells. Go: `net.FileListener`.
 */
export function fileListener(fd: number): TCPListener {
  return adopt(fd, true, (net) => {
    net.establish()
    return new TCPListener(net, keepAliveOf({}))
  })
}

function adopt<T>(fd: number, listening: boolean, make: (net: NetFD) => T): T {
  const name: Addr = { network: 'file+net', toString: () => `fd ${fd}` }
  let own: NetFD | undefined
  try {
    own = new NetFD(must('fcntl', hook.dupCloexec(fd, true)), 'tcp', listening)
    own.adopted()
    check(own.sysfd)
    own.init()
    own.setLocalAddr()
    return make(own)
  } catch (error) {
    void own?.close()
    if (isMistake(error)) throw error
    throw new OpError('file', 'file+net', null, name, error as Error)
  }
}

/** Refuses what is not a stream socket of IPv4 or IPv6. */
function check(fd: number): void {
  const type = must('getsockopt', hook.getsockopt(fd, SOL_SOCKET, SO_TYPE))
  const sockaddr = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  must('getsockname', hook.getsockname(fd, sockaddr))
  const family = new Uint16Array(sockaddr.buffer, 0, 1)[0]
  if (family !== AF_INET && family !== AF_INET6) throw new SyscallError('socket', EPROTONOSUPPORT)
  if (type !== SOCK_STREAM) throw new SyscallError('socket', EINVAL)
}
