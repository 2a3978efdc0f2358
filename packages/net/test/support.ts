// Listeners and connections to test with, and the ways in which tests look into the package.

import { hook as pollHook } from '@netfd/poll/testing'
import { SOCK_STREAM } from '@netfd/syscall'
import { backend } from '@netfd/syscall/internal'
import { afterEach, onTestFinished } from 'vitest'
import { replace as replacePoll } from '../../poll/test/support.js'
import type {
  Dialer,
  ListenOptions,
  TCPAddr,
  TCPConn,
  TCPListener,
  TCPNetwork,
} from '../src/index.js'
import { dial, hook, ListenConfig } from '../src/index.js'
import { holeAddress, openHole } from './hole.js'

export {
  countCalls,
  fakeTime,
  pattern,
  readAll,
  readFull,
  turn,
  turns,
  until,
  watchPromise,
} from '../../poll/test/support.js'
export { replacePoll }

/** What `track` can close. */
interface Closable {
  [Symbol.asyncDispose](): PromiseLike<void>
}

const opened = new Set<Closable>()

/** Has a connection or listener closed after the test, if it is still open. */
export function track<T extends Closable>(closable: T): T {
  opened.add(closable)
  return closable
}

afterEach(async () => {
  const left = [...opened]
  opened.clear()
  await Promise.all(left.map((closable) => closable[Symbol.asyncDispose]()))
})

/** A listener that speaks plain TCP and is closed after the test. */
export async function listening(
  network = 'tcp',
  address = '127.0.0.1:0',
  options: ListenOptions = {},
): Promise<TCPListener> {
  const config = new ListenConfig({ mptcp: false, ...options })
  return track(await config.listen(network as TCPNetwork, address))
}

/** Dials, and has the connection closed after the test. */
export async function dialed(
  address: TCPAddr | string,
  network = 'tcp',
  dialer?: Dialer,
): Promise<TCPConn> {
  return track(await (dialer ?? { dial }).dial(network as TCPNetwork, String(address)))
}

/** Two ends of a connection over loopback: the one that dialed, and the accepted one. */
export async function pair(listener?: TCPListener, dialer?: Dialer): Promise<[TCPConn, TCPConn]> {
  const on = listener ?? (await listening())
  const client = await dialed(on.addr, 'tcp', dialer)
  const server = track(await on.accept())
  return [client, server]
}

/** An address that answers no SYN. */
interface BlackHole {
  readonly address: string
  /** Has it accept: a dial that waits goes on when the kernel tries again. */
  answer(): Promise<void>
}

/**
 * A listener whose queue is full: the next dial stays in SYN-SENT. On the host backend no queue is ever full, and
 * the hole is a child's.
 */
export async function blackHole(): Promise<BlackHole> {
  if (backend === 'host') return { address: await holeAddress(), answer: openHole }
  const listener = await listening('tcp', '127.0.0.1:0', { backlog: 0 })
  const address = String(listener.addr)
  await dialed(address)
  return { address, answer: async () => void track(await listener.accept()) }
}

/** A port of 127.0.0.1 that refuses: it was just listened on. */
export async function refusing(host = '127.0.0.1'): Promise<TCPAddr> {
  const listener = await new ListenConfig({ mptcp: false }).listen(
    'tcp',
    host.includes(':') ? `[${host}]:0` : `${host}:0`,
  )
  await listener.close()
  return listener.addr
}

/** A resolver's answer for a name that there is not, as node:dns gives it. */
export const noSuchHost = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))

type Hook = typeof hook

/** Replaces entries of this package's hook until the test ends. */
export function replace(entries: Partial<Hook>): void {
  const before = { ...hook }
  onTestFinished(() => {
    Object.assign(hook, before)
  })
  Object.assign(hook, entries)
}

/** What sysSocket and close did since the test began: every socket must have been closed again. */
export function socketLedger(): { open: Set<number>; made: number } {
  const ledger = { open: new Set<number>(), made: 0 }
  const { socket, close } = hook
  const { close: closeFD, closeSent, accept4 } = pollHook
  const opens = (fd: number): number => {
    if (fd >= 0) {
      ledger.open.add(fd)
      ledger.made++
    }
    return fd
  }
  const closes = (fd: number): void => {
    ledger.open.delete(fd)
  }
  replace({
    socket: (domain, type, protocol) => {
      const fd = socket(domain, type, protocol)
      return (type & 0xf) === SOCK_STREAM ? opens(fd) : fd
    },
    close: (fd) => {
      closes(fd)
      return close(fd)
    },
  })
  replacePoll({
    accept4: (...args) => opens(accept4(...args)),
    close: (fd) => {
      closes(fd)
      return closeFD(fd)
    },
    closeSent:
      closeSent &&
      ((fd, closed) => {
        closes(fd)
        closeSent(fd, closed)
      }),
  })
  return ledger
}

/** The error that a promise is rejected with. */
export async function errorOf<E = NodeJS.ErrnoException>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise
  } catch (error) {
    return error as E
  }
  throw new Error('expected a rejection')
}

/** What `call` throws. */
export function thrown<E = NodeJS.ErrnoException>(call: () => unknown): E {
  try {
    call()
  } catch (error) {
    return error as E
  }
  throw new Error('expected an exception')
}

/** A deadline that has passed. */
export const PAST = 1

/** A deadline that no test lives to see. */
export const never = (): number => Date.now() + 3_600_000

/** The text of bytes. */
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** Writes until a write has to wait; how that one ends is in `ending`, and its error counts what went. */
export function stuckWrite(conn: TCPConn): { ending: Promise<unknown> } {
  // More than any pair of socket buffers on this machine takes.
  const ending = conn.write(new Uint8Array(64 << 20))
  ending.catch(() => undefined)
  return { ending }
}

/** Small buffers on both ends of a connection; on the host backend they are what they are. */
export function smallBuffersOf(...conns: TCPConn[]): void {
  if (backend === 'host') return
  for (const conn of conns) {
    conn.setReadBuffer(4_096)
    conn.setWriteBuffer(4_096)
  }
}

/** Two connections: what is written to `from` can be moved on to the reader of `to`. */
export async function chain(): Promise<{ from: TCPConn; src: TCPConn; dst: TCPConn; to: TCPConn }> {
  const [from, src] = await pair()
  const [dst, to] = await pair()
  return { from, src, dst, to }
}

/** Whether two stretches of bytes are the same; a comparison one by one takes long. */
export const same = (got: Uint8Array, want: Uint8Array): boolean => Buffer.compare(got, want) === 0
