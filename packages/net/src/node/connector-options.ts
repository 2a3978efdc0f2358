// What the connectors take, looked at when one is made and not when a client first dials.
import { checkOptions } from '../arguments.js'
import type { ConnectOptions } from './options.js'
import { CONNECT, checkConnect } from './options.js'

/** How a connector dials whose client wants its stream before it is connected. */
export interface DuplexConnectOptions extends ConnectOptions {
  /** A socket of Node's cannot be had before it is connected: what the client gets is a Duplex. */
  form?: 'auto' | 'duplex' | undefined
}

/** The options of the connector `name`, with `more` of its own. Throws TypeError or RangeError. */
export function checkConnector(name: string, o: ConnectOptions, ...more: readonly string[]): void {
  checkOptions(name, o, [...CONNECT, ...more])
  if (o !== undefined) checkConnect(o)
}

/** The same for one that has no sockets to give. */
export function checkDuplexConnector(
  name: string,
  o: DuplexConnectOptions,
  ...more: readonly string[]
): void {
  checkConnector(name, o, ...more)
  if ((o as ConnectOptions).form !== 'socket') return
  throw new TypeError(`${name} gives a Duplex: its client wants it before it is connected`)
}
