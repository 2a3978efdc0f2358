// What is to be sent to one peer, where no other peer may have to wait until it is taken.
import type { TCPConn } from '@netfd/net'

/** How long one write may take, in ms, and how many characters may wait for it. */
const TAKE_WITHIN = 5_000
const LIMIT = 64 * 1024

/** A queue in front of a connection. A peer that does not read is cut off when it is full. */
export class Outbox {
  readonly #conn: TCPConn
  #waiting: string[] = []
  #length = 0
  #writing = false
  #closed = false

  constructor(conn: TCPConn) {
    this.#conn = conn
  }

  /** Whether it takes no more: its reader is being cut off, or has gone. */
  get closed(): boolean {
    return this.#closed
  }

  /** Queues a text; it is sent in the background, together with what queued up beside it. */
  put(text: string): void {
    if (this.#closed) return
    this.#length += text.length
    if (this.#length > LIMIT) {
      this.#cutOff()
      return
    }
    this.#waiting.push(text)
    // A failure ends in cutOff, so there is nothing left to wait for.
    if (!this.#writing) this.#write().catch(() => this.#cutOff())
  }

  /** Forgets what waits, and takes no more. Call it before the connection is closed. */
  close(): void {
    this.#closed = true
    this.#waiting = []
  }

  async #write(): Promise<void> {
    this.#writing = true
    while (this.#waiting.length > 0) {
      const texts = this.#waiting
      this.#waiting = []
      this.#length = 0
      this.#conn.setWriteDeadline(Date.now() + TAKE_WITHIN)
      await this.#conn.write(texts.join(''))
    }
    this.#writing = false
  }

  /** Wakes the loop that reads from the connection, with an error: the one place where it is closed. */
  #cutOff(): void {
    if (this.#closed) return
    this.close()
    this.#conn.setDeadline(1)
  }
}
