// A descriptor goes from one object to another, in this thread or through a worker.
import { Worker } from 'node:worker_threads'
import { now, start } from './calls.mjs'
import { getting, sending } from './context.mjs'
import { adopt } from './make.mjs'

/** @typedef {import('./context.mjs').Context} Context */

/** Takes the descriptor from its object, or tells that it was refused.
 * @param {Context} context
 */
const taken = ({ world, end, subject }) => {
  // What copyBoth has taken and not given is in no place, and it does not say how much that is.
  if ([...end.r.calls].some(({ name }) => name === 'copyBoth')) return null
  let fd = -1
  const busy = end.r.calls.size + end.w.calls.size > 0 ? ['EBUSY'] : []
  now(world, 'detach', end, busy, () => {
    fd = subject.detach()
  })
  if (fd < 0) return null
  end.moved = true
  // The kernel tells of a reset once, and it may have told the object that is given up.
  if (end.link.lossy && end.from !== null) end.from.endMeansNothing = true
  for (const side of [end.r, end.w]) {
    side.hasDeadline = false
    side.timeout = 0
  }
  return fd
}

/** @param {Context} context */
export const detach = (context) => {
  const fd = taken(context)
  if (fd === null) return
  context.end.subject = adopt(context.end.link.kind, fd)
}

/**
 * What a worker did with a descriptor.
 * @typedef {{ fd: number, n: number, data: Uint8Array | null, end: boolean, code: string | null }} Report
 */

/** The other thread: it is given descriptors, and gives them back. */
class Elsewhere {
  #worker = new Worker(new URL('./elsewhere.mjs', import.meta.url))
  /** @type {Map<number, (report: Report) => void>} */
  #asked = new Map()
  #id = 0

  constructor() {
    this.#worker.on('message', ({ id, report }) => {
      this.#asked.get(id)?.(report)
      this.#asked.delete(id)
    })
  }

  /** @param {{ fd: number, write: Uint8Array | null, size: number }} job
   * @returns {Promise<Report>}
   */
  do(job) {
    const id = this.#id++
    return new Promise((resolve) => {
      this.#asked.set(id, resolve)
      this.#worker.postMessage({ id, job })
    })
  }

  async close() {
    await this.#worker.terminate()
  }
}

/** @type {Elsewhere | null} */
let elsewhere = null

export const openElsewhere = async () => {
  elsewhere = new Elsewhere()
  await elsewhere.do({ fd: -1, write: null, size: 0 })
}

export const closeElsewhere = async () => {
  await elsewhere?.close()
  elsewhere = null
}

/** @param {Context} context */
export const handOver = (context) => {
  const { world, end, step, subject } = context
  const other = elsewhere
  if (end.link.kind !== 'tcp' || other === null) return
  const fd = taken(context)
  if (fd === null) return
  end.away = true
  const size = Math.min(step.size, 65_536)
  const writes = step.way % 2 === 0
  const sent = writes ? sending(context, size) : null
  const got = writes ? null : getting(end)
  start(world, {
    ...{ name: 'handOver', end, subject, side: 'w' },
    make: () => other.do({ fd, write: sent?.data ?? null, size }),
    done: (value) => {
      const report = /** @type {Report} */ (value)
      end.away = false
      end.subject = adopt('tcp', report.fd)
      if (sent !== null) sent.taken = report.n
      if (got !== null) {
        got.n = report.n
        got.data = report.data === null ? null : Buffer.from(report.data)
        got.end = report.end
      }
      // The kernel tells of a reset once, here to the worker: the next reader finds an end in its place.
      if (report.code === 'ECONNRESET' || report.code === 'EPIPE') {
        if (end.from !== null) end.from.endMeansNothing = true
      }
      // Its own deadline, or what the other end did.
      const right = [null, 'ETIMEDOUT', ...(end.link.disturbed ? ['ECONNRESET', 'EPIPE'] : [])]
      if (!right.includes(report.code)) world.problem(`handOver: ${report.code} in the worker`)
    },
  })
}
