// Go: syscall.Sockaddr. Socket addresses as plain objects, to and from the kernel's structs.

import { endianness } from 'node:os'
import { isUint8Array } from 'node:util/types'
import { constants } from './constants.js'
import { formatIP, parseIP } from './ip.js'

/** An IPv4 end point, the kernel's `struct sockaddr_in`. See ip(7). */
export interface SockaddrInet4 {
  readonly family: 'inet4'
  /** A dotted quad. */
  readonly addr: string
  /** 0 to 65535. */
  readonly port: number
}

/** An IPv6 end point, the kernel's `struct sockaddr_in6`. See ipv6(7). */
export interface SockaddrInet6 {
  readonly family: 'inet6'
  /** IPv6 text without a zone; a dotted quad means the v4-mapped address. */
  readonly addr: string
  /** 0 to 65535. */
  readonly port: number
  /** The interface index of a link-local address, else 0. */
  readonly scopeId: number
  /** Traffic class and flow label, a 32-bit number as `sin6_flowinfo` holds it, else 0. */
  readonly flowinfo: number
}

/** The name of a local socket, the kernel's `struct sockaddr_un`. See unix(7). */
export interface SockaddrUnix {
  readonly family: 'unix'
  /**
   * A file's path in UTF-8, `''` for an unnamed socket, or `'\0'` and an abstract name, which may
   * hold further NULs.
   */
  readonly path: string
}

/** A socket address of one of the three families that netfd knows. */
export type Sockaddr = SockaddrInet4 | SockaddrInet6 | SockaddrUnix

/** Room for any address the kernel may give, in bytes: that of a struct sockaddr_storage. */
export const SOCKADDR_STORAGE_SIZE = 128

/** Whether numbers begin with their lowest byte, as on both CPUs that we ship for. */
export const littleEndian = endianness() === 'LE'
const inet4Size = 16
const inet6Size = 28
const familySize = 2
// sun_path has 108 bytes; a path keeps the last for its NUL, a name spends the first on its own.
const pathMax = 107
const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

/**
 * The bytes that bind(2), connect(2) and their kin take for `sa`: exactly as many as the kernel
 * should be told, so an abstract name ends with the array.
 *
 * Throws a `TypeError` for an unknown family, an address that is no IP of its family, or a path
 * with a NUL inside, and a `RangeError` for a port, scope id or flow info out of range or a path
 * that is too long.
 *
 * ```ts
 * import { decodeSockaddr, encodeSockaddr } from '@netfd/syscall'
 *
 * const bytes = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 80 })
 * console.log(bytes.length, decodeSockaddr(bytes)) // 16 { family: 'inet4', ... }
 * ```
 */
export function encodeSockaddr(sa: Sockaddr): Uint8Array {
  switch (sa.family) {
    case 'inet4':
      return encodeInet4(sa)
    case 'inet6':
      return encodeInet6(sa)
    case 'unix':
      return encodeUnix(sa)
    default:
      throw new TypeError(`unknown address family ${String((sa as Sockaddr).family)}`)
  }
}

/** The struct sockaddr of what a call takes for an address: that itself, or an object to encode. */
export function sockaddrOf(address: Sockaddr | Uint8Array): Uint8Array {
  return isUint8Array(address) ? address : encodeSockaddr(address)
}

function encodeInet4({ addr, port }: SockaddrInet4): Uint8Array {
  const ip = parseIP(addr)
  if (ip?.length !== 4) throw new TypeError(`not an IPv4 address: ${addr}`)
  const bytes = struct(inet4Size, constants.AF_INET)
  // A view would move the array's bytes off the heap, which takes as long as all the rest.
  bytes[2] = checkInteger('port', port, 0xffff) >> 8
  bytes[3] = port
  bytes.set(ip, 4)
  return bytes
}

function encodeInet6({ addr, port, scopeId, flowinfo }: SockaddrInet6): Uint8Array {
  const ip = parseIP(addr)
  if (ip === null) throw new TypeError(`not an IPv6 address: ${addr}`)
  const bytes = struct(inet6Size, constants.AF_INET6)
  const view = new DataView(bytes.buffer)
  view.setUint16(2, checkInteger('port', port, 0xffff))
  view.setUint32(4, checkInteger('flow info', flowinfo, 0xffffffff))
  if (ip.length === 4) bytes.set(mappedPrefix, 8)
  bytes.set(ip, 24 - ip.length)
  view.setUint32(24, checkInteger('scope id', scopeId, 0xffffffff), littleEndian)
  return bytes
}

function encodeUnix({ path }: SockaddrUnix): Uint8Array {
  const name = Buffer.from(path, 'utf8')
  const abstract = name[0] === 0
  if (!abstract && name.includes(0)) throw new TypeError('a socket path must not hold a NUL')
  const used = abstract ? name.length - 1 : name.length
  if (used > pathMax) {
    throw new RangeError(`a socket path has ${pathMax} bytes at most, this one ${used}`)
  }
  // An unnamed address is the family alone, and only a path is followed by a NUL.
  const size = familySize + name.length + (abstract || name.length === 0 ? 0 : 1)
  const bytes = struct(size, constants.AF_UNIX)
  bytes.set(name, familySize)
  return bytes
}

/** The bytes of a struct sockaddr with its family in them, which is a number below 256. */
function struct(size: number, family: number): Uint8Array {
  const bytes = new Uint8Array(size)
  bytes[littleEndian ? 0 : 1] = family
  return bytes
}

/** Throws RangeError for what is no whole number from 0 to max. */
export function checkInteger(what: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw new RangeError(`${what} must be an integer from 0 to ${max}, not ${String(value)}`)
}

/**
 * The address that the kernel wrote into the first `length` bytes (by default all). A v4-mapped
 * address of an `inet6` socket comes out as a dotted quad. A unix path is read as UTF-8; bytes that
 * are none turn into U+FFFD.
 *
 * Throws a `TypeError` for a family that is neither IPv4, IPv6 nor unix, and a `RangeError` when
 * there are fewer bytes than the family's struct has, or fewer than `length`.
 *
 * ```ts
 * import { decodeSockaddr, encodeSockaddr } from '@netfd/syscall'
 *
 * console.log(decodeSockaddr(encodeSockaddr({ family: 'unix', path: '\0name' })))
 * ```
 */
export function decodeSockaddr(bytes: Uint8Array, length: number = bytes.length): Sockaddr {
  checkInteger('sockaddr length', length, bytes.length)
  if (length < familySize) throw new RangeError(`a sockaddr of ${length} bytes has no family`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const family = view.getUint16(0, littleEndian)
  if (family === constants.AF_INET) return decodeInet4(bytes, view)
  if (family === constants.AF_INET6) return decodeInet6(bytes, view)
  if (family === constants.AF_UNIX) return { family: 'unix', path: decodePath(bytes, length) }
  throw new TypeError(`unknown address family ${family}`)
}

function decodeInet4(bytes: Uint8Array, view: DataView): SockaddrInet4 {
  checkSize('sockaddr_in', view, inet4Size)
  return { family: 'inet4', addr: formatIP(bytes.subarray(4, 8)), port: view.getUint16(2) }
}

function decodeInet6(bytes: Uint8Array, view: DataView): SockaddrInet6 {
  checkSize('sockaddr_in6', view, inet6Size)
  return {
    family: 'inet6',
    addr: formatIP(bytes.subarray(8, 24)),
    port: view.getUint16(2),
    scopeId: view.getUint32(24, littleEndian),
    flowinfo: view.getUint32(4),
  }
}

function checkSize(struct: string, view: DataView, size: number): void {
  if (view.byteLength >= size) return
  throw new RangeError(`a ${struct} has ${size} bytes, not ${view.byteLength}`)
}

function decodePath(bytes: Uint8Array, length: number): string {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset + familySize, length - familySize)
  // A path ends at its first NUL, or with the struct when it fills all of it.
  const end = name[0] === 0 ? -1 : name.indexOf(0)
  return name.toString('utf8', 0, end === -1 ? name.length : end)
}
