// Go: net/tcpsockopt_unix.go, and KeepAliveConfig of tcpsock.go. Probes that find a dead peer.
import {
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
} from '@netfd/syscall'
import { checkOptions } from './arguments.js'
import type { IntOption } from './conn-options.js'

/**
 * How a connection looks after a silent peer. Each number: 0 or left out takes the default, a negative
 * one leaves the option as it is. Go: `net.KeepAliveConfig`; tcp(7).
 *
 * ```ts
 * import { Dialer } from '@netfd/net'
 * const dialer = new Dialer({ keepAliveConfig: { enable: true, idle: 5_000, count: 3 } })
 * ```
 */
export interface KeepAliveConfig {
  /** Whether to probe at all. */
  enable: boolean
  /** How long nothing came before the first probe, in ms; 15 s by default. Whole seconds, rounded up. */
  idle?: number | undefined
  /** Between two probes, in ms; 15 s by default. Whole seconds, rounded up. */
  interval?: number | undefined
  /** How many unanswered probes end the connection; 9 by default. */
  count?: number | undefined
}

const CONFIG = [
  'enable',
  'idle',
  'interval',
  'count',
] as const satisfies readonly (keyof KeepAliveConfig)[]

const DEFAULT_SECONDS = 15
const DEFAULT_COUNT = 9

/** Sets one option, and throws when the kernel refuses. */
export type SetInt = (level: number, optname: number, value: number) => void

/**
 * Milliseconds as whole seconds, rounded up so that the shortest time is not "at once". Negative ones
 * stay negative: rounded up, -1 ms would be 0, which is the default.
 */
function keepAliveSeconds(ms: number): number {
  return ms < 0 ? -1 : Math.ceil(ms / 1000)
}

/** Sets the option unless the value says to leave it; 0 is the default. */
function apply(set: SetInt, optname: number, value: number, fallback: number): void {
  if (value < 0) return
  set(IPPROTO_TCP, optname, value === 0 ? fallback : value)
}

/** TCP_KEEPIDLE alone: how long nothing comes before the first probe. */
export function setKeepAliveIdle(set: SetInt, ms: number): void {
  apply(set, TCP_KEEPIDLE, keepAliveSeconds(ms), DEFAULT_SECONDS)
}

/** The kernel counts in an int. */
const MOST = 2 ** 31 - 1

function checkNumber(name: string, value: unknown, most: number): void {
  if (value === undefined) return
  if (typeof value !== 'number')
    throw new TypeError(`${name} must be a number, got ${typeof value}`)
  if (Number.isNaN(value) || value > most) {
    throw new RangeError(`${name} must be at most ${most}, got ${value}`)
  }
}

/** Throws TypeError or RangeError, before anything is set. Anything the kernel may refuse passes. */
function checkKeepAlive(config: KeepAliveConfig): void {
  checkOptions('keepAliveConfig', config, CONFIG)
  const { idle, interval, count } = config
  checkNumber('idle', idle, MOST * 1000)
  checkNumber('interval', interval, MOST * 1000)
  checkNumber('count', count, MOST)
  if (count !== undefined && !Number.isInteger(count)) {
    throw new RangeError(`count must be a whole number, got ${count}`)
  }
}

/** Go's order: SO_KEEPALIVE, idle, interval, count. The first refusal ends it; what was set stays. */
export function setKeepAliveConfig(set: SetInt, config: KeepAliveConfig): void {
  checkKeepAlive(config)
  set(SOL_SOCKET, SO_KEEPALIVE, config.enable ? 1 : 0)
  setKeepAliveIdle(set, config.idle ?? 0)
  apply(set, TCP_KEEPINTVL, keepAliveSeconds(config.interval ?? 0), DEFAULT_SECONDS)
  apply(set, TCP_KEEPCNT, config.count ?? 0, DEFAULT_COUNT)
}

/** What Dialer and ListenConfig say about keep-alive. */
export interface KeepAliveOptions {
  /**
   * How long nothing came before the first probe, in ms; then every 15 s, 9 times. 0 or left out: 15 s.
   * Negative: the kernel's own setting is left alone. Ignored when `keepAliveConfig.enable` is true.
   */
  keepAlive?: number | undefined
  /** Everything about keep-alive, when `enable` is true. */
  keepAliveConfig?: KeepAliveConfig | undefined
}

/**
 * What a new connection gets, in order; nothing to leave it alone. Checked: it must not fail once there is
 * a connection. Throws TypeError or RangeError. Go: `newTCPConn`.
 */
export function keepAliveOf(o: KeepAliveOptions): readonly IntOption[] {
  const config = configOf(o)
  const options: IntOption[] = []
  if (config !== null) {
    setKeepAliveConfig((level, optname, value) => options.push({ level, optname, value }), config)
  }
  return options
}

function configOf(o: KeepAliveOptions): KeepAliveConfig | null {
  const { keepAlive, keepAliveConfig } = o
  checkNumber('keepAlive', keepAlive, MOST * 1000)
  if (keepAliveConfig != null) {
    // What is checked is what is kept: a getter may say something else when it is asked again.
    checkOptions('keepAliveConfig', keepAliveConfig, CONFIG)
    const { enable, idle, interval, count } = keepAliveConfig
    const config = { enable, idle, interval, count }
    checkKeepAlive(config)
    if (enable === true) return config
  }
  const idle = keepAlive ?? 0
  return idle < 0 ? null : { enable: true, idle }
}
