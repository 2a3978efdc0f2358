// Go: internal/poll/splice_linux.go (splicePipePool). Pipes for splice, kept for the next transfer.
import { F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK } from '@netfd/syscall'
import { disown } from '@netfd/syscall/raw'
import { hook } from './hook.js'

/** What one splice moves at most, and what a pipe is made to hold. */
export const PIPE_SIZE = 1 << 20

/** More than this many idle pipes are closed instead of kept. */
const MAX_IDLE = 8

/** Where the bytes are between two sockets. */
export interface Pipe {
  readonly r: number
  readonly w: number
  /** How many bytes it holds when full. */
  readonly size: number
  /** How many pieces it holds when full, however small they are. */
  readonly slots: number
}

/** The largest page that Linux has: no pipe has fewer slots than one for so many bytes. */
const MAX_PAGE = 64 * 1024

let pageSize: number | undefined

/** The size of a page, which is that of the smallest pipe. */
function pageOf(w: number): number {
  if (pageSize === undefined) {
    const smallest = hook.fcntl(w, F_SETPIPE_SZ, 1)
    pageSize = smallest > 0 ? smallest : MAX_PAGE
  }
  return pageSize
}

const idle: Pipe[] = []

/** A pipe with nothing in it, or null when there are no descriptors left for one. */
export function takePipe(): Pipe | null {
  const kept = idle.pop()
  if (kept !== undefined) return kept
  const pair = new Int32Array(2)
  const made = hook.pipe2(O_NONBLOCK | O_CLOEXEC, pair, true)
  if (made < 0) return null
  const [r, w] = pair as unknown as [number, number]
  // Refused when the user has too many pipe pages: the default size works too, only slower.
  const page = pageOf(w)
  const set = hook.fcntl(w, F_SETPIPE_SZ, PIPE_SIZE)
  const size = set > 0 ? set : page
  return { r, w, size, slots: size / page }
}

/** Gives a pipe back. One that still holds bytes would pass them on to the next transfer. */
export function putPipe(pipe: Pipe, left: number): void {
  if (left === 0 && idle.length < MAX_IDLE) idle.push(pipe)
  else closePipe(pipe)
}

/** Closes the pipes that nobody uses. */
export function closeIdlePipes(): void {
  for (const pipe of idle.splice(0)) closePipe(pipe)
}

function closePipe(pipe: Pipe): void {
  for (const fd of [pipe.r, pipe.w]) {
    disown(fd)
    hook.close(fd)
  }
}
