// Go: internal/poll/fd_unix.go (Init, Close, destroy). How a descriptor begins, and a close that is exact.
import type { Socket } from 'node:net'
import { inspect } from 'node:util'
import { EBUSY, EPERM, must, SyscallError } from '@netfd/syscall'
import { hook } from './hook.js'
import type { FDKind } from './kind.js'
import { borrow, kindOf } from './kind.js'
import type { Held } from './leaks.js'
import { unwatchLeak, watchLeak } from './leaks.js'
import { closeLingering } from './linger.js'
import { Op } from './op.js'
import { descriptorFreed } from './pause.js'
import { PollDesc } from './poll-desc.js'
import { report } from './report.js'
import { OptionedFD } from './sockopt.js'

/** A descriptor from `init` to its close. */
export abstract class OwnedFD extends OptionedFD {
  #closer: { resolve: () => void; reject: (error: Error) => void } | null = null
  /**
   * Whether it was here before, so that its flags are to be left as they came.
   * @internal
   */
  protected borrowed: boolean
  #held: Held | null = null

  /**
   * Takes a descriptor over; `close` will close it. What `kind` leaves out is asked of the kernel. Call
   * `init` before anything else. Of a descriptor that node:fs opened in a worker, give a duplicate
   * (`dupCloexec`): Node closes the number itself when the worker ends, though it may be another file's by then.
   */
  constructor(sysfd: number, kind: FDKind = {}) {
    super(sysfd, kindOf(sysfd, kind))
    this.borrowed = this.mayLinger = this.mayShare = kind.net === undefined
  }

  /** The descriptor's number, -1 once it is closed. */
  get sysfd(): number {
    return this.fd
  }

  /**
   * Whether it was made here and no caller has been given its number: no other descriptor has its open file,
   * so that no other process changes its options or flags, and its close ends its registration.
   * @internal
   */
  get sole(): boolean {
    return false
  }

  /** What console.log shows: the number, the kind, and whether it is open. */
  [inspect.custom](): string {
    const number = this.fd < 0 ? '' : `${this.fd}, `
    const kind = this.kind.socket ? 'socket' : 'no socket'
    return `FD { ${number}${kind}, ${this.mu.closed ? 'closed' : 'open'} }`
  }

  /** Whether it was closed or detached. */
  get closed(): boolean {
    return this.mu.closed
  }

  /** Whether it is registered with the poller: not so for a regular file, nor before `init`. */
  get pollable(): boolean {
    return this.pd !== null
  }

  /**
   * Registers the descriptor with the poller of this thread. What the kernel refuses to poll, such as a
   * regular file (EPERM), stays usable: its calls go to the thread pool and it has no deadlines. So it
   * is with `init(false)`. Any other refusal throws SyscallError. Go: `FD.Init`; epoll_ctl(2).
   */
  init(pollable = true): void {
    if (this.#held !== null) throw new Error('poll: init of a registered descriptor')
    if (pollable) this.#register()
    this.#held = this.pd ?? { sysfd: this.fd }
    watchLeak(this, this.#held)
    if (this.borrowed && this.pd !== null) borrow(this.fd)
    else hook.adopt(this.fd)
  }

  #register(): void {
    const pd = new PollDesc(hook.poller(), this.fd)
    if (this.kind.datagram) pd.ofDatagrams()
    const r = pd.open()
    if (r === -EPERM) return
    must('epoll_ctl', r)
    this.pd = pd
  }

  /**
   * Takes the descriptor out of the poller and hands it over: it is open, and the caller's. It is
   * non-blocking, unless it blocked when it came here: then it is as it came. Pending calls are rejected
   * as by `close`. Throws EBUSY while a call uses it that cannot be ended at once: on the thread pool, or
   * a `spliceFrom` or `sendFile` from or to it.
   */
  detach(): number {
    this.use(() => undefined)
    this.numbered('detach')
    this.#checkUnused()
    const fd = this.#letGo()
    hook.disown(fd)
    return fd
  }

  /**
   * As `detach`, on the host backend, which has the runtime's socket to give in place of a number. Null where there
   * is none, and when the peer has ended its side: nothing has changed then.
   * @internal
   */
  release(): Socket | null {
    this.use(() => undefined)
    this.#checkUnused()
    const socket = hook.release?.(this.fd) ?? null
    if (socket !== null) this.#letGo()
    return socket
  }

  /**
   * How many bytes the system has taken of what was written, on the host backend; else -1.
   * @internal
   */
  sent(): number {
    return this.use((fd) => hook.sent?.(fd) ?? -1)
  }

  #checkUnused(): void {
    if (this.mu.refs > this.#evictable()) throw new SyscallError('detach', EBUSY)
  }

  #letGo(): number {
    this.mu.increfAndClose()
    this.pd?.evict()
    this.mu.decref()
    return this.#leave(false)
  }

  /** How many of those who use the descriptor leave it at once when they are evicted. */
  #evictable(): number {
    const waiting = [this.pd?.r.waiter, this.pd?.w.waiter]
    return waiting.filter((waiter) => waiter instanceof Op && !waiter.keeps).length
  }

  /**
   * Closes the descriptor: every call that waits, and every later one, is rejected. Resolves when the
   * number is really free, after the last call has left it; of a socket that lingers, when the peer has
   * acknowledged what was sent or the time is over. A second close is rejected. Go: `FD.Close`; close(2).
   */
  close(): Promise<void> {
    if (!this.mu.increfAndClose()) {
      return Promise.reject(this.wrap('close', this.closingError()))
    }
    const closed = new Promise<void>((resolve, reject) => {
      this.#closer = { resolve, reject }
    })
    this.pd?.evict()
    if (this.mu.decref()) this.destroy()
    return closed
  }

  /** Lets calls that wait on this descriptor keep the process alive, as they do when it is new. */
  ref(): void {
    this.pd?.setKeepAlive(true)
  }

  /** Lets the process end although calls wait on this descriptor. */
  unref(): void {
    this.pd?.setKeepAlive(false)
  }

  /**
   * Whether calls that wait keep the process alive.
   * @internal
   */
  hasRef(): boolean {
    return this.pd?.keepAlive ?? true
  }

  /** @internal */
  protected destroy(): void {
    const fd = this.#leave(this.sole && !this.mayLinger)
    // Only a connection lingers.
    if (this.mayLinger && this.kind.mortal)
      closeLingering(fd, this.mayShare, (r) => this.#closed(r))
    else if (hook.closeSent === undefined) this.#closed(hook.close(fd))
    else hook.closeSent(fd, (r) => this.#closed(r))
  }

  #closed(r: number): void {
    const closer = this.#closer
    this.#closer = null
    if (r < 0) closer?.reject(this.wrap('close', new SyscallError('close', r)))
    else closer?.resolve()
    descriptorFreed()
  }

  /** Out of the poller; the number is free to go. */
  #leave(sole: boolean): number {
    const fd = this.fd
    this.fd = -1
    try {
      this.pd?.close(sole)
    } catch (error) {
      // The user's own poller threw. The descriptor is to be closed all the same.
      report(error)
    }
    if (this.#held !== null) unwatchLeak(this.#held)
    return fd
  }
}
