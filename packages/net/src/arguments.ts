// What a caller got wrong: TypeErrors and RangeErrors, which are never wrapped, for they are no failure
// of the network.
import { isNativeError } from 'node:util/types'
import type { IPEndpoint } from './ip-endpoint.js'
import { joinHostPort } from './ipsock.js'
import { nearest } from './nearest.js'
import type { Protocol } from './network.js'
import { isNetwork, networkNames } from './network.js'
import { TCPAddr } from './tcpaddr.js'
import { UDPAddr } from './udpaddr.js'

/**
 * A network and an address are texts. What is wrong is named, and the right `call` shown, which takes the
 * networks of `protocols`, or of all.
 */
export function checkTarget(
  call: string,
  network: unknown,
  address: unknown,
  ...protocols: Protocol[]
): void {
  if (typeof network === 'string' && typeof address === 'string') return
  const [example = 'tcp'] = protocols
  const right = `call ${call}('${example}', '${likely(network, address)}')`
  const wrong = isNetwork(network)
    ? `address must be a string 'host:port', got ${shown(address)}`
    : `network must be ${networkNames(protocols)}, got ${shown(network)}`
  throw new TypeError(`${wrong}: ${right}`)
}

/** A network's name, for those who take address objects. Whether there is such a network is not asked. */
export function checkNetworkName(network: unknown, ...protocols: Protocol[]): void {
  if (typeof network === 'string') return
  throw new TypeError(`network must be ${networkNames(protocols)}, got ${shown(network)}`)
}

/** The address that was meant, as far as one can tell. */
function likely(network: unknown, address: unknown): string {
  const [port, host] = typeof network === 'number' ? [network, address] : [address, undefined]
  if (typeof port === 'number') return joinHostPort(typeof host === 'string' ? host : 'host', port)
  if (typeof network === 'string' && network.includes(':')) return network
  for (const value of [network, address]) {
    if (typeof value !== 'object' || value === null) continue
    const { host, ip, port } = value as Record<string, unknown>
    const name = [host, ip].find((part) => typeof part === 'string') ?? 'host'
    if (typeof port === 'number') return joinHostPort(name as string, port)
  }
  return 'host:port'
}

/**
 * An address object, as one of this copy of the package. Another copy's is taken, since two may be loaded;
 * a plain `{ ip, port }` is not, for nothing has looked at its parts.
 */
export const addrOf = (name: string, value: unknown): TCPAddr =>
  endpointOf(TCPAddr, 'TCPAddr', name, value)

/** The same for UDP. */
export const udpAddrOf = (name: string, value: unknown): UDPAddr =>
  endpointOf(UDPAddr, 'UDPAddr', name, value)

function endpointOf<A extends IPEndpoint>(
  type: new (ip: string, port: number, zone?: string) => A,
  typeName: string,
  name: string,
  value: unknown,
): A {
  const { network, ip, port, zone } = (value ?? {}) as Partial<IPEndpoint>
  const parts = typeof ip === 'string' && typeof port === 'number' && typeof zone === 'string'
  if (!parts || typeof network !== 'string') {
    const how =
      typeof value === 'string' ? `resolve${typeName}(network, text)` : `new ${typeName}(ip, port)`
    throw new TypeError(`${name} must be a ${typeName}, got ${shown(value)}: make one with ${how}`)
  }
  if (value instanceof type) return value
  try {
    return new type(ip, port, zone)
  } catch (error) {
    const { message } = error as Error
    if (error instanceof RangeError) throw new RangeError(`${name}.${message}`)
    throw new TypeError(`${name}.ip is an ${message}`)
  }
}

/** A callback for sockets. */
export function checkControl(value: unknown): void {
  if (value !== undefined) checkFunction('control', value)
}

/** A value of an option's type: the kernel would take a number for a switch, and JavaScript a text for one. */
export function checkType(name: string, value: unknown, type: 'boolean' | 'number'): void {
  if (typeof value === type) return
  throw new TypeError(`${name} must be a ${type}, got ${shown(value)}`)
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

/** A whole number from `least` to `most`. Throws TypeError or RangeError. */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  checkType(name, value, 'number')
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, got ${value}`)
}

/** A callback. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value === 'function') return
  throw new TypeError(`${name} must be a function, got ${kindOf(value)}`)
}

/**
 * An object of options, or undefined, for the call or class `name`. One that is unknown would be ignored in silence, so it is a
 * TypeError that names the nearest known one.
 */
export function checkOptions(name: string, o: unknown, known: readonly string[]): void {
  if (o === undefined) return
  if (typeof o !== 'object' || o === null) {
    throw new TypeError(`the options of ${name} must be an object, got ${shown(o)}`)
  }
  if (o instanceof AbortSignal) {
    throw new TypeError(`the options of ${name} are no AbortSignal: pass { signal }`)
  }
  for (const key of Object.keys(o)) {
    if (known.includes(key)) continue
    const meant = nearest(key, known)
    const hint = meant === null ? `known are ${known.join(', ')}` : `did you mean '${meant}'?`
    throw new TypeError(`${name} has no option '${key}': ${hint}`)
  }
}

/**
 * Whether an error is a caller's mistake, which is no failure of the network. The addon's errors are of
 * the main realm, wherever this module runs.
 */
export function isMistake(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true
  return isNativeError(error) && (error.name === 'TypeError' || error.name === 'RangeError')
}

/** Its type, or the name of its class. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  try {
    const name: unknown = typeof value === 'object' ? value.constructor?.name : undefined
    if (typeof name === 'string' && name !== '') return name
  } catch {
    // A proxy or a getter, which need not answer.
  }
  return typeof value
}

/** What a caller recognises: a text or a number as it was written, else its kind. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`
  return typeof value === 'number' ? `number ${value}` : kindOf(value)
}
