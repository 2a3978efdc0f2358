// @ts-check
// What an end of a wire does with UDP: sends bursts, each behind the answer to the last, and keeps count of what
// arrives, against the counters of its kernel.
import { readFileSync } from 'node:fs'
import { dial, listenPacket, PacketBatch } from '@netfd/net'
import { datagram, known, mark, runsOf } from './datagrams.mjs'
import { seeded } from './random.mjs'

/** @typedef {import('@netfd/net').UDPConn} UDPConn */
/** @typedef {import('@netfd/net').UDPAddr} UDPAddr */
/** @typedef {'readFrom' | 'readMsg' | 'batch' | 'joined' | 'each'} Reading */

/** Nothing is to be dropped for lack of room, however busy the machine is. */
const ROOM = 32 << 20
/** What the device takes in one packet. */
const LARGEST_SEGMENT = 1472
/** The longest wait for anything that has arrived. */
const PATIENCE = 20_000
/** How long an answer is waited for, and how often it is asked for. */
const ASK = 20
const MOST_ASKED = 500

/** What the kernel of this namespace has had for sockets of UDP. */
const counters = () => {
  /** @type {Record<string, number>} */
  const all = {}
  const lines = readFileSync('/proc/self/net/snmp', 'utf8').split('\n')
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [names = [], values = []] = [lines[i]?.split(' '), lines[i + 1]?.split(' ')]
    for (const [j, name] of names.entries()) all[`${names[0]}${name}`] = Number(values[j])
  }
  const count = (/** @type {string} */ name) => all[name] ?? 0
  return {
    delivered: count('Ip:InDelivers') - count('Tcp:InSegs') - count('Icmp:InMsgs'),
    reassembled: count('Ip:ReasmOKs'),
    dropped: count('Udp:InErrors') + count('Udp:NoPorts'),
  }
}

/** What has arrived. */
class Tally {
  /** What the kernel gave, each of them one datagram or several that it had joined. */
  taken = 0
  /** Batches that had no room for more. */
  full = 0
  /** Datagrams. */
  read = 0
  marks = 0
  /** @type {string[]} */
  wrong = []
  /** How often each came, by size and number. @type {Map<number, Map<number, number>>} */
  #sizes = new Map()

  /**
   * @param {number} seed
   * @param {Uint8Array} data
   */
  take(seed, data) {
    this.read++
    const what = known(seed, data)
    if (what.kind === 'wrong') this.wrong.push(what.why)
    else if (what.kind === 'mark') this.marks++
    else {
      const size = this.#sizes.get(what.size) ?? new Map()
      this.#sizes.set(what.size, size.set(what.index, (size.get(what.index) ?? 0) + 1))
    }
    return what
  }

  get sizes() {
    return [...this.#sizes].map(([size, all]) => {
      const came = [...all.values()].reduce((sum, n) => sum + n, 0)
      return { size, whole: all.size, again: came - all.size }
    })
  }
}

/** A while in which datagrams gather, so that batches are full. */
const gather = () => new Promise((resolve) => setTimeout(resolve, 2))

/**
 * @param {UDPConn} conn
 * @param {Tally} tally
 * @param {PacketBatch} batch
 */
async function* inBatches(conn, tally, batch) {
  for (;;) {
    await gather()
    const n = await conn.readBatch(batch)
    tally.taken += n
    tally.full += Number(n === batch.capacity)
    for (const { data, addr } of batch) yield { data, addr: /** @type {UDPAddr} */ (addr) }
  }
}

/** Ways of reading, for ever. */
const readings = {
  /** @param {UDPConn} conn */
  async *readFrom(conn) {
    const buf = new Uint8Array(65_535)
    for (;;) {
      const { n, addr } = await conn.readFrom(buf)
      yield { data: buf.subarray(0, n), addr }
    }
  },
  /** @param {UDPConn} conn */
  async *readMsg(conn) {
    const [buf, oob] = [new Uint8Array(65_535), new Uint8Array(64)]
    for (;;) {
      const { n, addr } = await conn.readMsg(buf, oob)
      yield { data: buf.subarray(0, n), addr }
    }
  },
  /** @param {UDPConn} conn @param {Tally} tally */
  batch: (conn, tally) => inBatches(conn, tally, new PacketBatch({ count: 8, size: 65_535 })),
  /** @param {UDPConn} conn */
  async *each(conn) {
    for await (const { data, addr } of conn) yield { data, addr }
  },
  /** @param {UDPConn} conn @param {Tally} tally */
  joined: (conn, tally) => {
    conn.setGRO(true)
    return inBatches(conn, tally, new PacketBatch({ count: 4, size: 65_535, control: 64 }))
  },
}

/** @type {UDPConn | undefined} */
let socket
/** @type {Tally} */
let tally = new Tally()
/** @type {Promise<unknown>} */
let collecting = Promise.resolve()
let marks = 0

const open = () => {
  if (socket === undefined) throw new Error('no socket for datagrams')
  return socket
}

/**
 * Asks until there is an answer: what was sent before has arrived, or never will, but for what comes late.
 * @param {UDPConn} conn
 */
const settle = async (conn) => {
  const number = ++marks
  const buf = new Uint8Array(64)
  conn.setReadTimeout(ASK)
  for (let asked = 0; asked < MOST_ASKED; asked++) {
    await conn.write(mark(number))
    try {
      for (;;) {
        const n = await conn.read(buf)
        const what = known(0, buf.subarray(0, n))
        if (what.kind !== 'mark') throw new Error(`an answer of ${n} bytes`)
        if (what.index === number) return
      }
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ETIMEDOUT') throw error
    }
  }
  throw new Error(`no answer to ${MOST_ASKED} marks`)
}

/**
 * Sends datagrams by one call.
 * @param {UDPConn} conn
 * @param {readonly Uint8Array[]} list
 * @param {'write' | 'batch' | 'segments'} how
 */
const sendBy = async (conn, list, how) => {
  const size = list[0]?.length ?? 0
  if (how === 'write') for (const data of list) await conn.write(data)
  else if (how === 'batch' || size > LARGEST_SEGMENT) await conn.writeBatch(list)
  else await conn.writeSegments(Buffer.concat(list), size)
}

export const datagramCommands = {
  /** @type {(address: string) => Promise<string>} */
  packets: async (address) => {
    socket = await listenPacket('udp4', address)
    socket.setOption('rcvBufForce', ROOM)
    return String(socket.localAddr)
  },
  /** Answers marks, and keeps what comes, until its end. @type {(seed: number, how: Reading) => void} */
  collect: (seed, how) => {
    const conn = open()
    tally = new Tally()
    collecting = (async () => {
      for await (const { data, addr } of readings[how](conn, tally)) {
        if (how !== 'joined' && how !== 'batch') tally.taken++
        if (tally.take(seed, data).kind === 'mark') await conn.writeTo(data, addr)
      }
    })()
    collecting.catch(() => 0)
  },
  /** When all that the kernel has delivered has been read. */
  collected: async () => {
    const conn = open()
    for (const end = Date.now() + PATIENCE; ; ) {
      const { delivered, reassembled, dropped } = counters()
      const { taken, full, read, marks, wrong, sizes } = tally
      const seen = { taken, full, read, marks, delivered, reassembled, dropped, wrong, sizes }
      if (taken + dropped >= delivered || wrong.length > 0 || Date.now() > end) {
        await conn.close()
        await collecting.catch((error) => {
          if (error.code !== 'ERR_NET_CLOSED') throw error
        })
        return seen
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  },
  /** @type {(address: string) => Promise<void>} */
  packetsTo: async (address) => {
    socket = await dial('udp4', address)
  },
  /** Sends so many of one size, `most` at once at the most. @type {(seed: number, size: number, count: number, most: number) => Promise<void>} */
  burst: async (seed, size, count, most) => {
    const conn = open()
    for (const { first, n, how } of runsOf(count, most, seeded(seed + size))) {
      const list = Array.from({ length: n }, (_, i) => datagram(seed, size, first + i))
      await sendBy(conn, list, how)
      await settle(conn)
    }
  },
}

export const endDatagrams = async () => {
  // Silent where it has been closed.
  await socket?.[Symbol.asyncDispose]()
}
