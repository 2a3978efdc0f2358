// What a stream is while it has no connection: what was asked of it waits here.
import type { StreamConn } from '@netfd/net'
import { closeConn } from './conn-parts.js'
import type { Target } from './connect.js'
import { connect } from './connect.js'
import type { ConnectOptions } from './options.js'
import { SocketFlags } from './socket-flags.js'

/** How a stream is told that a write or its end is done. */
export type Callback = (error?: Error | null) => void

/** A write or an end that waits for the connection. A stream has one at a time. */
export interface Held {
  readonly run: () => void
  readonly callback: Callback
}

/** Who is told how a dial went. */
interface Dialer {
  connected(conn: StreamConn): void
  failed(error: Error): void
}

/** Dropped once there is a connection. */
export class BeforeConnect {
  readonly flags = new SocketFlags()
  /** Whether the stream wants to be read. */
  wanted = false
  held: Held | null = null
  readonly #how: ConnectOptions
  #controller: AbortController | null = null
  #settled: Promise<void> = Promise.resolve()

  constructor(how: ConnectOptions) {
    this.#how = how
  }

  /** Whether a dial has begun. */
  get dialing(): boolean {
    return this.#controller !== null
  }

  dial(to: Target, dialer: Dialer): void {
    this.#controller = new AbortController()
    this.#settled = this.#dial(to, this.#controller.signal, dialer)
  }

  /** Aborts a dial, and resolves when nothing is left of it. */
  giveUp(): Promise<void> {
    this.#controller?.abort()
    return this.#settled
  }

  async #dial(to: Target, signal: AbortSignal, dialer: Dialer): Promise<void> {
    let conn: StreamConn
    try {
      conn = await connect(this.#how, to, signal)
    } catch (error) {
      dialer.failed(error as Error)
      return
    }
    // It was connected before the abort came, and has no owner.
    if (signal.aborted) await closeConn(conn, false)
    else dialer.connected(conn)
  }
}
