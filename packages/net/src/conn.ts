// Go: net/net.go. What every connection can do.
import type { CallOptions, Deadline } from '@netfd/poll'
import { sizeOf, viewOf } from '@netfd/poll/internal'
import type { Addr } from './addr.js'
import { isLeft } from './leavable.js'

/**
 * A stream between two ends. Any number of calls may be under way at once: reads wait for reads and
 * writes for writes, in order; reads and writes do not wait for each other. Every promise settles.
 * Go: `net.Conn`.
 */
export interface Conn extends AsyncDisposable, AsyncIterable<Uint8Array> {
  /**
   * Reads what is there into `buf`, or waits for something: how many bytes, or null at the end of the
   * stream. 0 only for an empty `buf`. Rejects with OpError: `ETIMEDOUT` past the read deadline,
   * `ABORT_ERR`, `ERR_NET_CLOSED`, or the kernel's, such as `ECONNRESET`.
   */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null>
  /** Fills all of `buf`, or rejects with `bytesRead`; `ERR_UNEXPECTED_EOF` when the stream ends. */
  readFull(buf: Uint8Array, o?: CallOptions): Promise<number>
  /** Writes all of `data` (a string as UTF-8); a rejection carries `bytesWritten`. */
  write(data: Uint8Array | string, o?: CallOptions): Promise<number>
  /** Closes; every call that waits is rejected with `ERR_NET_CLOSED`. A second close is rejected. */
  close(): Promise<void>
  /** This end's address: the same object each time, also after close. */
  readonly localAddr: Addr
  /** The other end's address: the same object each time, also after close. */
  readonly remoteAddr: Addr
  /** Sets when reads and writes fail: a Date, epoch milliseconds, or null for never. */
  setDeadline(t: Deadline): void
  /** `setDeadline` for reads. */
  setReadDeadline(t: Deadline): void
  /** `setDeadline` for writes. */
  setWriteDeadline(t: Deadline): void
}

/** Whatever bytes can be read from, as from a Conn. Go: `io.Reader`. */
export interface Reader {
  /** Reads what is there into `buf`, or waits: how many bytes, or null at the end. */
  read(buf: Uint8Array, o?: CallOptions): Promise<number | null>
}

/** Reads without a buffer; what one has read is `piece`. */
interface Pieces {
  next(): Promise<number | null>
  piece(): Uint8Array
}

/** How many bytes a copying loop asks for at a time. */
export const CHUNK = 64 * 1024

/**
 * Reads until `buf` is full: its length, or how many bytes there were before the end. An error on the
 * way says it too, as `bytesRead`: those bytes are in `buf`, and nowhere else any more.
 */
export async function readUntilFull(r: Reader, buf: Uint8Array, o?: CallOptions): Promise<number> {
  const size = sizeOf(buf)
  let at = 0
  try {
    while (at < size) {
      const n = await r.read(at === 0 ? buf : viewOf(buf, at), o)
      if (n === null) break
      at += n
    }
  } catch (error) {
    throw Object.assign(error as Error, { bytesRead: at })
  }
  return at
}

/**
 * What arrives, piece by piece, until the end of the stream or until the loop is left while it waits. It
 * reads only when asked for the next piece, so leaving the loop loses nothing.
 */
export async function* chunks(reading: Pieces): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    let n: number | null
    try {
      n = await reading.next()
    } catch (error) {
      if (isLeft(error)) return
      throw error
    }
    if (n === null) return
    yield reading.piece()
  }
}
