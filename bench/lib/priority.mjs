// @ts-check
// A real-time priority for what is measured, so that the machine's other programs wait for it. They
// still take a share of the caches, so the load average is reported beside the figures.
import { execFile } from 'node:child_process'
import os from 'node:os'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Round robin at a low real-time priority: above every ordinary program, below the kernel's own threads. */
const CHRT = ['chrt', '-r', '5']

/**
 * @typedef {object} Priority
 * @property {readonly string[]} before what stands before a measured command; nothing without a priority
 * @property {string} said how the report tells of it
 */

/**
 * Tries on a program that does nothing whether this user may have the priority.
 * @param {boolean} wanted
 * @param {readonly string[]} [command]
 * @returns {Promise<Priority>}
 */
export const findPriority = async (wanted, command = CHRT) => {
  if (!wanted) return { before: [], said: 'ordinary priority, as asked for' }
  const [file = '', ...args] = command
  try {
    await run(file, [...args, 'true'])
    return { before: command, said: `under ${command.join(' ')}` }
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : `${error}`
    return {
      before: [],
      said: `ordinary priority, for ${command.join(' ')} is not possible: ${why}`,
    }
  }
}

/** How many programs wanted a core in the last minute, on average. */
export const loadNow = () => Number((os.loadavg()[0] ?? 0).toFixed(2))
