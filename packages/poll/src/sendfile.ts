// Go: internal/poll/sendfile_linux.go. From a file to a socket without the bytes leaving the kernel.
import { EAGAIN, EINTR, EINVAL, ENOSYS, EOPNOTSUPP, SyscallError } from '@netfd/syscall'
import { hook } from './hook.js'
import type { TransferEnd } from './transfer.js'
import { PrepareOp, WaitOp } from './wait-ops.js'

/** What one call moves at most; a pool thread is busy for so long. */
const CHUNK = 4 * 1024 * 1024

/**
 * Sends up to `count` bytes of a file from `offset`, or from the file's own position when it is null.
 * Resolves to the bytes sent, fewer only at the end of the file, or to null when the kernel does not
 * send this file, nothing having been sent then.
 */
export async function sendfile(
  dst: TransferEnd,
  file: number,
  offset: number | null,
  count: number,
): Promise<number | null> {
  await dst.lock('w')
  let sent = 0
  try {
    while (sent < count) {
      // Before each call: nothing else would notice a close or a deadline while the peer keeps reading.
      await dst.step(new PrepareOp('w'))
      const at = offset === null ? -1 : offset + sent
      const n = await hook.sendfilePool(dst.sysfd, file, at, Math.min(count - sent, CHUNK))
      if (n > 0) sent += n
      else if (n === 0) break
      else if (n === -EAGAIN) await dst.step(new WaitOp('w'))
      else if (sent === 0 && unsupported(-n)) return null
      else if (n !== -EINTR) throw new SyscallError('sendfile', n)
    }
    return sent
  } catch (error) {
    throw Object.assign(error as Error, { bytesWritten: sent })
  } finally {
    dst.unlock('w')
  }
}

function unsupported(errno: number): boolean {
  return errno === EINVAL || errno === ENOSYS || errno === EOPNOTSUPP
}
