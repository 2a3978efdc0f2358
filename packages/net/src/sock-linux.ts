// Go: net/sock_linux.go. How many connections may wait to be accepted.
import { release } from 'node:os'
import { hook } from './hook.js'

/** SOMAXCONN, when the kernel's own limit cannot be read. */
const FALLBACK = 128
/** Where Go's parser of numbers gives up. */
const TOO_BIG = 0xffffff
/** Before Linux 4.1 the kernel kept the backlog in 16 bits. */
const MAX_16 = 0xffff

/** The backlog for a content of somaxconn and a kernel release. */
export function backlogOf(somaxconn: string, kernel: string): number {
  const first = /^\s*(\d+)/.exec(somaxconn)?.[1]
  const n = first === undefined ? 0 : Number(first)
  if (n === 0 || n >= TOO_BIG) return FALLBACK
  if (n <= MAX_16 || wideBacklog(kernel)) return n
  return MAX_16
}

function wideBacklog(kernel: string): boolean {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(kernel) ?? []
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) >= 1)
}

let cached: number | undefined

/** The kernel's limit, /proc/sys/net/core/somaxconn, read once. Go: `listenerBacklog`. */
export function listenerBacklog(): number {
  cached ??= backlogOf(readSomaxconn(), release())
  return cached
}

function readSomaxconn(): string {
  try {
    return hook.readFile('/proc/sys/net/core/somaxconn')
  } catch {
    // No /proc, as in some containers: the fallback is what the C library promises.
    return ''
  }
}
