// sendmsg(2) with descriptors, and what a local socket of datagrams needs to get rid of a message.
import { checkSize, sizeOf } from './bytes.js'
import { hook } from './hook.js'
import type { KnownKind } from './kind.js'
import { describe, Op } from './op.js'
import { WriteMsgOp } from './op-message.js'
import { Patience } from './patience.js'

/** What carries descriptors where the caller has no data: on a stream they would be lost without a byte. */
const CARRIER: Uint8Array = new Uint8Array(1)

/** Writes all of the data; the control data goes with its first byte, and so arrives once. */
export class WriteRightsOp extends Op<number> {
  static {
    describe(WriteRightsOp, 'w', 'write', 'sendmsg')
  }

  readonly #kind: KnownKind
  readonly #data: Uint8Array
  readonly #size: number
  readonly #oob: Uint8Array
  #begun = false
  #sent = 0

  constructor(kind: KnownKind, data: Uint8Array, oob: Uint8Array) {
    super()
    this.#kind = kind
    const size = sizeOf(data)
    this.#data = size === 0 && kind.zeroReadIsEOF ? CARRIER : data
    this.#size = this.#data === CARRIER ? 1 : size
    this.#oob = oob
  }

  override get mortal(): boolean {
    return this.#kind.mortal
  }

  override get written(): number {
    return this.#data === CARRIER ? 0 : this.#sent
  }

  attempt(fd: number): number {
    if (this.waited) checkSize(this.#data, this.#size)
    if (this.#begun) return hook.send(fd, this.#data, this.#sent)
    return hook.sendmsg(fd, this.#data, undefined, this.#oob)
  }

  advance(n: number): boolean {
    this.#begun = true
    this.#sent += n
    return this.#sent >= this.#size
  }

  take(): number {
    return this.written
  }
}

/** A message to one of many local sockets. */
class PatientOp extends WriteMsgOp {
  readonly #patience = new Patience()

  override attempt(fd: number): number {
    return this.#patience.attempt(this, () => super.attempt(fd))
  }

  override lastAttempt(fd: number): number {
    this.#patience.end()
    return super.attempt(fd)
  }

  override take(): number {
    this.#patience.end()
    return super.take()
  }
}

/** `PatientOp` for a caller that names an address. */
export class PatientWriteToOp extends PatientOp {
  static {
    describe(PatientWriteToOp, 'w', 'write', 'sendto')
  }
}

/** `PatientOp` for one that has control data. */
export class PatientWriteMsgOp extends PatientOp {
  static {
    describe(PatientWriteMsgOp, 'w', 'write', 'sendmsg')
  }
}
