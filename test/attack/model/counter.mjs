// The operations of a program on an eventfd: of two ends each is a descriptor of the same counter.
import { setImmediate as turn } from 'node:timers/promises'
import { counted, now, start } from './calls.mjs'
import { close } from './ends.mjs'

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').End} End */

/** The most that it counts to. */
const MOST = 2n ** 64n - 2n

const VALUES = [1n, 2n, 3n, 2n ** 32n, 2n ** 63n, MOST, 1000n, MOST + 1n]

/** @param {bigint} value */
const bytesOf = (value) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

/** @param {End} end @param {bigint} value @param {number} n */
const added = ({ link }, value, n) => {
  if (n !== 8) return
  link.counter.added += value
  link.counter.total++
}

/** @param {Context} context */
export const add = ({ world, end, subject, step, signal }) => {
  if (end.into === null) return
  const value = VALUES[step.way] ?? 1n
  start(world, {
    ...{ name: 'write', end, subject, side: 'w', signal },
    codes: value > MOST ? ['EINVAL'] : [],
    make: (o) => subject.write(bytesOf(value), o),
    done: (n) => {
      if (n !== 8 || value > MOST) world.problem(`write of ${value}: resolved to ${n}`)
      added(end, value, Number(n))
    },
    failed: (error) => {
      added(end, value, counted(world, 'write', 'bytesWritten', error, 0))
    },
  })
}

/** @param {Context} context */
export const tryAdd = ({ world, end, subject, step }) => {
  const value = VALUES[step.way % 7] ?? 1n
  if (end.into === null) return
  now(world, 'tryWrite', end, [], () => {
    const n = subject.tryWrite(bytesOf(value))
    if (n !== 8 && n !== -1) world.problem(`tryWrite of ${value}: gave ${n}`)
    added(end, value, n)
  })
}

/** @param {Context} context */
export const take = ({ world, end, subject, step, signal }) => {
  if (end.from === null) return
  const small = step.way === 3
  takeAll(world, end, small ? 7 : 8 + (step.size % 9), signal, subject)
}

/** @param {World} world @param {End} end @param {number} size @param {AbortSignal | undefined} signal
 * @param {import('./world.mjs').Subject} subject
 */
const takeAll = (world, end, size, signal, subject) => {
  const buf = Buffer.alloc(size)
  return start(world, {
    ...{ name: 'read', end, subject, side: 'r', signal },
    codes: size < 8 ? ['EINVAL'] : [],
    make: (o) => subject.read(buf, o),
    done: (n) => {
      const value = n === 8 ? buf.readBigUInt64LE() : 0n
      if (value === 0n) world.problem(`read: resolved to ${n}, ${value}`)
      end.link.counter.taken += value
    },
  })
}

/** Reads until nothing is left, and no write waits.
 * @param {World} world
 * @param {import('./world.mjs').Link} link
 */
export const drainCounter = async (world, { a, b, counter }) => {
  const { subject } = b
  const rest = () => a.open && (a.w.calls.size > 0 || counter.taken !== counter.added)
  while (b.open && subject !== null && rest()) {
    const controller = new AbortController()
    const call = takeAll(world, b, 8, controller.signal, subject)
    while (b.r.calls.has(call) && rest()) await turn()
    controller.abort()
    await call.done
  }
  // Nothing ends what still waits, for more or for room.
  for (const end of [a, b])
    if (end.open && end.r.calls.size + end.w.calls.size > 0) close(world, end)
}
