// Go: net/fd_posix.go and fd_unix.go. A descriptor that knows its network and its two addresses.
import { AsyncLocalStorage } from 'node:async_hooks'
import { FD, targetOf } from '@netfd/poll/internal'
import type { GettableSockopt, SettableSockopt, SockoptValue } from '@netfd/syscall'
import { getOptionOf, SOCKADDR_STORAGE_SIZE, SyscallError, setOptionOf } from '@netfd/syscall'
import { isMistake, kindOf } from './arguments.js'
import type { OpErrorExtra } from './errors.js'
import { OpError } from './errors.js'
import { hook } from './hook.js'
import type { Addr, Sockaddr } from './net.js'
import type { PackedAddr } from './packed-addr.js'
import { packAddr, sameEnd } from './packed-addr.js'
import type { SockKind } from './sock-kind.js'
import { sockKind } from './sock-kind.js'
import type { TCPAddr } from './tcpaddr.js'
import type { ConnTrace } from './trace.js'
import { closed } from './trace.js'

/**
 * In whose context a descriptor is closed, which may come to pass in another: when the last call leaves
 * it. Kept only while the channel of closes has a subscriber.
 */
const closers = new WeakMap<FD, ReturnType<typeof AsyncLocalStorage.snapshot>>()

const scratch = new Uint8Array(SOCKADDR_STORAGE_SIZE)

/** An address as the kernel gave it, or decoded. */
type LazyAddr = PackedAddr | Addr | null

/** Asks the kernel for an end's address: null and a negated errno when it does not say. */
function ask(call: typeof hook.getsockname, fd: number): { addr: PackedAddr | null; r: number } {
  const r = call(fd, scratch)
  return { addr: r < 0 ? null : packAddr(scratch, r), r }
}

const isPacked = (addr: LazyAddr): addr is PackedAddr =>
  typeof addr === 'number' || addr instanceof Uint8Array

/** How far a socket has come, as bits of one number, for every idle connection has one. */
const OPENING = 0
const LISTENING = 1
/** Before this, errors are the dialer's or listener's to wrap. */
const ESTABLISHED = 2
/** A listening socket has options that accepted ones may inherit, and `listen` did not give. */
const TUNED = 4

/** A socket. Once established, everything it rejects is an OpError. */
export class NetFD extends FD {
  /** The network as the user named it. */
  readonly net: string
  readonly #kind: SockKind
  #stage: number
  #laddr: LazyAddr = null
  #raddr: LazyAddr = null

  /** Go: `newFD`. `net` is the network as the user named it. */
  constructor(sysfd: number, family: number, sotype: number, net: string, listening = false) {
    const kind = sockKind(family, sotype)
    super(sysfd, kind)
    this.net = net
    this.#kind = kind
    this.#stage = listening ? LISTENING : OPENING
  }

  override get sole(): boolean {
    return !this.mayShare && (this.#stage & TUNED) === 0
  }

  /** The local address: the same object each time, also after close. */
  get laddr(): Addr | null {
    if (isPacked(this.#laddr)) this.#laddr = this.#kind.addrs(this.#laddr)
    return this.#laddr
  }

  set laddr(addr: Addr) {
    this.#laddr = addr
  }

  /** The peer's address: the same object each time, also after close. */
  get raddr(): Addr | null {
    if (isPacked(this.#raddr)) this.#raddr = this.#kind.addrs(this.#raddr)
    return this.#raddr
  }

  set raddr(addr: Addr) {
    this.#raddr = addr
  }

  /** The type of its socket: SOCK_STREAM, SOCK_SEQPACKET or SOCK_DGRAM. */
  get sotype(): number {
    return this.#kind.sotype
  }

  /** The struct sockaddr of an address, for `call` on this socket. Throws AddrError or SyscallError. */
  sockaddr(addr: Sockaddr, call = ''): Uint8Array {
    return this.#kind.sockaddr(addr, call)
  }

  /** Its address family. */
  get family(): number {
    return this.#kind.family
  }

  /** Gives a new socket what all of its kind have. Refusals mean nothing: without it less works. */
  setDefaults(): void {
    const { options = [] } = this.#kind
    for (const { level, optname, value } of options) {
      hook.setsockopt(this.sysfd, level, optname, value)
    }
  }

  /** What a struct sockaddr of the kernel's is as an address. */
  addrOf(sockaddr: Uint8Array): Addr {
    return this.#kind.addrs(packAddr(sockaddr, sockaddr.length))
  }

  /** The kernel says what the local address is. Throws SyscallError. */
  setLocalAddr(): void {
    const { addr, r } = ask(hook.getsockname, this.sysfd)
    if (addr === null) throw new SyscallError('getsockname', r)
    this.#laddr = addr
  }

  /** The peer's address: `peer` when accept or connect gave it, else what the kernel says, else `wanted`. */
  setRemoteAddr(peer: PackedAddr | null, wanted: Addr | null): void {
    if (peer === null) this.#raddr = ask(hook.getpeername, this.sysfd).addr ?? wanted
    else this.#raddr = typeof peer === 'number' ? peer : packAddr(peer, peer.length)
  }

  /** Go: `selfConnect`. Whether both ends are the same, or one of them is unknown. */
  get selfConnected(): boolean {
    // As a rule both are packed, and need not be decoded.
    if (isPacked(this.#laddr) && isPacked(this.#raddr)) return sameEnd(this.#laddr, this.#raddr)
    const { laddr, raddr } = this as { laddr: TCPAddr | null; raddr: TCPAddr | null }
    if (laddr === null || raddr === null) return true
    return laddr.port === raddr.port && laddr.ip === raddr.ip
  }

  /** From here on it belongs to a connection or listener. */
  establish(): void {
    this.#stage |= ESTABLISHED
  }

  /**
   * The descriptor of a connection that this listener accepted. Whether its close may block is inherited, and
   * so is the local address of a listener that is bound to one. A caller that was given its number may have
   * made it take connections to others (IP_TRANSPARENT).
   */
  accepted(sysfd: number): NetFD {
    const { family, sotype } = this.#kind
    const fd = new NetFD(sysfd, family, sotype, this.net)
    fd.mayLinger = this.mayLinger
    if (this.sole && !(this.laddr as Sockaddr).isWildcard) fd.#laddr = this.#laddr
    return fd
  }

  /** It came from elsewhere: how its socket was set up, and which other process has it, is not known. */
  adopted(): void {
    this.mayLinger = this.mayShare = this.borrowed = true
  }

  /** Sets an option of the typed table. Throws TypeError, RangeError or SyscallError. */
  setOption<O extends SettableSockopt>(option: O, value: SockoptValue<O>): void {
    if (this.#stage & LISTENING) this.#stage |= TUNED
    setOptionOf(this, option, value)
  }

  /** The value of an option of the typed table. Throws TypeError, RangeError or SyscallError. */
  getOption<O extends GettableSockopt>(option: O): SockoptValue<O> {
    return getOptionOf(this, option)
  }

  /** An option that is a number or a flag: a string would reach the kernel as its bytes. */
  setInt(level: number, optname: number, value: number | boolean): void {
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new TypeError(`expected a number or a boolean, got ${typeof value}`)
    }
    this.setsockopt(level, optname, value)
  }

  /** The rejection of a write of what is neither bytes nor text. */
  unwritable(data: unknown): Promise<never> {
    return this.refused(new TypeError(`expected a Uint8Array or a string, got ${kindOf(data)}`))
  }

  /** The rejection of a call that cannot be made; `to` is the address that it names. */
  failing(op: string, error: Error, to: Addr | null = null): Promise<never> {
    return this.refused(isMistake(error) ? error : this.#errorTo(op, error, to ?? this.raddr))
  }

  /** Runs `f` with the descriptor, which stays this one's until `f` returns. */
  lend<T>(f: (fd: number) => T): T {
    return this.use(f)
  }

  /** The error of an operation, as Go's OpError names its two ends. */
  opError(op: string, error: Error, written?: number): Error {
    if (isMistake(error)) return error
    if (this.#stage & LISTENING) return new OpError(op, this.net, null, this.laddr, error)
    const to = targetOf(error) as Addr | undefined
    return this.#errorTo(op, error, to ?? this.raddr, written)
  }

  #errorTo(op: string, error: Error, addr: Addr | null, written?: number): Error {
    const { bytesWritten, bytesRead, messagesWritten } = error as OpErrorExtra
    const extra = { bytesWritten: written ?? bytesWritten, bytesRead, messagesWritten }
    return new OpError(op, this.net, this.laddr, addr, error, extra)
  }

  /** The error of a call that only concerns this end: Go names no source there. */
  setError(op: string, error: Error): Error {
    if (isMistake(error)) return error
    return new OpError(op, this.net, null, this.laddr, error)
  }

  override close(): Promise<void> {
    if (closed.hasSubscribers && !this.closed) closers.set(this, AsyncLocalStorage.snapshot())
    return super.close()
  }

  protected override destroy(): void {
    if (closed.hasSubscribers && this.#stage & ESTABLISHED) {
      const publish = () => closed.publish(this.trace())
      const within = closers.get(this)
      if (within === undefined) publish()
      else within(publish)
    }
    super.destroy()
  }

  /** What the channels of node:diagnostics_channel say about it. */
  trace(): ConnTrace {
    const { net: network, laddr, raddr } = this
    return { network, localAddr: laddr as Addr, remoteAddr: raddr }
  }

  protected override wrap(op: string, error: Error): Error {
    // A control callback has the raw connection before, and its calls are operations of their own.
    return this.#stage & ESTABLISHED || op.startsWith('raw-') ? this.opError(op, error) : error
  }
}
