// A TCP socket that is neither connected nor listens.
import { EAFNOSUPPORT, EINVAL, ENOTCONN } from '../constants.js'
import type { EdgeTarget } from '../kernel.js'
import type { End } from './addr.js'
import { anyEnd, endOf, hasIPv6, sockaddrOf } from './addr.js'
import { Listener } from './listener.js'
import { numberOf } from './numbers.js'
import type { BoundSocketLike } from './options.js'
import { BoundSocket, Options } from './options.js'
import { Stream } from './stream.js'
import type { Handle } from './table.js'

/** What has a number before `connect` and `listen`, which put another handle in its place. */
export class Fresh implements Handle {
  target: EdgeTarget | null = null
  readonly family: number
  readonly options = new Options()
  #end: End | null = null
  #bound: BoundSocketLike | null = null

  constructor(family: number) {
    this.family = family
  }

  /** bind(2). Where the runtime has no bound sockets, the address is tried by `connect` and `listen`. */
  bind(sockaddr: Uint8Array): number {
    if (this.#end !== null) return -EINVAL
    const end = endOf(sockaddr)
    if (end.host.includes(':') && !hasIPv6()) return -EAFNOSUPPORT
    if (BoundSocket !== undefined) {
      const ipv6Only = this.options.get('v6only') === 1
      const reusePort = this.options.get('reusePort') === 1
      try {
        this.#bound = new BoundSocket({ ...end, ipv6Only, reusePort })
      } catch (error) {
        return -numberOf(error)
      }
    }
    this.#end = end
    return 0
  }

  /** connect(2): the connection, which is under way, or a negated errno. */
  connect(peer: Uint8Array): Stream | number {
    const bound = this.#takeBound()
    const local = bound === null ? this.#end : null
    return Stream.connect(this.family, this.options, { peer, local, bound })
  }

  /** listen(2): the listener, and its answer. */
  listen(backlog: number): [Listener, number | Promise<number>] {
    const place = { end: this.#end ?? anyEnd(this.family), bound: this.#takeBound(), backlog }
    const listener = new Listener(this.family, this.options, place)
    return [listener, listener.listen(place)]
  }

  started(): void {
    // Nothing can be ready.
  }

  recv(): number {
    return -ENOTCONN
  }

  send(): number {
    return -ENOTCONN
  }

  shutdown(): number {
    return -ENOTCONN
  }

  close(): number {
    this.#bound?.close()
    return 0
  }

  whenSent(): boolean {
    return false
  }

  get local(): Uint8Array {
    const at = this.#bound?.address()
    const end = at === undefined ? this.#end : { host: at.address, port: at.port }
    return sockaddrOf(this.family, end ?? anyEnd(this.family))
  }

  /** It belongs to what is made of it. */
  #takeBound(): BoundSocketLike | null {
    const bound = this.#bound
    this.#bound = null
    return bound
  }
}
