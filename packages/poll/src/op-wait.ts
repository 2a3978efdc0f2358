// Go: internal/poll/fd_unix.go. The operations that wait, accept, or leave the call to their caller.
import { AsyncLocalStorage } from 'node:async_hooks'
import { EAGAIN, ECONNABORTED, SOCKADDR_STORAGE_SIZE } from '@netfd/syscall'
import { NotPollableError } from './errors.js'
import type { LockKind } from './fd-mutex.js'
import { hook } from './hook.js'
import type { PollCode } from './netpoll.js'
import { PARKED, READY } from './netpoll.js'
import { describe, Op } from './op.js'
import type { PollSide } from './poll-side.js'
import type { Accepting } from './sock-cloexec.js'
import { acceptCloexec } from './sock-cloexec.js'

/** What FD.accept resolves to. */
export interface Accepted {
  /** The new descriptor: non-blocking, and kept from child processes. */
  readonly fd: number
  /** The peer's address as a struct sockaddr, for `decodeSockaddr`. */
  readonly sockaddr: Uint8Array
}

/** Where the kernel puts a peer's address, before it is copied out at its own length: a name may end anywhere. */
const peer = new Uint8Array(SOCKADDR_STORAGE_SIZE)
const length = Int32Array.of(SOCKADDR_STORAGE_SIZE)

/** Go: `FD.Accept`. */
export class AcceptOp extends Op<Accepted> implements Accepting {
  static {
    describe(AcceptOp, 'r', 'accept')
  }

  override call: Accepting['call'] = 'accept4'
  #fd = -1
  #sockaddr: Uint8Array | null = null
  readonly #on: { readonly sole: boolean }

  constructor(on: { readonly sole: boolean }) {
    super()
    this.#on = on
  }

  attempt(fd: number): number {
    // accept4(2) goes by O_NONBLOCK, which another process may have switched off, if it has the listener.
    if (!this.#on.sole) hook.ensureNonblock(fd)
    const accepted = acceptCloexec(fd, peer, length, this)
    if (accepted < 0) return accepted
    this.#fd = accepted
    this.#sockaddr = peer.slice(0, length[0])
    return 0
  }

  advance(): boolean {
    return true
  }

  /** The peer vanished while it was queued: that says nothing about the next one. */
  override retry(errno: number): boolean {
    return errno === ECONNABORTED
  }

  take(): Accepted {
    return { fd: this.#fd, sockaddr: this.#sockaddr ?? peer }
  }
}

/** An operation that moves no bytes by itself. */
export abstract class BareOp extends Op<void> {
  override readonly mode: LockKind
  override readonly name: string
  override readonly call: string

  constructor(mode: LockKind, name: string) {
    super()
    this.mode = mode
    this.name = this.call = name
  }

  attempt(_fd: number): number {
    return 0
  }

  advance(): boolean {
    return true
  }

  take(): void {
    // There is no result, and nothing to let go of.
  }
}

/** Without a poller no edge will ever be told of. Go's text. */
const unwaitable = (): NotPollableError => new NotPollableError('waiting for unsupported file type')

/** Go: `FD.WaitRead` and `FD.WaitWrite`. Takes a pending edge, or waits for one. */
export class WaitOp extends BareOp {
  /** Whether an edge was taken, or will have woken it. */
  #edge = false
  readonly #tries: boolean
  /** Whether its time ran out: the caller makes its one try now. */
  last = false

  /** `tries`: the caller makes a try of its own after each wait, also after one that ran out. */
  constructor(mode: LockKind, tries = false) {
    super(mode, mode === 'r' ? 'read' : 'write')
    this.#tries = tries
  }

  override begin(side: PollSide): PollCode {
    // The edge that is used up here is not there for the next read to wait for.
    side.drained = false
    const code = side.pd.wait(side, this)
    this.#edge = code === READY || code === PARKED
    return code
  }

  override attempt(_fd: number): number {
    if (this.#edge) return 0
    // It was put off before it could wait, and waits now.
    this.#edge = true
    return -EAGAIN
  }

  /** An edge is all it could look for: whether one is due only its caller's own try can tell. */
  override lastAttempt(_fd: number): number {
    this.last = true
    return this.#tries ? 0 : -EAGAIN
  }

  override retry(): boolean {
    this.error = unwaitable()
    return false
  }
}

/** A lock that outlives one call; see FDLoop.take. */
export class LockOp extends BareOp {
  constructor(mode: LockKind) {
    super(mode, 'lock')
  }

  override get trivial(): boolean {
    return true
  }
}

/** Go: `prepareWrite` by itself: refuses when closed or past the deadline, and forgets old edges. */
export class PrepareOp extends BareOp {
  constructor(mode: LockKind) {
    super(mode, 'prepare')
  }
}

/** Go: `FD.RawRead` and `FD.RawWrite`. The caller's function tries; false waits and tries again. */
export class RawOp extends BareOp {
  readonly #try: (fd: number) => boolean
  // After a wait the function is called out of a batch of events, which is in no caller's context.
  readonly #within = AsyncLocalStorage.snapshot()

  constructor(mode: LockKind, attempt: (fd: number) => boolean) {
    super(mode, mode === 'r' ? 'raw-read' : 'raw-write')
    this.#try = attempt
  }

  override begin(side: PollSide): PollCode {
    side.drained = false
    return side.pd.prepare(side, this)
  }

  override attempt(fd: number): number {
    // What the caller's function calls goes by O_NONBLOCK, which another process may have switched off.
    hook.ensureNonblock(fd)
    return this.#within(this.#try, fd) ? 0 : -EAGAIN
  }

  override retry(): boolean {
    this.error = unwaitable()
    return false
  }
}
