// Go: internal/poll/fd_unix.go. The calls on a descriptor; how it begins and ends is in fd-life.ts.
import type { FileHandle } from 'node:fs/promises'
import { notBytes } from './bytes.js'
import { checkTimeout } from './call-limit.js'
import type { Deadline } from './deadline.js'
import { dueOf } from './deadline.js'
import { errorFrom, NoDeadlineError } from './errors.js'
import { MessageFD } from './fd-message.js'
import type { LockKind } from './fd-mutex.js'
import type { Flow } from './flow.js'
import { GiveOp } from './flow.js'
import { hook } from './hook.js'
import type { AcceptLoop, Loop } from './loop.js'
import { loopOf, PieceLoop } from './loop.js'
import type { Waiter } from './netpoll.js'
import { CLOSING, READY, TIMEOUT } from './netpoll.js'
import { IDLE } from './op.js'
import { ReadOp, WriteOp, WritevOp } from './op-io.js'
import { PeekOp } from './op-peek.js'
import type { PourOp } from './op-pour.js'
import { RecordOp } from './op-record.js'
import type { Accepted } from './op-wait.js'
import { AcceptOp, RawOp, WaitOp } from './op-wait.js'
import { PauseOp } from './pause.js'
import type { PollDesc } from './poll-desc.js'
import type { PollSide } from './poll-side.js'
import { sendfile } from './sendfile.js'
import type { CallOptions } from './signals.js'
import { signalOf } from './signals.js'
import { splice } from './splice.js'
import type { TransferEnd } from './transfer.js'

/**
 * A descriptor of our own: any that can be polled (sockets, pipes, FIFOs, ttys, eventfds), and regular
 * files through the thread pool. Go: `poll.FD`.
 *
 * Reads exclude reads and writes exclude writes, first come, first served; reads, writes and the rest
 * run beside each other. Every promise settles: with its result, with a SyscallError, with
 * DeadlineExceededError, with CanceledError, or, once the descriptor is closed, with NetClosingError
 * (`ERR_NET_CLOSED`; FileClosingError, `ERR_FILE_CLOSED`, for what is not a socket).
 *
 * ```ts
 * import { FD } from '@netfd/poll'
 * import { O_CLOEXEC, O_NONBLOCK, pipe2 } from '@netfd/syscall'
 * const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC).map((fd) => new FD(fd)) as [FD, FD]
 * r.init()
 * w.init()
 * const buf = new Uint8Array(16)
 * const [n] = await Promise.all([r.read(buf), w.write(new TextEncoder().encode('hello'))])
 * console.assert(n === 5)
 * await Promise.all([r.close(), w.close()])
 * ```
 */
export class FD extends MessageFD {
  // Kept to be used again: a read or write that finds its own idle allocates none.
  #read: ReadOp | null = null
  #write: WriteOp | null = null
  /**
   * Reads what is there into `buf`, or waits for something: how many bytes, or null at the end of the
   * stream. 0 only for an empty `buf`, which never waits. The kernel writes into `buf` itself; at most
   * 1 GiB a call. Go: `FD.Read`; recv(2), read(2).
   */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null> {
    try {
      // Before anything else, for a getter may call this again.
      const signal = o === undefined ? undefined : signalOf(o)
      let op = this.#read
      if (op === null || op.state !== IDLE) {
        op = new ReadOp(this.kind)
        this.#read ??= op
      }
      return this.start(op.of(buf), signal)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Reads for a loop that may be left while it waits: one at a time, and `stop` ends the one that waits
   * with CanceledError. An AbortSignal could do it too, and would cost each such loop a kilobyte. What
   * `next` without a buffer has read, up to 64 KiB, is `piece`, the caller's for good: while it waits it
   * holds none. A loop that copies from many connections has no need of a buffer for each.
   * @internal
   */
  reading(): PieceLoop {
    return new PieceLoop(new ReadOp(this.kind), (op) => this.start(op))
  }

  /**
   * `reading` for whole records: each in a buffer of its size, null at the end.
   * @internal
   */
  records(): Loop<[], Uint8Array | null> {
    const op = new RecordOp()
    return loopOf(op, () => this.start(op))
  }

  /**
   * `reading` for accepts.
   * @internal
   */
  accepting(): AcceptLoop {
    const op = new AcceptOp(this)
    const pause = new PauseOp()
    const accepts = loopOf(op, () => this.start(op))
    const pauses = loopOf(pause, (ms: number) => this.start(pause.of(ms)))
    const stop = () => {
      accepts.stop()
      pauses.stop()
    }
    return { next: accepts.next, pause: pauses.next, stop }
  }

  /**
   * Writes all of `buf`, however many calls it takes, and resolves to its length. A rejection carries
   * `bytesWritten`. Writes never interleave. Go: `FD.Write`; send(2), write(2).
   */
  write(buf: Uint8Array, o?: CallOptions): Promise<number> {
    try {
      // Before anything else, for a getter may call this again.
      const signal = o === undefined ? undefined : signalOf(o)
      let op = this.#write
      if (op === null || op.state !== IDLE) {
        op = new WriteOp(this.kind)
        this.#write ??= op
      }
      return this.start(op.of(buf), signal)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Writes as much of `buf` as there is room for at once, without a promise: how many bytes were taken, or -1
   * when it would have to wait: the kernel has no room, another write is under way, or this turn of the event
   * loop has moved enough. Then `write` waits. Throws what `write` rejects with; 0 only for an empty `buf`.
   */
  tryWrite(buf: Uint8Array): number {
    let op = this.#write
    if (op === null || op.state !== IDLE) {
      op = new WriteOp(this.kind)
      this.#write ??= op
    }
    op.of(buf)
    try {
      return this.tryNow(op) ? op.sent : -1
    } finally {
      op.take()
    }
  }

  /**
   * Runs a loop that gives what it reads away: until the stream has ended or it has all that it wants (false),
   * or until it wants no other piece now or another caller has its turn to read (true). Then it is run again.
   * @internal
   */
  pour(op: PourOp, signal?: AbortSignal): Promise<boolean> {
    op.drains = this.kind.stream
    op.signal = signal
    return this.start(op, signal)
  }

  /**
   * A write whose parts count as moved, to be given to `give`.
   * @internal
   */
  giving(flow: Flow): GiveOp {
    return new GiveOp(this.kind, flow)
  }

  /**
   * `write` by such an operation, one at a time.
   * @internal
   */
  give(op: GiveOp, buf: Uint8Array, signal?: AbortSignal): Promise<number> {
    return this.start(op.of(buf), signal)
  }

  /**
   * Writes all of `bufs` one after the other, up to 1024 of them a call, and resolves to the sum of
   * their lengths. On a socket of messages they are one message, of at most 1024 buffers (`EMSGSIZE`).
   * A rejection carries `bytesWritten`. Go: `FD.Writev`; sendmsg(2), writev(2).
   */
  writev(bufs: readonly Uint8Array[], o?: CallOptions): Promise<number> {
    try {
      if (!Array.isArray(bufs)) throw notBytes(bufs)
      if (this.kind.message) return this.writeMsg(bufs, null, null, o)
      return this.call(new WritevOp(this.kind, bufs), o)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Looks at what is there without taking it: waits until there are `min` bytes, and resolves to how many of
   * them are in `buf`. Fewer than `min` at the end of the stream, and when the receive buffer may hold no more.
   * @internal
   */
  peek(buf: Uint8Array, min: number, o?: CallOptions): Promise<number> {
    try {
      return this.call(new PeekOp(this.kind, buf, min), o)
    } catch (error) {
      return this.refused(errorFrom(error))
    }
  }

  /**
   * Accepts the next connection of a listening socket. A connection that was aborted while it was
   * queued is passed over; EMFILE and the like are the caller's. Go: `FD.Accept`; accept4(2).
   */
  accept(o?: CallOptions): Promise<Accepted> {
    return this.call(new AcceptOp(this), o)
  }

  /**
   * Waits for the next edge of readability. An edge says that something changed, not that data is
   * there; without a new arrival there is none. Go: `FD.WaitRead`.
   */
  waitRead(o?: CallOptions): Promise<void> {
    return this.call(new WaitOp('r'), o)
  }

  /** Waits for the next edge of writability, as `waitRead` does. Go: `FD.WaitWrite`. */
  waitWrite(o?: CallOptions): Promise<void> {
    return this.call(new WaitOp('w'), o)
  }

  /**
   * `waitWrite` until a due time, see deadline.ts, for a caller that tries after each wait, as a dial does:
   * when the time runs out, the wait ends once as if an edge had come, and the next one fails.
   * @internal
   */
  waitTry(due: number, o?: CallOptions): Promise<void> {
    this.pd?.setDeadline(this.pd.w, due)
    return this.call(new WaitOp('w', true), o)
  }

  /**
   * Sets when reads and writes fail with DeadlineExceededError, those that wait now included: a Date,
   * epoch milliseconds, or null for never. One in the past beats data that is there. Setting one costs
   * no timer. Throws NoDeadlineError for a regular file. Go: `FD.SetDeadline`.
   */
  setDeadline(t: Deadline): void {
    const { pd, due } = this.#deadline(t)
    pd.setDeadline(pd.r, due)
    pd.setDeadline(pd.w, due)
  }

  /** `setDeadline` for reads and accepts alone. */
  setReadDeadline(t: Deadline): void {
    const { pd, due } = this.#deadline(t)
    pd.setDeadline(pd.r, due)
  }

  /** `setDeadline` for writes alone. */
  setWriteDeadline(t: Deadline): void {
    const { pd, due } = this.#deadline(t)
    pd.setDeadline(pd.w, due)
  }

  /**
   * Sets how long each read that starts from now on may take, in milliseconds from its start; 0, as it is at
   * first, is no limit. Then it fails with DeadlineExceededError, as at a deadline, and the next one has the
   * whole time again. A time that is set costs nothing until a call has to wait. Each accept, peek and
   * `waitRead` is such a call, and so is each wait of a transfer for this descriptor. Calls that wait
   * already keep theirs. Throws TypeError and RangeError for what is no finite number from 0 on, and
   * NoDeadlineError for a regular file. Go has no such call.
   */
  setReadTimeout(ms: number): void {
    this.#timed(ms).r.setTimeout(ms)
  }

  /** `setReadTimeout` for writes. */
  setWriteTimeout(ms: number): void {
    this.#timed(ms).w.setTimeout(ms)
  }

  /**
   * Calls `f` with the descriptor, which is valid and non-blocking until `f` returns, and returns what `f`
   * returns. Reads and writes are not held off. Go: `FD.RawControl`.
   */
  rawControl<T>(f: (fd: number) => T): T {
    this.lent('raw-control')
    // It may end reads at records now.
    this.pd?.distrust()
    this.pd?.reborn()
    return this.use((fd) => {
      // f may read or write, and blocks the whole thread if that blocks.
      if (this.pd !== null) hook.ensureNonblock(fd)
      return f(fd)
    })
  }

  /**
   * Calls `f` with the descriptor under the read lock; when it returns false, waits for an edge and
   * calls it again. `f` must make its own non-blocking call and return false only at EAGAIN.
   * Deadlines, aborts and close end the waiting. Go: `FD.RawRead`.
   */
  rawRead(f: (fd: number) => boolean, o?: CallOptions): Promise<void> {
    return this.#raw(new RawOp('r', f), o)
  }

  /** `rawRead` for writing. Go: `FD.RawWrite`. */
  rawWrite(f: (fd: number) => boolean, o?: CallOptions): Promise<void> {
    return this.#raw(new RawOp('w', f), o)
  }

  /**
   * Moves up to `max` bytes from one stream socket to this one through a pipe inside the kernel, until
   * `src` ends; after eight pieces under 8 KiB in a row, small ones are copied, which is cheaper, and so are
   * all where the kernel does not splice. Resolves to the bytes moved, or to null, nothing having been moved,
   * when one of the two is no stream socket. Writes to this descriptor and reads from `src` queue behind it.
   *
   * A deadline or a close of either side ends it, and so does `signal`, which takes nothing more from
   * `src`. A rejection carries `bytesWritten`, and `bytesRead`, how many bytes `src` has given: more
   * than were written when this descriptor had no room for the rest of a piece, and those are lost.
   * Go: `poll.Splice`; splice(2).
   */
  async spliceFrom(
    src: FD,
    max = Number.MAX_SAFE_INTEGER,
    o?: CallOptions,
  ): Promise<number | null> {
    return await this.spliceWhile(src, max, signalOf(o))
  }

  /**
   * `spliceFrom`, unless no byte moves for too long.
   * @internal
   */
  async spliceWhile(
    ...[src, max, signal, flow]: [FD, number, AbortSignal | undefined, Flow?]
  ): Promise<number | null> {
    try {
      return await splice(this.#transfer(), src.#transfer(), max, signal, flow)
    } catch (error) {
      throw this.wrap('readfrom', error as Error)
    }
  }

  /**
   * Sends up to `count` bytes of a file from `offset` (from its own position, which moves, when null)
   * on the thread pool. Resolves to the bytes sent, fewer at the end of the file, or to null, nothing
   * having been sent, when the kernel does not send this file. A FileHandle is asked for its number
   * before each call, so one that is closed between two calls ends it with EBADF; a number must stay the file's.
   * A rejection carries `bytesWritten`. An abort takes effect between two calls of up to 4 MiB. Go: `poll.SendFile`; sendfile(2).
   */
  async sendFile(
    file: number | FileHandle,
    offset: number | null,
    count: number,
    o?: CallOptions,
  ): Promise<number | null> {
    return await this.sendWhile(file, offset, count, signalOf(o))
  }

  /**
   * `sendFile`, unless no byte moves for too long.
   * @internal
   */
  async sendWhile(
    ...[file, offset, count, signal, flow]: [
      number | FileHandle,
      number | null,
      number,
      AbortSignal | undefined,
      Flow?,
    ]
  ): Promise<number | null> {
    try {
      return await sendfile(this.#transfer(), file, offset, count, signal, flow)
    } catch (error) {
      throw this.wrap('readfrom', error as Error)
    }
  }

  /**
   * Calls `ended` once, with the error that the next read or write would meet, as soon as the descriptor
   * is closed or the deadline of that direction passes; at once when that is so already. For a caller that
   * waits for something else and needs the descriptor next. It keeps the process alive as a read would, until
   * the function that it returns is called. A descriptor that is not polled only tells of a past close.
   * @internal
   */
  guard(kind: LockKind, ended: (error: Error) => void): () => void {
    const { pd } = this
    const side = kind === 'r' ? pd?.r : pd?.w
    const code = side === undefined ? READY : pd?.check(side)
    if (this.mu.closed || code === CLOSING) ended(this.closingError())
    else if (side !== undefined && code === TIMEOUT) ended(this.codeError(code, side))
    else if (side !== undefined) return this.#guard(side, ended)
    return () => undefined
  }

  #guard(side: PollSide, ended: (error: Error) => void): () => void {
    const guard: Waiter = {
      wake: (why) => {
        side.unguard(guard)
        ended(this.codeError(why, side))
      },
    }
    side.guard(guard)
    return () => side.unguard(guard)
  }

  #raw(op: RawOp, o?: CallOptions): Promise<void> {
    try {
      this.lent(op.name)
      return this.call(op, o)
    } catch (error) {
      return this.refused(this.wrap(op.name, error as Error))
    }
  }

  #deadline(t: Deadline): { pd: PollDesc; due: number } {
    const due = dueOf(t)
    return { pd: this.#polled(), due }
  }

  #timed(ms: number): PollDesc {
    checkTimeout(ms)
    return this.#polled()
  }

  /** Throws when no call of it can have a time. */
  #polled(): PollDesc {
    if (this.mu.closed) throw this.closingError()
    if (this.pd === null) throw new NoDeadlineError()
    return this.pd
  }

  #transfer(): TransferEnd {
    return {
      sysfd: this.fd,
      stream: this.kind.stream,
      pd: this.pd,
      closingError: () => this.closingError(),
      failed: (errno) => this.failed(this.kind.mortal, errno),
      lock: (op, signal) => this.takeLock(op, signal),
      unlock: (kind) => this.unlock(kind),
      step: (op, signal) => this.step(op, signal),
    }
  }
}
