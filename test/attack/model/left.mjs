// What a program may not leave behind: descriptors, and what keeps a process alive.
import { readdirSync, readlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

// Transfers inside the kernel keep up to eight pipes for the next ones.
const KEPT_PIPES = 16

const TURNS = 200

/** Open descriptors by what they are. */
export const descriptors = () => {
  /** @type {Map<string, number>} */
  const open = new Map()
  for (const name of readdirSync('/proc/self/fd')) {
    const kind = target(name).replace(/^\/proc\/.*|\[\d+\]$/, '')
    open.set(kind, (open.get(kind) ?? 0) + 1)
  }
  return open
}

/** @param {string} fd */
const target = (fd) => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // The descriptor that listed the directory is gone by now.
    return '/proc/self/fd'
  }
}

const resources = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')

export const snapshot = () => ({ descriptors: descriptors(), resources: resources().length })

/** @typedef {ReturnType<typeof snapshot>} Snapshot */

/** @param {Snapshot} before @param {Snapshot} now */
const more = (before, now) => {
  const found = []
  for (const [kind, count] of now.descriptors) {
    const kept = kind.startsWith('pipe:') ? KEPT_PIPES : 0
    const extra = count - (before.descriptors.get(kind) ?? 0)
    if (extra > kept) found.push(`${extra} descriptors are left: ${kind}`)
  }
  if (now.resources > before.resources) found.push(`left: ${resources().join(', ')}`)
  return found
}

/** What is there that was not there before, once all that closes in the background has had its chance.
 * @param {Snapshot} before
 */
export const left = async (before) => {
  let found = more(before, snapshot())
  for (let i = 0; i < TURNS && found.length > 0; i++) {
    await turn()
    found = more(before, snapshot())
  }
  return found
}
