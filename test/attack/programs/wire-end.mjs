// @ts-check
// One end of a wire: a puppet with connections, by name.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyBoth, Dialer, dial, ListenConfig, listen, serve } from '@netfd/net'
import { FD } from '@netfd/poll'
import {
  AF_INET,
  connect,
  IP_RECVERR,
  IPPROTO_IP,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  setsockopt,
  socket,
} from '@netfd/syscall'
import { datagramCommands, endDatagrams } from '../lib/datagram-end.mjs'
import { obey, outcome } from '../lib/obey.mjs'
import { sendStream } from '../lib/stream.mjs'

/** @typedef {import('@netfd/net').TCPConn} TCPConn */

/** @type {import('@netfd/net').TCPListener | undefined} */
let listener
const stopping = new AbortController()
/** @type {Promise<void> | undefined} */
let served
/** @type {Map<string, TCPConn>} */
const conns = new Map()
/** How much has been read, and who waits for how much. @type {Map<string, { at: number, wait?: { bytes: number, done: () => void } }>} */
const read = new Map()

/** @type {FD | undefined} */
let to

const datagrams = () => {
  if (to === undefined) throw new Error('no socket for datagrams')
  return to
}

/** @param {string} name */
const conn = (name) => {
  const found = conns.get(name)
  if (found === undefined) throw new Error(`no connection ${name}`)
  return found
}

/** @param {string} name */
const arrivals = (name) => {
  const found = read.get(name) ?? { at: 0 }
  read.set(name, found)
  return found
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error).code ?? String(error)

/**
 * @param {string} name
 * @param {number} seed
 * @param {number} bytes
 */
const send = async (name, seed, bytes) => {
  let sent = 0
  try {
    await sendStream(seed, bytes, async (piece) => {
      sent += await conn(name).write(piece)
    })
    conn(name).closeWrite()
    return { bytes: sent, code: 'end' }
  } catch (error) {
    return { bytes: sent, code: codeOf(error) }
  }
}

/** @param {string} name */
const receive = async (name) => {
  const hash = createHash('sha256')
  const seen = arrivals(name)
  const buf = new Uint8Array(128 * 1024)
  let code = 'end'
  try {
    for (;;) {
      const n = await conn(name).read(buf)
      if (n === null) break
      hash.update(buf.subarray(0, n))
      seen.at += n
      if (seen.wait && seen.at >= seen.wait.bytes) seen.wait.done()
    }
  } catch (error) {
    code = codeOf(error)
  }
  seen.wait?.done()
  return { bytes: seen.at, sha: hash.digest('hex'), code }
}

/** How many further paths the kernel has joined to connections here. */
const joins = () => {
  const [names = [], values = []] = readFileSync('/proc/self/net/netstat', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('MPTcpExt:'))
    .map((line) => line.split(' '))
  return Number(values[names.indexOf('MPJoinAckRx')] ?? 0)
}

const commands = {
  ...datagramCommands,
  /** @type {(address: string, o?: import('@netfd/net').ListenOptions) => Promise<string>} */
  listen: async (address, o = {}) => {
    listener = await new ListenConfig(o).listen('tcp', address)
    return String(listener.addr)
  },
  /** @type {(name: string) => Promise<boolean>} */
  accept: async (name) => {
    const accepted = await listener?.accept()
    if (accepted === undefined) throw new Error('nothing listens')
    conns.set(name, accepted)
    return accepted.multipathTCP()
  },
  /** @type {(name: string, address: string, o?: import('@netfd/net').DialerOptions) => Promise<string>} */
  dial: (name, address, o = {}) =>
    outcome(
      new Dialer(o).dial('tcp', address).then((dialed) => {
        conns.set(name, dialed)
        return 'dialed'
      }),
    ),
  send,
  receive,
  /** Both ways at once. @type {(name: string, seed: number, bytes: number) => Promise<unknown>} */
  swap: async (name, seed, bytes) => {
    const [sent, got] = await Promise.all([send(name, seed, bytes), receive(name)])
    return { sent, got }
  },
  /** When so much has been read. @type {(name: string, bytes: number) => Promise<void>} */
  arrived: (name, bytes) =>
    new Promise((resolve) => {
      const seen = arrivals(name)
      if (seen.at >= bytes) return resolve()
      seen.wait = { bytes, done: resolve }
    }),
  /** When the peer takes no more. @type {(name: string) => Promise<void>} */
  stuck: async (name) => {
    for (let last = -1, same = 0; same < 5; ) {
      await sleep(100)
      const { bytesAcked } = conn(name).info()
      same = bytesAcked === last ? same + 1 : 0
      last = bytesAcked ?? 0
    }
  },
  /** Says it, and hears it again. @type {(name: string, text: string) => Promise<string>} */
  ping: (name, text) =>
    outcome(
      (async () => {
        await conn(name).write(text)
        const buf = new Uint8Array(text.length)
        await conn(name).readFull(buf)
        return Buffer.from(buf).toString()
      })(),
    ),
  /** Says again what it hears, until the end. @type {(name: string) => Promise<string>} */
  echo: (name) => outcome(conn(name).writeTo(conn(name))),
  /** Echoes to every connection from now on. */
  serve: () => {
    if (listener === undefined) throw new Error('nothing listens')
    // That of a peer which has gone, in the backlog: it is not what is looked at.
    const onError = () => undefined
    const { signal } = stopping
    served = serve(listener, (accepted) => accepted.writeTo(accepted), {
      signal,
      grace: 0,
      onError,
    })
  },
  /** Dials so often at once, for so long; answers how many came to what. @type {(address: string, times: number, timeout: number) => Promise<Record<string, number>>} */
  crowd: async (address, times, timeout) => {
    /** @type {Record<string, number>} */
    const counts = {}
    const one = async () => {
      const dialed = await new Dialer({ timeout }).dial('tcp', address)
      await dialed.reset()
      return 'dialed'
    }
    for (const said of await Promise.all(Array.from({ length: times }, () => outcome(one())))) {
      counts[said] = (counts[said] ?? 0) + 1
    }
    return counts
  },
  /** Relays the next connection to this address. @type {(address: string) => Promise<number[]>} */
  proxy: async (address) => {
    if (listener === undefined) throw new Error('nothing listens')
    const a = await listener.accept()
    const b = await dial('tcp', address)
    conns.set('from', a).set('to', b)
    return await copyBoth(a, b)
  },
  joins,
  /** When there is a second path. */
  joined: async () => {
    while (joins() === 0) await sleep(20)
  },
  /** @type {(name: string, ms: number) => void} */
  userTimeout: (name, ms) => conn(name).setUserTimeout(ms),
  /** @type {(name: string, bytes: number) => void} */
  readBuffer: (name, bytes) => conn(name).setReadBuffer(bytes),
  /** Opens a socket for datagrams to there, which is told of every error. @type {(host: string) => void} */
  datagrams: (host) => {
    const fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
    setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1)
    connect(fd, { family: 'inet4', addr: host, port: 9 })
    to = new FD(fd)
    to.init()
  },
  datagram: () => outcome(datagrams().write(new Uint8Array(1))),
  datagramNow: () => outcome((async () => datagrams().tryWrite(new Uint8Array(1)))()),
  end: async () => {
    await to?.close()
    await endDatagrams()
    stopping.abort()
    await served
    // Which closes what is not closed yet.
    await listener?.[Symbol.asyncDispose]()
    for (const each of conns.values()) await each[Symbol.asyncDispose]()
  },
}

await obey(commands, async () => {
  const first = await listen('tcp', '127.0.0.1:0')
  // With an end of each kind the pollers, the pipes and the clocks are there.
  const a = await dial('tcp', String(first.addr))
  const b = await first.accept()
  a.closeWrite()
  await b.writeTo(b)
  for (const each of [a, b, first]) await each.close()
})
