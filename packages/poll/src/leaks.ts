// Go: netFD's finalizer. A descriptor that was collected while open is closed, and reported once.
import { framesNow, tracing } from './frames.js'
import { closeNow } from './linger.js'
import { PollDesc } from './poll-desc.js'

/**
 * What outlives an owner that was collected: its PollDesc, or the number of what has no poller. It must
 * not refer to the owner.
 */
export type Held = PollDesc | { readonly sysfd: number }

const stacks = new WeakMap<Held, string>()

const registry = new FinalizationRegistry<Held>((held) => {
  if (held instanceof PollDesc) {
    held.evict()
    held.close()
  }
  // The socket may linger, but no caller waits for that.
  closeNow(held.sysfd)
  process.emitWarning(`descriptor ${held.sysfd} was collected while open and has been closed`, {
    type: 'ResourceLeakWarning',
    code: 'NETFD_LEAK',
    detail: stacks.get(held) ?? 'Run with NETFD_TRACE=1 to see where it was opened.',
  })
})

/** Watches over an open descriptor. */
export function watchLeak(owner: object, held: Held): void {
  registry.register(owner, held, held)
  if (tracing) stacks.set(held, framesNow(1))
}

/** It was closed as it should be. */
export function unwatchLeak(held: Held): void {
  registry.unregister(held)
}
