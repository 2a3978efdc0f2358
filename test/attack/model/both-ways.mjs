// Both directions of a proxy at once.
import { copyBoth as relayBoth } from '@netfd/net'
import { counted, start } from './calls.mjs'
import { getting } from './context.mjs'
import { close } from './ends.mjs'
import { idleOf } from './times.mjs'
import { packetKind } from './world.mjs'

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./world.mjs').End} End */

/** What goes from one end to the other.
 * @param {End} src
 * @param {End} dst
 */
const flow = (src, dst) => {
  const got = getting(src)
  const from = /** @type {import('./direction.mjs').Direction} */ (src.from)
  const sent = { relay: got, from, taken: 0 }
  dst.into?.sent.push(sent)
  return {
    /** @param {number} n @param {boolean} end */
    moved: (n, end) => {
      got.n = sent.taken = n
      got.end = end
    },
  }
}

/** @param {Context} context */
export const copyBoth = ({ world, step, signal }) => {
  const [a, b] = [world.links[0]?.b, world.links[1]?.a]
  if (a?.from == null || b?.from == null || !a.open || !b.open) return
  if (packetKind(a.link.kind) || packetKind(b.link.kind)) return
  const [one, two] = [a.subject, b.subject]
  if (one?.writeTo === undefined || two?.writeTo === undefined) return
  if ([a.r, a.w, b.r, b.w].some(({ calls }) => calls.size > 0)) return
  const [there, back] = [flow(a, b), flow(b, a)]
  const idle = idleOf(step)
  // It passes an end on as soon as it comes.
  a.link.disturbed = b.link.disturbed = true
  start(world, {
    ...{ name: 'copyBoth', end: b, subject: two, other: a, side: 'w', signal, idle },
    ...{ both: true, exclusive: true },
    make: (o) =>
      relayBoth(/** @type {never} */ (one), /** @type {never} */ (two), {
        ...o,
        idleTimeout: idle,
      }),
    done: (value) => {
      const [up, down] = /** @type {[number, number]} */ (value)
      there.moved(up, true)
      back.moved(down, true)
    },
    failed: (error) => {
      const most = Number.MAX_SAFE_INTEGER
      there.moved(counted(world, 'copyBoth', 'bytesAToB', error, most), false)
      back.moved(counted(world, 'copyBoth', 'bytesBToA', error, most), false)
      a.link.broken = b.link.broken = true
      // What was taken and not given is in no place: nothing of either may look whole.
      for (const end of [a, b])
        if (end.open) close(world, end, end.subject?.reset ? 'reset' : 'close')
    },
  })
}
