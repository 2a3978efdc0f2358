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
import { deadlineError, RAN_OUT } from './deadline.js'
import { CanceledError } from './errors.js'
import type { Flow, Mover } from './flow.js'
import { hook } from './hook.js'
import { tcpState } from './linger.js'
import type { Op } from './op.js'
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
  flow?: Flow,
): Promise<number | null> {
  const lock = new LockOp('w')
  const sending = new Sending(dst, file, offset, count, signal, flow)
  sending.op = lock
  flow?.join(sending)
  let locked = false
  try {
    await dst.lock(lock, signal)
    locked = true
    return await sending.run()
  } catch (error) {
    throw Object.assign(error as Error, { bytesWritten: sending.sent })
  } finally {
    flow?.leave(sending)
    if (locked) dst.unlock('w')
  }
}

/** A transfer from the moment it has the lock. */
class Sending implements Mover {
  readonly #dst: TransferEnd
  readonly #file: number | FileHandle
  readonly #offset: number | null
  readonly #count: number
  readonly #signal: AbortSignal | undefined
  readonly #flow: Flow | undefined
  /** Why the next call is the last one, if it sends nothing. */
  #late: Error | null = null
  op: Op<unknown> | null = null
  /** The wait for room that came before the next call. */
  #wait: WaitOp | null = null
  sent = 0

  constructor(
    ...[dst, file, offset, count, signal, flow]: [
      TransferEnd,
      number | FileHandle,
      number | null,
      number,
      AbortSignal | undefined,
      Flow | undefined,
    ]
  ) {
    this.#dst = dst
    this.#file = file
    this.#offset = offset
    this.#count = count
    this.#signal = signal
    this.#flow = flow
  }

  /** Mover: the thread pool is at it, and cannot be stopped. */
  ended(error: Error): void {
    this.#late = error
  }

  async run(): Promise<number | null> {
    while (this.sent < this.#count) {
      const n = await this.#send()
      if (n === -EAGAIN) {
        await this.#room()
        continue
      }
      this.#wait = null
      if (n > 0) this.#went(n)
      else if (n === 0) break
      else if (this.sent === 0 && unsupported(-n)) return null
      else if (n !== -EINTR) throw new SyscallError('sendfile', -errnoOf(this.#dst, -n))
    }
    return this.sent
  }

  async #send(): Promise<number> {
    // Before each call: nothing else would notice a close or a deadline while the peer keeps reading.
    // Not after a wait, which has looked itself, and lets one more call be made when time runs out.
    if (this.#wait === null) await this.#dst.step(new PrepareOp('w'))
    const signal = this.#signal
    if (signal !== undefined && wasAborted(signal)) throw new CanceledError(reasonOf(signal))
    const at = positionOf(this.#offset, this.sent)
    const fd = numberOf(this.#file)
    const most = Math.min(this.#count - this.sent, CHUNK)
    const { sysfd, pd } = this.#dst
    // Also for the reads that run beside the call.
    pd?.cut(true)
    const n = await hook.sendfilePool(sysfd, fd, at, most)
    if (n === most) pd?.cut(false)
    return n
  }

  #went(n: number): void {
    this.sent += n
    this.#late = null
    this.#flow?.moved()
  }

  async #room(): Promise<void> {
    if (this.#late !== null) throw this.#late
    // The call after a wait whose time ran out was the last one.
    if (this.#wait?.last === true) throw deadlineError(RAN_OUT)
    this.op = this.#wait = new WaitOp('w', true)
    await this.#dst.step(this.#wait, this.#signal)
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
