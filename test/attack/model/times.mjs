// How long the calls of an end may take, each from its start.
import { now } from './calls.mjs'

/** @typedef {import('./context.mjs').Context} Context */

const TIMES = [0, 1, 2, 5, 20, 60_000, 3, 0]

/** The one that is never over in a program: what it leaves behind is seen. */
const LONG = 60_000

/** After how many ms without a byte a transfer ends; 0 for never.
 * @param {import('./program.mjs').Step} step
 */
export const idleOf = ({ way, size }) => {
  if (way % 4 !== 3) return 0
  return size % 2 === 0 ? LONG : 4
}

/** @param {Context} context */
export const timeout = ({ world, end, subject, step }) => {
  const which = step.size % 3
  const ms = TIMES[step.way] ?? 0
  const sides = which === 0 ? [end.r, end.w] : [which === 1 ? end.r : end.w]
  const codes = end.link.kind === 'file-fd' ? ['ERR_NO_DEADLINE'] : []
  const set = now(world, 'timeout', end, codes, () => {
    if (which !== 2) subject.setReadTimeout(ms)
    if (which !== 1) subject.setWriteTimeout(ms)
  })
  if (!set) return
  for (const side of sides) {
    side.timeout = ms
    // Of a call that waits more than once each wait has the time that is set then.
    const renewing = [...side.calls].filter(({ renews }) => renews)
    if (ms > 0) for (const call of renewing) call.least = Math.min(call.least, ms)
  }
}
