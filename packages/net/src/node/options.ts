// What the functions of this entry take, looked at before anything is dialed or changed.
import type { KeepAliveConfig, TCPConn } from '@netfd/net'
import { Dialer } from '@netfd/net'
import { signalOf, sizeOf } from '@netfd/poll/internal'
import type { SettableSockopt, SockoptValue } from '@netfd/syscall'
import { sockopt } from '@netfd/syscall'
import { checkFunction, checkOptions, checkType, kindOf } from '../arguments.js'

/** The options that can be set, by their names. */
type OptionName = Extract<SettableSockopt, string>

/** Options of the kernel for one socket. */
export interface TuneOptions {
  /**
   * How long sent data may stay unacknowledged, in ms, before the kernel gives the connection up with
   * `ETIMEDOUT`; 0 is the kernel's default, about 15 minutes. TCP_USER_TIMEOUT in tcp(7).
   */
  userTimeout?: number | undefined
  /** How a silent peer is looked after. */
  keepAliveConfig?: KeepAliveConfig | undefined
  /** More options by their names in the typed table, for example `{ priority: 4 }`. setsockopt(2). */
  options?: { [N in OptionName]?: SockoptValue<N> } | undefined
}

/** What a client is given: a `net.Socket`, a Duplex, or the first of them where the runtime has it. */
export type Form = 'auto' | 'socket' | 'duplex'

/** How a client's connection is made. */
export interface ConnectOptions extends TuneOptions {
  /** What dials; one with a `timeout` of 10 s when left out. */
  dialer?: Dialer | undefined
  /** What the client gets; `'auto'` when left out. */
  form?: Form | undefined
  /** Called with each new connection before the client sees it. */
  setup?: ((conn: TCPConn) => void) | undefined
  /**
   * The name of a local socket to dial instead of the host and the port that the client asks for: a path, or after
   * an `@` an abstract name. It leaves no room for what is TCP's: `userTimeout`, `keepAliveConfig` and `setup`.
   */
  path?: string | undefined
}

/** How a connection becomes a Duplex. */
export interface DuplexOptions {
  /** Whether writing goes on after the peer has ended its side; false when left out. */
  allowHalfOpen?: boolean | undefined
  /** Bytes that were read from the connection before, and come first. */
  unread?: Uint8Array | undefined
  /** How many bytes each direction holds before it pushes back. Node's own default when left out. */
  highWaterMark?: number | undefined
  /** Destroys the stream with an AbortError. */
  signal?: AbortSignal | undefined
}

export const TUNE = ['userTimeout', 'keepAliveConfig', 'options'] as const
export const CONNECT = [...TUNE, 'dialer', 'form', 'setup', 'path'] as const
const OF_TCP = ['userTimeout', 'keepAliveConfig', 'setup'] as const
export const DUPLEX = ['allowHalfOpen', 'unread', 'highWaterMark', 'signal'] as const

const FORMS: ReadonlySet<unknown> = new Set<Form>(['auto', 'socket', 'duplex'])

/** Throws TypeError for what is no form; undefined is the default. */
export function checkForm(form: unknown): void {
  if (form === undefined || FORMS.has(form)) return
  throw new TypeError("form must be 'auto', 'socket' or 'duplex'")
}

/** The kernel counts in an int. */
const MOST = 2 ** 31 - 1

const settable = (): string[] =>
  Object.entries(sockopt).flatMap(([name, row]) => ('readOnly' in row ? [] : [name]))

/** A whole number from 0 on. Throws TypeError or RangeError. */
function checkCount(name: string, value: unknown, most: number): void {
  if (value === undefined) return
  checkType(name, value, 'number')
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return
  throw new RangeError(`${name} must be a whole number from 0 to ${most}, got ${value}`)
}

/** Options of the kernel. What only the kernel can refuse passes. Throws TypeError or RangeError. */
export function checkTune(o: TuneOptions): void {
  checkCount('userTimeout', o.userTimeout, MOST)
  // What a Dialer takes is what a connection takes.
  if (o.keepAliveConfig !== undefined) new Dialer({ keepAliveConfig: o.keepAliveConfig })
  if (o.options !== undefined) checkOptions('options', o.options, settable())
}

/** How to connect. Throws TypeError or RangeError. */
export function checkConnect(o: ConnectOptions): void {
  checkTune(o)
  const { dialer, form, setup } = o
  if (dialer !== undefined && typeof dialer?.dial !== 'function') {
    throw new TypeError('dialer must be a Dialer')
  }
  checkForm(form)
  if (setup !== undefined) checkFunction('setup', setup)
  if (o.path === undefined) return
  if (typeof o.path !== 'string')
    throw new TypeError(`path must be a string, got ${kindOf(o.path)}`)
  const tcp = OF_TCP.find((name) => o[name] !== undefined)
  if (tcp !== undefined) throw new TypeError(`${tcp} is TCP's, and path leads to a local socket`)
}

/** How to make a Duplex. Throws TypeError or RangeError. */
export function checkDuplex(o: DuplexOptions): void {
  if (o.allowHalfOpen !== undefined) checkType('allowHalfOpen', o.allowHalfOpen, 'boolean')
  if (o.unread !== undefined) checkBytes('unread', o.unread)
  checkCount('highWaterMark', o.highWaterMark, Number.MAX_SAFE_INTEGER)
  signalOf(o)
}

/** Throws TypeError. */
export function checkBytes(name: string, value: unknown): void {
  try {
    sizeOf(value)
  } catch (error) {
    throw new TypeError(`${name}: ${(error as Error).message}`)
  }
}
