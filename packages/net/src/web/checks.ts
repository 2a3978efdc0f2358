// What the functions of this entry take, looked at before anything is changed.
import type { Conn, TCPConn } from '@netfd/net'
import { kindOf } from '../arguments.js'

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
