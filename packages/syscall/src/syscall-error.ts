// Go: os/error.go and syscall/syscall_unix.go. A failed system call as an error.
import { backend } from './backend.js'
import { errnoMessage, errnoName, systemErrno } from './errno.js'

/** What the host backend says of what only Linux's has. */
const REFUSALS = ['ENOTSUP', 'ENOPROTOOPT']

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
  /** The error number of this system, negative as in Node's own errors. */
  readonly errno: number
  /** The name of the call, such as `'connect'`. */
  readonly syscall: string

  /** Takes the call's name, '' for none in particular, and its error number, negated or not. */
  constructor(syscall: string, errno: number) {
    const code = errnoName(errno)
    const refused = backend === 'host' && REFUSALS.includes(code)
    const text = `${errnoMessage(errno)}${refused ? ' on the host backend' : ''}`
    super(syscall === '' ? text : `${syscall}: ${text}`)
    this.syscall = syscall
    this.code = code
    this.errno = (backend === 'host' ? systemErrno(code) : undefined) ?? -Math.abs(errno)
  }

  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'SyscallError'
  }

  /** Whether time ran out: EAGAIN and ETIMEDOUT, as Go's `Errno.Timeout`. */
  get timeout(): boolean {
    return this.code === 'EAGAIN' || this.code === 'ETIMEDOUT'
  }

  /** Whether trying again later may help, as Go's `Errno.Temporary`. */
  get temporary(): boolean {
    return this.timeout || ['EINTR', 'EMFILE', 'ENFILE'].includes(this.code)
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
