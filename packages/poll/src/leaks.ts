// Go: netFD's finalizer. A descriptor that was collected while open is closed, and reported once.
//
// A cell of a FinalizationRegistry makes its owner dear to collect, and most connections of a busy server
// are closed within milliseconds. So an owner gets one only when it has been open for a while, and is
// kept alive until then.
import { framesNow, tracing } from './frames.js'
import { startTimer } from './host.js'
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

/** How long an owner may be open before it is watched over, in ms. */
const YOUTH = 1_000

/** Owners that were opened a moment ago. */
const young = new Map<Held, object>()
let growing = false

/** Watches over those that are still open; none of them is kept alive any more. */
function grow(): void {
  growing = false
  for (const [held, owner] of young) registry.register(owner, held, held)
  young.clear()
}

/** Watches over an open descriptor. */
export function watchLeak(owner: object, held: Held): void {
  young.set(held, owner)
  if (!growing) {
    growing = true
    startTimer(grow, YOUTH).unref()
  }
  if (tracing) stacks.set(held, framesNow(1))
}

/** It was closed as it should be. */
export function unwatchLeak(held: Held): void {
  if (!young.delete(held)) registry.unregister(held)
}
