// Go: internal/poll/sendfile_linux.go. From a file to a socket without the bytes leaving the kernel.
import type { FileHandle } from 'node:fs/promises'
import {
  EAGAIN,
  EBADF,
  EINTR,
  EINVAL,
  ENOSYS,
  EOPNOTSUPP,
  EPIPE,
  SyscallError,
  TCP_CLOSE,
} from '@netfd/syscall'
import { CanceledError } from './errors.js'
import { hook } from './hook.js'
import { tcpState } from './linger.js'
import { LockOp, PrepareOp, WaitOp } from './op-wait.js'
import { reasonOf, wasAborted } from './signals.js'
import type { TransferEnd } from './transfer.js'

/** What one call moves at most; a pool thread is busy for so long. */
const CHUNK = 4 * 1024 * 1024

/**
 * Sends up to `count` bytes of a file from `offset`, or from the file's own position when it is null.
 * Resolves to the bytes sent, fewer only at the end of the file, or to null when the kernel does not
 * send this file, nothing having been sent then.
 */
export async function sendfile(
  dst: TransferEnd,
  file: number | FileHandle,
  offset: number | null,
  count: number,
  signal?: AbortSignal,
): Promise<number | null> {
  let sent = 0
  let locked = false
  let waited = false
  try {
    await dst.lock(new LockOp('w'), signal)
    locked = true
    while (sent < count) {
      // Before each call: nothing else would notice a close or a deadline while the peer keeps reading.
      // Not after a wait, which has looked itself, and lets one more call be made when time runs out.
      if (!waited) await dst.step(new PrepareOp('w'))
      waited = false
      if (signal !== undefined && wasAborted(signal)) throw new CanceledError(reasonOf(signal))
      const at = positionOf(offset, sent)
      const fd = numberOf(file)
      const n = await hook.sendfilePool(dst.sysfd, fd, at, Math.min(count - sent, CHUNK))
      if (n > 0) sent += n
      else if (n === 0) break
      else if (n === -EAGAIN) {
        await dst.step(new WaitOp('w', true), signal)
        waited = true
      } else if (sent === 0 && unsupported(-n)) return null
      else if (n !== -EINTR) throw new SyscallError('sendfile', -errnoOf(dst, -n))
    }
    return sent
  } catch (error) {
    throw Object.assign(error as Error, { bytesWritten: sent })
  } finally {
    if (locked) dst.unlock('w')
  }
}

/**
 * The errno to report. It may be the file's, which a network file system can give any: only EPIPE, which no
 * file has, and the errno of a connection that is over concern the connection.
 */
function errnoOf(dst: TransferEnd, errno: number): number {
  const own = errno === EPIPE || tcpState(dst.sysfd) === TCP_CLOSE
  return own ? dst.failed(errno) : errno
}

/** Where the next call begins: -1 for the file's own position. */
const positionOf = (offset: number | null, sent: number): number =>
  offset === null ? -1 : offset + sent

/** The pool works on a duplicate, so the number has to be the file's only now. */
function numberOf(file: number | FileHandle): number {
  if (typeof file === 'number') return file
  // Closed. The number it had may be another file's.
  if (file.fd === -1) throw new SyscallError('sendfile', EBADF)
  return file.fd
}

function unsupported(errno: number): boolean {
  return errno === EINVAL || errno === ENOSYS || errno === EOPNOTSUPP
}
