// A listening socket over a net.Server. Node accepts by itself, so what it has accepted waits here.
import type { Socket } from 'node:net'
import { Server } from 'node:net'
import { EAGAIN, EINVAL, ENOTCONN, EPOLLHUP, EPOLLIN, SHUT_WR } from '../constants.js'
import type { EdgeTarget } from '../kernel.js'
import type { End } from './addr.js'
import { sockaddrOf } from './addr.js'
import { numberOf } from './numbers.js'
import type { BoundSocketLike } from './options.js'
import { Options } from './options.js'
import { resetSocket, Stream } from './stream.js'
import type { Handle } from './table.js'

/** Where to listen. */
export interface Place {
  readonly end: End
  readonly bound: BoundSocketLike | null
  readonly backlog: number
}

/** Until it has an owner no call is told of a failure of it: accept passes it over. */
const ignore = (): void => undefined

/** A listener. */
export class Listener implements Handle {
  target: EdgeTarget | null = null
  readonly family: number
  readonly options: Options
  readonly #server: Server
  readonly #queue: Socket[] = []
  readonly #backlog: number
  #errno = 0
  #local: Uint8Array
  #open = true

  constructor(family: number, options: Options, { end, backlog }: Place) {
    this.family = family
    this.options = options
    this.#local = sockaddrOf(family, end)
    // Node takes 0 for 511.
    this.#backlog = Math.max(backlog, 1)
    this.#server = new Server({ allowHalfOpen: true, pauseOnConnect: true })
    this.#server.on('connection', (socket) => this.#arrived(socket))
    this.#server.unref()
  }

  /** Begins to listen: 0 or a negated errno. Before `net.BoundSocket` the runtime answers in a later turn. */
  listen({ end, bound }: Place): number | Promise<number> {
    const server = this.#server
    let failed = 0
    const answered = new Promise<number>((resolve) => {
      server.once('listening', () => resolve(0))
      server.on('error', (error) => {
        failed = numberOf(error)
        if (server.listening) this.#failed(failed)
        else resolve(-failed)
      })
    })
    try {
      if (bound !== null) server.listen(bound, this.#backlog)
      else server.listen(this.#how(end))
    } catch (error) {
      return -numberOf(error)
    }
    if (server.listening) return this.#listening(0)
    return answered.then((r) => this.#listening(r))
  }

  started(): void {
    if (this.#queue.length > 0 || this.#errno !== 0) this.target?.ready(EPOLLIN)
  }

  /** The next connection, or a negated errno. */
  accept(): Stream | number {
    for (let socket = this.#queue.shift(); socket !== undefined; socket = this.#queue.shift()) {
      // Else its peer has vanished while it was queued.
      if (socket.remoteAddress !== undefined) return this.#owned(socket)
      socket.destroy()
    }
    const errno = this.#errno
    this.#errno = 0
    if (errno !== 0) return -errno
    return this.#open ? -EAGAIN : -EINVAL
  }

  #owned(socket: Socket): Stream {
    const options = new Options()
    options.inherit(this.options)
    const stream = Stream.accepted(this.family, options, socket)
    socket.off('error', ignore)
    return stream
  }

  recv(): number {
    return -ENOTCONN
  }

  send(): number {
    return -ENOTCONN
  }

  /** shutdown(2): Linux ends a listener whose reading is shut down. */
  shutdown(how: number): number {
    if (how === SHUT_WR) return 0
    this.#end()
    this.target?.ready(EPOLLIN | EPOLLHUP)
    return 0
  }

  close(): number {
    this.#end()
    return 0
  }

  whenSent(): boolean {
    return false
  }

  get local(): Uint8Array {
    return this.#local
  }

  #how(end: End) {
    return {
      host: end.host,
      port: end.port,
      backlog: this.#backlog,
      // In a cluster the port would be the primary's.
      exclusive: true,
      ipv6Only: this.options.get('v6only') === 1,
      reusePort: this.options.get('reusePort') === 1,
    }
  }

  #listening(r: number): number {
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') {
      this.#local = sockaddrOf(this.family, { host: address.address, port: address.port })
    }
    // It was closed before the answer came.
    if (!this.#open) this.#server.close()
    return r
  }

  #arrived(socket: Socket): void {
    socket.on('error', ignore)
    if (!this.#open || this.#queue.length > this.#backlog) {
      resetSocket(socket)
      return
    }
    this.#queue.push(socket)
    this.target?.ready(EPOLLIN)
  }

  #failed(errno: number): void {
    this.#errno = errno
    this.target?.ready(EPOLLIN)
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#server.listening) this.#server.close()
    for (const socket of this.#queue.splice(0)) resetSocket(socket)
  }
}
