// The host backend: the calls of @netfd/poll and @netfd/net over the runtime's own sockets. It is built to a file of
// its own, dist/host.cjs, which ../kernel.ts loads where it is wanted.

import { ENOTSUP } from '../backend.js'
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  EBADF,
  EINVAL,
  EISCONN,
  ENODEV,
  ENOPROTOOPT,
  ENOTCONN,
  ENOTSOCK,
  ENXIO,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  IPPROTO_TCP,
  MSG_PEEK,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_PROTOCOL,
  SO_TYPE,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../constants.js'
import type { HostCalls, Kernel } from '../kernel.js'
import { aboutOption } from './about-option.js'
import { indexOf, nameOf, putSockaddr } from './addr.js'
import { clearTimeout, keepAlive, setTimeout } from './alive.js'
import { Listener } from './listener.js'
import { PairEnd } from './pair.js'
import { MAX_PIECE } from './piece.js'
import { Stream } from './stream.js'
import { FIRST, Table } from './table.js'
import { Fresh } from './tcp.js'

/** How long a close waits for the last piece, in ms: a peer that does not read must not hold it for ever. */
const CLOSE_WAIT = 1_000

const table = new Table()

type Tcp = Fresh | Stream | Listener

/** What is wrong with a number: it is a real descriptor, of which only Linux's backend makes sockets, or none. */
const stranger = (fd: number): number => (fd >= 0 && fd < FIRST ? -ENOTSUP : -EBADF)

const tcpOf = (fd: number): Tcp | undefined => {
  const handle = table.get(fd)
  return handle instanceof PairEnd ? undefined : (handle as Tcp | undefined)
}

/** The type without its flags. */
const typeOf = (type: number): number => type & 0xf

function socket(domain: number, type: number, protocol = 0): number {
  if ((domain !== AF_INET && domain !== AF_INET6) || typeOf(type) !== SOCK_STREAM) return -ENOTSUP
  if (protocol !== 0 && protocol !== IPPROTO_TCP) return -EPROTONOSUPPORT
  return table.add(new Fresh(domain))
}

function socketpair(domain: number, type: number, _: number, pair: Int32Array): number {
  if (domain !== AF_UNIX || typeOf(type) !== SOCK_STREAM) return -ENOTSUP
  pair.set(PairEnd.make().map((end) => table.add(end)))
  return 0
}

function bind(fd: number, sockaddr: Uint8Array): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return stranger(fd)
  return handle instanceof Fresh ? handle.bind(sockaddr) : -EINVAL
}

function connect(fd: number, sockaddr: Uint8Array): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return stranger(fd)
  if (!(handle instanceof Fresh)) return -EISCONN
  const stream = handle.connect(sockaddr)
  if (typeof stream === 'number') return stream
  table.replace(fd, stream)
  return -stream.pending
}

function listen(fd: number, backlog: number): number | Promise<number> {
  const handle = tcpOf(fd)
  if (handle === undefined) return stranger(fd)
  if (!(handle instanceof Fresh)) return -EINVAL
  const [listener, answer] = handle.listen(backlog)
  table.replace(fd, listener)
  return answer
}

function accept4(
  fd: number,
  _flags: number,
  sockaddr?: Uint8Array,
  _adopt?: boolean,
  length?: Int32Array,
): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return stranger(fd)
  if (!(handle instanceof Listener)) return -EINVAL
  const stream = handle.accept()
  if (typeof stream === 'number') return stream
  const { peer } = stream
  if (sockaddr !== undefined && peer !== null) {
    const n = putSockaddr(sockaddr, peer)
    if (length !== undefined) length[0] = n
  }
  return table.add(stream)
}

function recv(
  fd: number,
  buf: Uint8Array,
  offset = 0,
  length = buf.length - offset,
  flags = 0,
): number {
  const handle = table.get(fd)
  return handle?.recv(buf, offset, length, (flags & MSG_PEEK) !== 0) ?? stranger(fd)
}

function send(fd: number, buf: Uint8Array, offset = 0, length = buf.length - offset): number {
  return table.get(fd)?.send(buf, offset, length) ?? stranger(fd)
}

type Buffers = Uint8Array | readonly Uint8Array[]

/** The first piece of a list of buffers, or of the one that stands for a list. */
function pieceOf(bufs: Buffers, start: number, offset: number): Uint8Array {
  if (bufs instanceof Uint8Array) return bufs.subarray(offset)
  const parts: Uint8Array[] = []
  let bytes = 0
  for (let i = start; i < bufs.length && bytes < MAX_PIECE; i++) {
    const part = (bufs[i] as Uint8Array).subarray(i === start ? offset : 0)
    parts.push(part)
    bytes += part.length
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
}

function writev(fd: number, bufs: Buffers, start = 0, offset = 0): number {
  return send(fd, pieceOf(bufs, start, offset))
}

function getsockname(fd: number, sockaddr: Uint8Array): number {
  const handle = tcpOf(fd)
  return handle === undefined ? stranger(fd) : putSockaddr(sockaddr, handle.local)
}

function getpeername(fd: number, sockaddr: Uint8Array): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return stranger(fd)
  const peer = handle instanceof Stream ? handle.peer : null
  return peer === null ? -ENOTCONN : putSockaddr(sockaddr, peer)
}

function setsockopt(
  ...[fd, level, optname, value]: [number, number, number, number | boolean | string | Uint8Array]
): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return table.get(fd) === undefined ? stranger(fd) : -ENOTSUP
  const connection = handle instanceof Stream ? handle.socket : null
  return handle.options.set(connection, level, optname, value)
}

/** What the socket is, in place of what was set. */
function factOf(handle: Tcp | PairEnd, optname: number): number | undefined {
  const pair = handle instanceof PairEnd
  switch (optname) {
    case SO_TYPE:
      return SOCK_STREAM
    case SO_DOMAIN:
      return pair ? AF_UNIX : handle.family
    case SO_PROTOCOL:
      return pair ? 0 : IPPROTO_TCP
    case SO_ACCEPTCONN:
      return Number(handle instanceof Listener)
    case SO_ERROR:
      return handle instanceof Stream ? handle.takeError() : 0
    default:
      return undefined
  }
}

function getsockopt(fd: number, level: number, optname: number, out?: Int32Array): number {
  const handle = table.get(fd) as Tcp | PairEnd | undefined
  if (handle === undefined) return fd >= 0 && fd < FIRST ? -ENOTSOCK : -EBADF
  const fact = level === SOL_SOCKET ? factOf(handle, optname) : undefined
  const value = fact ?? (handle instanceof PairEnd ? undefined : handle.options.ask(level, optname))
  if (value === undefined) return -ENOPROTOOPT
  if (out === undefined) return value
  out[0] = value
  return 0
}

function getsockoptBytes(fd: number, level: number, optname: number, out: Uint8Array): number {
  const handle = tcpOf(fd)
  if (handle === undefined) return table.get(fd) === undefined ? stranger(fd) : -ENOPROTOOPT
  return handle.options.askBytes(level, optname, out)
}

function shutdown(fd: number, how: number): number {
  return table.get(fd)?.shutdown(how) ?? stranger(fd)
}

function close(fd: number): number {
  const handle = table.get(fd)
  if (handle === undefined) return stranger(fd)
  handle.target = null
  table.delete(fd)
  return handle.close()
}

/** For what a system has and node:net's sockets have no need of. */
const known = (fd: number): number => (table.get(fd) === undefined ? stranger(fd) : 0)
const refused = (): number => -ENOTSUP

/** The calls that there are. */
const own: Partial<Kernel> = {
  ...{
    socket,
    socketpair,
    bind,
    connect,
    listen,
    accept4,
    getsockname,
    getpeername,
    shutdown,
    close,
  },
  ...{ setsockopt, getsockopt, getsockoptBytes },
  accept: (fd, ...rest) => accept4(fd, 0, ...rest),
  tryRecv: recv,
  trySend: send,
  tryRead: recv,
  tryWrite: send,
  tryWritev: writev,
  trySendmsg: (fd, bufs, _flags, _control, start, offset) => writev(fd, bufs, start, offset),
  adopt: known,
  closeOnExec: known,
  setNonblock: known,
  ensureNonblock: known,
  giveBack: () => 0,
  sendfilePool: () => Promise.resolve(-EOPNOTSUPP),
  ifNametoindex: (name) => indexOf(name) || -ENODEV,
  ifIndextoname: (index) => nameOf(index) ?? -ENXIO,
}

/** All calls: those that there are none of are refused, whatever they are. */
export const kernel = new Proxy(own, {
  get: (calls, name) => calls[name as keyof Kernel] ?? refused,
}) as Kernel

/** Those that only this backend has. */
export const calls: HostCalls = {
  subscribe(fd, target) {
    const handle = table.get(fd)
    if (handle === undefined) return stranger(fd)
    handle.target = target
    handle.started()
    return 0
  },
  unsubscribe(fd) {
    const handle = table.get(fd)
    if (handle !== undefined) handle.target = null
  },
  keepAlive,
  release(fd) {
    const handle = table.get(fd)
    const socket = handle instanceof Stream ? handle.release() : null
    if (socket !== null) table.delete(fd)
    return socket
  },
  sent(fd) {
    const handle = table.get(fd)
    return handle instanceof Stream ? handle.sent : -1
  },
  closeSent(fd, closed) {
    const end = (): void => {
      clearTimeout(late)
      closed(close(fd))
    }
    const late = table.get(fd)?.whenSent(end) === true ? setTimeout(end, CLOSE_WAIT) : undefined
    if (late === undefined) closed(close(fd))
  },
  aboutOption,
}
