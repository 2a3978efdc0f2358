// One direction of a connection as a stream of the web.
import type { Conn, TCPConn } from '@netfd/net'
import { checkBytes, checkOptions } from '../arguments.js'
import { ByteSink } from './byte-sink.js'
import { ByteSource } from './byte-source.js'
import { ConnChannel } from './channel.js'
import { checkConn, checkTCPConn } from './checks.js'
import type { Chunk } from './chunk.js'

/** How many bytes a stream holds or reads at once, when nothing else is said. */
export const ROOM = 65_536

/**
 * What arrives on a connection, as a stream of bytes (`type: 'bytes'`). Nothing is read before a reader
 * asks, so reads of `conn` before it are fine. A BYOB reader's own buffer is what the kernel writes into; for
 * any other reader `chunkSize` bytes are allocated (65 536 when left out).
 *
 * The peer's end closes the stream. `cancel`, and leaving a `for await`, end the read that waits without
 * losing a byte, and then reading (`closeRead`); writing goes on, and `conn` stays the caller's. An error
 * is final for the stream, and is the read's OpError; after a deadline (`ETIMEDOUT`) the connection is
 * still fine. `releaseLock` with a read waiting leaves that read under way: its bytes go to the stream's
 * next reader.
 *
 * Throws TypeError for what is no Conn, TypeError or RangeError for a wrong `chunkSize`, and OpError
 * (`ERR_NET_CLOSED`) for a closed connection.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { readable } from '@netfd/net/web'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await dial('tcp', String(listener.addr))
 * await using peer = await listener.accept()
 * await peer.write('hello')
 * peer.closeWrite()
 * console.assert((await new Response(readable(conn)).text()) === 'hello')
 * ```
 */
export function readable(
  conn: Conn,
  o: { chunkSize?: number | undefined } = {},
): ReadableStream<Uint8Array> {
  checkOptions('readable', o, ['chunkSize'])
  checkBytes('chunkSize', o.chunkSize, 1)
  checkConn(conn)
  return readableOf(new ByteSource(new ConnChannel(conn), o.chunkSize ?? ROOM))
}

/**
 * A stream that writes to a connection: bytes, an ArrayBuffer, a view of one, or a string as UTF-8. A chunk
 * counts with its bytes, and `ready` waits while more than `highWaterMark` of them (65 536 when left
 * out) have not been taken over by the kernel.
 *
 * `close` ends writing (`closeWrite`), and reading goes on; `conn` stays the caller's. `abort` gives up the
 * write that waits, and resets the connection: the peer gets ECONNRESET at once, even if it does not read.
 * An error is final for the stream, and is the write's OpError with `bytesWritten`; a chunk of another
 * kind is a TypeError.
 *
 * Throws TypeError for what is no TCPConn, TypeError or RangeError for a wrong `highWaterMark`, and
 * OpError (`ERR_NET_CLOSED`) for a closed connection.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { writable } from '@netfd/net/web'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * await using conn = await dial('tcp', String(listener.addr))
 * await using peer = await listener.accept()
 * const writer = writable(conn).getWriter()
 * await writer.write('hello')
 * await writer.close()
 * for await (const piece of peer) console.assert(String.fromCharCode(...piece) === 'hello')
 * ```
 */
export function writable(
  conn: TCPConn,
  o: { highWaterMark?: number | undefined } = {},
): WritableStream<Chunk> {
  checkOptions('writable', o, ['highWaterMark'])
  checkBytes('highWaterMark', o.highWaterMark, 0)
  checkTCPConn(conn)
  return writableOf(new ByteSink(new ConnChannel(conn), o.highWaterMark ?? ROOM))
}

/** The stream of a source. */
export const readableOf = (source: ByteSource): ReadableStream<Uint8Array> =>
  new ReadableStream(source, { highWaterMark: 0 }) as ReadableStream<Uint8Array>

/** The stream of a sink. */
export const writableOf = (sink: ByteSink): WritableStream<Chunk> => new WritableStream(sink, sink)
