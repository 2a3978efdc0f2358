// Go: syscall/zerrors_linux_amd64.go, and Rust's socket2. An option of a socket, and what it holds.
import type { ConstantName } from './constants.js'
import { constants } from './constants.js'

/** How an option's value is written in JavaScript; `SockoptValue` turns it into a type. */
export type SockoptType = 'bool' | 'int' | 'linger' | 'timeval' | 'string' | 'bytes' | 'tcp_info'

/** What an option's number counts: `'bits'` are flags to combine, `'value'` is one of a few names. */
export type SockoptUnit =
  | 'flag'
  | 'ms'
  | 's'
  | 'us'
  | 'bytes'
  | 'bytes/s'
  | 'packets'
  | 'hops'
  | 'count'
  | 'index'
  | 'bits'
  | 'value'
  | 'name'
  | 'struct'

/** What is special about an option. */
export interface SockoptFlags {
  /** The kernel only tells it; setting it is ENOPROTOOPT. */
  readonly readOnly?: true
  /** The kernel only takes it; asking for it is ENOPROTOOPT. */
  readonly writeOnly?: true
  /** Needs a capability such as CAP_NET_ADMIN for some or all values: else EPERM, of SO_DEBUG EACCES. */
  readonly root?: true
  /** Means something on a listener, or on a socket that is about to listen. */
  readonly listener?: true
  /** The 32 bits of an int are a number from 0 to 2^32 - 1. */
  readonly unsigned?: true
  /** How many bytes to ask for when the value is read as bytes, for calls that want it exact. */
  readonly length?: number
}

/** One socket option: its C name, its numbers on this system, and what its value is. */
export interface Sockopt<T extends SockoptType = SockoptType> extends SockoptFlags {
  /** The name in C, such as `'TCP_NODELAY'`. */
  readonly name: ConstantName
  /** The level, such as `IPPROTO_TCP`. */
  readonly level: number
  /** The number of the option at that level. */
  readonly optname: number
  /** How the value is written in JavaScript. */
  readonly type: T
  /** What the value counts. */
  readonly unit: SockoptUnit
}

/** A row of the table with its flags. */
export type Row<T extends SockoptType, F> = Sockopt<T> & Readonly<F>

/** Makes the rows of one level. */
export const level =
  (number: number) =>
  <T extends SockoptType, const F extends SockoptFlags = Record<never, never>>(
    name: ConstantName,
    type: T,
    unit: SockoptUnit,
    flags?: F,
  ): Row<T, F> =>
    ({ name, level: number, optname: constants[name], type, unit, ...flags }) as Row<T, F>

export const readOnly = { readOnly: true } as const
export const writeOnly = { writeOnly: true } as const
export const root = { root: true } as const
export const listener = { listener: true } as const
export const unsigned = { unsigned: true } as const
