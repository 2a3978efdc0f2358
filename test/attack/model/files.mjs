// The operations of a program that move bytes between a connection and a file.
import { open, readFile } from 'node:fs/promises'
import { bytesOf } from './bytes.mjs'
import { counted, start } from './calls.mjs'
import { getting, written } from './context.mjs'
import { FILE_ID, FILE_SIZE } from './make.mjs'
import { idleOf } from './times.mjs'

/** @typedef {import('./context.mjs').Context} Context */

/** A file, from where it stands: what was not sent is still behind its position.
 * @param {Context} context
 */
export const sendFile = async (context) => {
  const { world, end, step, signal, place } = context
  if (end.into === null || end.subject?.readFrom === undefined) return
  const file = await open(place.source)
  world.last.push(() => file.close())
  const { subject } = end
  if (!end.open || end.w.exclusive || subject?.readFrom === undefined) return
  const size = step.way < 4 ? FILE_SIZE : Math.min(step.size, FILE_SIZE)
  const sent = { data: bytesOf(FILE_ID, size), taken: 0 }
  end.into.sent.push(sent)
  const { done, failed } = written(context, 'sendFile', sent)
  world.last.unshift(async () => {
    const next = Buffer.alloc(8)
    const { bytesRead } = await file.read(next)
    const right = bytesOf(FILE_ID, FILE_SIZE).subarray(sent.taken, sent.taken + 8)
    if (!right.equals(next.subarray(0, bytesRead))) world.problem('sendFile: position is wrong')
  })
  const idle = idleOf(step)
  const how = { limit: step.way < 4 ? undefined : size, idleTimeout: idle }
  start(world, {
    ...{ name: 'sendFile', end, subject, side: 'w', signal, idle, renews: true },
    make: (o) => subject.readFrom?.(file, { ...o, ...how }),
    done,
    failed,
  })
}

/** Into a file, which holds what was written to it and nothing else.
 * @param {Context} context
 */
export const receiveFile = async (context) => {
  const { world, end, step, signal, place } = context
  if (end.from === null || end.subject?.writeTo === undefined) return
  const path = place.file()
  const file = await open(path, 'w')
  world.last.push(() => file.close())
  const { subject } = end
  if (!end.open || end.r.calls.size > 0 || subject?.writeTo === undefined) return
  const limit = step.way % 2 === 0 ? undefined : step.size
  const most = limit ?? Number.MAX_SAFE_INTEGER
  const idle = idleOf(step)
  const got = getting(end)
  let given = 0
  world.last.unshift(async () => {
    got.data = await readFile(path)
    // Of a call that was ended the file may have been at a write, which nothing can take back.
    if (got.data.length < given || got.data.length > got.n) {
      world.problem(
        `receiveFile: ${got.data.length} bytes are in the file, ${given} of ${got.n} were written`,
      )
    }
  })
  start(world, {
    ...{ name: 'receiveFile', end, subject, side: 'r', signal, exclusive: true, idle },
    make: (o) => subject.writeTo?.(file, { ...o, limit, idleTimeout: idle }),
    done: (n) => {
      got.n = given = Number(n)
      got.end = given < most
    },
    failed: (error) => {
      got.n = counted(world, 'receiveFile', 'bytesRead', error, most)
      given = counted(world, 'receiveFile', 'bytesWritten', error, got.n)
    },
  })
}
