// What a caller got wrong: TypeErrors, which are never wrapped, for they are no failure of the network.
import type { TCPAddr } from './tcpaddr.js'

/** An address is a text; whoever has an address object has to say how it is meant. */
export function checkText(name: string, value: unknown): void {
  if (typeof value === 'string') return
  throw new TypeError(`${name} must be a string such as 'host:port', got ${kindOf(value)}`)
}

/** An address object of this package, perhaps of another copy of it. */
export function checkAddr(name: string, value: Partial<TCPAddr>): void {
  if (typeof value.port === 'number' && typeof value.ip === 'string') return
  throw new TypeError(`${name} must be a TCPAddr, got ${kindOf(value)}`)
}

/** A callback for sockets. */
export function checkControl(value: unknown): void {
  if (value === undefined || typeof value === 'function') return
  throw new TypeError(`control must be a function, got ${kindOf(value)}`)
}

/** What can end a call. */
export function checkSignal(value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return
  throw new TypeError(`signal must be an AbortSignal, got ${kindOf(value)}`)
}

/** Its type, or the name of its class. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  const name: unknown = typeof value === 'object' ? value.constructor?.name : undefined
  return typeof name === 'string' && name !== '' ? name : typeof value
}
