// What the streams of the web read from and write to: a connection, or TLS over one.
import type { Conn, TCPConn } from '@netfd/net'

/** Bytes in both directions. */
export interface Channel {
  /** Reads into `view`: how many bytes, or null at the end. The signal ends the wait, and loses no byte. */
  read(view: Uint8Array, signal: AbortSignal): Promise<number | null>
  /** Writes all of `bytes`; the signal ends the wait. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>
  /** Ends reading. */
  closeRead(): void
  /** Ends writing, and resolves when the peer will be told. */
  closeWrite(): Promise<void>
  /** Closes with a reset. */
  reset(): Promise<void>
  /** Closes. Resolves when the descriptor is free, also when it was closed before. */
  close(): Promise<void>
}

/** What of a TCPConn a Conn may have. */
type Some = Conn & Partial<Pick<TCPConn, 'closeRead' | 'closeWrite' | 'reset'>>

/** A peer that is gone, or a connection that its owner has closed, need not be told. Throws OpError. */
function unlessGone(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOTCONN' && code !== 'ERR_NET_CLOSED') throw error
}

/** A connection as it is. */
export class ConnChannel implements Channel {
  readonly #conn: Some

  constructor(conn: Conn) {
    this.#conn = conn
  }

  read(view: Uint8Array, signal: AbortSignal): Promise<number | null> {
    return this.#conn.read(view, { signal })
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#conn.write(bytes, { signal })
  }

  closeRead(): void {
    try {
      this.#conn.closeRead?.()
    } catch (error) {
      unlessGone(error)
    }
  }

  async closeWrite(): Promise<void> {
    try {
      this.#conn.closeWrite?.()
    } catch (error) {
      unlessGone(error)
    }
  }

  async reset(): Promise<void> {
    const { reset } = this.#conn
    if (reset === undefined) return await this.close()
    await reset.call(this.#conn).catch(unlessGone)
  }

  async close(): Promise<void> {
    await this.#conn.close().catch(unlessGone)
  }
}
