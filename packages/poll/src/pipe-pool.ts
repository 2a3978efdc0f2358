// Go: internal/poll/splice_linux.go (splicePipePool). Pipes for splice, kept for the next transfer.
import { F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK } from '@netfd/syscall'
import { adopt, disown } from '@netfd/syscall/raw'
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
}

const idle: Pipe[] = []

/** A pipe with nothing in it, or null when there are no descriptors left for one. */
export function takePipe(): Pipe | null {
  const kept = idle.pop()
  if (kept !== undefined) return kept
  const pair = new Int32Array(2)
  const made = hook.pipe2(O_NONBLOCK | O_CLOEXEC, pair)
  if (made < 0) return null
  const [r, w] = pair as unknown as [number, number]
  adopt(r)
  adopt(w)
  // Refused when the user has too many pipe pages: the default size works too, only slower.
  const size = hook.fcntl(w, F_SETPIPE_SZ, PIPE_SIZE)
  return { r, w, size: size > 0 ? size : 64 * 1024 }
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
