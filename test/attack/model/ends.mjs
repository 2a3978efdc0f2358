// How an end is closed.
import { start } from './calls.mjs'

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').End} End */

/** @param {World} world @param {End} end @param {'close' | 'reset'} how */
export const close = (world, end, how = 'close') => {
  const { subject } = end
  if (subject === null) return
  end.closed = true
  end.link.disturbed = end.link.lossy = true
  const make = () => (how === 'reset' ? subject.reset?.() : subject.close())
  start(world, {
    ...{ name: how, end, subject, side: 'w', make },
    done: () => undefined,
    failed: (error) => world.problem(`${how}: rejected: ${error.stack}`),
  })
  // The second is refused, and harms nothing.
  start(world, {
    ...{ name: 'second close', end, subject, side: 'w', make: () => subject.close() },
    done: () => world.problem('a second close resolved'),
  })
}
