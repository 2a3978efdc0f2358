// What a stream asks of a connection that not every Conn has.
import type { Conn, StreamConn, TCPConn } from '@netfd/net'
import { backend } from '@netfd/net'

/** What of a TCPConn a Conn may have. */
type Some = Partial<TCPConn>

/** Whether it is a TCPConn, of whichever copy of the package. */
export const isTCPConn = (conn: Conn): conn is TCPConn =>
  typeof (conn as Some).setUserTimeout === 'function'

/** Reads one piece after the other: how many bytes, or null at the end; what was read is `piece`. */
export interface Pieces {
  next(): Promise<number | null>
  piece(): Uint8Array
}

/** The pieces that arrive. While it waits for one it holds no buffer. */
export const piecesOf = (conn: StreamConn): Pieces =>
  (conn as Some).reading?.() ?? new IteratedPieces(conn[Symbol.asyncIterator]())

/** Those of a program's own connection. */
class IteratedPieces implements Pieces {
  readonly #pieces: AsyncIterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array(0)

  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#pieces = pieces
  }

  async next(): Promise<number | null> {
    const { done, value } = await this.#pieces.next()
    if (done === true) return null
    this.#piece = value
    return this.#piece.length
  }

  piece(): Uint8Array {
    return this.#piece
  }
}

/** Writes all of it with as few calls as the connection can. */
export async function writeAll(conn: Conn, bufs: readonly Uint8Array[]): Promise<number> {
  const { writev } = conn as Some
  if (writev !== undefined) return await (conn as TCPConn).writev(bufs)
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

/**
 * How many bytes the peer has acknowledged, or on the host backend how many the system has taken; -1 where the
 * kernel does not say.
 */
export function ackedBy(conn: Conn): number {
  if (!isTCPConn(conn)) return -1
  try {
    return backend === 'host' ? conn.sent() : (conn.info().bytesAcked ?? -1)
  } catch {
    // It was closed, or it is no TCP any more: then nothing moves.
    return -1
  }
}
