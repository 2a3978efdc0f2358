// Whom a server runs as. PostgreSQL refuses root, and each package of Debian's brings a user of its own.
import { readFileSync } from 'node:fs'

export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Whether this process may become another user; else the servers run as itself. */
  readonly root: boolean
}

/** The arguments with which setpriv(1) becomes a user. */
export const become = ({ root, uid, gid }: User): string[] =>
  root ? ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups'] : []

/** A user of this machine by name, or this process's own where it is not root. */
export function user(name: string): User {
  const root = process.getuid?.() === 0
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
  if (!root) return { name, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, root }
  if (line === undefined)
    throw new Error(`this machine has no user ${name}: is its server installed?`)
  const [, , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid), root }
}
