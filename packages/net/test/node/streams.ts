// Streams to test with, netfd's and Node's side by side, and what they tell.
import { connect, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { TCPConn, TCPListener } from '../../src/index.js'
import type { DuplexOptions, NetDuplex } from '../../src/node/index.js'
import { dialDuplex, toDuplex } from '../../src/node/index.js'
import { dialed, listening, track } from '../support.js'

/** Resolves with the event's first argument; an `'error'` before it is no failure of the wait. */
export const event = <T = unknown>(stream: Duplex, name: string): Promise<T> =>
  new Promise((resolve) => stream.once(name, resolve))

/** Destroyed after the test, and waited for. */
export function tracked<T extends Duplex>(stream: T): T {
  let closed = false
  stream.once('close', () => {
    closed = true
  })
  // What a test does not look at must not end it.
  stream.on('error', () => undefined)
  onTestFinished(async () => {
    if (closed) return
    const closing = event(stream, 'close')
    stream.destroy()
    await closing
  })
  return stream
}

const EVENTS = ['connect', 'ready', 'end', 'finish', 'error', 'close', 'timeout']

/** What a stream tells from now on: each event's name, with an error's code or `'close'`'s argument. */
export function told(stream: Duplex): string[] {
  const list: string[] = []
  for (const name of EVENTS) {
    stream.on(name, (value?: unknown) => {
      const detail =
        value instanceof Error ? ((value as NodeJS.ErrnoException).code ?? value) : value
      list.push(detail === undefined ? name : `${name} ${detail}`)
    })
  }
  return list
}

/** A connected stream of some kind, and its peer. */
export interface Ends {
  readonly stream: Socket | NetDuplex
  readonly peer: TCPConn
}

type Open = (o: Omit<DuplexOptions, 'unread'>, listener: TCPListener) => Promise<Ends['stream']>

async function socketOf(o: Parameters<Open>[0], { addr }: TCPListener): Promise<Socket> {
  const { allowHalfOpen = false, signal } = o
  const socket = new Socket({ allowHalfOpen, ...(signal === undefined ? {} : { signal }) })
  const connected = event(socket, 'connect')
  socket.connect(addr.port, addr.ip)
  await connected
  return socket
}

async function dialedDuplex(o: Parameters<Open>[0], { addr }: TCPListener): Promise<NetDuplex> {
  const duplex = dialDuplex({ ...o, host: addr.ip, port: addr.port })
  await event(duplex, 'connect')
  return duplex
}

const OPEN = {
  socket: socketOf,
  toDuplex: async (o, { addr }) => toDuplex(await dialed(addr), o),
  dialDuplex: dialedDuplex,
} satisfies Record<string, Open>

/** The kinds of streams: Node's own, and two ways to one of ours. */
export type Kind = keyof typeof OPEN

/** A stream of that kind and its peer, both closed after the test. */
export async function ends(kind: Kind, o: Omit<DuplexOptions, 'unread'> = {}): Promise<Ends> {
  const listener = await listening()
  const [stream, peer] = await Promise.all([OPEN[kind](o, listener), listener.accept()])
  return { stream: tracked(stream), peer: track(peer) }
}

/** A Duplex of a connection, and its peer. */
export async function duplexPair(o: DuplexOptions = {}): Promise<[NetDuplex, TCPConn]> {
  const listener = await listening()
  const [conn, peer] = await Promise.all([dialed(listener.addr), listener.accept()])
  return [tracked(toDuplex(conn, o)), track(peer)]
}

/** A socket of Node that is connected to a listener's address, destroyed after the test. */
export function nodeClient(listener: TCPListener): Socket {
  return tracked(connect(listener.addr.port, listener.addr.ip))
}
