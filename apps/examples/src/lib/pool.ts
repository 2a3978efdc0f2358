// Connections that are used again: a request pays for no dial, and a server sees no more of them than it may.
import type { CallOptions, TCPConn } from '@netfd/net'
import { backend } from '@netfd/net'

/** How a pool is made. */
export interface PoolOptions {
  /** Makes a connection: with a timeout of its own, for a taker may wait without one. */
  readonly open: (signal: AbortSignal) => Promise<TCPConn>
  /** How many connections there are at most, those in use and those that are being made included. */
  readonly size: number
  /** How long a connection may lie idle, in ms. */
  readonly idleFor: number
  /** How old a connection may become, in ms; one in use ends when it comes back. */
  readonly lifetime: number
}

/** A call of `take` that waits. */
interface Waiter {
  readonly resolve: (conn: TCPConn) => void
  readonly reject: (error: unknown) => void
}

/** A connection that lies idle; `leave` ends the watch over it. */
interface Idle {
  readonly conn: TCPConn
  readonly leave: () => void
}

/** At most `size` connections for any number of takers, who wait in their order. */
export class Pool implements AsyncDisposable {
  readonly #o: PoolOptions
  readonly #born = new WeakMap<TCPConn, number>()
  readonly #busy = new Set<TCPConn>()
  readonly #idle: Idle[] = []
  readonly #waiting: Waiter[] = []
  readonly #closing = new AbortController()
  #opening = 0
  /** What has come to pass so far. */
  readonly tally = { taken: 0, opened: 0, hungUp: 0, aged: 0 }

  constructor(o: PoolOptions) {
    this.#o = o
  }

  get busy(): number {
    return this.#busy.size
  }

  get idle(): number {
    return this.#idle.length
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * A connection, the one that was used last: the others may grow old. Give it back, or drop it. Rejects with
   * what `open` failed with, with the signal's reason, and with an Error when the pool is closed.
   */
  take({ signal }: CallOptions = {}): Promise<TCPConn> {
    return new Promise((resolve, reject) => {
      if (this.#closing.signal.aborted) throw closed()
      signal?.throwIfAborted()
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(signal?.reason)
      }
      const done = () => signal?.removeEventListener('abort', leave)
      const waiter: Waiter = {
        resolve: (conn) => {
          done()
          resolve(conn)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiter)
      this.#serve()
    })
  }

  /** Takes a connection back with which all is well: no answer is on its way. */
  give(conn: TCPConn): void {
    this.#leaves(conn)
    if (this.#fit(conn)) this.#rest(conn)
    else void conn[Symbol.asyncDispose]()
    this.#serve()
  }

  /** Takes a connection back that is broken, or in the middle of something, and closes it. */
  async drop(conn: TCPConn): Promise<void> {
    this.#leaves(conn)
    this.#serve()
    await conn[Symbol.asyncDispose]()
  }

  /** Lends a connection for the length of a task; after an error it is dropped. */
  async use<T>(task: (conn: TCPConn) => Promise<T>, o?: CallOptions): Promise<T> {
    const conn = await this.take(o)
    try {
      const result = await task(conn)
      this.give(conn)
      return result
    } catch (error) {
      if (this.#busy.has(conn)) await this.drop(conn)
      throw error
    }
  }

  /** Closes what lies idle, refuses those who wait; what is in use is closed when it comes back. */
  async close(): Promise<void> {
    this.#closing.abort(closed())
    for (const waiter of this.#waiting.splice(0)) waiter.reject(closed())
    await Promise.all([...this.#idle].map((idle) => this.#end(idle)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Serves those who wait, from what is idle and, as far as there may be more, from new connections. */
  #serve(): void {
    for (let conn = this.#next(); conn !== null; conn = this.#next()) {
      this.#busy.add(conn)
      this.tally.taken++
      this.#waiting.shift()?.resolve(conn)
    }
    const room = () => this.#busy.size + this.#idle.length + this.#opening < this.#o.size
    while (this.#opening < this.#waiting.length && room()) void this.#open()
  }

  /** An idle connection for the first who waits, if there are both. */
  #next(): TCPConn | null {
    while (this.#waiting.length > 0) {
      const idle = this.#idle.at(-1)
      if (idle === undefined) return null
      // The kernel may know that the peer has gone before the event loop has told us.
      if (established(idle.conn)) {
        this.#idle.pop()
        idle.leave()
        return idle.conn
      }
      this.tally.hungUp++
      void this.#end(idle)
    }
    return null
  }

  async #open(): Promise<void> {
    this.#opening++
    try {
      const conn = await this.#o.open(this.#closing.signal)
      this.tally.opened++
      this.#born.set(conn, performance.now())
      if (this.#closing.signal.aborted) await conn[Symbol.asyncDispose]()
      else this.#rest(conn)
    } catch (error) {
      // The one who has waited longest is told; those behind have dials of their own under way, or get one.
      this.#waiting.shift()?.reject(error)
    }
    // It must not count twice: as one that opens and one that lies idle.
    this.#opening--
    this.#serve()
  }

  /** Lays a connection aside, where a read waits for what may not come: an end, an error, or bytes. */
  #rest(conn: TCPConn): void {
    const left = Math.min(this.#o.idleFor, this.#o.lifetime - this.#age(conn))
    const parked = new AbortController()
    const end = (kind: 'hungUp' | 'aged') => () => {
      if (parked.signal.aborted) return
      this.tally[kind]++
      void this.#end(idle)
    }
    const timer = setTimeout(end('aged'), Math.max(left, 0))
    const leave = () => {
      clearTimeout(timer)
      parked.abort()
    }
    const idle: Idle = { conn, leave }
    this.#idle.push(idle)
    const gone = end('hungUp')
    conn.setDeadline(null)
    conn.peek(new Uint8Array(1), { signal: parked.signal }).then(gone, gone)
  }

  #age(conn: TCPConn): number {
    return performance.now() - (this.#born.get(conn) ?? 0)
  }

  /** Whether a connection that comes back may be used again. */
  #fit(conn: TCPConn): boolean {
    if (this.#closing.signal.aborted) return false
    const old = this.#age(conn) >= this.#o.lifetime
    const there = established(conn)
    if (old) this.tally.aged++
    else if (!there) this.tally.hungUp++
    return there && !old
  }

  async #end(idle: Idle): Promise<void> {
    idle.leave()
    this.#idle.splice(this.#idle.indexOf(idle), 1)
    await idle.conn[Symbol.asyncDispose]()
  }

  #leaves(conn: TCPConn): void {
    if (!this.#busy.delete(conn)) throw new TypeError('the connection was not taken from this pool')
  }
}

const closed = (): Error => new Error('the pool is closed')

/** Whether the kernel still counts both sides as there. */
function established(conn: TCPConn): boolean {
  try {
    conn.setDeadline(null)
    // Over the sockets of the runtime no kernel is asked: the read that is parked while it rests has to tell.
    if (backend === 'host') return true
    return conn.info().state === 'ESTABLISHED'
  } catch {
    // Its last user has closed it.
    return false
  }
}
