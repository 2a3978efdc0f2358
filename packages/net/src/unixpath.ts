// Go: net/unixsock_posix.go (UnixListener.close). The file of a socket that is bound to a path.
import type { SyscallError } from '@netfd/syscall'
import { AF_UNIX, EADDRINUSE, ECONNREFUSED } from '@netfd/syscall'
import { checkType } from './arguments.js'
import { hook } from './hook.js'
import { sysSocket } from './sock-cloexec.js'

/** Whether these are the bytes of a path: an abstract name begins with a NUL, and no name has none. */
export const isPath = (name: Uint8Array): boolean => name.length > 0 && name[0] !== 0

/** The path from the root on, for the working directory may be another when it is needed. */
function absolute(name: Uint8Array): Buffer {
  const path = Buffer.from(name)
  return path[0] === 0x2f ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path])
}

/** A file by what it is, and not by its name, which may be another file's by now. */
type FileId = ReturnType<typeof hook.lstat>

const same = (a: FileId, b: FileId): boolean => a?.dev === b?.dev && a?.ino === b?.ino

/**
 * The file that a listener is bound to. Two generations of a server may overlap, so what is removed is this
 * file alone: while its socket is open, no other one can have its number.
 */
export class SocketFile {
  readonly #path: Buffer
  readonly #id: FileId

  constructor(name: Uint8Array) {
    this.#path = absolute(name)
    const file = identify(this.#path)
    // A path that is relative to another process' directory may be anything here.
    this.#id = file?.isSocket() === true ? file : undefined
  }

  /** Removes it, if it is still there. A server that has given up its rights may not: as in Go, it stays. */
  remove(): void {
    if (this.#id === undefined || !same(this.#id, identify(this.#path))) return
    try {
      hook.unlink(this.#path)
    } catch {
      // Removed by another process in between, or not ours to remove.
    }
  }
}

/** What a path is; undefined when there is nothing, or it cannot be asked. */
function identify(path: Buffer): FileId {
  try {
    return hook.lstat(path)
  } catch {
    // A directory on the way may not be searched any more.
    return undefined
  }
}

/** How a listener is bound to a path. */
export interface PathOptions {
  readonly mode: number | undefined
  readonly unlinkStale: boolean
}

/** bind(2) to a path: the file's mode set before there is a file, and one that has no listener removed. */
export function bindPath(
  name: Uint8Array,
  sotype: number,
  { mode, unlinkStale }: PathOptions,
): typeof hook.bind {
  return (sysfd, sockaddr) => {
    // The file gets the socket's mode as the umask leaves it, so it never has another.
    if (mode !== undefined) hook.fchmod(sysfd, mode)
    const r = hook.bind(sysfd, sockaddr)
    if (r !== -EADDRINUSE || !unlinkStale) return r
    return removeStale(absolute(name), sotype, sockaddr) ? hook.bind(sysfd, sockaddr) : r
  }
}

/**
 * Removes the file of a socket that is gone. To connect tells: a file that is no socket refuses as well,
 * so that is asked first. Whether the file is still the one that refused is asked again before the end; by its
 * time as well, for the number of a file that no socket holds may be another's at once.
 */
function removeStale(path: Buffer, sotype: number, sockaddr: Uint8Array): boolean {
  const file = identify(path)
  if (file === undefined || !file.isSocket() || !refuses(sotype, sockaddr)) return false
  const now = identify(path)
  if (!same(file, now) || file.ctimeNs !== now?.ctimeNs) return false
  try {
    hook.unlink(path)
    return true
  } catch (error) {
    // What is gone already is out of the way as well.
    return (error as SyscallError).code === 'ENOENT'
  }
}

function refuses(sotype: number, sockaddr: Uint8Array): boolean {
  const fd = sysSocket(AF_UNIX, sotype, 0)
  try {
    return hook.connect(fd, sockaddr) === -ECONNREFUSED
  } finally {
    hook.close(fd)
  }
}

/** The permissions of a file. */
export function checkMode(mode: unknown): void {
  if (mode === undefined) return
  checkType('mode', mode, 'number')
  if (Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) <= 0o777) return
  throw new RangeError(`mode must be a whole number from 0 to 0o777, got ${String(mode)}`)
}

/** Options that would mean nothing. */
export function checkNoPath(o: Readonly<Record<'mode' | 'unlinkStale', unknown>>): void {
  for (const [name, value] of Object.entries(o)) {
    if (value !== undefined) throw new RangeError(`${name} is for a local socket with a path`)
  }
}
