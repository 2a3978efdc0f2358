// Go: syscall/zerrors_linux_amd64.go. Error numbers, their names and Go's texts.
import { native } from './binding.js'

const names = new Map<number, string>()
const messages = new Map<number, string>()
const numbers = new Map<string, number>()

for (let i = 0; i < native.errnos.length; i += 3) {
  const [name, number, message] = native.errnos.slice(i, i + 3) as [string, number, string]
  names.set(number, name)
  messages.set(number, message)
  numbers.set(name, number)
}

/**
 * The name of an error number, which may be negated as Node and the raw calls have it: `111` and
 * `-111` are both `'ECONNREFUSED'`. An unknown number gives `'E' + number`.
 *
 * ```ts
 * import { errnoName } from '@netfd/syscall'
 * console.assert(errnoName(-111) === 'ECONNREFUSED')
 * ```
 */
export function errnoName(errno: number): string {
  const n = Math.abs(errno)
  return names.get(n) ?? `E${n}`
}

/**
 * Go's text for an error number, negated or not: `'connection refused'`. An unknown number gives
 * `'errno N'`, as Go prints it. See errno(3).
 *
 * ```ts
 * import { errnoMessage } from '@netfd/syscall'
 * console.assert(errnoMessage(-111) === 'connection refused')
 * ```
 */
export function errnoMessage(errno: number): string {
  const n = Math.abs(errno)
  return messages.get(n) ?? `errno ${n}`
}

/**
 * The positive number of an error name, or `undefined` for a name this system does not have.
 *
 * ```ts
 * import { errnoNumber } from '@netfd/syscall'
 * console.assert(errnoNumber('ECONNREFUSED') === 111)
 * ```
 */
export function errnoNumber(name: string): number | undefined {
  return numbers.get(name)
}
