// Runs one program: its steps, its end, and what must be true then.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { close as closeNumber } from '@netfd/syscall'
import { listenersLeft, start } from './calls.mjs'
import { getting } from './context.mjs'
import { drainCounter } from './counter.mjs'
import { close } from './ends.mjs'
import { makeLink } from './make.mjs'
import { drainPackets, endPackets } from './packets.mjs'
import { stepOf } from './steps.mjs'
import { owed } from './waits.mjs'
import { packetKind, terminalKind, World } from './world.mjs'

/** @typedef {import('./program.mjs').Program} Program */
/** @typedef {import('./program.mjs').Step} Step */
/** @typedef {import('./world.mjs').End} End */

/** @type {Record<string, () => Promise<unknown> | undefined>} */
const gaps = {
  none: () => undefined,
  micro: () => Promise.resolve(),
  turn: () => turn(),
  turns: async () => {
    for (let i = 0; i < 5; i++) await turn()
  },
  ms: () => wait(2),
}

/** The signal of a step, and what aborts it after the call was made.
 * @param {World} world
 * @param {Step} step
 */
const signalOf = (world, { abort, way }) => {
  if (abort === 'never') return { signal: undefined, after: () => undefined }
  if (abort === 'shared') return { signal: world.shared.signal, after: () => undefined }
  const controller = new AbortController()
  world.controllers.push(controller)
  const { signal } = controller
  const end = () => controller.abort()
  if (abort === 'before') end()
  if (abort === 'sync') return { signal, after: end }
  if (abort === 'turn') return { signal, after: () => void setImmediate(end) }
  if (abort !== 'soon') return { signal, after: () => undefined }
  return {
    signal,
    after: () => {
      const timer = setTimeout(end, 1 + (way % 3))
      world.last.push(() => clearTimeout(timer))
    },
  }
}

/** @param {World} world @param {Step} step @param {import('./make.mjs').Place} place */
const runStep = async (world, step, place) => {
  const end = world.ends[step.end]
  const run = end === undefined ? undefined : stepOf(end.link.kind, step.op)
  if (end?.subject != null && end.open && run !== undefined) {
    const { signal, after } = signalOf(world, step)
    await run({ world, end, subject: end.subject, step, signal, place })
    after()
  }
  if (step.gap === 'heard') await heard(world)
  else await gaps[step.gap]?.()
}

/** Waits until all of these calls are over, or tells which are not.
 * @param {World} world
 * @param {string} when
 * @param {() => Iterable<import('./world.mjs').Call>} calls
 */
const settled = async (world, when, calls) => {
  const { patience } = world
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, patience, 'late')
  })
  try {
    for (let list = [...calls()]; list.length > 0; list = [...calls()]) {
      if ((await Promise.race([Promise.all(list.map(({ done }) => done)), late])) === 'late') {
        world.problem(`never settled ${when}: ${list.map(({ name }) => name).join(', ')}`)
        return
      }
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The calls that a passed deadline or an aborted signal ends, whatever the other end does.
 * @param {World} world
 */
const doomed = (world) => {
  const aborted = [...world.calls].filter(({ signal }) => signal?.aborted === true)
  const overdue = world.ends
    .flatMap(({ r, w }) => [r, w])
    .filter(({ hasDeadline, relayed }) => hasDeadline && !relayed)
    .flatMap(({ calls }) => [...calls])
  return new Set([...aborted, ...overdue, ...[...world.calls].filter(({ timed }) => timed)])
}

/** Reads all that comes.
 * @param {World} world
 * @param {End} end
 */
const drain = async (world, end) => {
  await Promise.all([...end.r.calls].filter(({ exclusive }) => exclusive).map(({ done }) => done))
  const { subject } = end
  if (end.from === null || subject === null || !end.open) return
  const buf = Buffer.alloc(65_536)
  for (let more = true; more; ) {
    const got = getting(end)
    const call = start(world, {
      ...{ name: 'drain', end, subject, side: 'r', make: () => subject.read(buf) },
      done: (n) => {
        more = n !== null
        got.end = n === null
        got.n = Number(n)
        got.data = Buffer.from(buf.subarray(0, got.n))
      },
      failed: () => {
        more = false
      },
    })
    await call.done
  }
}

/** What was sent wakes who waits for it, before anything else does.
 * @param {World} world
 */
const heard = async (world) => {
  for (const { link, into, w } of world.ends) {
    const reader = link.ends.find(({ from }) => from === into)
    if (into === null || link.lossy || link.kind === 'file-fd' || reader === undefined) continue
    const due = () => {
      const reads = [...reader.r.calls]
      const rest =
        link.kind === 'event-fd' ? link.counter.added - link.counter.taken : into.total - into.bytes
      return (
        reads.length > 0 &&
        reads.every(({ name }) => name === 'read') &&
        w.calls.size === 0 &&
        rest > 0
      )
    }
    await soon(world, due, () => `${link.kind}: a read sleeps though there are bytes`)
  }
  await soon(
    world,
    () => owed(world).length > 0,
    () => 'a wait sleeps though bytes have come since',
  )
}

/** Turns until something is no more.
 * @param {World} world
 * @param {() => boolean} due
 * @param {() => string} what
 */
const soon = async (world, due, what) => {
  const late = performance.now() + world.patience
  while (due()) {
    if (performance.now() > late) {
      world.problem(what())
      return
    }
    await turn()
  }
}

/** All that was sent is read before its end: a half-close would wake a reader that sleeps beside its bytes.
 * @param {World} world
 * @param {End} end
 */
const arrived = async (world, { into, link, w }) => {
  if (into === null || link.lossy) return
  const reader = link.ends.find(({ from }) => from === into)
  const late = performance.now() + world.patience
  // The end of what a terminal sends is a hang-up, which takes what was not read: it waits for every reader.
  const busy = () =>
    !terminalKind(link.kind) &&
    [...(reader?.r.calls ?? [])].some(({ name }) => name !== 'drain' && name !== 'read')
  while (!busy() && reader?.open && w.calls.size === 0 && into.bytes < into.total) {
    if (performance.now() > late) {
      world.problem(
        `${into.total - into.bytes} bytes of ${into.total} wait in the kernel, and no read wakes`,
      )
      return
    }
    await turn()
  }
}

/** Ends what an end sends, once all of it was taken.
 * @param {World} world
 * @param {End} end
 */
const finish = async (world, end) => {
  // The master of a terminal whose slave is gone waits for the next one to open it.
  if (terminalKind(end.link.kind) && end.link.lossy) return close(world, end)
  await Promise.all([...end.w.calls].map(({ done }) => done))
  const { subject, link } = end
  if (end.into === null || subject === null || !end.open) return
  await arrived(world, end)
  if (!end.open) return
  link.disturbed = true
  if (subject.closeWrite !== undefined) {
    try {
      subject.closeWrite()
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error)
      if (code !== 'ENOTCONN') world.problem(`closeWrite: ${code}`)
    }
  } else close(world, end)
}

/** What is drained in a way of its own. @type {ReadonlySet<import('./world.mjs').Kind>} */
const APART = new Set(['file-fd', 'event-fd'])

/** @param {World} world @param {import('./make.mjs').Place} place */
const drainAll = async (world, place) => {
  const open = world.ends.filter((end) => end.open)
  for (const end of open) {
    for (const side of [end.r, end.w]) side.hasDeadline = false
    if (end.link.kind === 'file-fd') continue
    end.subject?.setDeadline(null)
    end.subject?.setReadTimeout(0)
    end.subject?.setWriteTimeout(0)
    end.r.timeout = end.w.timeout = 0
  }
  const files = open.filter(({ link }) => link.kind === 'file-fd')
  const packets = open.filter(({ link }) => packetKind(link.kind))
  const streams = open.filter(({ link }) => !APART.has(link.kind) && !packetKind(link.kind))
  const counters = world.links.filter(({ kind }) => kind === 'event-fd')
  const work = [
    ...counters.map((link) => drainCounter(world, link)),
    ...packets.map((end) => drainPackets(world, end, place)),
    ...streams.map((end) => drain(world, end)),
    ...streams.map((end) => finish(world, end)),
    // A file ends where it ends now: its writes first.
    ...files.map(async (end) => {
      await Promise.all([...end.link.a.w.calls].map(({ done }) => done))
      await drain(world, end)
    }),
  ]
  const all = Promise.all(work).then(() => {
    for (const end of packets) endPackets(world, end)
  })
  /** @type {import('./world.mjs').Call} */
  const call = {
    ...{
      name: 'drain',
      exclusive: false,
      relay: false,
      renews: false,
      signal: undefined,
      done: all,
    },
    ...{ began: 0, least: Number.POSITIVE_INFINITY, timed: false, before: null },
  }
  world.calls.add(call)
  void all.finally(() => world.calls.delete(call))
  await settled(world, 'while all is read', () => world.calls)
}

/** Runs a program on fresh links; what it found is in `problems`.
 * @param {Program} program
 * @param {import('./make.mjs').Place} place
 * @param {number} patience how long a call that must settle may take, in ms
 */
export const runProgram = async (program, place, patience) => {
  const world = new World(patience)
  for (const kind of program.kinds) world.links.push(await makeLink(kind, place, program.small))
  for (const step of program.steps) await runStep(world, step, place)
  await settled(world, 'on a worker', () =>
    [...world.calls].filter(({ name }) => name === 'handOver'),
  )
  await settled(world, 'though bytes came', () => owed(world))
  for (const controller of world.waits) controller.abort()
  await settled(world, 'though it must', () => doomed(world))
  for (const end of world.ends) for (const fd of end.dups.splice(0)) closeNumber(fd)
  const drained = program.last === 'drain' && world.problems.length === 0
  const whole = drained ? world.links.filter(({ lossy }) => !lossy) : []
  if (drained) await drainAll(world, place)
  for (const end of world.ends) if (end.open) close(world, end)
  await settled(world, 'after close', () => world.calls)
  for (const last of world.last) await last()
  check(world, whole)
  return world
}

/** @param {World} world @param {import('./world.mjs').Link[]} whole */
const check = (world, whole) => {
  for (const [i, link] of world.links.entries()) {
    const known = link.kind === 'event-fd' ? [link.counter] : link.directions
    for (const [j, direction] of known.entries()) {
      for (const text of direction.problems(whole.includes(link) && !link.broken)) {
        world.problem(`link ${i} (${link.kind}), direction ${j}: ${text}`)
      }
    }
  }
  const left = listenersLeft(world)
  if (left > 0) world.problem(`${left} listeners are left on signals`)
}
