// Go: net/fd_posix.go and fd_unix.go. A descriptor that knows its network and its two addresses.
import { FD } from '@netfd/poll'
import { SyscallError } from '@netfd/syscall'
import { OpError } from './errors.js'
import { hook } from './hook.js'
import { toAddr } from './ipsock-posix.js'
import type { TCPAddr } from './tcpaddr.js'

/** Room for any address the kernel may give. */
const ROOM = 128
const scratch = new Uint8Array(ROOM)

/** One object for every connection: what kind of descriptor a TCP socket is. */
const TCP = { net: 'tcp', stream: true } as const

/** An address as the kernel gave it, decoded when somebody asks, or as it was decoded already. */
type LazyAddr = Uint8Array | TCPAddr | null

/** Asks the kernel for an end's address: a copy of its bytes, or a negated errno. */
function ask(call: typeof hook.getsockname, fd: number): Uint8Array | number {
  const length = call(fd, scratch)
  return length < 0 ? length : scratch.slice(0, length)
}

/** A TCP socket. Once established, everything it rejects is an OpError. */
export class NetFD extends FD {
  /** The network as the user named it. */
  readonly net: string
  readonly #listening: boolean
  /** Before this, errors are the dialer's or listener's to wrap. */
  #established = false
  #laddr: LazyAddr = null
  #raddr: LazyAddr = null

  constructor(sysfd: number, net: string, listening = false) {
    super(sysfd, TCP)
    this.net = net
    this.#listening = listening
  }

  /** The local address: the same object each time, also after close. */
  get laddr(): TCPAddr | null {
    if (this.#laddr instanceof Uint8Array) this.#laddr = toAddr(this.#laddr)
    return this.#laddr
  }

  /** The peer's address: the same object each time, also after close. */
  get raddr(): TCPAddr | null {
    if (this.#raddr instanceof Uint8Array) this.#raddr = toAddr(this.#raddr)
    return this.#raddr
  }

  /** The kernel says what the local address is. Throws SyscallError. */
  setLocalAddr(): void {
    const name = ask(hook.getsockname, this.sysfd)
    if (typeof name === 'number') throw new SyscallError('getsockname', name)
    this.#laddr = name
  }

  /** The peer is known already, or the kernel says it, or it is whom the user asked for. */
  setRemoteAddr(peer: Uint8Array | null, wanted: TCPAddr | null): void {
    const name = peer ?? ask(hook.getpeername, this.sysfd)
    this.#raddr = typeof name === 'number' ? wanted : name
  }

  /** From here on it belongs to a connection or listener. */
  establish(): void {
    this.#established = true
  }

  /** Whether closing it may block; an accepted socket inherits that from its listener. */
  inherit(listener: NetFD): void {
    this.mayLinger = listener.mayLinger
  }

  /** Runs `f` with the descriptor, which stays this one's until `f` returns. */
  lend<T>(f: (fd: number) => T): T {
    return this.use(f)
  }

  /** The error of an operation, as Go's OpError names its two ends. */
  opError(op: string, error: Error): Error {
    // A caller's mistake is no failure of the network.
    if (error instanceof TypeError || error instanceof RangeError) return error
    if (this.#listening) return new OpError(op, this.net, null, this.laddr, error)
    const { bytesWritten } = error as { bytesWritten?: number }
    const extra = bytesWritten === undefined ? undefined : { bytesWritten }
    return new OpError(op, this.net, this.laddr, this.raddr, error, extra)
  }

  /** The error of a call that only concerns this end: Go names no source there. */
  setError(op: string, error: Error): Error {
    if (error instanceof TypeError || error instanceof RangeError) return error
    return new OpError(op, this.net, null, this.laddr, error)
  }

  protected override wrap(op: string, error: Error): Error {
    return this.#established ? this.opError(op, error) : error
  }
}
