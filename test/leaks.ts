// What a test file may not leave behind, and how it is found. setup.ts runs this for every file.
import { getEventListeners } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { armedTimers } from './timers.js'

/** Open descriptors by number, each with what /proc says it is. */
export type Descriptors = ReadonlyMap<number, string>

/** What was open and armed at one moment. */
export interface Snapshot {
  readonly descriptors: Descriptors
  /** Armed timers, each with the call that armed it. */
  readonly timers: ReadonlyMap<object, string>
}

// Node opens these for itself, when it first needs them: they are not ours to close.
const HOST = new Set(['anon_inode:[io_uring]'])

// netfd keeps one epoll set per thread for as long as the thread lives.
const KEPT_EPOLL_SETS = 1

let judged = true

/** Descriptors that are left are no fault of this test file: tests of it are known to fail on the way. */
export const leaveDescriptors = (): void => {
  judged = false
}

const descriptors = (): Descriptors => {
  const open = new Map<number, string>()
  // A system without /proc cannot be asked.
  if (!judged || !existsSync('/proc/self/fd')) return open
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      open.set(Number(name), readlinkSync(`/proc/self/fd/${name}`))
    } catch (error) {
      // The descriptor that listed the directory is gone by now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return open
}

export const snapshot = (): Snapshot => ({ descriptors: descriptors(), timers: armedTimers() })

/** One sentence for each thing that is there now and was not there before. */
export const leaked = (before: Snapshot, now: Snapshot): string[] => {
  const found: string[] = []
  let epollSets = 0
  for (const [fd, target] of now.descriptors) {
    if (before.descriptors.get(fd) === target || HOST.has(target)) continue
    if (target === 'anon_inode:[eventpoll]') {
      epollSets++
      if (epollSets <= KEPT_EPOLL_SETS) continue
    }
    found.push(`descriptor ${fd} is still open: ${target}`)
  }
  for (const [timer, origin] of now.timers) {
    if (!before.timers.has(timer)) found.push(`a timer is still armed: ${origin}`)
  }
  return found
}

/** Checks that run at the end of a test file, beside descriptors and timers. */
const extraChecks: (() => string[])[] = []

/** Adds a check to the end of the test file that calls this; it answers one sentence per leak. */
export const addLeakCheck = (check: () => string[]): void => {
  extraChecks.push(check)
}

/** Returns the signal, and fails the test file if it ends with more abort listeners on it. */
export const watchListeners = (signal: AbortSignal): AbortSignal => {
  const before = getEventListeners(signal, 'abort').length
  addLeakCheck(() => {
    const more = getEventListeners(signal, 'abort').length - before
    return more > 0 ? [`${more} more abort listeners on a signal than before`] : []
  })
  return signal
}

const TURNS = 100

/**
 * What is left, once everything that was about to close has had its chance: a bounded number of
 * turns of the event loop, each with one trip through the thread pool, where a close may wait.
 */
export const settledLeaks = async (before: Snapshot): Promise<string[]> => {
  let found: string[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    found = [...leaked(before, snapshot()), ...extraChecks.flatMap((check) => check())]
    if (found.length === 0) return found
    await readdir('.')
    await new Promise((resolve) => setImmediate(resolve))
  }
  return found
}
