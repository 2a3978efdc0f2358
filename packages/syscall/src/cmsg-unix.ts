// Go: syscall/sockcmsg_unix.go, sockcmsg_linux.go. Descriptors and credentials in control data.
import type { SocketControlMessage } from './cmsg.js'
import { expectMessage, messageOf, viewOfData } from './cmsg.js'
import { constants } from './constants.js'
import { checkInteger, littleEndian } from './sockaddr.js'

const MAX_INT = 2 ** 31 - 1
const MAX_UINT = 2 ** 32 - 1
const FD = 4
const UCRED = 12

/** Who sent a message, the kernel's `struct ucred`. See unix(7), SCM_CREDENTIALS. */
export interface UnixCredentials {
  /** The process. 0 when it is none of this PID namespace. */
  readonly pid: number
  /** Its user. */
  readonly uid: number
  /** Its group. */
  readonly gid: number
}

/**
 * Control data that passes descriptors over a unix socket; the kernel takes 253 at most. See unix(7),
 * SCM_RIGHTS. A stream needs a byte of data with them. Go: `UnixRights`.
 */
export function unixRights(...fds: readonly number[]): Uint8Array {
  for (const fd of fds) checkInteger('a descriptor', fd, MAX_INT)
  return messageOf(constants.SOL_SOCKET, constants.SCM_RIGHTS, FD * fds.length, (view) => {
    for (const [i, fd] of fds.entries()) view.setInt32(FD * i, fd, littleEndian)
  })
}

/**
 * The descriptors that came with an SCM_RIGHTS message. They are open, and the caller's to close. Throws
 * EINVAL for any other message. Go: `ParseUnixRights`.
 */
export function parseUnixRights(message: SocketControlMessage): number[] {
  expectMessage(message, constants.SOL_SOCKET, constants.SCM_RIGHTS)
  const view = viewOfData(message, 0)
  const count = Math.floor(view.byteLength / FD)
  return Array.from({ length: count }, (_, i) => view.getInt32(FD * i, littleEndian))
}

/**
 * Control data that says who sends it. Other numbers than one's own need capabilities: else EPERM. See
 * unix(7), SCM_CREDENTIALS. Go: `UnixCredentials`.
 */
export function unixCredentials({ pid, uid, gid }: UnixCredentials): Uint8Array {
  checkInteger('pid', pid, MAX_INT)
  checkInteger('uid', uid, MAX_UINT)
  checkInteger('gid', gid, MAX_UINT)
  return messageOf(constants.SOL_SOCKET, constants.SCM_CREDENTIALS, UCRED, (view) => {
    view.setInt32(0, pid, littleEndian)
    view.setUint32(4, uid, littleEndian)
    view.setUint32(8, gid, littleEndian)
  })
}

/** Who sent the message, of an SCM_CREDENTIALS message; EINVAL for any other. Go: `ParseUnixCredentials`. */
export function parseUnixCredentials(message: SocketControlMessage): UnixCredentials {
  expectMessage(message, constants.SOL_SOCKET, constants.SCM_CREDENTIALS)
  const view = viewOfData(message, UCRED)
  return {
    pid: view.getInt32(0, littleEndian),
    uid: view.getUint32(4, littleEndian),
    gid: view.getUint32(8, littleEndian),
  }
}
