// systemd: sd_listen_fds(3). The sockets that a service manager has opened for this process.
import { must } from '@netfd/syscall'
import { ParseError } from './errors.js'
import { hook } from './hook.js'

/** A descriptor that was handed to this process. */
export interface ListenFd {
  /** Its number. */
  readonly fd: number
  /** Its name, from `FileDescriptorName=` of the socket unit; `unknown` where there is none. */
  readonly name: string
}

/** The first number, after those of standard input, output and error. */
const FIRST = 3

/**
 * The descriptors that a service manager has opened for this process (socket activation): LISTEN_FDS of them, from
 * 3 on, with the names in LISTEN_FDNAMES; none when LISTEN_PID is another process. They are kept from child
 * processes from now on, and are the caller's: `fileListener` and `filePacketConn` work on duplicates. Throws
 * ParseError for a LISTEN_FDS that is no number, and SyscallError (`EBADF`) where fewer are open. sd_listen_fds(3).
 *
 * ```ts
 * import { fileListener, listen, listenFds } from '@netfd/net'
 * import { close } from '@netfd/syscall'
 *
 * const [given] = listenFds()
 * const listener = given === undefined ? await listen('tcp', '127.0.0.1:0') : fileListener(given.fd, 'tcp')
 * if (given !== undefined) close(given.fd) // or the socket outlives the listener
 * await listener.close()
 * ```
 *
 * @category Descriptors
 */
export function listenFds(): ListenFd[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES = '' } = process.env
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(process.pid)) return []
  const count = Number(LISTEN_FDS)
  if (!/^\d{1,6}$/.test(LISTEN_FDS)) throw new ParseError('LISTEN_FDS', LISTEN_FDS)
  const names = LISTEN_FDNAMES.split(':')
  return Array.from({ length: count }, (_, i) => {
    const fd = FIRST + i
    must('fcntl', hook.closeOnExec(fd))
    return { fd, name: names[i] || 'unknown' }
  })
}
