// Numbers from the command line.
import { UsageError } from './cli.js'

/** A whole number that an option gave as text. */
export function wholeNumber(name: string, text: string, least = 0, most = 2 ** 31 - 1): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not ${text}`)
}
