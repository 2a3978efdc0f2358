// What a client may set on a socket that is not connected yet.
import type { Conn, KeepAliveConfig, OpError, TCPConn } from '@netfd/net'

/** Node's form of keep-alive settings; the times are milliseconds. */
export interface KeepAliveSettings {
  /** Whether to probe at all. */
  enable?: boolean | undefined
  /** How long nothing came before the first probe, in ms. */
  initialDelay?: number | undefined
  /** Between two probes, in ms. */
  interval?: number | undefined
  /** How many unanswered probes end the connection. */
  count?: number | undefined
}

/** Kept until there is a connection, and given to it before the client hears of it. */
export class SocketFlags {
  noDelay: boolean | null = null
  keepAlive: KeepAliveConfig | null = null
  unref = false

  applyTo(conn: Conn): void {
    if (this.noDelay !== null) setNoDelay(conn, this.noDelay)
    if (this.keepAlive !== null) setKeepAlive(conn, this.keepAlive)
    if (this.unref) setRef(conn, false)
  }
}

/** What of a TCPConn a Conn has: pipes have no options, and neither have a program's own connections. */
type Some = Partial<TCPConn>

/** As in Node, what is 0 or left out stays as it is; a netfd connection leaves what is negative. */
export function keepAliveOf(
  on: boolean | KeepAliveSettings | undefined,
  delay: number | undefined,
): KeepAliveConfig {
  const settings: KeepAliveSettings =
    typeof on === 'object' && on !== null ? on : { enable: on, initialDelay: delay }
  const { enable, initialDelay, interval, count } = settings
  return {
    enable: Boolean(enable),
    idle: some(initialDelay),
    interval: some(interval),
    count: some(count),
  }
}

/** A number that the kernel may take; -1 for what leaves things as they are. */
function some(value: unknown): number {
  return typeof value === 'number' && value >= 1 && value < 2 ** 31 ? Math.trunc(value) : -1
}

export function setNoDelay(conn: Conn, on: boolean): void {
  unlessRefused(() => (conn as Some).setNoDelay?.(on))
}

export function setKeepAlive(conn: Conn, config: KeepAliveConfig): void {
  unlessRefused(() => (conn as Some).setKeepAliveConfig?.(config))
}

export function setRef(conn: Conn, on: boolean): void {
  if (on) (conn as Some).ref?.()
  else (conn as Some).unref?.()
}

/**
 * Clients call these in their listeners and expect no failure there: as with a socket of Node, what the
 * kernel refuses stays as it was. A mistake of the caller is thrown.
 */
function unlessRefused(set: () => void): void {
  try {
    set()
  } catch (error) {
    if (typeof (error as OpError).op !== 'string') throw error
  }
}
