// The operations of a program that move bytes between a connection and something else.
import { Readable, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { counted, start } from './calls.mjs'
import { getting, pieces, sending, written } from './context.mjs'
import { idleOf } from './times.mjs'
import { packetKind } from './world.mjs'

/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./world.mjs').End} End */

/** A loop over what comes, left after some pieces, or asked to end while it waits.
 * @param {Context} context
 */
export const iterate = ({ world, end, subject, step }) => {
  if (end.from === null || end.r.calls.size > 0 || subject.iterate === undefined) return
  const loop = subject.iterate()
  const got = getting(end)
  /** @type {Buffer[]} */
  const all = []
  let left = false
  start(world, {
    ...{ name: 'iterate', end, subject, side: 'r', exclusive: true },
    make: async () => {
      try {
        for await (const piece of loop) {
          all.push(Buffer.from(piece))
          if (piece.length === 0) world.problem('iterate: an empty piece')
          if (all.length > step.way) {
            left = true
            break
          }
        }
        got.end = !left
      } finally {
        got.data = Buffer.concat(all)
        got.n = got.data.length
      }
    },
    done: () => undefined,
  })
  if (step.way % 2 === 1) return
  setImmediate(() => {
    left = true
    void loop.return()
  })
}

/** From one link to the other, inside the kernel where both are of TCP.
 * @param {Context} context
 */
export const relay = (context) => {
  const { world, step, signal } = context
  const inner = [world.links[0]?.b, world.links[1]?.a]
  const [src, dst] = step.end < 2 ? inner : inner.reverse()
  if (src?.from == null || dst?.into == null || !src.open || !dst.open) return
  if (packetKind(src.link.kind) || packetKind(dst.link.kind)) return
  const from = src.subject
  const to = dst.subject
  if (from?.writeTo === undefined || to?.readFrom === undefined) return
  const exclusive = src.link.kind !== 'tcp' || dst.link.kind !== 'tcp'
  if (exclusive && src.r.calls.size + dst.w.calls.size > 0) return
  if (src.r.exclusive || dst.w.exclusive) return
  const limit = step.way < 4 ? undefined : step.size
  const got = getting(src)
  const sent = { relay: got, from: src.from, taken: 0 }
  dst.into.sent.push(sent)
  const most = limit ?? Number.MAX_SAFE_INTEGER
  const idle = idleOf(step)
  const how = { limit, idleTimeout: idle }
  start(world, {
    ...{ name: 'relay', end: dst, subject: to, other: src, side: 'w', signal, exclusive, idle },
    make: (o) =>
      step.way % 2 === 0
        ? to.readFrom?.(from, { ...o, ...how })
        : from.writeTo?.(to, { ...o, ...how }),
    done: (n) => {
      got.n = sent.taken = Number(n)
      got.end = got.n < most
      if (got.n > most) world.problem(`relay: ${n} bytes, limit ${limit}`)
    },
    failed: (error) => {
      got.n = counted(world, 'relay', 'bytesRead', error, most)
      sent.taken = counted(world, 'relay', 'bytesWritten', error, got.n)
    },
  })
}

/** @param {Buffer[]} parts */
async function* slowly(parts) {
  for (const part of parts) {
    await turn()
    yield part
  }
}

/** @param {Buffer} data */
const reader = (data) => {
  let at = 0
  return {
    /** @param {Uint8Array} buf */
    read: async (buf) => {
      const piece = data.subarray(at, at + buf.length)
      at += piece.length
      buf.set(piece)
      return piece.length === 0 ? null : piece.length
    },
  }
}

/** @param {Buffer[]} parts */
const webStream = (parts) => {
  const rest = parts.filter(({ length }) => length > 0).map((part) => Uint8Array.from(part))
  return new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      const part = rest.shift()
      if (part !== undefined) controller.enqueue(part)
      else {
        controller.close()
        controller.byobRequest?.respond(0)
      }
    },
  })
}

/** @param {Buffer} data @param {number} way */
const sourceOf = (data, way) => {
  const parts = pieces(data, way % 6)
  if (way === 0 || way === 5) return Readable.from(parts)
  if (way === 1) return parts
  if (way === 2 || way === 6) return slowly(parts)
  return way === 3 ? reader(data) : webStream(parts)
}

/** @param {Context} context */
export const readFrom = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.into === null || end.w.calls.size > 0 || subject.readFrom === undefined) return
  const sent = sending(context, step.size)
  const source = sourceOf(sent.data, step.way)
  if (source instanceof Readable) world.last.push(() => source.destroy())
  const idle = idleOf(step)
  start(world, {
    ...{ name: 'readFrom', end, subject, side: 'w', signal, exclusive: true, idle },
    make: (o) => subject.readFrom?.(source, { ...o, idleTimeout: idle }),
    ...written(context, 'readFrom', sent),
  })
}

/** Keeps what it is given, in one of several ways of taking it.
 * @param {Buffer[]} all
 * @param {number} way
 * @param {() => void} moved
 */
const destinationOf = (all, way, moved) => {
  /** @param {Uint8Array} piece */
  const keep = (piece) => {
    moved()
    all.push(Buffer.from(piece))
    return piece.length
  }
  if (way < 2) return { write: keep }
  if (way === 2) return { write: async (/** @type {Uint8Array} */ piece) => keep(piece) }
  if (way === 3) {
    /** @param {Uint8Array} piece */
    const some = (piece) => keep(piece.subarray(0, Math.ceil(piece.length / 2)))
    return { write: some }
  }
  if (way === 4) {
    /** @param {Uint8Array} piece */
    const late = (piece) => turn().then(() => keep(piece))
    return { write: late }
  }
  return new Writable({
    highWaterMark: way === 5 ? 1 : 16_384,
    write: (/** @type {Buffer} */ piece, _encoding, taken) => {
      keep(piece)
      if (way === 6) setImmediate(taken)
      else taken()
    },
  })
}

/** @param {Context} context */
export const writeTo = (context) => {
  const { world, end, subject, step, signal } = context
  if (end.from === null || end.r.calls.size > 0 || subject.writeTo === undefined) return
  /** @type {Buffer[]} */
  const all = []
  let at = performance.now()
  const destination = destinationOf(all, step.way, () => {
    at = performance.now()
  })
  if (destination instanceof Writable) world.last.push(() => destination.destroy())
  const limit = step.abort === 'never' && step.size % 2 === 1 ? step.size : undefined
  const most = limit ?? Number.MAX_SAFE_INTEGER
  const idle = idleOf(step)
  const got = getting(end)
  start(world, {
    ...{ name: 'writeTo', end, subject, side: 'r', signal, exclusive: true, idle },
    moved: () => at,
    make: (o) => subject.writeTo?.(destination, { ...o, limit, idleTimeout: idle }),
    done: (n) => {
      got.data = Buffer.concat(all)
      got.n = Number(n)
      got.end = got.n < most
      if (got.n !== got.data.length) world.problem(`writeTo: ${n}, ${got.data.length} were taken`)
    },
    failed: (error) => {
      got.data = Buffer.concat(all)
      got.n = counted(world, 'writeTo', 'bytesRead', error, most)
      counted(world, 'writeTo', 'bytesWritten', error, got.n)
      if (got.data.length > got.n) world.problem(`writeTo: took ${got.data.length} of ${got.n}`)
    },
  })
}
