// Go: internal/poll/splice_linux.go (splicePipePool). Pipes for splice, kept for the next transfer.
import { F_SETPIPE_SZ, O_CLOEXEC, O_NONBLOCK } from '@netfd/syscall'
import { hook } from './hook.js'

/** What one splice moves at most, and what a pipe is made to hold. */
export const PIPE_SIZE = 1 << 20

/** So many idle pipes are kept in any case; beyond that no more than are in use. */
const MAX_IDLE = 8

/** Where the bytes are between two sockets. */
export interface Pipe {
  readonly r: number
  readonly w: number
  /** How many bytes it holds when full. */
  readonly size: number
  /** How many pieces it holds when full, however small they are. */
  readonly slots: number
  /** How many bytes are in it. */
  left: number
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
let busy = 0

/** The pipes that no transfer uses. All are empty. */
export const idlePipes: readonly Pick<Pipe, 'r' | 'w'>[] = idle

/** A pipe with nothing in it, or a negated errno when there are no descriptors left for one. */
export function takePipe(): Pipe | number {
  const pipe = idle.pop() ?? makePipe()
  if (typeof pipe !== 'number') busy++
  return pipe
}

function makePipe(): Pipe | number {
  const pair = new Int32Array(2)
  const made = hook.pipe2(O_NONBLOCK | O_CLOEXEC, pair, true)
  if (made < 0) return made
  const [r, w] = pair as unknown as [number, number]
  // Refused when the user has too many pipe pages: the default size works too, only slower.
  const page = pageOf(w)
  const set = hook.fcntl(w, F_SETPIPE_SZ, PIPE_SIZE)
  const size = set > 0 ? set : page
  return { r, w, size, slots: size / page, left: 0 }
}

/**
 * Gives a pipe back. One that still holds bytes would pass them on to the next transfer. Where many
 * transfers wait for room by turns, as many pipes are given back as are taken again at once: so the idle
 * ones are closed only as the busy ones become fewer.
 */
export function putPipe(pipe: Pipe): void {
  busy--
  if (pipe.left === 0) idle.push(pipe)
  else closePipe(pipe)
  while (idle.length > Math.max(MAX_IDLE, busy)) closePipe(idle.pop() as Pipe)
}

/** Closes the pipes that no transfer uses. */
export function closeIdlePipes(): void {
  for (const pipe of idle.splice(0)) closePipe(pipe)
}

function closePipe(pipe: Pipe): void {
  for (const fd of [pipe.r, pipe.w]) {
    hook.disown(fd)
    hook.close(fd)
  }
}
