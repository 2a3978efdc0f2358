// The loop around accept that a server wants: one task for each connection, and none forgotten.
import { setTimeout as sleep } from 'node:timers/promises'
import type { OpError, TCPConn, TCPListener } from '@netfd/net'

/** How long to leave accept alone when the process has no descriptors left, in ms. */
const BREATHER = 100

/**
 * Hands each connection to `handle` until `stop` aborts, and resolves when the last one is done. The
 * connection is closed when `handle` is; an error of one connection is printed and harms no other.
 */
export async function serve(
  listener: TCPListener,
  stop: AbortSignal,
  handle: (conn: TCPConn) => Promise<void>,
): Promise<void> {
  const tasks = new Set<Promise<void>>()
  for (;;) {
    const conn = await next(listener, stop)
    if (conn === null) break
    const task = attend(conn, stop, handle).finally(() => tasks.delete(task))
    tasks.add(task)
  }
  await Promise.all(tasks)
}

/** The next connection, or null once `stop` has aborted. */
async function next(listener: TCPListener, stop: AbortSignal): Promise<TCPConn | null> {
  while (!stop.aborted) {
    try {
      return await listener.accept({ signal: stop })
    } catch (error) {
      if (stop.aborted) break
      // Out of descriptors: those who are connected go on, and the next one waits in the backlog.
      if (!(error as OpError).temporary) throw error
      await sleep(BREATHER)
    }
  }
  return null
}

async function attend(
  conn: TCPConn,
  stop: AbortSignal,
  handle: (conn: TCPConn) => Promise<void>,
): Promise<void> {
  try {
    await using open = conn
    await handle(open)
  } catch (error) {
    if (!stop.aborted) console.error((error as Error).message)
  }
}
