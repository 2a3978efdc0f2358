// Go: netFD's finalizer. A descriptor that was collected while open is closed, and reported once.
import { hook } from './hook.js'
import type { PollDesc } from './poll-desc.js'

const stacks = new WeakMap<PollDesc, string>()

const registry = new FinalizationRegistry<PollDesc>((pd) => {
  const stack = stacks.get(pd)
  pd.evict()
  pd.close()
  // On the thread pool: nobody knows any more whether the socket lingers.
  void hook.closePool(pd.sysfd)
  process.emitWarning(`descriptor ${pd.sysfd} was collected while open and has been closed`, {
    type: 'ResourceLeakWarning',
    code: 'NETFD_LEAK',
    detail: stack ?? 'Run with NETFD_TRACE=1 to see where it was opened.',
  })
})

/** Watches over an open descriptor. What a poller keeps of it must not refer to `owner`. */
export function watchLeak(owner: object, pd: PollDesc): void {
  registry.register(owner, pd, pd)
  if (process.env.NETFD_TRACE === '1') {
    stacks.set(pd, new Error('opened here').stack?.split('\n').slice(2).join('\n') ?? '')
  }
}

/** It was closed as it should be. */
export function unwatchLeak(pd: PollDesc): void {
  registry.unregister(pd)
}
