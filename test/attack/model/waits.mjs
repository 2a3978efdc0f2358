// Waits for readiness, which make no try of their own: a lost edge is lost for good.
import { start } from './calls.mjs'

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./world.mjs').World} World */

/** One that the program ends itself, if nothing else does.
 * @param {Context} context
 * @param {'waitRead' | 'waitWrite'} name
 */
const wait = ({ world, end, subject, signal }, name) => {
  if (subject[name] === undefined) return
  const controller = new AbortController()
  world.controllers.push(controller)
  // The shared one may be aborted by no step: then an end that a read has taken leaves nothing to wake for.
  if (signal === undefined) world.waits.push(controller)
  else if (signal === world.shared.signal) world.waits.push(world.shared)
  start(world, {
    ...{ name, end, subject, side: name === 'waitRead' ? 'r' : 'w', waits: name === 'waitRead' },
    signal: signal ?? controller.signal,
    codes: end.link.kind === 'file-fd' ? ['ERR_NOT_POLLABLE'] : [],
    make: (o) => subject[name]?.(o),
    done: (value) => {
      if (value !== undefined) world.problem(`${name}: resolved to ${String(value)}`)
    },
  })
}

/** @param {Context} context */
export const waitRead = (context) => {
  if (context.end.from !== null && !context.end.r.exclusive) wait(context, 'waitRead')
}

/** @param {Context} context */
export const waitWrite = (context) => {
  if (context.end.into !== null && !context.end.w.exclusive) wait(context, 'waitWrite')
}

/** The waits that bytes have come for since they began.
 * @param {World} world
 */
export const owed = (world) =>
  world.ends
    .filter(({ link, open, away }) => open && !away && !link.lossy)
    .flatMap(({ r, from, link }) =>
      [...r.calls].filter(({ before }) => before !== null && link.sent(from) > before),
    )
