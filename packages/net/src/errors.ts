// Go: net/net.go. The errors of this package, each with Go's text and a stable `code`.

import type { Cause } from './net.js'
import { codeOf, NetError } from './net.js'

export {
  CanceledError,
  DeadlineExceededError,
  NetClosingError,
  UnexpectedEOFError,
} from '@netfd/poll/internal'
export { NetError } from './net.js'
export { OpError, type OpErrorExtra } from './op-error.js'

/**
 * Descriptors came for which there was no room: those that came were closed, the kernel closed the others.
 * `code` is `ERR_CONTROL_TRUNCATED`.
 *
 * ```ts
 * import { ControlTruncatedError } from '@netfd/net'
 *
 * console.log(new ControlTruncatedError().code) // ERR_CONTROL_TRUNCATED
 * ```
 */
export class ControlTruncatedError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'ControlTruncatedError'
  }

  override readonly code = 'ERR_CONTROL_TRUNCATED'

  constructor() {
    super('more descriptors came than there was room for')
  }
}

/**
 * An address whose text or kind is wrong; `code` is `ERR_ADDR`. Go: `net.AddrError`.
 *
 * ```ts
 * import { AddrError } from '@netfd/net'
 *
 * console.log(new AddrError('missing port in address', 'localhost').message)
 * // address localhost: missing port in address
 * ```
 */
export class AddrError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'AddrError'
  }

  override readonly code = 'ERR_ADDR'
  /** What is wrong, for example `missing port in address`. */
  readonly err: string
  /** The address as it was given, '' for none. */
  readonly addr: string

  constructor(err: string, addr: string) {
    super(addr === '' ? err : `address ${addr}: ${err}`)
    this.err = err
    this.addr = addr
  }
}

/**
 * A text that is not what it should be; `code` is `ERR_PARSE`. Go: `net.ParseError`.
 *
 * ```ts
 * import { ParseError } from '@netfd/net'
 *
 * console.log(new ParseError('IP address', '1.2.3').message) // invalid IP address: 1.2.3
 * ```
 */
export class ParseError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'ParseError'
  }

  override readonly code = 'ERR_PARSE'
  /** What the text should have been, for example `IP address`. */
  readonly type: string
  /** The text as it was given. */
  readonly text: string

  constructor(type: string, text: string) {
    super(`invalid ${type}: ${text}`)
    this.type = type
    this.text = text
  }
}

/**
 * A network that this package does not know; `code` is `ERR_UNKNOWN_NETWORK`.
 * Go: `net.UnknownNetworkError`.
 *
 * ```ts
 * import { UnknownNetworkError } from '@netfd/net'
 *
 * console.log(new UnknownNetworkError('tcp5').message) // unknown network tcp5
 * ```
 */
export class UnknownNetworkError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'UnknownNetworkError'
  }

  override readonly code = 'ERR_UNKNOWN_NETWORK'
  /** The network as it was given. */
  readonly network: string

  constructor(network: string) {
    super(`unknown network ${network}`)
    this.network = network
  }
}

/**
 * An address of a kind that the operation cannot use; `code` is `ERR_INVALID_ADDR`.
 * Go: `net.InvalidAddrError`.
 *
 * ```ts
 * import { InvalidAddrError } from '@netfd/net'
 *
 * console.log(new InvalidAddrError('unexpected address family').code) // ERR_INVALID_ADDR
 * ```
 */
export class InvalidAddrError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'InvalidAddrError'
  }

  override readonly code = 'ERR_INVALID_ADDR'
}

/**
 * A packet that was given an address on a socket that is connected to one peer; `code` is
 * `ERR_WRITE_TO_CONNECTED`. Go: `net.ErrWriteToConnected`.
 *
 * ```ts
 * import { WriteToConnectedError } from '@netfd/net'
 *
 * console.log(new WriteToConnectedError().message) // use of WriteTo with pre-connected connection
 * ```
 */
export class WriteToConnectedError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'WriteToConnectedError'
  }

  override readonly code = 'ERR_WRITE_TO_CONNECTED'

  constructor() {
    super('use of WriteTo with pre-connected connection')
  }
}

/**
 * A read that could not tell packets apart, while the kernel joins them; `code` is `ERR_GRO`. See `UDPConn.setGRO`.
 * @internal
 */
export class JoinedError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'JoinedError'
  }

  override readonly code = 'ERR_GRO'

  constructor(wanted = 'use readBatch or readMsg, or setGRO(false)') {
    super(`packets come joined: ${wanted}`)
  }
}

/** The parts of a {@link DNSError} that are not always there. */
export interface DNSErrorInit {
  /** The resolver that answered, where it is known. */
  readonly server?: string
  /** Whether the lookup ran out of time. */
  readonly isTimeout?: boolean
  /** Whether the same lookup may succeed later. */
  readonly isTemporary?: boolean
  /** Whether the answer is that there is no such name. */
  readonly isNotFound?: boolean
  /** The code to report; by default the cause's. */
  readonly code?: string
  /** The error of `node:dns`, or why the lookup was given up. */
  readonly cause?: Error
}

/**
 * A name or service that could not be looked up. `code`, `errno` and `syscall` are those that
 * `node:dns` gave, for example `ENOTFOUND`; a lookup that ran into a deadline has `ETIMEDOUT`, an
 * aborted one `ABORT_ERR`. Go: `net.DNSError`.
 *
 * ```ts
 * import { DNSError } from '@netfd/net'
 *
 * const error = new DNSError('no such host', 'nowhere.invalid', { isNotFound: true })
 * console.log(error.message, error.code) // lookup nowhere.invalid: no such host ENOTFOUND
 * ```
 */
export class DNSError extends NetError {
  /** The class's name, spelt out: a bundler may rename classes. */
  override get name(): string {
    return 'DNSError'
  }

  override readonly code: string
  /** What went wrong, for example `no such host`. */
  readonly err: string
  /** The name that was looked up (Go: `Name`), `tcp/ftpx` for a service. */
  readonly hostname: string
  /** The resolver that answered, '' where it is not known. */
  readonly server: string
  /** Whether the lookup ran out of time. */
  readonly isTimeout: boolean
  /** Whether the same lookup may succeed later. */
  readonly isTemporary: boolean
  /** Whether the answer is that there is no such name. */
  readonly isNotFound: boolean
  /** The negative number that `node:dns` gave. */
  declare readonly errno?: number
  /** The call that `node:dns` named, for example `getaddrinfo`. */
  declare readonly syscall?: string

  constructor(err: string, hostname: string, init: DNSErrorInit = {}) {
    const { server = '', isTimeout = false, isTemporary = false, isNotFound = false } = init
    const message = `lookup ${hostname}${server === '' ? '' : ` on ${server}`}: ${err}`
    super(message, init.cause === undefined ? {} : { cause: init.cause })
    this.err = err
    this.hostname = hostname
    this.server = server
    this.isTimeout = isTimeout
    this.isTemporary = isTemporary
    this.isNotFound = isNotFound
    const cause: Cause | undefined = init.cause
    this.code = init.code ?? (cause && codeOf(cause)) ?? this.#ownCode()
    if (typeof cause?.errno === 'number') this.errno = cause.errno
    if (typeof cause?.syscall === 'string') this.syscall = cause.syscall
  }

  #ownCode(): string {
    if (this.isNotFound) return 'ENOTFOUND'
    return this.isTimeout ? 'ETIMEDOUT' : 'EAI_FAIL'
  }

  override get timeout(): boolean {
    return this.isTimeout
  }

  override get temporary(): boolean {
    return this.isTimeout || this.isTemporary
  }
}
