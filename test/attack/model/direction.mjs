// One direction of a link, as the plain model knows it: what was sent, and what was got.
import { cut, differsAt } from './bytes.mjs'

/**
 * A piece of what was sent: bytes of its own, or what a relay took from another direction.
 * @typedef {{ data: Buffer, taken: number } | { relay: Got, from: Direction, taken: number }} Sent
 */

/**
 * A piece of what was got: its bytes where the program sees them, or only their number; whether it stays in
 * place; and whether the end of the stream came after it.
 * @typedef {{ data: Buffer | null, n: number, stays: boolean, end: boolean }} Got
 */

/** One direction of a link. */
export class Direction {
  /** @type {Sent[]} */
  sent = []
  /** @type {Got[]} */
  got = []
  /** Whether its reader has shut it down, or its end says nothing. */
  endMeansNothing = false

  /** All that was sent, in order.
   * @returns {Buffer[]}
   */
  stream() {
    return this.sent.flatMap((piece) => {
      if ('data' in piece) return cut([piece.data], 0, piece.taken)
      const at = piece.from.offsetOf(piece.relay)
      return cut(piece.from.stream(), at, at + piece.taken)
    })
  }

  /** How many bytes were got before this piece.
   * @param {Got} piece
   */
  offsetOf(piece) {
    let at = 0
    for (const one of this.got) {
      if (one === piece) break
      if (!one.stays) at += one.n
    }
    return at
  }

  /** Every way in which what was got is not what was sent.
   * @param {boolean} whole whether all of it must have come
   */
  problems(whole) {
    const found = []
    const stream = this.stream()
    const total = stream.reduce((sum, part) => sum + part.length, 0)
    let at = 0
    for (const { data, n, stays, end } of this.got) {
      const wrong = data === null ? -1 : differsAt(stream, at, data)
      if (wrong >= 0) found.push(`byte ${at + wrong} of ${total} is another one`)
      if (!stays) at += n
      if (end && !this.endMeansNothing && at !== total) found.push(`end at ${at} of ${total}`)
    }
    if (at > total) found.push(`${at} bytes came of ${total}`)
    if (whole && at !== total) found.push(`only ${at} bytes came of ${total}`)
    return found
  }

  /** How many bytes were sent. */
  get total() {
    return this.sent.reduce((sum, { taken }) => sum + taken, 0)
  }

  /** How many bytes were got. */
  get bytes() {
    return this.got.reduce((sum, { n, stays }) => sum + (stays ? 0 : n), 0)
  }
}

/** A packet that was sent, and by which address. @typedef {{ data: Buffer, by: string }} Packet */

/** Fewer bytes do not tell which packet they are. */
const TELLING = 16

/** One direction between sockets of packets: on one machine each comes once, if there is room for it. */
export class Packets extends Direction {
  /** Where they go. @type {import('@netfd/net').UDPAddr | null} */
  to = null
  /** Whose they are, but for those of a stranger. */
  by = ''
  /** What has not come yet. @type {Set<Packet>} */
  under = new Set()
  /** What has. @type {Packet[]} */
  came = []
  /** @type {string[]} */
  wrong = []

  /**
   * @param {Buffer} data
   * @param {string} by
   */
  send(data, by) {
    const packet = { data, by }
    this.under.add(packet)
    return packet
  }

  /** It was not sent after all. @param {Packet} packet */
  unsend(packet) {
    if (!this.under.delete(packet)) this.wrong.push('a packet came whose write failed')
  }

  /**
   * @param {Buffer} data what came
   * @param {string | null} by whose it is said to be
   * @param {boolean | null} truncated whether it is said to have been longer
   */
  receive(data, by, truncated) {
    const same = (/** @type {Packet} */ packet) => {
      const whole = truncated !== true && packet.data.length === data.length
      const cutOff = truncated !== false && packet.data.length > data.length
      return (whole || cutOff) && packet.data.subarray(0, data.length).equals(data)
    }
    const anyone = by === null || data.length < TELLING
    for (const packet of this.under) {
      if (!same(packet) || !(anyone || packet.by === by)) continue
      this.under.delete(packet)
      this.came.push(packet)
      return
    }
    const like = [...this.under].find(same)
    const again = this.came.find(same)
    if (like !== undefined) {
      this.under.delete(like)
      this.came.push(like)
    }
    const what = `${data.length} bytes${truncated === true ? ' and more' : ''} by ${by}`
    if (like !== undefined) this.wrong.push(`${what} are those of ${like.by}`)
    else this.wrong.push(`${what} ${again === undefined ? 'were never sent' : 'came again'}`)
  }

  /** What the kernel needs for what has not come, at the most. */
  get load() {
    let sum = 0
    for (const { data } of this.under) sum += 2 * data.length + 2500
    return sum
  }

  /** @override @param {boolean} whole */
  problems(whole) {
    const lost = whole && this.under.size > 0 ? [`${this.under.size} packets did not come`] : []
    return [...this.wrong, ...lost]
  }

  /** How many packets were sent. @override */
  get total() {
    return this.came.length + this.under.size
  }

  /** How many came. @override */
  get bytes() {
    return this.came.length
  }
}
