import { must } from './syscall-error.js'
import { watchHost } from './watch-host.js'

/**
 * Tells when a descriptor is readable, on the event loop of the thread that asked. Made by `watch`.
 *
 * ```ts
 * import { close, eventfd, read, watch, write } from '@netfd/syscall'
 * const fd = eventfd(0)
 * const watcher = watch(fd, () => {
 *   read(fd, new Uint8Array(8))
 *   watcher.close()
 *   close(fd)
 * })
 * write(fd, new Uint8Array(new BigUint64Array([1n]).buffer))
 * ```
 */
export class Watcher {
  // Common with the addon: [0] whether to keep the process alive, [1] whether the callback is running,
  // [2] the watcher's own duplicate of the descriptor. Shared memory, as only that stays where it is.
  readonly #cells = new Int32Array(new SharedArrayBuffer(12))
  readonly #id: number
  #open = true

  /** Starts watching; `watch` is the shorter way to write it. */
  constructor(fd: number, onReadable: () => void) {
    this.#cells.set([1, 0, -1])
    this.#id = must('watch', watchHost.open(fd, onReadable, this.#cells))
  }

  /** The watcher's own duplicate of the descriptor, closed with it; -1 when closed. */
  get fd(): number {
    return this.#open ? (this.#cells[2] ?? -1) : -1
  }

  /** Lets the watcher keep the process alive, as it does when new. */
  ref(): void {
    this.#keep(1)
  }

  /** Lets the process end although this watcher is open. */
  unref(): void {
    this.#keep(0)
  }

  /** Stops watching; the callback is not called again. The descriptor stays open and the caller's. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    must('watch', watchHost.close(this.#id))
  }

  #keep(alive: 0 | 1): void {
    if (!this.#open || this.#cells[0] === alive) return
    this.#cells[0] = alive
    // The addon looks at the cell again when the callback has returned, so that waking one waiter and
    // parking it again costs no call at all.
    if (this.#cells[1] === 0) must('watch', watchHost.ref(this.#id, alive))
  }
}

/**
 * Calls `onReadable` on this thread's event loop whenever `fd` has something to read, until it has
 * been drained or the watcher is closed. Microtasks and ticks run after each call. The watcher works
 * on a duplicate of `fd` and sets O_NONBLOCK on it, which all duplicates share.
 *
 * Throws `SyscallError`: EBADF for a closed descriptor, EPERM for one that cannot be polled, such as
 * a regular file. An exception thrown by `onReadable` is an `uncaughtException`.
 *
 * ```ts
 * import { close, pipe2, watch, write, O_NONBLOCK } from '@netfd/syscall'
 * const [r, w] = pipe2(O_NONBLOCK)
 * const watcher = watch(r, () => {
 *   watcher.close()
 *   close(r)
 *   close(w)
 * })
 * write(w, new Uint8Array(1))
 * ```
 */
export function watch(fd: number, onReadable: () => void): Watcher {
  return new Watcher(fd, onReadable)
}
