// Go: net/unixsock.go, UnixAddr, and unixsock_posix.go. The name of a local socket.
import { inspect } from 'node:util'
import { AF_UNIX, EINVAL, SyscallError } from '@netfd/syscall'
import { kindOf } from './arguments.js'
import { AddrError, UnknownNetworkError } from './errors.js'
import type { Addr, Sockaddr, UnixNetwork } from './net.js'

/** struct sockaddr_un: the family, and room for a name. */
const FAMILY = 2
const ROOM = 108

/** Marks an address whose bytes came from the kernel: they count, whatever text they make. */
const trusted: unique symbol = Symbol('trusted')

const NETWORKS: readonly unknown[] = ['unix', 'unixgram', 'unixpacket'] satisfies UnixNetwork[]

/** Whether it names a network of local sockets. */
export const isUnixNetwork = (network: unknown): network is UnixNetwork =>
  NETWORKS.includes(network)

/**
 * The name of a local socket: a path, or after an `@` an abstract name, which is no file and ends with its
 * last socket. A leading NUL stands for the `@`; a file whose name begins with it is `./@name`. A socket
 * without a name prints as `@`, as Go has it; its `bytes` are none. Go: `net.UnixAddr`; unix(7).
 *
 * ```ts
 * import { UnixAddr } from '@netfd/net'
 *
 * const addr = new UnixAddr('@metrics', 'unix')
 * console.log(`${addr.network} ${addr}`, addr.bytes.length) // unix @metrics 8
 * ```
 *
 * @category Addresses
 */
export class UnixAddr implements Sockaddr {
  /** The name as text; bytes of a path that are no UTF-8 are U+FFFD in it. */
  readonly name: string
  /** `unix`, `unixgram` or `unixpacket`. */
  readonly network: UnixNetwork
  /** The name as the kernel has it: an abstract one begins with a NUL. It may hold any bytes. */
  readonly bytes: Uint8Array

  /**
   * Throws TypeError for a name that is no string and for a network that is none of the three. How long a name
   * may be is the kernel's to say (107 bytes for a path, 108 for an abstract name), when it is used.
   */
  constructor(name: string, network: UnixNetwork)
  /** @internal */
  constructor(name: string, network: UnixNetwork, mark: typeof trusted, bytes: Uint8Array)
  constructor(name: string, network: UnixNetwork, mark?: typeof trusted, bytes?: Uint8Array) {
    if (mark !== trusted) check(name, network)
    const abstract = name.startsWith('@') || name.startsWith('\0')
    this.name = abstract ? `@${name.slice(1)}` : name
    this.network = network
    this.bytes = bytes ?? bytesOf(this.name, abstract)
  }

  /**
   * The address of these bytes, an abstract name's with their NUL.
   * @internal
   */
  static of(bytes: Uint8Array, network: UnixNetwork): UnixAddr {
    return trust(bytes, network)
  }

  /** @internal */
  get family(): number {
    return AF_UNIX
  }

  /** @internal */
  get isWildcard(): boolean {
    return this.name === ''
  }

  /** What console.log shows: the name. */
  [inspect.custom](): string {
    return `UnixAddr { ${this} }`
  }

  /** The name. */
  toString(): string {
    return this.name
  }
}

// Outside the class: a bundler renames one that names itself.
const trust = (bytes: Uint8Array, network: UnixNetwork): UnixAddr => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  return new UnixAddr(text === '' ? '@' : text, network, trusted, bytes)
}

function check(name: unknown, network: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${kindOf(name)}`)
  if (isUnixNetwork(network)) return
  throw new TypeError(`network must be 'unix', 'unixgram' or 'unixpacket', got ${String(network)}`)
}

function bytesOf(name: string, abstract: boolean): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(name, 'utf8'))
  if (abstract) bytes[0] = 0
  return bytes
}

/**
 * The struct sockaddr of a name, for `call`. Throws SyscallError EINVAL for one that does not fit, and for a
 * path with a NUL inside: the kernel would end it there, and use a file of another name.
 */
export function toUnixSockaddr({ bytes }: UnixAddr, call: string): Uint8Array {
  const path = bytes.length > 0 && bytes[0] !== 0
  const size = bytes.length + (path ? 1 : 0)
  if (size > ROOM || (path && bytes.includes(0))) throw new SyscallError(call, EINVAL)
  const sockaddr = new Uint8Array(FAMILY + size)
  new Uint16Array(sockaddr.buffer, 0, 1)[0] = AF_UNIX
  sockaddr.set(bytes, FAMILY)
  return sockaddr
}

/** The address in a struct sockaddr, whose length says where an abstract name ends. */
export function fromUnixSockaddr(sockaddr: Uint8Array, network: UnixNetwork): UnixAddr {
  const bytes = sockaddr.subarray(Math.min(FAMILY, sockaddr.length))
  // A path ends at its NUL, or with the struct when it fills all of it.
  const end = bytes[0] === 0 ? -1 : bytes.indexOf(0)
  return UnixAddr.of(end === -1 ? bytes : bytes.subarray(0, end), network)
}

/**
 * A name as an address. Nothing is looked up, and the kernel is not asked whether it can have such a name.
 * Throws UnknownNetworkError for a network that is none of `unix`, `unixgram` and `unixpacket`, TypeError for a
 * name that is no string. Go: `net.ResolveUnixAddr`.
 *
 * ```ts
 * import { resolveUnixAddr } from '@netfd/net'
 * console.assert(resolveUnixAddr('unixgram', '/dev/log').network === 'unixgram')
 * ```
 *
 * @category Addresses
 */
export function resolveUnixAddr(network: UnixNetwork, address: string): UnixAddr {
  if (typeof network === 'string' && !isUnixNetwork(network)) throw new UnknownNetworkError(network)
  return new UnixAddr(address, network)
}

export const isUnixAddr = (addr: Addr): addr is UnixAddr => addr instanceof UnixAddr

/** An address object, as one of this copy of the package: another copy's has the same bytes. */
export function unixAddrOf(name: string, value: unknown): UnixAddr {
  const addr = (value ?? {}) as Partial<UnixAddr>
  if (addr instanceof UnixAddr) return addr
  const { network, bytes } = addr
  if (isUnixNetwork(network) && bytes instanceof Uint8Array) return UnixAddr.of(bytes, network)
  throw new TypeError(
    `${name} must be a UnixAddr, got ${kindOf(value)}: make one with new UnixAddr(name, network)`,
  )
}

/** Refuses an address that a local socket cannot have. */
export function unixAddr(addr: Addr): UnixAddr {
  if (isUnixAddr(addr)) return addr
  throw new AddrError('unexpected address type', String(addr))
}
