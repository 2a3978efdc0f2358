// Go: net/udpsock_posix.go (readFrom). Whose a packet is: most come from the peer that sent the last one.
import type { Names } from '@netfd/poll/internal'
import type { Addr } from './net.js'

/** Makes an address of a struct sockaddr, which is its own. */
type Make<A extends Addr> = (sockaddr: Uint8Array) => A

/** The senders of one socket's packets. The address of the last one is handed out again when it sends again. */
export class PeerNames<A extends Addr> implements Names<A | null> {
  readonly #make: Make<A>
  #last = new Uint8Array(0)
  #addr: A | null = null

  constructor(make: Make<A>) {
    this.#make = make
  }

  /** The address in `length` bytes of `name`, from `at` on. */
  nameOf(name: Uint8Array, length: number, at = 0): A | null {
    if (length === 0) return null
    if (this.#addr === null || !this.#isLast(name, length, at)) {
      this.#last = name.slice(at, at + length)
      this.#addr = this.#make(this.#last)
    }
    return this.#addr
  }

  #isLast(name: Uint8Array, length: number, at: number): boolean {
    const last = this.#last
    if (last.length !== length) return false
    // What differs between two peers is in the first half: port and address.
    for (let i = 0; i < length; i++) if (last[i] !== name[at + i]) return false
    return true
  }
}
