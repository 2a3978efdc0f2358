// Go: net/hook_unix.go. The one door through which tests reach the kernel and the resolver.
import type { BigIntStats } from 'node:fs'
import { kernel as sys } from '@netfd/syscall/internal'

/**
 * Every call of this package that leaves the process. Production code never assigns one.
 *
 * @category Descriptors
 */
export const hook = {
  socket: sys.socket,
  socketpair: sys.socketpair,
  closeOnExec: sys.closeOnExec,
  setNonblock: sys.setNonblock,
  ensureNonblock: sys.ensureNonblock,
  close: sys.close,
  bind: sys.bind,
  /** A number, or where it cannot be known at once the promise of one. */
  listen: sys.listen as (fd: number, backlog: number) => number | Promise<number>,
  connect: sys.connect,
  getsockname: sys.getsockname,
  getpeername: sys.getpeername,
  getsockopt: sys.getsockopt,
  recvmsg: sys.tryRecvmsg,
  getsockoptBytes: sys.getsockoptBytes,
  setsockopt: sys.setsockopt,
  dupCloexec: sys.dupCloexec,
  ifNametoindex: sys.ifNametoindex,
  ifIndextoname: sys.ifIndextoname,
  /** The text of a small file of the system's: of /proc, or /etc/services. Throws as node:fs does. */
  readFile: (path: string): string =>
    process.getBuiltinModule('node:fs').readFileSync(path, 'utf8'),
  /** The file behind a path, links not followed; undefined when there is none. Throws as node:fs does. */
  lstat: (path: Buffer): BigIntStats | undefined =>
    process.getBuiltinModule('node:fs').lstatSync(path, { bigint: true, throwIfNoEntry: false }),
  /** Throws as node:fs does. */
  unlink: (path: Buffer): void => process.getBuiltinModule('node:fs').unlinkSync(path),
  /** Throws as node:fs does. */
  fchmod: (fd: number, mode: number): void =>
    process.getBuiltinModule('node:fs').fchmodSync(fd, mode),
  /** getaddrinfo(3) on the host's thread pool, its order kept. */
  lookup: async (host: string): Promise<string[]> => {
    // Not imported: loading it would cost programs that never look up a name a tenth of their start.
    const dns = process.getBuiltinModule('node:dns/promises')
    const found = await dns.lookup(host, { all: true, verbatim: true })
    return found.map(({ address }) => address)
  },
}
