// The name of an option in the error of a call that refused it: here most are refused, and a number tells a reader
// nothing.
import { sockopts } from '../sockopt-table.js'

const REFUSALS: readonly unknown[] = ['ENOPROTOOPT', 'ENOTSUP']

/** The error, whose text has the option's name behind the call's if it is a refusal. */
export function aboutOption(error: unknown, level: number, optname: number): unknown {
  if (!(error instanceof Error && 'code' in error && REFUSALS.includes(error.code))) return error
  const rows = Object.values(sockopts())
  const row = rows.find((option) => option.level === level && option.optname === optname)
  if (row === undefined) return error
  const { message, stack = message } = error
  error.message = message.replace(': ', ` ${row.name}: `)
  // The stack was written with the old text.
  error.stack = stack.replace(message, error.message)
  return error
}
