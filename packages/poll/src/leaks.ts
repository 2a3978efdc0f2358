// Go: netFD's finalizer. A descriptor that was collected while open is closed, and reported once.
import { closeNow } from './linger.js'
import { PollDesc } from './poll-desc.js'

/**
 * What outlives an owner that was collected: its PollDesc, or the number of what has no poller. It must
 * not refer to the owner.
 */
export type Held = PollDesc | { readonly sysfd: number }

/** Asked once: reading the environment costs as much as opening a socket. */
const tracing = process.env.NETFD_TRACE === '1'

const stacks = new WeakMap<Held, string>()

const registry = new FinalizationRegistry<Held>((held) => {
  if (held instanceof PollDesc) {
    held.evict()
    held.close()
  }
  // The socket may linger, but nobody waits for that.
  closeNow(held.sysfd)
  process.emitWarning(`descriptor ${held.sysfd} was collected while open and has been closed`, {
    type: 'ResourceLeakWarning',
    code: 'NETFD_LEAK',
    detail: stacks.get(held) ?? 'Run with NETFD_TRACE=1 to see where it was opened.',
  })
})

/** The caller of a dial stands behind more of our own functions than the ten that V8 shows. */
const FRAMES = 50

/** Where the descriptor was opened, down to the program. */
function stackHere(): string {
  const limit = Error.stackTraceLimit
  // Under --frozen-intrinsics it may be that it cannot be set; then ten have to do.
  Reflect.set(Error, 'stackTraceLimit', FRAMES)
  try {
    const { stack } = new Error('opened here')
    // A program may have Error.prepareStackTrace answer anything.
    return typeof stack === 'string' ? stack.split('\n').slice(3).join('\n') : String(stack)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

/** Watches over an open descriptor. */
export function watchLeak(owner: object, held: Held): void {
  registry.register(owner, held, held)
  if (tracing) stacks.set(held, stackHere())
}

/** It was closed as it should be. */
export function unwatchLeak(held: Held): void {
  registry.unregister(held)
}
