// @ts-check
// A server of this thread whose clients vanish: it echoes, swallows, sends without end, or is deaf.
import { setTimeout as wait } from 'node:timers/promises'
import { dial, listen } from '@netfd/net'
import { Fault } from './part.mjs'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

const data = new Uint8Array(60_000).fill(9)

/** What a client that vanished, or one that closed with bytes unread, may bring about. */
const GONE = ['ECONNRESET', 'EPIPE', 'ERR_NET_CLOSED', 'ERR_UNEXPECTED_EOF', 'ETIMEDOUT']

/** How long clients have to go, in ms. */
const FAREWELL = 1_000

/** @type {Record<string, (conn: TCPConn) => Promise<unknown>>} */
const services = {
  ec: (conn) => conn.writeTo(conn),
  si: (conn) => conn.writeTo({ write: (piece) => piece.length }),
  so: async (conn) => {
    for (;;) await conn.write(data)
  },
}

export class Services {
  /** @type {import('@netfd/net').TCPListener | null} */
  #listener = null
  /** @type {Set<TCPConn>} */
  #open = new Set()
  /** @type {Set<TCPConn>} */
  #deaf = new Set()
  /** @type {Promise<void>} */
  #accepting = Promise.resolve()
  /** @type {unknown} */
  #failed

  get port() {
    return this.#listener?.addr.port ?? 0
  }

  async open() {
    const listener = await listen('tcp', '127.0.0.1:0')
    this.#listener = listener
    this.#accepting = this.#accept(listener)
  }

  /** @param {import('@netfd/net').TCPListener} listener */
  async #accept(listener) {
    try {
      for await (const conn of listener) void this.#serve(conn)
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'ERR_NET_CLOSED') this.#failed = error
    }
  }

  /** @param {TCPConn} conn */
  async #serve(conn) {
    this.#open.add(conn)
    try {
      const asked = Buffer.alloc(2)
      await conn.readFull(asked)
      const service = services[asked.toString()]
      if (service === undefined) this.#deaf.add(conn)
      else await service(conn)
    } catch (error) {
      if (!GONE.includes(String(/** @type {{ code?: string }} */ (error).code)))
        this.#failed = error
    }
    if (this.#deaf.has(conn)) return
    this.#open.delete(conn)
    // Silent on what was closed for a client that cannot go.
    await conn[Symbol.asyncDispose]()
  }

  /** Descriptors of connections to itself, for another thread to adopt: the caller closes them. */
  async lend() {
    const conn = await dial('tcp', `127.0.0.1:${this.port}`)
    await conn.write('si')
    try {
      return [conn.dup()]
    } finally {
      await conn.close()
    }
  }

  /**
   * Waits until all clients have gone, but for so many whose descriptors no code can close.
   * @param {number} ms
   * @param {number} lost
   */
  async idle(ms, lost) {
    const began = performance.now()
    // A connection that a thread left in the backlog is accepted first.
    do {
      await wait(1)
      for (const conn of this.#deaf) {
        this.#deaf.delete(conn)
        this.#open.delete(conn)
        await conn.close()
      }
      if (this.#failed !== undefined) throw this.#failed
      const waited = performance.now() - began
      if (waited > ms) throw new Fault(`${this.#open.size} clients never went`)
      if (this.#open.size <= lost && waited > FAREWELL) {
        for (const conn of this.#open) await conn[Symbol.asyncDispose]()
      }
    } while (this.#open.size > 0)
  }

  async close() {
    await this.#listener?.close()
    await this.#accepting
  }
}
