// From a connection to a socket of Node's on the same descriptor, of which netfd lets go.
import type { OnReadOpts } from 'node:net'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import type { StreamConn, TCPConn } from '@netfd/net'
import { backend, hook } from '@netfd/net'
import { signalOf } from '@netfd/poll/internal'
import {
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_LINGER,
  SOL_SOCKET,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from '@netfd/syscall'
import { checkFunction, checkOptions, checkType, kindOf } from '../arguments.js'
import { isTCPConn } from './conn-parts.js'
import { checkConn } from './duplex.js'
import { checkBytes } from './options.js'

/**
 * Whether a connection can become a `net.Socket` in this runtime: in Node and Deno, whose sockets take a descriptor,
 * and not in Bun; on the host backend in Node alone.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { canHandOver, toDuplex, toNetSocket } from '@netfd/net/node'
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const conn = await dial('tcp', String(listener.addr))
 * const stream = canHandOver ? toNetSocket(conn) : toDuplex(conn)
 * stream.destroy()
 * ```
 */
export const canHandOver: boolean = !(
  'bun' in process.versions ||
  // A socket of Deno's that was read once, and then let go of, reads nothing for its next reader.
  (backend === 'host' && 'deno' in process.versions)
)

/**
 * How a connection becomes a `net.Socket`.
 *
 * ```ts
 * import { dial, listen } from '@netfd/net'
 * import { type NetSocketOptions, toNetSocket } from '@netfd/net/node'
 * const o: NetSocketOptions = { allowHalfOpen: true, unread: Buffer.from('GET ') }
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const socket = toNetSocket(await dial('tcp', String(listener.addr)), o)
 * console.assert(String(socket.read()) === 'GET ')
 * socket.destroy()
 * ```
 */
export interface NetSocketOptions {
  /** Whether writing goes on after the peer has ended its side; false when left out. */
  allowHalfOpen?: boolean | undefined
  /** Whether what arrives stays in the kernel until `resume()`. */
  paused?: boolean | undefined
  /** Bytes that were read from the connection before, and come first. Not together with `onread`. */
  unread?: Uint8Array | undefined
  /** Destroys the socket with an AbortError. */
  signal?: AbortSignal | undefined
  /** One buffer for all that is read, as `net.Socket` has it. */
  onread?: OnReadOpts | undefined
}

const OPTIONS = ['allowHalfOpen', 'paused', 'unread', 'signal', 'onread'] as const

/** What the constructor of net.Socket takes; its types lack some. */
type SocketOptions = ConstructorParameters<typeof Socket>[0]

/** Throws TypeError. */
function checkHandOver(o: NetSocketOptions): void {
  checkOptions('toNetSocket', o, OPTIONS)
  if (o.allowHalfOpen !== undefined) checkType('allowHalfOpen', o.allowHalfOpen, 'boolean')
  if (o.paused !== undefined) checkType('paused', o.paused, 'boolean')
  if (o.unread !== undefined) checkBytes('unread', o.unread)
  signalOf(o)
  if (o.onread === undefined) return
  checkOptions('onread', o.onread, ['buffer', 'callback'])
  checkFunction('onread.callback', o.onread.callback)
  if (typeof o.onread.buffer !== 'function') checkBytes('onread.buffer', o.onread.buffer)
  if (o.unread !== undefined) throw new TypeError('unread would pass by the buffer of onread')
}

/**
 * Makes a `net.Socket` of a connection: the descriptor is the socket's from then on, and the connection is
 * closed. Nothing is lost, for a connection keeps no bytes. Options of the kernel stay as they are, but a
 * positive `setLinger`, which would block Node's loop, is switched off; deadlines end. Calls that wait are
 * rejected with `ERR_NET_CLOSED`: settle your writes first. The socket of a connection that was unref'd is
 * unref'd too. Errors are Node's own from then on.
 *
 * Throws TypeError for what is no connection of this package or is a Duplex already, and for wrong options;
 * OpError with `ERR_NET_CLOSED` for a closed one, and with `EBUSY`, nothing changed, while a file or another
 * connection is sent from or to it; where {@link canHandOver} is false, an Error with `ERR_NO_HANDOVER`. On the host
 * backend it is the socket that the connection is made of; `ERR_NO_HANDOVER` too once the peer has ended its side,
 * for a `pipe` and with `onread`.
 *
 * ```ts
 * import { listen } from '@netfd/net'
 * import { createServer, get } from 'node:http'
 * import { toNetSocket } from '@netfd/net/node'
 * const server = createServer((_, res) => res.end('hello'))
 * await using listener = await listen('tcp', '127.0.0.1:0')
 * const response = new Promise((resolve) => get({ port: listener.addr.port, agent: false }, resolve))
 * server.emit('connection', toNetSocket(await listener.accept()))
 * await response
 * ```
 */
export function toNetSocket(conn: StreamConn, o: NetSocketOptions = {}): Socket {
  checkHandOver(o)
  checkConn(conn)
  const { detach } = conn as Partial<TCPConn>
  if (typeof detach !== 'function') {
    throw new TypeError(`conn has no descriptor to hand over: ${kindOf(conn)}`)
  }
  if (!canHandOver) throw noHandOver()
  if (backend === 'host') return hostSocket(conn as TCPConn, o)
  const refed = (conn as TCPConn).hasRef?.() ?? true
  const fd = (conn as TCPConn).detach()
  const socket = socketOn(fd, isTCPConn(conn), o)
  if (!refed) socket.unref()
  // In this tick: the socket has read nothing yet, and these bytes come first.
  if (o.unread !== undefined && o.unread.length > 0) socket.unshift(Uint8Array.from(o.unread))
  // After the constructor, which would not let go of the descriptor if the signal was aborted before.
  if (o.signal !== undefined) addAbortSignal(o.signal, socket)
  return socket
}

function onReadable(): void {
  // It is there for a moment, and makes the stream forget that it was paused.
}

/** Over the host backend a connection is a socket of the runtime's already: that one, with what was read ahead. */
function hostSocket(conn: TCPConn, o: NetSocketOptions): Socket {
  const { allowHalfOpen = false, paused = false, unread, signal, onread } = o
  const refed = conn.hasRef()
  const socket = onread === undefined ? conn.release() : null
  if (socket === null) throw notHandedOver()
  socket.allowHalfOpen = allowHalfOpen
  if (refed) socket.ref()
  if (unread !== undefined && unread.length > 0) socket.unshift(Uint8Array.from(unread))
  // As a new socket is: it flows once it has a listener, and not before.
  if (!paused) socket.on('readable', onReadable).off('readable', onReadable)
  if (signal !== undefined) addAbortSignal(signal, socket)
  return socket
}

function notHandedOver(): Error {
  const text =
    'on the host backend a pipe, a connection whose peer has ended its side, and one with onread cannot be a net.Socket: use toDuplex'
  return Object.assign(new Error(text), { code: 'ERR_NO_HANDOVER' })
}

/** The error of a runtime whose sockets take no descriptor. */
export function noHandOver(): Error {
  const text =
    "this runtime's net.Socket takes no descriptor: use toDuplex, or leave out the form or set form: 'duplex'"
  return Object.assign(new Error(text), { code: 'ERR_NO_HANDOVER' })
}

/** The socket of a descriptor, which is closed where there cannot be one. */
function socketOn(fd: number, tcp: boolean, o: NetSocketOptions): Socket {
  const { allowHalfOpen = false, paused = false, onread } = o
  try {
    const options = {
      fd,
      readable: true,
      writable: true,
      allowHalfOpen,
      pauseOnCreate: paused,
      ...(onread && { onread }),
      ...(tcp && flagsOf(fd)),
    }
    return new Socket(options as SocketOptions)
  } catch (error) {
    hook.close(fd)
    throw error
  }
}

/** An option that is a number; one that the kernel does not have is off. */
const intOf = (fd: number, level: number, name: number): number =>
  Math.max(hook.getsockopt(fd, level, name), 0)

/** Node skips a setter that changes nothing by what it knows: it must know what is set. */
function flagsOf(fd: number): SocketOptions & object {
  dropLinger(fd)
  return {
    noDelay: intOf(fd, IPPROTO_TCP, TCP_NODELAY) > 0,
    keepAlive: intOf(fd, SOL_SOCKET, SO_KEEPALIVE) > 0,
    keepAliveInitialDelay: intOf(fd, IPPROTO_TCP, TCP_KEEPIDLE) * 1_000,
  } as SocketOptions & object
}

/** Node closes on its loop, which a close that waits for the peer would block. A reset does not wait. */
function dropLinger(fd: number): void {
  const linger = new Int32Array(2)
  hook.getsockoptBytes(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(linger.buffer))
  const [on, seconds] = linger as unknown as [number, number]
  if (on === 0 || seconds <= 0) return
  hook.setsockopt(fd, SOL_SOCKET, SO_LINGER, new Uint8Array(8))
}
