// Go: internal/poll/sockopt.go. Single calls on a descriptor, under a reference.
import type { OptionValue } from '@netfd/syscall'
import {
  backend,
  EAGAIN,
  IPPROTO_TCP,
  must,
  SO_ERROR,
  SO_LINGER,
  SOL_SOCKET,
  SyscallError,
  TCP_ULP,
} from '@netfd/syscall'
import { ENOTSUP } from '@netfd/syscall/internal'
import { budget } from './budget.js'
import { errorFrom } from './errors.js'
import { FDLoop } from './fd-loop.js'
import { bare, showFrames } from './frames.js'
import { hook } from './hook.js'
import { READY } from './netpoll.js'
import type { Op } from './op.js'
import type { PollSide } from './poll-side.js'

/** A descriptor with options, and what is known of it because of them. */
export abstract class OptionedFD extends FDLoop {
  /**
   * Whether close(2) may block. It may for a descriptor that came from elsewhere.
   * @internal
   */
  protected mayLinger = false
  /**
   * Whether duplicates may share its open file, which a close of this one must not shut down then.
   * @internal
   */
  protected mayShare = false

  /** Ends reading (SHUT_RD), writing (SHUT_WR) or both. Throws SyscallError. Go: `FD.Shutdown`. */
  shutdown(how: number): void {
    this.#ask('shutdown', (fd) => hook.shutdown(fd, how))
  }

  /** setsockopt(2). Throws SyscallError. Go: `FD.SetsockoptInt` and its neighbours. */
  setsockopt(level: number, optname: number, value: OptionValue): void {
    this.note(level, optname)
    this.#option('setsockopt', level, optname, (fd) => hook.setsockopt(fd, level, optname, value))
  }

  /** getsockopt(2) of an int. Throws SyscallError. */
  getsockopt(level: number, optname: number): number {
    const out = new Int32Array(1)
    this.#option('getsockopt', level, optname, (fd) => hook.getsockopt(fd, level, optname, out))
    const value = out[0] as number
    this.noteError(level, optname, value)
    return value
  }

  /**
   * getsockopt(2) of an option that is known to be plain data: what the kernel wrote, at most `length`
   * bytes. Throws RangeError for any other, and SyscallError.
   */
  getsockoptBytes(level: number, optname: number, length: number): Uint8Array {
    const out = new Uint8Array(length)
    const ask = (fd: number): number => hook.getsockoptBytes(fd, level, optname, out)
    const n = this.#option('getsockopt', level, optname, ask)
    if (n >= 4) this.noteError(level, optname, new Int32Array(out.buffer, 0, 1)[0] as number)
    return n < length ? out.slice(0, n) : out
  }

  /**
   * A duplicate of the descriptor, kept from child processes, which is the caller's. The two share
   * one open file: its flags, options and data. Throws SyscallError. Go: `FD.Dup`; fcntl(2).
   */
  dup(): number {
    this.lent('fcntl')
    return this.#ask('fcntl', (fd) => hook.dupCloexec(fd))
  }

  /**
   * An option is about to be set that changes how the descriptor is read or closed, perhaps.
   * @internal
   */
  protected note(level: number, optname: number): void {
    if (level === SOL_SOCKET && optname === SO_LINGER) this.mayLinger = true
    // Kernel TLS ends a read at the end of each record.
    if (level === IPPROTO_TCP && optname === TCP_ULP) this.pd?.distrust()
  }

  /**
   * SO_ERROR takes the error from the calls to come, which would find an end in its place.
   * @internal
   */
  protected noteError(level: number, optname: number, errno: number): void {
    if (level === SOL_SOCKET && optname === SO_ERROR && errno > 0)
      this.failed(this.kind.mortal, errno)
  }

  /**
   * The caller is about to be given the number. On the host backend, whose numbers are no descriptors, it throws
   * SyscallError (`ENOTSUP`), and what every call throws after a close.
   * @internal
   */
  protected numbered(call: string): void {
    if (backend !== 'host') return
    this.use(() => undefined)
    throw new SyscallError(call, ENOTSUP)
  }

  /**
   * A function of the caller's is about to get the number: what it does to the socket is not known.
   * @internal
   */
  protected lent(call: string): void {
    this.numbered(call)
    this.mayLinger = this.mayShare = true
  }

  /**
   * Runs `f` under a reference, so that the number stays this descriptor's until it returns.
   * @internal
   */
  protected use<T>(f: (fd: number) => T): T {
    if (!this.mu.incref()) throw this.closingError()
    try {
      return f(this.fd)
    } finally {
      if (this.mu.decref()) this.destroy()
    }
  }

  /**
   * Tries an operation, and never waits: whether the kernel took it. Not while another one has the lock or
   * this turn's budget is spent. Throws what the operation fails with.
   * @internal
   */
  protected tryNow(op: Op<unknown>): boolean {
    const { pd } = this
    if (this.mu.closed) op.error = bare(() => this.closingError())
    else if (pd === null || budget.spent || !this.mu.tryLock(op.mode)) return false
    else if (!this.#tryOnce(op, op.mode === 'r' ? pd.r : pd.w)) return false
    const error = this.errorOf(op)
    if (error === null) return true
    showFrames(error, this.tryNow)
    throw error
  }

  /** Under the lock, which it drops. False at EAGAIN. */
  #tryOnce(op: Op<unknown>, side: PollSide): boolean {
    try {
      const code = side.pd.check(side)
      if (code !== READY) {
        budget.charge(0)
        op.error = this.codeError(code, side)
        return true
      }
      let n: number
      do {
        n = op.attempt(this.fd)
        if (n === -EAGAIN) return false
      } while (!this.judge(op, n, side) && n < 0)
      return true
    } catch (error) {
      op.error = errorFrom(error)
      return true
    } finally {
      this.unlock(op.mode)
    }
  }

  #option(...[call, level, optname, f]: [string, number, number, (fd: number) => number]): number {
    try {
      return this.#ask(call, f)
    } catch (error) {
      throw hook.aboutOption === undefined ? error : hook.aboutOption(error, level, optname)
    }
  }

  #ask(call: string, f: (fd: number) => number): number {
    return must(call, this.use(f))
  }
}
