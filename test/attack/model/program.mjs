// Programs as data: what fast-check makes, shrinks, and what a file of a failure holds.
import fc from 'fast-check'

/**
 * One step. What it does not need of these it leaves alone.
 * @typedef {object} Step
 * @property {string} op
 * @property {number} end which end of which link: 0 to 3
 * @property {number} size in bytes
 * @property {number} way which variant: 0 to 7
 * @property {string} abort when the call's signal is aborted
 * @property {string} gap what is waited for before the next step
 */

/**
 * A program: two links, the steps, and how it ends: all that was sent is read, or all is closed at once.
 * @typedef {object} Program
 * @property {import('./world.mjs').Kind[]} kinds
 * @property {boolean} small whether the kernel's buffers are small
 * @property {Step[]} steps
 * @property {'drain' | 'close'} last
 */

/** How often each operation is asked for. */
export const OPS = Object.freeze({
  read: 12,
  write: 12,
  writev: 4,
  tryWrite: 4,
  readFull: 4,
  peek: 3,
  iterate: 3,
  relay: 5,
  readFrom: 4,
  writeTo: 4,
  sendFile: 2,
  receiveFile: 2,
  copyBoth: 4,
  waitRead: 4,
  waitWrite: 2,
  deadline: 5,
  timeout: 5,
  lapse: 2,
  abortShared: 1,
  closeWrite: 2,
  closeRead: 1,
  close: 1,
  reset: 1,
  dup: 1,
  detach: 2,
  handOver: 2,
})

const SIZES = [0, 1, 7, 64, 1000, 4096, 5000, 65_536, 65_537, 300_000, 1_500_000]

/** @param {Readonly<Record<string, number>>} weights */
const weighted = (weights) =>
  fc.oneof(
    ...Object.entries(weights).map(([value, weight]) => ({
      weight,
      arbitrary: fc.constant(value),
    })),
  )

const step = fc.record({
  op: weighted(OPS),
  end: fc.nat(3),
  size: fc.constantFrom(...SIZES),
  way: fc.nat(7),
  abort: weighted({ never: 10, before: 1, sync: 1, turn: 1, soon: 1, shared: 1 }),
  gap: weighted({ none: 8, micro: 2, turn: 4, turns: 2, ms: 1 }),
})

/** Nothing disturbs a conversation that is calm: all its bytes come, each of them by itself. */
const calmStep = fc.record({
  op: weighted({
    ...{ read: 8, write: 8, tryWrite: 2, writev: 2, iterate: 1, peek: 1, relay: 1, waitRead: 5 },
  }),
  end: fc.nat(3),
  size: fc.constantFrom(1, 64, 1000, 5000, 65_537),
  way: fc.constantFrom(0, 1, 2, 4, 5, 6),
  abort: fc.constant('never'),
  gap: weighted({ none: 2, micro: 1, turn: 2, turns: 2, heard: 6 }),
})

const kind = weighted({
  tcp: 12,
  pipe: 3,
  unix: 4,
  udp: 4,
  'udp-dialed': 3,
  'tcp-fd': 3,
  'unix-fd': 2,
  'pipe-fd': 2,
  'fifo-fd': 1,
  'pty-fd': 2,
  'tty-fd': 2,
  'file-fd': 1,
  'event-fd': 3,
})

const kinds = /** @type {fc.Arbitrary<Program['kinds']>} */ (fc.tuple(kind, kind))

/** @type {fc.Arbitrary<Program>} */
const wild = fc.record({
  kinds,
  small: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 24, size: 'max' }),
  last: fc.constantFrom('drain', 'drain', 'close'),
})

/** @type {fc.Arbitrary<Program>} */
const calm = fc.record({
  kinds,
  small: fc.constant(false),
  steps: fc.array(calmStep, { minLength: 1, maxLength: 24, size: 'max' }),
  last: fc.constant('drain'),
})

export const program = fc.oneof({ weight: 3, arbitrary: wild }, { weight: 2, arbitrary: calm })
