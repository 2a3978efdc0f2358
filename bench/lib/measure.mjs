// @ts-check
// What a process has cost so far, read from /proc: processor time and memory.
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The kernel counts in these for user space, on every architecture that Node runs on. */
const TICK_MS = 10

/**
 * @typedef {object} Cpu
 * @property {number} total microseconds over all threads
 * @property {number} user ticks of 10 ms in user space; with `system` it gives the split only
 * @property {number} system ticks of 10 ms in the kernel
 */

/**
 * Nanoseconds on a core, over the threads alive; null where the kernel does not keep them.
 * @param {number} pid
 */
const schedNanos = async (pid) => {
  let total = 0
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    try {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')
      total += Number(text.split(' ', 1)[0])
    } catch (error) {
      // A thread that ended since readdir takes nothing from the others.
      if (!isGone(error)) throw error
    }
  }
  return total > 0 ? total : null
}

/** @param {unknown} error */
const isGone = (error) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')

/**
 * Processor time of all threads. /proc/PID/stat counts in ticks of 10 ms, too coarse for a short
 * round, so the total comes from the scheduler's nanoseconds where the kernel has them.
 * @param {number} pid
 * @returns {Promise<Cpu>}
 */
export const readCpu = async (pid) => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const user = Number(fields[11])
  const system = Number(fields[12])
  const nanos = await schedNanos(pid)
  return { total: nanos === null ? (user + system) * TICK_MS * 1000 : nanos / 1000, user, system }
}

/**
 * Waits until the process has gone quiet, so that no work of before is counted in what follows
 * and a thread's last time slice has been booked. Gives up after two seconds: some peers tick.
 * @param {number} pid
 * @returns {Promise<Cpu>} the reading that was found stable
 */
export const settled = async (pid) => {
  let before = await readCpu(pid)
  for (let i = 0; i < 200; i++) {
    await sleep(10)
    const now = await readCpu(pid)
    if (now.total - before.total < 100) return now
    before = now
  }
  return before
}

/**
 * @param {Cpu} before
 * @param {Cpu} after
 * @returns {{ cpu: number, systemShare: number }} microseconds, and the kernel's part of 1
 */
export const cpuBetween = (before, after) => {
  const user = after.user - before.user
  const system = after.system - before.system
  const ticks = user + system
  return { cpu: after.total - before.total, systemShare: ticks > 0 ? system / ticks : Number.NaN }
}

/**
 * @param {number} pid
 * @returns {Promise<{ rss: number, peak: number }>} bytes resident, now and at most
 */
export const readMemory = async (pid) => {
  const text = await readFile(`/proc/${pid}/status`, 'utf8')
  /** @type {(name: string) => number} */
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024
  return { rss: bytes('VmRSS'), peak: bytes('VmHWM') }
}
