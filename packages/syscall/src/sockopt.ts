// Go: syscall/syscall_linux.go. Socket options by number, set and asked for, throwing SyscallError.
import { endianness } from 'node:os'
import * as raw from './raw.js'
import { must } from './syscall-error.js'

const little = endianness() === 'LE'
/** struct linger: two ints. */
export const LINGER_SIZE = 8
/** struct timeval: two 64-bit longs. */
export const TIMEVAL_SIZE = 16

/** What a caller may pass as the value of a socket option. */
export type OptionValue = number | boolean | string | Uint8Array

/** A C int, checked here because a DataView would quietly cut anything down to one. */
function int(name: string, value: number): number {
  if (value === (value | 0)) return value
  throw new RangeError(`${name} must be a whole number of 32 bits`)
}

/** struct linger of SO_LINGER. */
export interface Linger {
  /** Whether close waits, or resets when `seconds` is 0. */
  readonly on: boolean
  /** How long, in seconds. */
  readonly seconds: number
}

/** struct timeval of SO_RCVTIMEO and SO_SNDTIMEO. */
export interface Timeval {
  /** Whole seconds. */
  readonly seconds: number
  /** Microseconds, 0 to 999 999. */
  readonly microseconds: number
}

/**
 * setsockopt(2): an int, a flag, a string (a device or a congestion control) or the raw bytes of a
 * struct. An option the kernel does not have is ENOPROTOOPT. Strings and bytes for an option that is not
 * known to be plain data are a RangeError: `unsafeSetsockopt` of the raw entry takes them.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const fd = sys.socket(sys.AF_INET, sys.SOCK_STREAM)
 * sys.setsockopt(fd, sys.IPPROTO_TCP, sys.TCP_NODELAY, true)
 * console.assert(sys.getsockopt(fd, sys.IPPROTO_TCP, sys.TCP_NODELAY) === 1)
 * sys.close(fd)
 * ```
 */
export function setsockopt(fd: number, level: number, optname: number, value: OptionValue): void {
  must('setsockopt', raw.setsockopt(fd, level, optname, value))
}

/** getsockopt(2) of an int. */
export function getsockopt(fd: number, level: number, optname: number): number {
  const out = new Int32Array(1)
  must('getsockopt', raw.getsockopt(fd, level, optname, out))
  return out[0] ?? 0
}

/**
 * getsockopt(2) of anything that is known to be plain data: what the kernel wrote, at most `length` bytes.
 * RangeError for any other option, which `unsafeGetsockopt` of the raw entry asks for.
 */
export function getsockoptBytes(
  fd: number,
  level: number,
  optname: number,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length)
  const n = must('getsockopt', raw.getsockoptBytes(fd, level, optname, out))
  return n < length ? out.slice(0, n) : out
}

/** A struct linger. */
export function encodeLinger(value: Linger): Uint8Array {
  const view = new DataView(new ArrayBuffer(LINGER_SIZE))
  view.setInt32(0, value.on ? 1 : 0, little)
  view.setInt32(4, int('seconds', value.seconds), little)
  return new Uint8Array(view.buffer)
}

/** A struct timeval. */
export function encodeTimeval(value: Timeval): Uint8Array {
  const view = new DataView(new ArrayBuffer(TIMEVAL_SIZE))
  view.setBigInt64(0, BigInt(int('seconds', value.seconds)), little)
  view.setBigInt64(8, BigInt(int('microseconds', value.microseconds)), little)
  return new Uint8Array(view.buffer)
}

/** The other way round. Throws RangeError for bytes that are too few. */
export function decodeLinger(bytes: Uint8Array): Linger {
  const view = viewOf(bytes, LINGER_SIZE)
  return { on: view.getInt32(0, little) !== 0, seconds: view.getInt32(4, little) }
}

/** The other way round. Throws RangeError for bytes that are too few. */
export function decodeTimeval(bytes: Uint8Array): Timeval {
  const view = viewOf(bytes, TIMEVAL_SIZE)
  return {
    seconds: Number(view.getBigInt64(0, little)),
    microseconds: Number(view.getBigInt64(8, little)),
  }
}

/** setsockopt(2) of a struct linger. */
export function setsockoptLinger(fd: number, level: number, optname: number, value: Linger): void {
  setsockopt(fd, level, optname, encodeLinger(value))
}

/** getsockopt(2) of a struct linger. */
export function getsockoptLinger(fd: number, level: number, optname: number): Linger {
  return decodeLinger(getsockoptBytes(fd, level, optname, LINGER_SIZE))
}

/** setsockopt(2) of a struct timeval. */
export function setsockoptTimeval(
  fd: number,
  level: number,
  optname: number,
  value: Timeval,
): void {
  setsockopt(fd, level, optname, encodeTimeval(value))
}

/** getsockopt(2) of a struct timeval. */
export function getsockoptTimeval(fd: number, level: number, optname: number): Timeval {
  return decodeTimeval(getsockoptBytes(fd, level, optname, TIMEVAL_SIZE))
}

/** What the kernel wrote, if it is a struct of this size. */
function viewOf(bytes: Uint8Array, size: number): DataView {
  if (bytes.length < size) {
    throw new RangeError(`this option has ${bytes.length} bytes, not a struct of ${size}`)
  }
  return new DataView(bytes.buffer, bytes.byteOffset, size)
}
