// @ts-check
// The inside of a puppet: does what its master says, and in the end shows that nothing is left.
import { readdirSync, readlinkSync } from 'node:fs'

/** @returns {Set<string>} */
const descriptors = () => {
  const all = new Set()
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      all.add(`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`)
    } catch {
      // That of the listing itself, which has gone.
    }
  }
  return all
}

/** Pairs of idle pipes, which transfers in the kernel keep for the next ones. */
const IDLE_PIPES = 8

/** @param {ReadonlySet<string>} before */
const leftSince = (before) => {
  const left = [...descriptors()].filter((fd) => !before.has(fd))
  const others = left.filter((fd) => !fd.includes('pipe:'))
  return left.length - others.length <= 2 * IDLE_PIPES ? others : left
}

/** What a call comes to: its result, or the code of its error. */
export const outcome = (/** @type {Promise<unknown>} */ call) =>
  call.then(String, (/** @type {NodeJS.ErrnoException} */ error) => error.code ?? String(error))

/**
 * @param {Record<string, (...args: any[]) => unknown>} commands with `end`, which puts away what there is
 * @param {() => Promise<void>} warm does once what opens descriptors that stay
 */
export const obey = async (commands, warm) => {
  let ended = false
  // A master that has gone tells no more; after the end the process goes by itself, or its master says it does not.
  process.on('disconnect', () => void (ended || process.exit(1)))
  /** What has no outcome yet. @type {Set<Promise<unknown>>} */
  const open = new Set()
  /** @type {(command: string, args: unknown[]) => Promise<unknown>} */
  const outcomeOf = async (command, args) => {
    const doing = Promise.resolve(commands[command]?.(...args))
    if (command !== 'end') {
      open.add(doing)
      return await doing.finally(() => open.delete(doing))
    }
    await doing
    // Whatever still waited has an outcome, now that all is closed.
    await Promise.allSettled(open)
    // And its answer has gone: the master closes the channel when it has the last one.
    await new Promise((resolve) => setImmediate(resolve))
    return leftSince(before)
  }
  /** @type {(message: { id: number, command: string, args: unknown[] }) => Promise<void>} */
  const answer = async ({ id, command, args }) => {
    try {
      const value = await outcomeOf(command, args)
      ended = command === 'end'
      process.send?.({ id, value })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) })
    }
  }
  // Heard from the first turn on, and obeyed when all is warm.
  /** @type {Promise<void>} */
  let ready = warm()
  process.on('message', (/** @type {any} */ message) => void ready.then(() => answer(message)))
  await ready
  const before = descriptors()
  ready = Promise.resolve()
}
