// A connection as a pair of streams of the web.
import type { TCPConn } from '@netfd/net'
import { ConnChannel } from './channel.js'
import { checkTCPConn } from './checks.js'
import type { Chunk } from './chunk.js'
import { Pair } from './pair.js'

/** Both directions of a connection, made by {@link toWeb}. */
export interface WebPair {
  /** What arrives, as `readable` gives it. */
  readonly readable: ReadableStream<Uint8Array>
  /** What is sent, as `writable` takes it. */
  readonly writable: WritableStream<Chunk>
  /**
   * Resolves when both directions are done and the descriptor is free; rejects when one has failed, with
   * its OpError. It need not be looked at: its rejection counts as handled.
   */
  readonly closed: Promise<void>
}

/** The connections that are streams already. */
const taken = new WeakSet<TCPConn>()

const OWNED = { wrap: (error: unknown) => error, allowHalfOpen: true, giveUp: () => undefined }

/**
 * Makes both streams of a connection, which is theirs from then on: it is closed when both are done, each by
 * its end, by `cancel`, `close` or an error. `abort` closes at once, with a reset. When reading fails,
 * writing fails too; when writing fails, what the peer has sent can still be read.
 *
 * Throws TypeError for what is no TCPConn or was given before, and OpError (`ERR_NET_CLOSED`) for one
 * that is closed.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { toWeb } from '@netfd/net/web'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const client = toWeb(await dial('tcp', String(listener.addr)))
 * const server = toWeb(await listener.accept())
 * const echoed = server.readable.pipeTo(server.writable)
 * const writer = client.writable.getWriter()
 * await writer.write('hello')
 * await writer.close()
 * console.assert((await new Response(client.readable).text()) === 'hello')
 * await Promise.all([echoed, client.closed, server.closed])
 * ```
 */
export function toWeb(conn: TCPConn): WebPair {
  checkTCPConn(conn)
  if (taken.has(conn)) throw new TypeError('conn is a pair of streams already')
  taken.add(conn)
  const { readable, writable, closed } = new Pair(new ConnChannel(conn), OWNED)
  return { readable, writable, closed }
}
