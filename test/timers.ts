// Keeps a list of the timers a test file arms. Node can count timers, but the runner arms some of
// its own; it took hold of the real functions before this replaced the global ones.

import { syncBuiltinESMExports } from 'node:module'
import type { setTimeout as SetTimeout } from 'node:timers'
import timers from 'node:timers'

/** A timer, and what to call it in a report. */
type Armed = Map<NodeJS.Timeout, string>

const armed: Armed = new Map()

/** undici's own clock goes on for a second after its last request, and holds no program up. */
const UNDICI = '/node_modules/undici/lib/util/timers.js'

/** One timer for all descriptors that were opened within a second: it holds no program up either. */
const LEAKS = '/packages/poll/src/leaks.ts'

/** One timer of the host backend, which holds the process only while calls wait. */
const HOST = '/packages/syscall/dist/host.cjs'

/** Whose timers are no test file's own. */
const isKept = (stack: string): boolean => [UNDICI, LEAKS, HOST].some((own) => stack.includes(own))

// Node marks a timer that has fired or was cleared; nothing public says so.
const isArmed = (timer: NodeJS.Timeout): boolean =>
  (timer as { _destroyed?: boolean })._destroyed === false

const forget = (): void => {
  for (const timer of armed.keys()) if (!isArmed(timer)) armed.delete(timer)
}

/** The first line of a stack that belongs neither to this file nor to Node. */
const origin = (stack: string): string =>
  stack
    .split('\n')
    .slice(1)
    .find((line) => !line.includes('test/timers.ts') && !line.includes('node:'))
    ?.trim() ?? 'at an unknown place'

let purgeAt = 1000

const tracked = (name: string, original: typeof SetTimeout): typeof SetTimeout => {
  const wrapper = (...args: Parameters<typeof SetTimeout>): NodeJS.Timeout => {
    const timer = original(...args)
    const stack = new Error('armed here').stack ?? ''
    if (!isKept(stack)) armed.set(timer, `${name} ${origin(stack)}`)
    if (armed.size > purgeAt) {
      forget()
      purgeAt = Math.max(1000, armed.size * 2)
    }
    return timer
  }
  // util.promisify finds its own version of the function in one of these.
  return Object.defineProperties(
    wrapper,
    Object.getOwnPropertyDescriptors(original),
  ) as typeof SetTimeout
}

/** Replaces setTimeout and setInterval by versions that remember who called them. */
export const trackTimers = (): void => {
  const setTimeout = tracked('setTimeout', timers.setTimeout)
  const setInterval = tracked('setInterval', timers.setInterval as typeof SetTimeout)
  Object.assign(globalThis, { setTimeout, setInterval })
  Object.assign(timers, { setTimeout, setInterval })
  syncBuiltinESMExports()
}

/** The timers that are armed now, each with the call that armed it. */
export const armedTimers = (): ReadonlyMap<NodeJS.Timeout, string> => {
  forget()
  return new Map(armed)
}
