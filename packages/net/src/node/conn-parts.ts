// What a stream asks of a connection that not every Conn has.
import type { Conn, TCPConn } from '@netfd/net'

/** What of a TCPConn a Conn may have. */
type Some = Partial<TCPConn>

/** Whether it is a TCPConn, of whichever copy of the package. */
export const isTCPConn = (conn: Conn): conn is TCPConn =>
  typeof (conn as Some).setUserTimeout === 'function'

/** Writes all of it with as few calls as the connection can. */
export async function writeAll(conn: Conn, bufs: readonly Uint8Array[]): Promise<number> {
  if (isTCPConn(conn)) return await conn.writev(bufs)
  let n = 0
  for (const buf of bufs) n += await conn.write(buf)
  return n
}

/** Ends writing. A peer that is gone already need not be told. Throws OpError. */
export function endWriting(conn: Conn): void {
  try {
    ;(conn as Some).closeWrite?.()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTCONN') throw error
  }
}

/** Closes it, or with a reset. Resolves when the descriptor is free, also when it was closed before. */
export async function closeConn(conn: Conn, resets: boolean): Promise<void> {
  try {
    if (resets && isTCPConn(conn)) await conn.reset()
    else await conn.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_NET_CLOSED') throw error
  }
}

/** How many bytes the peer has acknowledged; -1 where the kernel does not say. */
export function ackedBy(conn: Conn): number {
  try {
    return isTCPConn(conn) ? (conn.info().bytesAcked ?? -1) : -1
  } catch {
    // It was closed, or it is no TCP any more: then nothing moves.
    return -1
  }
}
