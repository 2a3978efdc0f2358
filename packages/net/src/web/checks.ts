// What the functions of this entry take, looked at before anything is changed.
import type { Conn, TCPConn } from '@netfd/net'
import { checkType, kindOf } from '../arguments.js'

/** Throws TypeError for what is no connection, and OpError for a TCPConn that is closed. */
export function checkConn(conn: Conn): void {
  const { read, write, close, getOption } = (conn ?? {}) as Partial<TCPConn>
  if (![read, write, close].every((f) => typeof f === 'function')) {
    throw new TypeError(`conn must be a Conn, got ${kindOf(conn)}`)
  }
  if (typeof getOption === 'function') getOption.call(conn, 'type')
}

/** Throws TypeError as `checkConn` does, and for what cannot end its writing alone. */
export function checkTCPConn(conn: TCPConn): void {
  checkConn(conn)
  if (typeof conn.closeWrite !== 'function') {
    throw new TypeError(`conn must be a TCPConn, got ${kindOf(conn)}`)
  }
}

/** A whole number of bytes, at least `least`. Throws TypeError or RangeError. */
export function checkBytes(name: string, value: unknown, least: number): void {
  if (value === undefined) return
  checkType(name, value, 'number')
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= 2 ** 31 - 1) {
    return
  }
  throw new RangeError(
    `${name} must be a whole number from ${least} to ${2 ** 31 - 1}, got ${value}`,
  )
}
