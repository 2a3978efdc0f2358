// TLS over a connection. Loaded when a socket asks for TLS: node:tls and streams are a good part of a start.
import { once } from 'node:events'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { TCPConn } from '@netfd/net'
import { canHandOver, toDuplex, toNetSocket } from '@netfd/net/node'
import { CanceledError } from '@netfd/poll'
import { serverName, tlsOver } from '../node/tls-over.js'
import type { Channel } from './channel.js'

export { serverName }

/** What TLS goes over: a socket of Node's, whose bytes its TLS reads without a stream in between, where there is one. */
type Below = ReturnType<typeof toDuplex> | ReturnType<typeof toNetSocket>

const belowOf = (conn: TCPConn): Below =>
  canHandOver ? toNetSocket(conn, { allowHalfOpen: true }) : toDuplex(conn, { allowHalfOpen: true })

/** A channel, and the protocol that both ends have agreed on. */
export interface Secured {
  readonly channel: Channel
  readonly alpn: string | undefined
}

/** Shakes hands. A failure closes the connection. */
export async function secure(
  conn: TCPConn,
  o: ConnectionOptions,
  signal: AbortSignal,
): Promise<Secured> {
  const below = belowOf(conn)
  try {
    const over = await unlessAborted(tlsOver(below, o), signal)
    return { channel: new TLSChannel(over, below), alpn: over.alpnProtocol || undefined }
  } catch (error) {
    await closed(below)
    throw error
  }
}

async function closed(below: Below): Promise<void> {
  if (below.closed) return
  below.destroy()
  // Not `once`, which an error would end before the descriptor is free.
  await new Promise((resolve) => below.once('close', resolve))
}

/** A stream of Node's, read and written as a channel. */
class TLSChannel implements Channel {
  readonly #over: TLSSocket
  readonly #below: Below
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)
  #next: Promise<IteratorResult<Uint8Array>> | null = null

  constructor(over: TLSSocket, below: Below) {
    this.#over = over
    this.#below = below
    this.#pieces = over[Symbol.asyncIterator]()
    // The call that waits is told; without a call there is no one to tell.
    over.on('error', () => undefined)
    below.on('error', () => undefined)
  }

  async read(view: Uint8Array, signal: AbortSignal): Promise<number | null> {
    if (this.#rest.length === 0) {
      this.#next ??= this.#pieces.next()
      const { done, value } = await unlessAborted(this.#next, signal)
      this.#next = null
      if (done === true) return null
      this.#rest = value
    }
    const piece = this.#rest.subarray(0, view.length)
    view.set(piece)
    this.#rest = this.#rest.subarray(piece.length)
    return piece.length
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const written = new Promise<void>((resolve, reject) => {
      this.#over.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
    await unlessAborted(written, signal)
  }

  closeRead(): void {
    // TLS has no way to tell the peer.
  }

  async closeWrite(): Promise<void> {
    if (this.#over.destroyed || this.#over.writableFinished) return
    this.#over.end()
    await once(this.#over, 'finish')
  }

  async reset(): Promise<void> {
    this.#below.resetAndDestroy()
    await this.close()
  }

  async close(): Promise<void> {
    this.#over.destroy()
    await closed(this.#below)
  }
}

/** As it settles, or rejects once the signal is aborted. */
async function unlessAborted<T>(settling: Promise<T>, signal: AbortSignal): Promise<T> {
  let aborted: () => void = () => undefined
  const leaving = new Promise<never>((_, reject) => {
    aborted = () => reject(new CanceledError())
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted)
  })
  try {
    return await Promise.race([settling, leaving])
  } finally {
    signal.removeEventListener('abort', aborted)
    settling.catch(() => undefined)
  }
}
