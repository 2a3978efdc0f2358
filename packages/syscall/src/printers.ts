import { constants, O_ACCMODE, O_RDWR, O_WRONLY } from './constants.js'

// Bits that carry a name of their own; composite names (O_RDWR, EPOLLRDNORM) are left out.
const eventNames = ['EPOLLIN', 'EPOLLPRI', 'EPOLLOUT', 'EPOLLERR', 'EPOLLHUP', 'EPOLLRDHUP']
const modifierNames = ['EPOLLEXCLUSIVE', 'EPOLLWAKEUP', 'EPOLLONESHOT', 'EPOLLET']
const openNames = ['O_APPEND', 'O_NONBLOCK', 'O_CLOEXEC', 'O_DIRECT']

const table = constants as Readonly<Record<string, number>>

/** The names of the bits in value, and what is left over in hexadecimal, joined by '|'. */
function bitNames(value: number, names: readonly string[], first: string[] = []): string {
  const found = [...first]
  let rest = value >>> 0
  for (const name of names) {
    const bit = (table[name] ?? 0) >>> 0
    if (bit === 0 || (rest & bit) >>> 0 !== bit) continue
    found.push(name)
    rest = (rest & ~bit) >>> 0
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`)
  return found.join('|') || '0'
}

/**
 * Prints an epoll event mask as C would write it, unknown bits in hexadecimal. See epoll_ctl(2).
 *
 * ```ts
 * import { fmtEvents } from '@netfd/syscall'
 * console.assert(fmtEvents(0x80002005) === 'EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET')
 * ```
 */
export function fmtEvents(events: number): string {
  return bitNames(events, [...eventNames, ...modifierNames])
}

/**
 * Prints the flags of an open file (F_GETFL, or `flags:` in /proc/PID/fdinfo) as C would write them.
 * See open(2).
 *
 * ```ts
 * import { fmtOpenFlags } from '@netfd/syscall'
 * console.assert(fmtOpenFlags(0o4002) === 'O_RDWR|O_NONBLOCK')
 * ```
 */
export function fmtOpenFlags(flags: number): string {
  const access = flags & O_ACCMODE
  const mode = access === O_RDWR ? 'O_RDWR' : access === O_WRONLY ? 'O_WRONLY' : 'O_RDONLY'
  const rest = (flags & ~O_ACCMODE) >>> 0
  return rest === 0 ? mode : bitNames(rest, openNames, [mode])
}
