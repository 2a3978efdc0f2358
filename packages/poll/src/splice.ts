// Go: internal/poll/splice_linux.go. From one socket to another without the bytes leaving the kernel.
import type { SyscallError } from '@netfd/syscall'
import { EMFILE, ENFILE, SO_TYPE, SOCK_STREAM, SOL_SOCKET } from '@netfd/syscall'
import { CanceledError } from './errors.js'
import type { LockKind } from './fd-mutex.js'
import type { Flow, Mover } from './flow.js'
import { hook } from './hook.js'
import { STREAM } from './kind.js'
import type { PollCode, Waiter } from './netpoll.js'
import { CLOSING, READY } from './netpoll.js'
import type { Op } from './op.js'
import { IDLE, QUEUED } from './op.js'
import { RelayOp, RestOp } from './op-relay.js'
import type { PieceOp } from './op-splice.js'
import { PumpOp, SpliceOp } from './op-splice.js'
import { LockOp } from './op-wait.js'
import type { PollSide } from './poll-side.js'
import { reasonOf, wasAborted } from './signals.js'
import type { TransferEnd } from './transfer.js'

/**
 * Moves up to `max` bytes from src to dst, until src ends. Resolves to the bytes that reached dst, or
 * to null, nothing having been moved, when one of them is no stream socket or the kernel does not splice
 * between the two and one is not polled. The signal ends a wait, and keeps the next piece from being taken from the source; a piece
 * that was taken is sent on first, as far as dst has room for it.
 */
export async function splice(
  dst: TransferEnd,
  src: TransferEnd,
  max: number,
  signal?: AbortSignal,
  flow?: Flow,
): Promise<number | null> {
  // Both queues are joined at once: a call made after this comes after it, on either descriptor, and
  // two transfers cannot each hold what the other waits for.
  const to = claim(dst, 'w', signal)
  const from = claim(src, 'r', signal)
  const transfer = new Transfer(dst, src, max, signal, flow)
  transfer.waitFor(to.op, from.op)
  flow?.join(transfer)
  const [atDst, atSrc] = await Promise.allSettled([granted(to, from), granted(from, to)])
  try {
    for (const lock of [atDst, atSrc]) {
      if (lock.status === 'rejected') throw withBytes(lock.reason, 0, 0)
    }
    return await transfer.run()
  } finally {
    flow?.leave(transfer)
    if (atSrc.status === 'fulfilled') src.unlock('r')
    if (atDst.status === 'fulfilled') dst.unlock('w')
  }
}

/** A lock that a transfer has asked for. */
interface Claim {
  readonly end: TransferEnd
  readonly op: LockOp
  readonly done: Promise<void>
}

function claim(end: TransferEnd, kind: LockKind, signal: AbortSignal | undefined): Claim {
  const op = new LockOp(kind)
  return { end, op, done: end.lock(op, signal) }
}

/** What a transfer is rejected with. What was taken from the source and not written is in no place. */
const withBytes = (error: Error, bytesWritten: number, bytesRead: number): Error =>
  Object.assign(error, { bytesWritten, bytesRead })

/**
 * Waits for one of the two locks. When it is refused, or its descriptor is closed while the transfer
 * still queues for the other, the transfer leaves that queue: it will not come about.
 */
async function granted({ end, op, done }: Claim, other: Claim): Promise<void> {
  try {
    await done
  } catch (error) {
    cancel(other.op, error as Error)
    throw error
  }
  const { pd } = end
  if (other.op.state !== QUEUED || pd === null) return
  if (pd.closing) {
    cancel(other.op, end.closingError())
    return
  }
  const guard = new CloseGuard(other.op, end, op.mode === 'r' ? pd.r : pd.w)
  await Promise.allSettled([other.done])
  guard.leave()
}

const cancel = (op: Op<unknown>, error: Error): void => op.host?.cancel(op, error)

/**
 * Ends an operation of a transfer when the descriptor at the other end is closed, whose closer waits
 * for the transfer to leave it.
 */
class CloseGuard implements Waiter {
  readonly #op: Op<unknown>
  readonly #end: TransferEnd
  readonly #side: PollSide
  #edge = false

  constructor(op: Op<unknown>, end: TransferEnd, side: PollSide) {
    this.#op = op
    this.#end = end
    this.#side = side
    side.park(this)
  }

  wake(code: PollCode): void {
    if (code === CLOSING) {
      cancel(this.#op, this.#end.closingError())
      return
    }
    // A deadline is for the operations on this side. An edge is kept for the call that waits here next.
    this.#edge ||= code === READY
    this.#side.park(this)
  }

  leave(): void {
    if (this.#side.waiter !== this) return
    this.#side.unpark()
    this.#side.edge ||= this.#edge
  }
}

/** Only stream sockets: elsewhere messages would melt together, or the pipe could not be emptied. */
const isStream = (end: TransferEnd): boolean =>
  hook.getsockopt(end.sysfd, SOL_SOCKET, SO_TYPE) === SOCK_STREAM

/** After so many small pieces in a row a transfer counts as a conversation, and is relayed. */
const CONVERSATION = 8

/** A transfer from the moment it has both locks. */
class Transfer implements Mover {
  readonly #dst: TransferEnd
  readonly #src: TransferEnd
  readonly #max: number
  readonly #signal: AbortSignal | undefined
  readonly #flow: Flow | null
  #over: Error | null = null
  /** What it may wait for: two locks, or a step. */
  #waits: readonly Op<unknown>[] = []
  /** How many bytes the source has given. */
  #taken = 0
  /** How many of them the destination has. */
  #moved = 0
  /** How many small pieces came in a row. */
  #row = 0
  /** Whether the kernel has said that it does not splice between the two. */
  #refused = false

  constructor(
    ...[dst, src, max, signal, flow]: [
      TransferEnd,
      TransferEnd,
      number,
      AbortSignal | undefined,
      Flow | undefined,
    ]
  ) {
    this.#dst = dst
    this.#src = src
    this.#max = max
    this.#signal = signal
    this.#flow = flow ?? null
  }

  /** Mover: the one that waits. */
  get op(): Op<unknown> | null {
    return this.#waits.find((op) => op.state !== IDLE) ?? null
  }

  /** What it waits for next. */
  waitFor(...ops: Op<unknown>[]): void {
    if (this.#flow !== null) this.#waits = ops
  }

  /** Mover: it is over between two steps. */
  ended(error: Error): void {
    this.#over ??= error
  }

  async run(): Promise<number | null> {
    if (!isStream(this.#dst) || !isStream(this.#src)) return null
    try {
      while (this.#moved < this.#max) {
        const relays = this.#refused || this.#row >= this.#conversation
        const more = relays ? await this.#relay() : await this.#splice()
        if (more === null) return null
        if (!more) break
      }
      return this.#moved
    } catch (error) {
      throw withBytes(error as Error, this.#moved, this.#taken)
    }
  }

  /** How many small pieces in a row make one: without a poller none do. */
  get #conversation(): number {
    return this.#polled ? CONVERSATION : Number.POSITIVE_INFINITY
  }

  get #polled(): boolean {
    return this.#src.pd !== null && this.#dst.pd !== null
  }

  /** Pieces through a pipe: whether there may be more, or null where the kernel does not splice. */
  async #splice(): Promise<boolean | null> {
    const { stream } = this.#src
    const left = this.#max - this.#moved
    const pieces = new SpliceOp(this.#dst, left, stream, this.#row, this.#conversation)
    try {
      await this.#fromSource(pieces)
      this.#row = pieces.row
      if (pieces.pipe !== null) await this.#toDestination(new PumpOp(pieces.pipe, this.#dst))
      return !pieces.ended
    } catch (error) {
      if (!pieces.unsupported || (this.#moved > 0 && !this.#polled)) throw error
      return this.#unspliced(error as SyscallError)
    } finally {
      pieces.leavePipe()
    }
  }

  /** Pieces through memory, small ones until one is not: whether there may be more. */
  async #relay(): Promise<boolean> {
    const { stream } = this.#src
    const pieces = new RelayOp(this.#dst, this.#max - this.#moved, stream, this.#refused)
    await this.#fromSource(pieces)
    if (pieces.rest === null) this.#row = 0
    else await this.#toDestination(new RestOp(STREAM).of(pieces.rest))
    return !pieces.ended
  }

  /** Runs an operation that waits for the source, unless the destination is closed during the wait. */
  async #fromSource(op: PieceOp): Promise<void> {
    const { pd } = this.#dst
    if (this.#over !== null) throw this.#over
    if (pd?.closing) throw this.#dst.closingError()
    const signal = this.#signal
    if (signal !== undefined && wasAborted(signal)) throw new CanceledError(reasonOf(signal))
    op.flow = this.#flow
    this.waitFor(op)
    const done = this.#src.step(op, signal)
    const guard = op.state === IDLE || pd === null ? null : new CloseGuard(op, this.#dst, pd.w)
    try {
      await done
    } finally {
      guard?.leave()
      this.#taken += op.taken
      this.#moved += op.moved
    }
  }

  /** Sends what a piece has left, and waits for room where it must. */
  async #toDestination(op: PumpOp | RestOp): Promise<void> {
    op.flow = this.#flow
    this.waitFor(op)
    try {
      await this.#dst.step<unknown>(op, this.#signal)
    } finally {
      this.#moved += op.sent
    }
  }

  /**
   * No splice between the two, or no pipe for one: the bytes go through memory, from the first one if need be.
   * null where that needs a poller and there is none; nothing has been moved then.
   */
  #unspliced({ errno }: SyscallError): null | true {
    if (!this.#polled) return null
    // A pipe may be there for a later piece.
    if (errno === -EMFILE || errno === -ENFILE) this.#row = CONVERSATION
    else this.#refused = true
    return true
  }
}
