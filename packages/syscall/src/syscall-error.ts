// Go: os/error.go and syscall/syscall_unix.go. A failed system call as an error.
import { EAGAIN, EINTR, EMFILE, ENFILE, ETIMEDOUT } from './constants.js'
import { errnoMessage, errnoName } from './errno.js'

/**
 * A system call that failed: which one, and with which error number. Go: `os.SyscallError`; the
 * message is Go's, `connect: connection refused`. Match `code`.
 *
 * ```ts
 * import { close } from '@netfd/syscall'
 * try {
 *   close(2 ** 30)
 * } catch (error) {
 *   console.assert((error as NodeJS.ErrnoException).code === 'EBADF')
 * }
 * ```
 */
export class SyscallError extends Error {
  /** The name of the error number, such as `'ECONNREFUSED'`. */
  readonly code: string
  /** The error number, negative as in Node's own errors. */
  readonly errno: number
  /** The name of the call, such as `'connect'`. */
  readonly syscall: string

  /** Takes the call's name, '' for none in particular, and its error number, negated or not. */
  constructor(syscall: string, errno: number) {
    super(syscall === '' ? errnoMessage(errno) : `${syscall}: ${errnoMessage(errno)}`)
    this.syscall = syscall
    this.errno = -Math.abs(errno)
    this.code = errnoName(errno)
  }

  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'SyscallError'
  }

  /** Whether time ran out: EAGAIN and ETIMEDOUT, as Go's `Errno.Timeout`. */
  get timeout(): boolean {
    return this.errno === -EAGAIN || this.errno === -ETIMEDOUT
  }

  /** Whether trying again later may help, as Go's `Errno.Temporary`. */
  get temporary(): boolean {
    return this.timeout || this.errno === -EINTR || this.errno === -EMFILE || this.errno === -ENFILE
  }
}

/**
 * Passes the result of a raw call on, or throws the `SyscallError` it stands for.
 *
 * ```ts
 * import { must, O_CLOEXEC } from '@netfd/syscall'
 * import { close, pipe2 } from '@netfd/syscall/raw'
 * const pair = new Int32Array(2)
 * must('pipe2', pipe2(O_CLOEXEC, pair))
 * for (const fd of pair) must('close', close(fd))
 * ```
 */
export function must(syscall: string, result: number): number {
  if (result < 0) throw new SyscallError(syscall, result)
  return result
}
