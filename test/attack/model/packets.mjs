// The operations of a program on sockets of packets: two, one of which may have dialed the other, and a stranger.
import { setImmediate as turn } from 'node:timers/promises'
import { PacketBatch, UDPAddr } from '@netfd/net'
import { bytesOf } from './bytes.mjs'
import { now, start } from './calls.mjs'
import { guarded, pieces } from './context.mjs'
import { close } from './ends.mjs'

/** @typedef {import('@netfd/net').UDPConn} UDPConn */
/** @typedef {import('./context.mjs').Context} Context */
/** @typedef {import('./world.mjs').End} End */
/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./direction.mjs').Packets} Packets */
/** @typedef {import('./direction.mjs').Packet} Packet */

/** More than so much in the queue of a socket may be dropped. */
const ROOM = 100_000

/** The longest there is. */
const LONGEST = 65_507

/** What a packet is in place of what is too long for one. */
const SHORTER = new Map([
  [65_536, 20_000],
  [65_537, LONGEST],
  [300_000, 9000],
  [1_500_000, 1472],
])

/** How many packets a batch has; one call takes 128. */
const COUNTS = [1, 2, 3, 8, 32, 20, 130, 5]

/** No process listens there. */
const NOBODY = new UDPAddr('127.0.0.1', 1)

/** @param {number} size */
const lengthOf = (size) => SHORTER.get(size) ?? size

/** @param {Context} context */
const conn = ({ subject }) => /** @type {UDPConn} */ (/** @type {unknown} */ (subject))

/** @param {End} end */
const into = (end) => /** @type {Packets} */ (end.into)

/** @param {End} end */
const from = (end) => /** @type {Packets} */ (end.from)

/** What a call may be told of packets that were sent before it. @param {End} end */
const told = ({ link, provoked }) => (link.disturbed || provoked.length > 0 ? ['ECONNREFUSED'] : [])

/** Where an end sends to: null where it has dialed. @param {End} end */
const target = (end) => (end.link.kind === 'udp-dialed' && end === end.link.a ? null : into(end).to)

/** Packets that are to be sent, as many as there is surely room for.
 * @param {Context} context
 * @param {number} count
 * @param {number} size
 */
const packetsOf = ({ world, end }, count, size) => {
  const packets = into(end)
  /** @type {Packet[]} */
  const sent = []
  while (sent.length < count && packets.load <= ROOM) {
    sent.push(packets.send(bytesOf(world.ids++, size), packets.by))
  }
  return sent
}

/**
 * A call that sends packets. Those behind the first that fails were not sent.
 * @param {Context} context
 * @param {readonly Packet[]} sent
 * @param {number} all what the call resolves to
 * @param {(o: { signal?: AbortSignal }) => Promise<number>} make
 * @param {(error: import('./calls.mjs').Failure & { messagesWritten?: number }) => number} [before]
 */
const send = ({ world, end, subject, signal }, sent, all, make, before = () => 0) => {
  if (sent.length === 0) return
  start(world, {
    ...{ name: 'write', end, subject, side: 'w', signal, make },
    get codes() {
      return told(end)
    },
    done: (n) => {
      if (n !== all) world.problem(`write: resolved to ${n} of ${all}`)
    },
    failed: (error) => {
      const n = before(error)
      if (!(Number.isInteger(n) && n >= 0 && n < sent.length)) {
        world.problem(`write: ${n} of ${sent.length} are said to be sent: ${error.message}`)
      }
      for (const packet of sent.slice(n)) into(end).unsend(packet)
    },
  })
}

/** One packet. @param {Context} context */
const write = (context) => {
  const { end, step } = context
  const sent = packetsOf(context, 1, lengthOf(step.size))
  const data = sent[0]?.data ?? Buffer.alloc(0)
  const to = target(end)
  const socket = conn(context)
  send(context, sent, data.length, (o) => {
    if (step.way % 4 === 3) return socket.writeMsg(pieces(data, step.way % 3), null, to, o)
    if (step.way % 4 === 2) return socket.writeMsg(data, null, to, o)
    return to === null ? socket.write(data, o) : socket.writeTo(data, to, o)
  })
}

/** Many of one size: as a list, or with an address each. @param {Context} context */
const writeBatch = (context) => {
  const { end, step } = context
  const sent = packetsOf(context, COUNTS[step.way] ?? 1, Math.min(lengthOf(step.size), 1500))
  const to = target(end)
  const socket = conn(context)
  const list = sent.map(({ data }) => data)
  send(
    context,
    sent,
    sent.length,
    (o) => {
      if (step.way % 2 === 0 || sent.length > 128) return socket.writeBatch(list, to, o)
      const batch = new PacketBatch({ count: sent.length, size: 1500 })
      for (const [i, data] of list.entries()) batch.set(i, data, to)
      return socket.writeBatch(batch, null, o)
    },
    ({ messagesWritten = 0 }) => messagesWritten,
  )
}

/** Bytes that the kernel cuts. @param {Context} context */
const writeSegments = (context) => {
  const { world, end, step } = context
  const size = Math.max(1, Math.min(lengthOf(step.size), 1472))
  const most = Math.max(1, Math.ceil((ROOM - into(end).load) / (2 * size + 2500)))
  const count = Math.min(COUNTS[step.way] ?? 1, most)
  if (into(end).load > ROOM) return
  const data = bytesOf(world.ids++, count * size - (step.way % size))
  const list = pieces(data, 0).length === 0 ? [data] : cutAt(data, size)
  const sent = list.map((piece) => into(end).send(piece, into(end).by))
  send(
    context,
    sent,
    data.length,
    (o) => conn(context).writeSegments(data, size, target(end), o),
    ({ bytesWritten = 0 }) => Math.floor(bytesWritten / size),
  )
}

/** @param {Buffer} data @param {number} size */
const cutAt = (data, size) =>
  Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
    data.subarray(i * size, (i + 1) * size),
  )

/** A packet of a third socket, between those of the other end. @param {Context} context */
const stranger = async ({ world, end, step, place }) => {
  const packets = from(end)
  const other = place.stranger
  if (target(end) === null || packets.load > ROOM || other === null) return
  const { link } = end
  const me = link.ends.find(({ into: way }) => way === packets)
  const to = packets.to
  if (me === undefined || to === null) return
  world.operations++
  const size = Math.max(16, Math.min(lengthOf(step.size), 5000))
  await other.writeTo(packets.send(bytesOf(world.ids++, size), String(other.localAddr)).data, to)
}

/**
 * A call that reads.
 * @param {Context} context
 * @param {(o: { signal?: AbortSignal }) => Promise<unknown>} make
 * @param {() => void} done
 */
const receive = ({ world, end, subject, signal }, make, done) =>
  start(world, {
    ...{ name: 'read', end, subject, side: 'r', signal, make, done },
    get codes() {
      return told(end)
    },
  })

/** One packet, by each of the calls that give one. @param {Context} context */
const read = (context) => {
  const { world, end, step } = context
  const room = Math.max(16, lengthOf(step.size))
  const { buf, intact } = guarded(room)
  const socket = conn(context)
  /** @type {{ n: number, by: string | null, truncated: boolean | null }} */
  let got = { n: 0, by: null, truncated: null }
  /** @param {{ signal?: AbortSignal }} o */
  const make = async (o) => {
    if (step.way % 3 === 0) got.n = await socket.read(buf, o)
    else if (step.way % 3 === 1) {
      const { n, addr, truncated } = await socket.readFrom(buf, o)
      got = { n, by: String(addr), truncated }
    } else {
      const { n, addr, flags } = await socket.readMsg(buf, Buffer.alloc(0), o)
      got = { n, by: String(addr), truncated: flags !== 0 }
    }
  }
  receive(context, make, () => {
    const cutOff = got.truncated ?? (got.n < room ? false : null)
    from(end).receive(Buffer.from(buf.subarray(0, got.n)), got.by, cutOff)
    if (!intact()) world.problem('read: wrote beside its buffer')
  })
}

/** @param {Context} context */
const readBatch = (context) => {
  const { step } = context
  batched(context, Math.min(COUNTS[step.way] ?? 1, 128), Math.max(16, lengthOf(step.size)))
}

/** @param {Context} context @param {number} count @param {number} size */
const batched = (context, count, size) => {
  const { world, end } = context
  const batch = new PacketBatch({ count, size: Math.min(size, count > 8 ? 2048 : LONGEST) })
  let n = 0
  /** @param {{ signal?: AbortSignal }} o */
  const make = async (o) => {
    n = await conn(context).readBatch(batch, o)
  }
  return receive(context, make, () => {
    if (n !== batch.length || n < 1) world.problem(`readBatch: ${n}, ${batch.length} are there`)
    for (let i = 0; i < n; i++) {
      from(end).receive(Buffer.from(batch.data(i)), String(batch.addr(i)), batch.truncated(i))
    }
  })
}

/** A loop over what comes, left after some packets, or asked to end while it waits. @param {Context} context */
const iterate = (context) => {
  const { world, end, subject, step } = context
  if (end.r.calls.size > 0) return
  const loop = conn(context)[Symbol.asyncIterator]()
  start(world, {
    ...{ name: 'iterate', end, subject, side: 'r', exclusive: true },
    get codes() {
      return told(end)
    },
    make: async () => {
      let left = step.way
      for await (const { data, addr, truncated } of loop) {
        from(end).receive(Buffer.from(data), String(addr), truncated)
        if (left-- === 0) break
      }
    },
    done: () => undefined,
  })
  if (step.way % 2 === 0) setImmediate(() => void loop.return())
}

/** Sends where no socket is, and has the kernel say so. @param {Context} context */
const provoke = (context) => {
  const { world, end, signal, subject } = context
  if (target(end) === null || end.provoked.length > 20) return
  const socket = conn(context)
  if (!now(world, 'setRecvErr', end, [], () => socket.setRecvErr(true))) return
  const data = Buffer.from(bytesOf(world.ids++, 64))
  end.provoked.push(data)
  start(world, {
    ...{ name: 'write', end, subject, side: 'w', signal, codes: ['ECONNREFUSED'] },
    make: (o) => socket.writeTo(data, NOBODY, o),
    done: () => undefined,
  })
}

/** Reads what the kernel has to say, which never waits. @param {Context} context */
const readErrors = (context) => {
  const { world, end } = context
  if (target(end) === null) return
  now(world, 'readError', end, [], () => {
    for (let i = 0; ; i++) {
      const error = conn(context).readError()
      if (error === null) return
      const data = Buffer.from(error.data)
      const known = end.provoked.some((one) => one.equals(data))
      const right = error.code === 'ECONNREFUSED' && String(error.addr) === String(NOBODY)
      if (known && right && i < end.provoked.length) continue
      // Where the other end is gone, the kernel says so as well.
      if (!(end.link.disturbed && error.code === 'ECONNREFUSED')) {
        world.problem(`readError: ${error.code} of ${error.addr}, ${data.length} bytes`)
        return
      }
    }
  })
}

export const ofPackets = {
  ...{ read, write, writev: writeBatch, readFrom: writeSegments, readFull: readBatch, iterate },
  ...{ writeTo: stranger, relay: stranger, closeWrite: provoke, closeRead: provoke },
  ...{ peek: readErrors, reset: readErrors },
}

/** Reads until nothing is under way.
 * @param {World} world
 * @param {End} end
 * @param {import('./make.mjs').Place} place
 */
export const drainPackets = async (world, end, place) => {
  const rest = () => end.open && !end.link.lossy && from(end).under.size > 0
  while (rest()) {
    const { subject } = end
    if (subject === null) return
    const controller = new AbortController()
    const { signal } = controller
    const step = { op: 'read', end: 0, size: LONGEST, way: 0, abort: 'never', gap: 'none' }
    const call = batched({ world, end, subject, step, signal, place }, 4, LONGEST)
    while (end.r.calls.has(call) && rest()) await turn()
    controller.abort()
    await call.done
  }
}

/** What waits for packets that do not come is ended. @param {World} world @param {End} end */
export const endPackets = (world, end) => {
  if (end.open && end.r.calls.size + end.w.calls.size > 0) close(world, end)
}
