// Go: syscall/zerrors_linux_amd64.go. Error numbers, their names and Go's texts.
import { ENOTSUP } from './backend.js'
import { errorRows } from './constants.js'

type Row = ReturnType<typeof errorRows>[number]

const HOST_ROW: Row = ['ENOTSUP', ENOTSUP, 'operation not supported']

let rows: { byNumber: ReadonlyMap<number, Row>; byName: ReadonlyMap<string, Row> } | undefined

/** The tables, made when an error is first named: most programs import them and see none. */
function tables() {
  rows ??= {
    byNumber: new Map([...errorRows(), HOST_ROW].map((row) => [row[1], row])),
    byName: new Map(errorRows().map((row) => [row[0], row])),
  }
  return rows
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
  return tables().byNumber.get(n)?.[0] ?? `E${n}`
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
  return tables().byNumber.get(n)?.[2] ?? `errno ${n}`
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
  return tables().byName.get(name)?.[1]
}

let hostNumbers: ReadonlyMap<string, number> | undefined

/** The number that this system has for the name of an error, negative as in Node's own errors; else undefined. */
export function systemErrno(name: string): number | undefined {
  hostNumbers ??= new Map(
    [...process.getBuiltinModule('node:util').getSystemErrorMap()].map(([n, [code]]) => [code, n]),
  )
  return hostNumbers.get(name)
}
