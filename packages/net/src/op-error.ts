// Go: net/net.go, OpError. The one wrapper around whatever made an operation fail.

import type { Addr, Cause } from './net.js'
import { codeOf, NetError } from './net.js'

/** What an {@link OpError} can carry besides its parts in Go. */
export interface OpErrorExtra {
  /** Bytes that a failed write had handed to the kernel. */
  readonly bytesWritten?: number | undefined
  /** Bytes that a failed transfer had taken from its source. */
  readonly bytesRead?: number | undefined
  /** Packets of a batch that a failed write had handed to the kernel. */
  readonly messagesWritten?: number | undefined
  /** The errors of further addresses that were tried, in the order of the addresses. */
  readonly errors?: readonly Error[]
}

/**
 * What accept(2) fails with, and epoll_ctl(2) after it, besides what is temporary anywhere: the kernel
 * lacks room, or the one connection is to blame. Go has the two ECONN… here; accept(2) has the networks'.
 */
const PASSING: ReadonlySet<string> = new Set([
  'ENOBUFS',
  'ENOMEM',
  'ENOSPC',
  'ECONNABORTED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENONET',
  'ENOPROTOOPT',
  'EPROTO',
])

/**
 * The error of every operation on a connection, listener or dialer: what was tried, between which
 * addresses, and why it failed (`cause`). `code`, `errno`, `syscall`, `address` and `port` are as
 * Node's own socket errors have them. `code` is the cause's, for example `ECONNREFUSED`,
 * `ERR_NET_CLOSED` or `ABORT_ERR`, except that a deadline that passed gives `ETIMEDOUT`; it is
 * `ERR_OP` when the cause has none. Go: `net.OpError`.
 *
 * ```ts
 * import { AddrError, OpError } from '@netfd/net'
 *
 * const error = new OpError('dial', 'tcp', null, null, new AddrError('missing address', ''))
 * console.log(error.message) // dial tcp: missing address
 * ```
 */
export class OpError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'OpError'
  }

  /** What was tried: `dial`, `listen`, `accept`, `read`, `write`, `close`, `set` and so on. */
  readonly op: string
  /** The network as the caller named it, for example `tcp4`. */
  readonly net: string
  /** The local end, where the operation had one. */
  declare readonly source?: Addr
  /** The remote end, or the address that was listened on or set. */
  declare readonly addr?: Addr
  override readonly code: string
  /** The negative errno of a failed system call, as Node has it. */
  declare readonly errno?: number
  /** The system call that failed, for example `connect`. */
  declare readonly syscall?: string
  /** The IP address of `addr`, as Node has it. */
  declare readonly address?: string
  /** The port of `addr`, as Node has it. */
  declare readonly port?: number
  /** Bytes that a failed write had handed to the kernel. */
  declare readonly bytesWritten?: number
  /** Bytes that a failed transfer had taken from its source: those that were not written are lost. */
  declare readonly bytesRead?: number
  /** Packets of a batch that a failed write had handed to the kernel: the next one failed. */
  declare readonly messagesWritten?: number
  /** Of a failed `copyBoth`: bytes that went from its first connection to the second. */
  declare readonly bytesAToB?: number
  /** Of a failed `copyBoth`: bytes that went from its second connection to the first. */
  declare readonly bytesBToA?: number
  /** The errors of further addresses that were tried; this error is the first one's. */
  declare readonly errors?: readonly Error[]
  /** Why it failed; the kernel's own answers are a `SyscallError`. */
  declare readonly cause: Error

  constructor(
    op: string,
    net: string,
    source: Addr | null,
    addr: Addr | null,
    cause: Error,
    extra?: OpErrorExtra,
  ) {
    super(opMessage(op, net, source, addr, cause), { cause })
    this.op = op
    this.net = net
    if (source !== null) this.source = source
    if (addr !== null) this.addr = addr
    this.code = codeOf(cause) ?? 'ERR_OP'
    const { errno, syscall }: Cause = cause
    if (typeof errno === 'number') this.errno = errno
    if (typeof syscall === 'string') this.syscall = syscall
    const { address, port } = endPoint(cause, addr)
    if (typeof address === 'string' && address !== '') this.address = address
    if (typeof port === 'number') this.port = port
    if (extra?.bytesWritten !== undefined) this.bytesWritten = extra.bytesWritten
    if (extra?.bytesRead !== undefined) this.bytesRead = extra.bytesRead
    if (extra?.messagesWritten !== undefined) this.messagesWritten = extra.messagesWritten
    if (extra?.errors !== undefined) this.errors = extra.errors
  }

  override get timeout(): boolean {
    return (this.cause as Cause).timeout === true
  }

  override get temporary(): boolean {
    if ((this.cause as Cause).temporary === true) return true
    return this.op === 'accept' && PASSING.has(this.code)
  }
}

function opMessage(
  op: string,
  net: string,
  source: Addr | null,
  addr: Addr | null,
  cause: Error,
): string {
  let ends = ''
  if (source !== null) ends = ` ${source}`
  if (addr !== null) ends += `${source === null ? ' ' : '->'}${addr}`
  return `${op}${net === '' ? '' : ` ${net}`}${ends}: ${cause.message}`
}

/** An error of Node's own names its end point itself; for ours the operation's address is it. */
function endPoint(cause: Cause, addr: Addr | null): { address?: unknown; port?: unknown } {
  if (typeof cause.address === 'string') return cause
  const { ip, port } = (addr ?? {}) as { ip?: unknown; port?: unknown }
  return { address: ip, port }
}
