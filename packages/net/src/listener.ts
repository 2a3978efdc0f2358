// Go: net/tcpsock.go and unixsock.go. What listeners do whatever their protocol.
import { inspect } from 'node:util'
import type { Accepted, CallOptions, Deadline } from '@netfd/poll'
import { nextDelay, warnOfFailedAccept } from './accept-again.js'
import type { NetConn } from './conn.js'
import type { OpError } from './errors.js'
import type { NetFD } from './fd.js'
import { endsOf } from './inspect.js'
import { isLeft, Loop } from './iterate.js'
import type { Addr, Listener } from './net.js'
import { RawListener } from './rawconn.js'
import { accepted } from './trace.js'

/** The listener on a NetFD, whose connections are of class C. */
export abstract class NetListener<C extends NetConn> implements Listener<C> {
  /** @internal */
  protected readonly fd: NetFD
  #warned = false

  /** @internal */
  constructor(fd: NetFD) {
    this.fd = fd
  }

  /** The address it listens on: the same object each time. */
  get addr(): Addr {
    return this.fd.laddr as Addr
  }

  /**
   * Accepts the next connection. Any number of callers may wait; they are served in order. A connection
   * that was aborted while it was queued is passed over.
   *
   * Rejects with OpError: `ETIMEDOUT` past the deadline, even when a connection is queued, `ABORT_ERR`,
   * `ERR_NET_CLOSED`, or the kernel's errno, such as `EMFILE`. A loop of your own waits a little and goes
   * on where `temporary` is true, as the loop over the listener does. Go: `TCPListener.Accept`; accept4(2).
   */
  async accept(o?: CallOptions): Promise<C> {
    return this.#made(await this.fd.accept(o))
  }

  /**
   * A connection on an accepted socket, whose options are still to be set.
   * @internal
   */
  protected abstract made(fd: NetFD): C

  #made({ fd, sockaddr }: Accepted): C {
    const conn = this.fd.accepted(fd)
    try {
      conn.init()
      if (conn.laddr === null) conn.setLocalAddr()
      conn.setRemoteAddr(sockaddr, null)
      const made = this.made(conn)
      if (accepted.hasSubscribers) accepted.publish(conn.trace())
      return made
    } catch (error) {
      void conn.close()
      throw this.fd.opError('accept', error as Error)
    }
  }

  /**
   * Stops listening: accepts that wait are rejected with `ERR_NET_CLOSED` and the address is free again.
   * Accepted connections go on; those still in the backlog are reset. A second close is rejected.
   * Go: `TCPListener.Close`.
   */
  close(): Promise<void> {
    return this.fd.close()
  }

  /**
   * Sets when accepts fail with `ETIMEDOUT`, those that wait now included: a Date, epoch milliseconds,
   * or null for never. Throws OpError after close. Go: `TCPListener.SetDeadline`.
   */
  setDeadline(t: Deadline): void {
    this.#do('set', () => this.fd.setDeadline(t))
  }

  /** The descriptor, through `control` alone. Go: `TCPListener.SyscallConn`. */
  syscallConn(): RawListener {
    return new RawListener(this.fd)
  }

  /** A duplicate of the descriptor, which is the caller's. Go: `TCPListener.File`; fcntl(2). */
  dup(): number {
    return this.#do('file', () => this.fd.dup())
  }

  /** Lets accepts that wait keep the process alive, as they do by default. */
  ref(): void {
    this.fd.ref()
  }

  /** Lets the process end although accepts wait. */
  unref(): void {
    this.fd.unref()
  }

  /**
   * `for await (const conn of listener)`: accept after accept, ending when the listener is closed.
   * accept(2) is called only while the loop asks for a connection. Leaving the loop closes nothing and
   * loses no connection, also while it waits.
   *
   * What is wrong for a while does not end it: at `EMFILE`, `ENFILE`, `ENOBUFS`, `ENOMEM` and whatever else
   * is `temporary`, it warns once for each listener (`process.on('warning')`, code `NETFD_ACCEPT`), waits
   * 5 ms, doubled each time up to 1 s, or until a descriptor of ours is closed, and tries again. Any other
   * error ends it, and so does the deadline, with `ETIMEDOUT`. Go: the loop of `http.Server.Serve`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<C, void, undefined> {
    return new Conns(
      this.fd,
      (accepted) => this.#made(accepted),
      (error) => this.#warn(error),
    )
  }

  #warn(error: OpError): void {
    if (!this.#warned) warnOfFailedAccept(error)
    this.#warned = true
  }

  /** What console.log shows: the address, and whether it is open. */
  [inspect.custom](): string {
    return `Listener { ${endsOf(this.fd)} }`
  }

  /** `await using`: closes, unless it is closed already. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.fd.closed) await this.close()
  }

  #do<T>(op: string, f: () => T): T {
    try {
      return f()
    } catch (error) {
      throw this.fd.opError(op, error as Error)
    }
  }
}

/** The loop over a listener: accept after accept. */
class Conns<C> extends Loop<Accepted, C> {
  readonly #fd: NetFD
  readonly #accepting: ReturnType<NetFD['accepting']>
  readonly #made: (accepted: Accepted) => C
  readonly #warn: (error: OpError) => void
  #delay = 0

  constructor(fd: NetFD, made: (accepted: Accepted) => C, warn: (error: OpError) => void) {
    super()
    this.#fd = fd
    this.#accepting = fd.accepting()
    this.#made = made
    this.#warn = warn
  }

  protected ask(): Promise<Accepted> {
    return this.#accepting.next()
  }

  protected value(accepted: Accepted): C {
    const conn = this.#made(accepted)
    this.#delay = 0
    return conn
  }

  protected stop(): void {
    this.#accepting.stop()
  }

  /** Waits before the next try; an error that waiting does not help against is thrown. */
  protected override async again(error: unknown): Promise<boolean> {
    if (this.#fd.closed || isLeft(error)) return false
    this.#delay = this.#delayAfter(error as OpError)
    try {
      await this.#accepting.pause(this.#delay)
      return true
    } catch (ended) {
      return await this.again(ended)
    }
  }

  #delayAfter(error: OpError): number {
    if (!error.temporary || error.timeout) throw error
    this.#warn(error)
    return nextDelay(this.#delay)
  }
}
