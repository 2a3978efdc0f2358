// Which servers this machine has.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { postgresBin } from './postgres.js'

/** Whether a server's program is installed. */
export function installed(command: string): boolean {
  const dirs = (process.env.PATH ?? '').split(delimiter)
  // Debian keeps daemons out of a user's PATH, and PostgreSQL's programs out of every PATH.
  return [...dirs, '/usr/sbin', postgresBin()].some((dir) => existsSync(join(dir, command)))
}
