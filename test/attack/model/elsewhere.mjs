// The worker of a program: takes a descriptor over, reads or writes once, and gives it back.
import { parentPort } from 'node:worker_threads'
import { fileConn } from '@netfd/net'
import { close } from '@netfd/syscall'

/** How long it waits for the other end, in ms. */
const PATIENCE = 5

/** @typedef {import('./moves.mjs').Report} Report */

/** @param {{ fd: number, write: Uint8Array | null, size: number }} job
 * @returns {Promise<Report>}
 */
const work = async ({ fd, write, size }) => {
  /** @type {Report} */
  const report = { fd: -1, n: 0, data: null, end: false, code: null }
  if (fd < 0) return report
  const conn = fileConn(fd)
  close(fd)
  conn.setDeadline(Date.now() + PATIENCE)
  try {
    if (write !== null) report.n = await conn.write(write)
    else {
      const buf = new Uint8Array(size)
      const n = await conn.read(buf)
      report.end = n === null
      report.n = n ?? 0
      report.data = buf.subarray(0, report.n)
    }
  } catch (error) {
    const { code, bytesWritten } = /** @type {{ code?: string, bytesWritten?: number }} */ (error)
    report.code = String(code)
    report.n = bytesWritten ?? 0
  }
  return { ...report, fd: conn.detach() }
}

parentPort?.on('message', async ({ id, job }) => {
  parentPort?.postMessage({ id, report: await work(job) })
})
