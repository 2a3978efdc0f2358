import { native } from './binding.js'

/** How a watcher is brought to the event loop. Each answers as the addon does: a number, or -errno. */
export interface WatchHost {
  /** Starts: the watcher's number. Puts its own duplicate of `fd` into `cells[2]`. */
  open(fd: number, onReadable: () => void, cells: Int32Array): number
  /** Lets the watcher keep the process alive (1), or not (0). */
  ref(id: number, alive: 0 | 1): number
  /** Ends. */
  close(id: number): number
}

/** uv_poll(3): one call from the loop to the callback. */
export const uvHost: WatchHost = {
  open: (fd, onReadable, cells) => native.watchOpen(fd, onReadable, cells),
  // The addon reads the cell.
  ref: (id) => native.watchRef(id),
  close: (id) => native.watchClose(id),
}

/**
 * Of all watchers of this thread. On the addon's own object: there may be two copies of this module, one
 * of them CommonJS, and the helper thread reports to the first that came.
 */
const callbacks = (): Map<number, () => void> => {
  const shared: typeof native & { threadCallbacks?: Map<number, () => void> } = native
  shared.threadCallbacks ??= new Map()
  return shared.threadCallbacks
}

const dispatch = (id: number): void => callbacks().get(id)?.()

/** A helper thread that wakes the loop: slower, and all that Bun and Deno have. */
export const threadHost: WatchHost = {
  open: (fd, onReadable, cells) => {
    const own = new Int32Array(1)
    const id = native.threadOpen(fd, onReadable, own, dispatch)
    if (id > 0) callbacks().set(id, onReadable)
    cells[2] = own[0] ?? -1
    return id
  },
  ref: (id, alive) => native.threadRef(id, alive),
  close: (id) => {
    callbacks().delete(id)
    return native.threadClose(id)
  },
}

/**
 * Which of the two this runtime needs. By its name: Bun has the symbols of libuv, and ends the process
 * when one is called.
 */
export const hostFor = (versions: Readonly<Record<string, string | undefined>>): WatchHost =>
  versions.bun === undefined && versions.deno === undefined ? uvHost : threadHost

/** This runtime's. Tests may put the other one here, and then back; nothing else assigns it. */
export const watchHost: WatchHost = { ...hostFor(process.versions) }
