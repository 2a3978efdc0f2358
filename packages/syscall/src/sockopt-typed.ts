// Go: net/sockopt_posix.go. Options of the typed table: each value in its own JavaScript type.
import { isUint8Array } from 'node:util/types'
import type { Linger, OptionValue } from './sockopt.js'
import {
  decodeLinger,
  decodeTimeval,
  encodeLinger,
  encodeTimeval,
  getsockopt,
  getsockoptBytes,
  LINGER_SIZE,
  setsockopt,
  TIMEVAL_SIZE,
} from './sockopt.js'
import type { Sockopt, SockoptType } from './sockopt-row.js'
import type {
  GettableSockopt,
  SettableSockopt,
  SockoptName,
  SockoptTypeOf,
} from './sockopt-table.js'
import { sockopts } from './sockopt-table.js'
import type { TCPInfo } from './tcp-info.js'
import { decodeTCPInfo } from './tcp-info.js'

/** The JavaScript value of each type of option; a timeval is a number of milliseconds. */
export interface SockoptValues {
  /** An int that is 0 or not. */
  readonly bool: boolean
  /** A whole number of 32 bits. */
  readonly int: number
  /** A struct linger. */
  readonly linger: Linger
  /** A struct timeval, in ms; 0 means none. */
  readonly timeval: number
  /** A name. */
  readonly string: string
  /** A struct, byte by byte as the kernel has it. */
  readonly bytes: Uint8Array
  /** A struct tcp_info. */
  readonly tcp_info: TCPInfo
}

/** The type of an option's value, by the option's name, its row or its `type`. */
export type SockoptValue<O extends SockoptName | Sockopt | SockoptType> = SockoptValues[O extends
  | SockoptName
  | Sockopt
  ? SockoptTypeOf<O>
  : O & SockoptType]

/**
 * What has options, by number: `setOptionOf` and `getOptionOf` reach the kernel through these. An `FD` of
 * @netfd/poll is one.
 */
export interface OptionHolder {
  /** Sets an option, as setsockopt(2) does. */
  setsockopt(level: number, optname: number, value: OptionValue): void
  /** Asks for an option that is an int. See getsockopt(2). */
  getsockopt(level: number, optname: number): number
  /** Asks for any other option: what the kernel wrote, at most `length` bytes. */
  getsockoptBytes(level: number, optname: number, length: number): Uint8Array
}

/** A descriptor that is only a number. */
const holderOf = (fd: number): OptionHolder => ({
  setsockopt: (level, optname, value) => setsockopt(fd, level, optname, value),
  getsockopt: (level, optname) => getsockopt(fd, level, optname),
  getsockoptBytes: (level, optname, length) => getsockoptBytes(fd, level, optname, length),
})

// Room for any struct that an option answers with; tcp_info, the longest so far, has 280 bytes.
const ROOM = 1024
const MAX_TEXT = 255
const MAX_SECONDS = 2 ** 31 - 1

function rowOf(option: SockoptName | Sockopt): Sockopt {
  if (typeof option === 'string') {
    const table = sockopts()
    if (Object.hasOwn(table, option)) return table[option]
    throw new TypeError(`there is no socket option ${option}`)
  }
  if (typeof option?.level === 'number' && typeof option.optname === 'number') return option
  throw new TypeError('a socket option is a name or a row of sockopt')
}

const wrongType = (row: Sockopt, wanted: string): TypeError =>
  new TypeError(`${row.name} must be ${wanted}`)

const outOfRange = (row: Sockopt, wanted: string): RangeError =>
  new RangeError(`${row.name} must be ${wanted}`)

function checkInt(row: Sockopt, value: unknown): number {
  if (typeof value !== 'number') throw wrongType(row, 'a number')
  const [low, high] = row.unsigned ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1]
  if (Number.isInteger(value) && value >= low && value <= high) return value
  throw outOfRange(row, `a whole number from ${low} to ${high}`)
}

function checkLinger(row: Sockopt, value: unknown): Uint8Array {
  const { on, seconds } = (value ?? {}) as Partial<Linger>
  if (typeof on !== 'boolean' || typeof seconds !== 'number') {
    throw wrongType(row, '{ on: boolean, seconds: number }')
  }
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_SECONDS) {
    throw outOfRange(row, 'a whole number of seconds, 0 or more')
  }
  return encodeLinger({ on, seconds })
}

function checkTimeval(row: Sockopt, ms: unknown): Uint8Array {
  if (typeof ms !== 'number') throw wrongType(row, 'a number of milliseconds')
  if (!(ms >= 0 && ms <= MAX_SECONDS * 1000)) throw outOfRange(row, '0 or more milliseconds')
  // A struct of zeros means no timeout at all, so what is shorter than the clock's tick becomes one.
  const us = ms > 0 ? Math.max(1, Math.round(ms * 1000)) : 0
  const seconds = Math.floor(us / 1e6)
  return encodeTimeval({ seconds, microseconds: us - seconds * 1e6 })
}

/** The value as setsockopt takes it, if it is one of the row's type. */
function encode(row: Sockopt, value: unknown): OptionValue {
  switch (row.type) {
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(row, 'a boolean')
      return value
    case 'int':
      return checkInt(row, value)
    case 'linger':
      return checkLinger(row, value)
    case 'timeval':
      return checkTimeval(row, value)
    case 'string':
      if (typeof value !== 'string') throw wrongType(row, 'a string')
      if (Buffer.byteLength(value) > MAX_TEXT)
        throw outOfRange(row, `at most ${MAX_TEXT} bytes long`)
      return value
    case 'bytes':
      if (!isUint8Array(value)) throw wrongType(row, 'a Uint8Array')
      return value
    default:
      throw new TypeError(`${row.name} cannot be set`)
  }
}

/**
 * Sets a socket option of the typed table: by name, or by row. Throws `TypeError` or `RangeError` for
 * a value that does not fit the option, and `SyscallError` of `setsockopt` when the kernel refuses:
 * ENOPROTOOPT for an option it does not have, EPERM without the rights. See setsockopt(2).
 *
 * ```ts
 * import { AF_INET, close, SOCK_STREAM, setOption, socket, sockopt } from '@netfd/syscall'
 * const fd = socket(AF_INET, SOCK_STREAM)
 * setOption(fd, 'noDelay', true)
 * setOption(fd, sockopt.linger, { on: true, seconds: 5 })
 * setOption(fd, 'userTimeout', 30_000)
 * close(fd)
 * ```
 */
export function setOption<O extends SettableSockopt>(
  fd: number,
  option: O,
  value: SockoptValue<O>,
): void {
  setOptionOf(holderOf(fd), option, value)
}

/**
 * `setOption` by calls of the caller's: a value that does not fit is refused, and then given to `setsockopt`
 * of `holder` as the kernel takes it. Throws as `setOption`, and whatever `holder` throws.
 */
export function setOptionOf<O extends SettableSockopt>(
  holder: OptionHolder,
  option: O,
  value: SockoptValue<O>,
): void {
  const row = rowOf(option)
  holder.setsockopt(row.level, row.optname, encode(row, value))
}

/** Bytes up to the first NUL, as text. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString()
}

function get(from: OptionHolder, row: Sockopt): SockoptValues[SockoptType] {
  const { level, optname, type } = row
  switch (type) {
    case 'bool':
      return from.getsockopt(level, optname) !== 0
    case 'int': {
      const value = from.getsockopt(level, optname)
      return row.unsigned ? value >>> 0 : value
    }
    case 'linger':
      return decodeLinger(from.getsockoptBytes(level, optname, LINGER_SIZE))
    case 'timeval': {
      const bytes = from.getsockoptBytes(level, optname, TIMEVAL_SIZE)
      const { seconds, microseconds } = decodeTimeval(bytes)
      return seconds * 1000 + microseconds / 1000
    }
    case 'string':
      return textOf(from.getsockoptBytes(level, optname, ROOM))
    case 'bytes':
      return from.getsockoptBytes(level, optname, row.length ?? ROOM)
    case 'tcp_info':
      return decodeTCPInfo(from.getsockoptBytes(level, optname, ROOM))
  }
}

/**
 * Asks for a socket option of the typed table: by name, or by row. Throws `SyscallError` of
 * `getsockopt` when the kernel refuses: ENOPROTOOPT for an option that it does not have or does not
 * tell. See getsockopt(2).
 *
 * ```ts
 * import { AF_INET, close, getOption, SOCK_STREAM, socket } from '@netfd/syscall'
 * const fd = socket(AF_INET, SOCK_STREAM)
 * console.assert(getOption(fd, 'keepAlive') === false)
 * console.assert(getOption(fd, 'info').state === 'CLOSE')
 * close(fd)
 * ```
 */
export function getOption<O extends GettableSockopt>(fd: number, option: O): SockoptValue<O> {
  return getOptionOf(holderOf(fd), option)
}

/** `getOption` by calls of the caller's: `getsockopt` of `holder`, or `getsockoptBytes`, is asked. */
export function getOptionOf<O extends GettableSockopt>(
  holder: OptionHolder,
  option: O,
): SockoptValue<O> {
  return get(holder, rowOf(option)) as SockoptValue<O>
}
