// Descriptors to test with, and the ways in which tests look at promises and replace kernel calls.
import { readdirSync, readlinkSync } from 'node:fs'
import {
  AF_INET,
  AF_UNIX,
  accept4,
  close,
  connect,
  getsockname,
  O_CLOEXEC,
  O_NONBLOCK,
  pipe2,
  SO_LINGER,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  setNonblock,
  socket,
  socketpair,
} from '@netfd/syscall'
import { backend } from '@netfd/syscall/internal'
import { afterAll, afterEach, beforeEach, onTestFinished, vi } from 'vitest'
import { FD } from '../src/index.js'
import type { FDKind } from '../src/kind.js'
import { hook, host } from '../src/testing.js'
import { listenNumber } from './child-tools.js'
import {
  closeAhead,
  hostListener,
  hostPair,
  makeAhead,
  memoryPair,
  startConnect,
} from './host-numbers.js'

const FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC
export const TCP: FDKind = { stream: true, net: 'tcp' }

if (backend === 'host') {
  beforeEach(makeAhead)
  afterAll(closeAhead)
}

const opened = new Set<FD>()

/** Makes an FD that is closed after the test, if it is still open. */
export function adoptFD(sysfd: number, kind?: FDKind): FD {
  const fd = new FD(sysfd, kind)
  fd.init()
  opened.add(fd)
  return fd
}

afterEach(async () => {
  const left = [...opened].filter((fd) => !fd.closed)
  opened.clear()
  await Promise.all(left.map((fd) => fd.close()))
})

/** A listening socket's number on 127.0.0.1, and its address. */
export function listenTCP(): { fd: number; address: Uint8Array } {
  if (backend === 'host') return hostListener()
  const fd = listenNumber()
  return { fd, address: getsockname(fd) }
}

/** A connected client's number; loopback connects at once. */
export function connectTCP(address: Uint8Array): number {
  if (backend === 'host') return startConnect(address)
  const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
  connect(fd, address)
  setNonblock(fd, true)
  return fd
}

/** Two numbers connected by TCP over loopback. */
export function tcpNumbers(): [number, number] {
  if (backend === 'host') return hostPair()
  const listener = listenTCP()
  try {
    const client = connectTCP(listener.address)
    return [client, accept4(listener.fd, FLAGS)]
  } finally {
    close(listener.fd)
  }
}

/** Two FDs connected by TCP over loopback. */
export function tcpPair(kind: FDKind = TCP): [FD, FD] {
  const [a, b] = tcpNumbers()
  return [adoptFD(a, kind), adoptFD(b, kind)]
}

/** Two FDs of a Unix socketpair. */
export function unixPair(type: number = SOCK_STREAM, kind?: FDKind): [FD, FD] {
  const [a, b] = backend === 'host' ? memoryPair(type) : socketpair(AF_UNIX, type | FLAGS)
  return [adoptFD(a, kind), adoptFD(b, kind)]
}

/** The reading and the writing FD of a pipe. */
export function pipePair(): [FD, FD] {
  const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC)
  return [adoptFD(r), adoptFD(w)]
}

/** What close does: 0 seconds drops what is unsent and resets the connection; more of them wait. */
export function linger(fd: FD, seconds: number): void {
  const value = new Uint8Array(Int32Array.of(1, seconds).buffer)
  fd.setsockopt(SOL_SOCKET, SO_LINGER, value)
}

type Hook = typeof hook

let restore: (() => void)[] = []

/** Replaces entries of the hook until the test ends. */
export function replace(entries: Partial<Hook>): void {
  const before = Object.fromEntries(
    Object.keys(entries).map((key) => [key, hook[key as keyof Hook]]),
  )
  restore.push(() => Object.assign(hook, before))
  Object.assign(hook, entries)
}

/** Puts every replaced entry back, as the end of a test does by itself. */
export function putBack(): void {
  for (const undo of restore.reverse()) undo()
  restore = []
}

afterEach(putBack)

/** Gives the test the clocks and timers of the package: vi.advanceTimersByTime moves them. */
export function fakeTime(): void {
  const before = { ...host }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  Object.assign(host, { setTimeout, clearTimeout, now: () => performance.now() })
  onTestFinished(() => {
    Object.assign(host, before)
    vi.useRealTimers()
  })
}

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Some turns. */
export async function turns(n: number): Promise<void> {
  for (let i = 0; i < n; i++) await turn()
}

/** Turns of the event loop until a condition holds; the test's own limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

/** How a promise stands: it has to be asked at once, so that no rejection goes unseen. */
export function watchPromise<T>(promise: Promise<T>): {
  state: 'pending' | 'resolved' | 'rejected'
  settlements: number
  value?: T
  error?: unknown
} {
  const watched: ReturnType<typeof watchPromise<T>> = { state: 'pending', settlements: 0 }
  promise.then(
    (value) => Object.assign(watched, { state: 'resolved', value }, count(watched)),
    (error) => Object.assign(watched, { state: 'rejected', error }, count(watched)),
  )
  return watched
}

const count = (watched: { settlements: number }) => ({ settlements: watched.settlements + 1 })

/** The code of the error a promise is rejected with; 'resolved' when it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return 'resolved'
  } catch (error) {
    return (error as { code?: unknown }).code ?? error
  }
}

/** A deadline that has passed. */
export const PAST = 1

/** A deadline this many milliseconds from now. */
export const soon = (ms: number): number => Date.now() + ms

/** A deadline that no test lives to see. */
export const never = (): number => Date.now() + 3_600_000

/** `length` bytes that repeat only after 251, so that no shifted chunk looks right. */
export function pattern(length: number, from = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (from + i) % 251
  return bytes
}

/** Anything with Go's Read. */
export interface Readable {
  read(buf: Uint8Array): Promise<number | null>
}

/** Reads exactly `length` bytes, fewer only at the end. */
export async function readFull(from: Readable, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const n = await from.read(bytes.subarray(at))
    if (n === null) break
    at += n
  }
  return bytes.subarray(0, at)
}

/** Reads until the end. */
export async function readAll(from: Readable, chunk = 65_536): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for (;;) {
    const buf = new Uint8Array(chunk)
    const n = await from.read(buf)
    if (n === null) return Buffer.concat(chunks)
    chunks.push(buf.subarray(0, n))
  }
}

/** Writes until the kernel takes no more; answers with how much it took. */
export async function fill(fd: FD): Promise<number> {
  const chunk = new Uint8Array(65_536)
  let total = 0
  // On a busy machine what is under way makes some room again: it is full when two tries find none.
  for (let full = 0; full < 2; ) {
    const abort = new AbortController()
    const write = fd.write(chunk, { signal: abort.signal })
    const watched = watchPromise(write)
    // A write that is not complete after the budget's turn waits for room.
    await turns(3)
    abort.abort()
    await write.catch(() => undefined)
    const { bytesWritten } = (watched.error ?? { bytesWritten: chunk.length }) as {
      bytesWritten: number
    }
    total += bytesWritten
    full = bytesWritten === 0 ? full + 1 : 0
  }
  return total
}

/** How often each named entry of the hook is called from now on, until the test ends. */
export function countCalls<K extends keyof Hook>(...names: K[]): Record<K, number> {
  const counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>
  for (const name of names) {
    const original = hook[name] as (...args: unknown[]) => unknown
    const counting = (...args: unknown[]) => {
      counts[name]++
      return original(...args)
    }
    replace({ [name]: counting } as Partial<Hook>)
  }
  return counts
}

/** What is thrown and caught by nothing, from now on until the test ends. */
export function uncaught(): unknown[] {
  const errors: unknown[] = []
  const before = process.listeners('uncaughtException')
  const collect = (error: unknown) => errors.push(error)
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', collect)
  restore.push(() => {
    process.removeListener('uncaughtException', collect)
    for (const listener of before) process.on('uncaughtException', listener)
  })
  return errors
}

/** How many ends of pipes this process has. */
export function pipeEnds(): number {
  let ends = 0
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${name}`).startsWith('pipe:')) ends++
    } catch {
      // The descriptor that listed the directory is gone by now.
    }
  }
  return ends
}
