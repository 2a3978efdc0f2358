// A server behind a load balancer: whether it is up, who is connected to it, and what the kernel says of that.
import type { Dialer, TCPConn } from '@netfd/net'

/** How a server is looked after. */
export interface Health {
  readonly dialer: Dialer
  /** How many failures in a row make it count as down. */
  readonly fall: number
}

/** What all of its connections come to. */
export interface Sum {
  /** Bytes in both directions, of all connections so far. */
  readonly moved: number
  /** The longest round-trip time among those that are open, in ms; null without any. */
  readonly rtt: number | null
  /** Segments that had to be sent again, of all connections so far. */
  readonly resent: number
}

const movedBy = ({ bytesAcked = 0, bytesReceived = 0 }): number => bytesAcked + bytesReceived

/** One of the servers. */
export class Backend {
  readonly address: string
  readonly #health: Health
  readonly #open = new Set<TCPConn>()
  #coming = 0
  #inRow = 0
  #up = true
  readonly #gone = { moved: 0, resent: 0 }
  /** How many connections it has taken, and how many dials have failed. */
  readonly tally = { taken: 0, failed: 0 }

  constructor(address: string, health: Health) {
    this.address = address
    this.#health = health
  }

  get up(): boolean {
    return this.#up
  }

  /** Those that are being made included, or many clients that come at once would all go to one server. */
  get connections(): number {
    return this.#open.size + this.#coming
  }

  /** A connection for a client. Rejects when it cannot be had, which counts as a failure. */
  async dial(signal: AbortSignal): Promise<TCPConn> {
    this.#coming++
    try {
      const conn = await this.#try(signal)
      this.tally.taken++
      this.#open.add(conn)
      return conn
    } finally {
      this.#coming--
    }
  }

  /** Counts what a connection has carried, and closes it. */
  async release(conn: TCPConn): Promise<void> {
    const info = conn.info()
    this.#gone.moved += movedBy(info)
    this.#gone.resent += info.totalRetrans
    this.#open.delete(conn)
    await conn.close()
  }

  /** Sees whether it takes a connection. */
  async check(signal: AbortSignal): Promise<void> {
    try {
      await (await this.#try(signal)).close()
    } catch {
      // It is counted, and seen in the table.
    }
  }

  /** What the kernel says now. */
  sum(): Sum {
    const infos = [...this.#open].map((conn) => conn.info())
    return {
      moved: infos.reduce((all, info) => all + movedBy(info), this.#gone.moved),
      rtt: infos.length === 0 ? null : Math.max(...infos.map(({ rtt }) => rtt / 1000)),
      resent: infos.reduce((all, info) => all + info.totalRetrans, this.#gone.resent),
    }
  }

  async #try(signal: AbortSignal): Promise<TCPConn> {
    try {
      const conn = await this.#health.dialer.dial('tcp', this.address, { signal })
      this.#inRow = 0
      this.#up = true
      return conn
    } catch (error) {
      if (!signal.aborted) {
        this.tally.failed++
        this.#inRow++
        if (this.#inRow >= this.#health.fall) this.#up = false
      }
      throw error
    }
  }
}
