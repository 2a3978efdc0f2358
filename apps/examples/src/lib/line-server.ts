// A server that answers lines, and can rest: then its connections are between two requests, and may go elsewhere.
import type { TCPConn, TCPListener } from '@netfd/net'
import { complain } from './cli.js'
import { LineReader } from './reader.js'

/** A connection with what was read from it and not answered yet. */
export interface Live {
  readonly conn: TCPConn
  readonly ahead: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** How long a client may leave an answer unread, in ms: it would hold the rest up. */
const PATIENCE = 5_000

/** Answers each line of each client with its process. */
export class LineServer {
  readonly listener: TCPListener
  readonly #live = new Map<TCPConn, LineReader>()
  readonly #running = new Set<Promise<void>>()
  readonly #rest = new AbortController()

  /** Connections that another process has served so far are served on. */
  constructor(listener: TCPListener, others: readonly Live[] = []) {
    this.listener = listener
    for (const { conn, ahead } of others) this.#serve(conn, ahead)
  }

  /** Accepts until the listener is closed. */
  async run(): Promise<void> {
    for await (const conn of this.listener) this.#serve(conn, NOTHING)
  }

  /** Answers what has been read and takes no more; resolves to those that are open, which are the caller's. */
  async rest(): Promise<Live[]> {
    this.#rest.abort()
    await Promise.all(this.#running)
    return [...this.#live].map(([conn, { ahead }]) => ({ conn, ahead }))
  }

  #serve(conn: TCPConn, ahead: Uint8Array): void {
    const lines = new LineReader(conn, undefined, ahead)
    this.#live.set(conn, lines)
    const running = this.#answer(conn, lines).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #answer(conn: TCPConn, lines: LineReader): Promise<void> {
    const { signal } = this.#rest
    conn.setWriteTimeout(PATIENCE)
    try {
      for (;;) {
        // An abort takes nothing from the reader: half a line stays ahead. An answer is written to its end.
        const line = await lines.line({ signal })
        if (line === null) break
        await conn.write(`process ${process.pid}: ${line}\n`)
      }
    } catch (error) {
      if (signal.aborted && (error as NodeJS.ErrnoException).code === 'ABORT_ERR') return
      complain(error)
    }
    this.#live.delete(conn)
    await conn.close()
  }
}
