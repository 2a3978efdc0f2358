// Makes the links of a program: two ends of each kind of descriptor.
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dial, fileConn, listen, listenPacket, pipe } from '@netfd/net'
import { FD } from '@netfd/poll'
import {
  AF_UNIX,
  close,
  dupCloexec,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  eventfd,
  O_CLOEXEC,
  O_NONBLOCK,
  pipe2,
  SHUT_RD,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  socketpair,
} from '@netfd/syscall'
import { bytesOf } from './bytes.mjs'
import { Packets } from './direction.mjs'
import { Terminals } from './terminals.mjs'
import { Link, packetKind } from './world.mjs'

/** @typedef {import('./world.mjs').Subject} Subject */
/** @typedef {import('./world.mjs').Kind} Kind */

/** The size of the file that is sent. */
export const FILE_SIZE = 400_000

/** Any port. */
const ANY = '127.0.0.1:0'

/** The piece that the file is. */
export const FILE_ID = 77_777

/** Where files are, and who listens: one for all programs of a process. */
export class Place {
  dir = mkdtempSync(join(tmpdir(), 'netfd-model-'))
  /** @type {import('@netfd/net').TCPListener | null} */
  listener = null
  /** @type {import('@netfd/net').UnixListener | null} */
  local = null
  /** Who sends packets beside the ends of a link. @type {import('@netfd/net').UDPConn | null} */
  stranger = null
  terminals = new Terminals()
  #files = 0

  get source() {
    return join(this.dir, 'source')
  }

  /** The two links of a program may both be one. */
  fifo() {
    return join(this.dir, `fifo-${this.#files++ % 2}`)
  }

  async open() {
    writeFileSync(this.source, bytesOf(FILE_ID, FILE_SIZE))
    execFileSync('mkfifo', [this.fifo(), this.fifo()])
    this.listener = await listen('tcp', ANY)
    this.local = await listen('unix', join(this.dir, 'listener'))
    this.stranger = await listenPacket('udp', ANY)
    await this.terminals.open(join(this.dir, 'terminals'))
  }

  /** A name that no other program uses. */
  file() {
    return join(this.dir, `file-${this.#files++ % 64}`)
  }

  async close() {
    await this.listener?.close()
    await this.local?.close()
    await this.stranger?.close()
    await this.terminals.close()
    rmSync(this.dir, { recursive: true })
  }
}

/** @param {unknown} conn */
const connection = (conn) => {
  const subject = /** @type {Subject} */ (conn)
  const iterable = /** @type {{ [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> }} */ (
    conn
  )
  subject.iterate = () => iterable[Symbol.asyncIterator]()
  return subject
}

/** @param {unknown} conn */
const packets = (conn) => /** @type {Subject & import('@netfd/net').UDPConn} */ (conn)

/** @param {number} sysfd */
const descriptor = (sysfd) => {
  const fd = new FD(sysfd)
  fd.init()
  // `peek` is public on connections alone, and works on sockets alone. The others are transfers of a connection,
  // and messages of a bare descriptor.
  for (const name of ['peek', 'readFrom', 'writeTo']) {
    Object.defineProperty(fd, name, { value: undefined })
  }
  return /** @type {Subject & FD} */ (/** @type {unknown} */ (fd))
}

/** @param {number} sysfd */
const bareSocket = (sysfd) => {
  const fd = descriptor(sysfd)
  fd.closeRead = () => fd.shutdown(SHUT_RD)
  fd.closeWrite = () => fd.shutdown(SHUT_WR)
  return fd
}

const SOCKETS = new Set(['tcp-fd', 'unix-fd', 'pipe'])

/** A connection or an FD on a descriptor that is the caller's, who gives it away.
 * @param {Kind} kind
 * @param {number} sysfd
 */
export const adopt = (kind, sysfd) => {
  // Both ends of a pipe() are sockets that fileConn would call 'unix'.
  if (kind !== 'tcp' && kind !== 'unix' && !packetKind(kind))
    return SOCKETS.has(kind) ? bareSocket(sysfd) : descriptor(sysfd)
  try {
    const conn = fileConn(sysfd)
    return packetKind(kind) ? packets(conn) : connection(conn)
  } finally {
    close(sysfd)
  }
}

/** @param {import('@netfd/net').Listener | null} listener */
const dialed = async (listener) => {
  if (listener === null) throw new Error('the place is not open')
  const { network } = listener.addr
  return await Promise.all([dial(network, String(listener.addr)), listener.accept()])
}

/** A path opened by node:fs, as a descriptor of our own.
 * @param {string} path
 * @param {number} flags
 */
const opened = (path, flags) => {
  const fd = openSync(path, flags | O_CLOEXEC)
  try {
    return dupCloexec(fd)
  } finally {
    closeSync(fd)
  }
}

const { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = constants

/** @type {Record<Kind, (place: Place) => Promise<Subject[]>>} */
const makers = {
  tcp: async (place) => (await dialed(place.listener)).map(connection),
  'tcp-fd': async (place) =>
    (await dialed(place.listener)).map((conn) =>
      bareSocket(/** @type {import('@netfd/net').TCPConn} */ (conn).detach()),
    ),
  unix: async (place) => (await dialed(place.local)).map(connection),
  pipe: async () => pipe().map(connection),
  udp: async () =>
    (await Promise.all([listenPacket('udp', ANY), listenPacket('udp', ANY)])).map(packets),
  'udp-dialed': async () => {
    const there = await listenPacket('udp', ANY)
    return [await dial('udp', String(there.localAddr)), there].map(packets)
  },
  'unix-fd': async () =>
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0).map(bareSocket),
  'pipe-fd': async () => [...pipe2(O_NONBLOCK | O_CLOEXEC)].reverse().map(descriptor),
  'fifo-fd': async (place) => {
    const fifo = place.fifo()
    const r = opened(fifo, O_RDONLY | O_NONBLOCK)
    const w = opened(fifo, O_WRONLY | O_NONBLOCK)
    return [w, r].map(descriptor)
  },
  // What is typed, and what is shown.
  'pty-fd': async ({ terminals }) => {
    const { master, slave } = await terminals.make()
    return [master, slave].map(descriptor)
  },
  'tty-fd': async ({ terminals }) => {
    const { master, slave } = await terminals.make()
    return [slave, master].map(descriptor)
  },
  'event-fd': async () => {
    const fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)
    return [fd, dupCloexec(fd)].map(descriptor)
  },
  'file-fd': async (place) => {
    const path = place.file()
    const w = opened(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)
    return [w, opened(path, O_RDONLY)].map(descriptor)
  },
}

/** Two connected ends.
 * @param {Kind} kind
 * @param {Place} place
 * @param {boolean} small
 */
export const makeLink = async (kind, place, small) => {
  const link = new Link(kind)
  const [a, b] = await makers[kind](place)
  link.a.subject = a ?? null
  link.b.subject = b ?? null
  if (packetKind(kind)) for (const end of link.ends) name(end)
  else if (small) for (const { subject } of link.ends) shrink(subject)
  return link
}

/** What goes between sockets of packets has addresses.
 * @param {import('./world.mjs').End} end
 */
const name = ({ subject, into, from }) => {
  const { localAddr } = packets(subject)
  if (into instanceof Packets) into.by = String(localAddr)
  if (from instanceof Packets) from.to = localAddr
}

/** The least that the send buffer can be. A receive buffer of less than two segments of the loopback's makes
 * the kernel wait 40 or 200 ms for each window.
 * @param {Subject | null} subject
 */
const shrink = (subject) => {
  const socket =
    /** @type {{ setReadBuffer?(n: number): void, setWriteBuffer?(n: number): void }} */ (subject)
  socket.setReadBuffer?.(262_144)
  socket.setWriteBuffer?.(4096)
}
