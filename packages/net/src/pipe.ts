// Go: net/pipe.go. Two connections that are each other's peer, without a network.
import { AF_UNIX, must, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_STREAM } from '@netfd/syscall'
import { NetFD } from './fd.js'
import { hook } from './hook.js'
import type { Addr, StreamConn } from './net.js'
import { NetStreamConn } from './stream-conn.js'

const addr: Addr = { network: 'pipe', toString: () => 'pipe' }

/** One end of a pipe. Transfers copy its bytes: what a socket pair holds is not spliced. */
class PipeConn extends NetStreamConn {
  protected override get splices(): boolean {
    return false
  }
}

function pipeConn(fd: NetFD): StreamConn {
  fd.laddr = fd.raddr = addr
  fd.init()
  fd.establish()
  return new PipeConn(fd)
}

/**
 * Two connected ends inside this process, with the semantics of a TCPConn: deadlines, aborts, order,
 * errors. For tests and for code that takes a Conn or a StreamConn. It is a pair of local sockets, so the kernel keeps
 * what was written and not yet read; Go's `net.Pipe` keeps nothing and makes each write wait for its
 * reader. socketpair(2).
 *
 * ```ts
 * import { pipe } from '@netfd/net'
 * const [a, b] = pipe()
 * await a.write('hello')
 * console.assert((await b.read(new Uint8Array(16))) === 5)
 * await Promise.all([a.close(), b.close()])
 * ```
 *
 * @category More connections
 */
export function pipe(): [StreamConn, StreamConn] {
  const pair = new Int32Array(2)
  const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
  must('socketpair', hook.socketpair(AF_UNIX, type, 0, pair, true))
  const [a, b] = [...pair].map((sysfd) => new NetFD(sysfd, AF_UNIX, SOCK_STREAM, 'pipe')) as [
    NetFD,
    NetFD,
  ]
  try {
    return [pipeConn(a), pipeConn(b)]
  } catch (error) {
    for (const fd of [a, b]) void fd.close()
    throw error
  }
}
