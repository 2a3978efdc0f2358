// Small pieces from one stream socket to another, through memory.
//
// A splice is two calls that move pages, and for a few bytes that costs more than to copy them. So once
// a transfer has turned out to be a conversation, its pieces are received into memory and sent from it.
// Where nothing can be spliced, all pieces go this way, and they are larger.

import type { Flow } from './flow.js'
import { hook } from './hook.js'
import { DEFERRED, describe } from './op.js'
import { WriteOp } from './op-io.js'
import { PieceOp, SMALL } from './op-splice.js'
import type { TransferEnd } from './transfer.js'

/** What a piece holds at most where splicing is no way. */
const LARGE = 64 * 1024

/** One for all transfers of a thread: what is received is sent on, or copied out, before anything else. */
const narrow = new Uint8Array(SMALL)

/** As above, made when the first transfer needs it. */
let wide: Uint8Array | undefined

/**
 * Pieces through memory, until one is not small: from there on splicing is the cheaper way. Where splicing
 * is refused, until the end.
 */
export class RelayOp extends PieceOp {
  readonly #room: Uint8Array
  /** What was received and did not go: the destination is full, closed or past its deadline. */
  rest: Uint8Array | null = null

  /** `refused` tells that splicing is no way. */
  constructor(...[dst, most, stream, refused]: [TransferEnd, number, boolean, boolean]) {
    super(dst, most, stream)
    if (refused) wide ??= new Uint8Array(LARGE)
    this.#room = refused ? (wide as Uint8Array) : narrow
  }

  protected receive(fd: number, most: number): number {
    this.short = Math.min(this.#room.length, most)
    return hook.recv(fd, this.#room, 0, this.short)
  }

  protected send(fd: number, n: number): number {
    return hook.send(fd, this.#room, 0, n)
  }

  protected complete(n: number, sent: number): boolean {
    if (sent < n) this.rest = this.#room.slice(sent, n)
    return sent < n || (n === SMALL && this.#room === narrow)
  }
}

/** Writes what a RelayOp could not send, and waits for room where it must. */
export class RestOp extends WriteOp {
  static {
    describe(RestOp, 'w', 'readfrom', 'splice')
  }

  /** What is told of each part that goes. */
  flow: Flow | null = null

  override advance(n: number): boolean {
    this.flow?.moved()
    return super.advance(n)
  }

  /** The source has given these bytes: while there may be room for them, an abort does not stop them. */
  override aborted(): void {
    if (this.state !== DEFERRED) super.aborted()
  }
}
