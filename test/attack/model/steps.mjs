// The operations of a program: what each does to the real objects, and to the model.

import { copyBoth } from './both-ways.mjs'
import { counted, now, start } from './calls.mjs'
import { getting, guarded, pieces, sending, written } from './context.mjs'
import { add, take, tryAdd } from './counter.mjs'
import { close } from './ends.mjs'
import { receiveFile, sendFile } from './files.mjs'
import { detach, handOver } from './moves.mjs'
import { ofPackets } from './packets.mjs'
import { timeout } from './times.mjs'
import { iterate, readFrom, relay, writeTo } from './transfers.mjs'
import { waitRead, waitWrite } from './waits.mjs'
import { packetKind } from './world.mjs'

/** @typedef {import('./context.mjs').Context} Context */

/** The most that a read asks for. */
const MOST = 300_000

/** @param {Context} context */
const read = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.from === null || end.r.exclusive) return
  const size = Math.min(step.size, MOST)
  const { buf, intact } = guarded(size)
  const got = getting(end)
  start(world, {
    ...{ name: 'read', end, subject, side: 'r', signal },
    make: (o) => subject.read(buf, o),
    done: (n) => {
      got.end = n === null
      got.n = Number(n)
      got.data = buf.subarray(0, got.n)
      const least = Math.min(size, 1)
      if (n !== null && !(got.n >= least && got.n <= size)) {
        world.problem(`read: resolved to ${n} of ${size}`)
      }
      if (n === null && size === 0) world.problem('read: nothing has an end')
      if (!intact()) world.problem('read: wrote beside its buffer')
    },
  })
}

/** @param {Context} context */
const readFull = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.from === null || end.r.calls.size > 0 || subject.readFull === undefined) return
  const size = Math.min(step.size, MOST)
  const { buf, intact } = guarded(size)
  const got = getting(end)
  start(world, {
    ...{ name: 'readFull', end, subject, side: 'r', signal, exclusive: true },
    codes: ['ERR_UNEXPECTED_EOF'],
    make: (o) => subject.readFull?.(buf, o),
    done: (n) => {
      if (n !== size) world.problem(`readFull: resolved to ${n} of ${size}`)
      got.n = size
      got.data = buf
      if (!intact()) world.problem('readFull: wrote beside its buffer')
    },
    failed: (error) => {
      got.end = error.code === 'ERR_UNEXPECTED_EOF'
      got.n = counted(world, 'readFull', 'bytesRead', error, size)
      got.data = buf.subarray(0, got.n)
    },
  })
}

/** @param {Context} context */
const peek = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.from === null || end.r.exclusive || subject.peek === undefined) return
  const size = Math.min(step.size, 65_536)
  const { buf, intact } = guarded(size)
  const half = step.way % 2 === 1
  const min = Math.min(size, half ? Math.ceil(size / 2) : 1)
  const got = getting(end)
  got.stays = true
  start(world, {
    ...{ name: 'peek', end, subject, side: 'r', signal },
    make: (o) => subject.peek?.(buf, size === 0 ? o : { ...o, min }),
    done: (n) => {
      got.n = Number(n)
      got.data = buf.subarray(0, got.n)
      got.end = n === 0 && size > 0
      if (typeof n !== 'number' || n < 0 || n > size) world.problem(`peek: resolved to ${n}`)
      if (!intact()) world.problem('peek: wrote beside its buffer')
    },
  })
}

/** @param {Context} context */
const write = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.into === null || end.w.exclusive) return
  const sent = sending(context, step.size)
  start(world, {
    ...{ name: 'write', end, subject, side: 'w', signal },
    make: (o) => subject.write(sent.data, o),
    ...written(context, 'write', sent),
  })
}

/** @param {Context} context */
const writev = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.into === null || end.w.exclusive) return
  const sent = sending(context, step.size)
  start(world, {
    ...{ name: 'writev', end, subject, side: 'w', signal },
    make: (o) => subject.writev(pieces(sent.data, step.way), o),
    ...written(context, 'writev', sent),
  })
}

/** @param {Context} context */
const tryWrite = (context) => {
  const { world, end, subject, step } = context
  if (end.into === null || end.w.exclusive || end.link.kind === 'file-fd') return
  const sent = sending(context, step.size)
  now(world, 'tryWrite', end, [], () => {
    const n = subject.tryWrite(sent.data)
    sent.taken = Math.max(n, 0)
    const least = Math.min(sent.data.length, 1)
    if (n !== -1 && !(n >= least && n <= sent.data.length)) world.problem(`tryWrite: gave ${n}`)
  })
}

/** @param {Context} context */
const deadline = ({ world, end, subject, step }) => {
  const which = step.size % 3
  const at = [Date.now() - 1, Date.now() - 1, Date.now() + 1, Date.now() + 3][step.way] ?? null
  const sides = which === 0 ? [end.r, end.w] : [which === 1 ? end.r : end.w]
  const codes = end.link.kind === 'file-fd' ? ['ERR_NO_DEADLINE'] : []
  for (const side of sides) side.hadDeadline ||= at !== null
  const set = now(world, 'deadline', end, codes, () => {
    if (which === 0) subject.setDeadline(at)
    else if (which === 1) subject.setReadDeadline(at)
    else subject.setWriteDeadline(at)
  })
  if (set) for (const side of sides) side.hasDeadline = at !== null
}

/** Reads one after the other, each of which has the whole time.
 * @param {Context} context
 */
const lapse = async (context) => {
  const { world, end, subject } = context
  if (end.from === null || end.r.calls.size > 0 || end.link.kind === 'file-fd') return
  /** @param {number} ms */
  const set = (ms) => {
    if (!end.open || end.subject !== subject) return false
    return now(world, 'timeout', end, [], () => {
      subject.setReadTimeout(ms)
      end.r.timeout = ms
    })
  }
  for (let i = 0; i < 3 && set(5); i++) {
    read(context)
    await Promise.all([...end.r.calls].map(({ done }) => done))
  }
  set(0)
}

/** @param {Context} context */
const closeWrite = ({ world, end, subject }) => {
  if (subject.closeWrite === undefined) return
  end.link.disturbed = true
  now(world, 'closeWrite', end, [], () => subject.closeWrite?.())
}

/** @param {Context} context */
const closeRead = ({ world, end, subject }) => {
  if (subject.closeRead === undefined || end.from === null) return
  end.link.disturbed = end.link.lossy = true
  end.from.endMeansNothing = true
  now(world, 'closeRead', end, [], () => subject.closeRead?.())
}

/** @param {Context} context */
const dup = ({ world, end, subject }) => {
  now(world, 'dup', end, [], () => {
    end.dups.push(subject.dup())
  })
}

/** @type {Record<keyof typeof import('./program.mjs').OPS, (context: Context) => void | Promise<void>>} */
const steps = {
  read,
  write,
  writev,
  tryWrite,
  readFull,
  peek,
  iterate,
  relay,
  readFrom,
  writeTo,
  sendFile,
  receiveFile,
  copyBoth,
  waitRead,
  waitWrite,
  deadline,
  timeout,
  lapse,
  abortShared: ({ world }) => world.shared.abort(),
  closeWrite,
  closeRead,
  close: ({ world, end }) => close(world, end),
  reset: ({ world, end, subject }) => {
    if (subject.reset !== undefined) close(world, end, 'reset')
  },
  dup,
  detach,
  handOver,
}

/** The same on an eventfd, as far as it has them.
 * @type {Partial<typeof steps>}
 */
const ofCounters = {
  ...{ read: take, write: add, writev: add, tryWrite: tryAdd, readFull: take, peek: waitRead },
  ...{ waitRead, waitWrite, deadline, timeout, dup, detach },
  ...{ abortShared: steps.abortShared, close: steps.close },
}

/** The same on a socket of packets, where some have another meaning.
 * @type {Partial<typeof steps>}
 */
const ofSockets = {
  ...{ ...ofPackets, deadline, timeout, dup, detach },
  ...{ abortShared: steps.abortShared, close: steps.close },
}

/** What an operation does on a descriptor of this kind, if anything.
 * @param {import('./world.mjs').Kind} kind
 * @param {string} op
 */
export const stepOf = (kind, op) => {
  const name = /** @type {keyof typeof steps} */ (op)
  if (packetKind(kind)) return ofSockets[name]
  return kind === 'event-fd' ? ofCounters[name] : steps[name]
}
