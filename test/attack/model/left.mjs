// What a program may not leave behind: descriptors, and what keeps a process alive.
import { readdirSync, readlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { idlePipes, timers } from '@netfd/poll/testing'
import { EAGAIN } from '@netfd/syscall'
import { tryRead } from '@netfd/syscall/raw'

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

/** Without the pipes that are kept for the next transfers inside the kernel, two descriptors each. */
export const snapshot = () => {
  const open = descriptors()
  const count = open.get('pipe:') ?? 0
  open.set('pipe:', count - 2 * idlePipes.length)
  return { descriptors: open, resources: resources().length }
}

/** Whether bytes are in a pipe that the next transfer gets. */
const soiled = () => idlePipes.some(({ r }) => tryRead(r, new Uint8Array(1)) !== -EAGAIN)

/** @typedef {ReturnType<typeof snapshot>} Snapshot */

/** @param {Snapshot} before @param {Snapshot} now */
const more = (before, now) => {
  const found = []
  for (const [kind, count] of now.descriptors) {
    const extra = count - (before.descriptors.get(kind) ?? 0)
    if (extra > 0) found.push(`${extra} descriptors are left: ${kind}`)
  }
  if (now.resources > before.resources) found.push(`left: ${resources().join(', ')}`)
  if (timers.armed) found.push('the timer of the deadlines is armed, and no call waits')
  if (soiled()) found.push('bytes are left in a pipe that is kept for the next transfer')
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
