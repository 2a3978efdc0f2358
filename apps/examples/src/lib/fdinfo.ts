// What /proc/self/fdinfo tells about a descriptor of this process. See proc_pid_fdinfo(5).
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const fdinfo = (fd: number | string) => readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')

/** The flags of an open descriptor: those of open(2), and O_CLOEXEC. */
export function openFlags(fd: number): number {
  const octal = /^flags:\s*([0-7]+)$/m.exec(fdinfo(fd))?.[1]
  if (octal === undefined) throw new Error(`/proc/self/fdinfo/${fd} has no line "flags:"`)
  return Number.parseInt(octal, 8)
}

/** The event mask that each epoll set of this process watches a descriptor with. */
export function epollEvents(fd: number): number[] {
  const line = new RegExp(`^tfd:\\s*${fd}\\s+events:\\s*([0-9a-f]+)`, 'm')
  return epollSets().flatMap((set) => {
    const hex = line.exec(fdinfo(set))?.[1]
    return hex === undefined ? [] : [Number.parseInt(hex, 16)]
  })
}

function epollSets(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[eventpoll]'
    } catch (error) {
      // The descriptor that listed the directory is closed by now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  })
}
