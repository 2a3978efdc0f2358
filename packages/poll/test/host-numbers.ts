// Sockets of the host backend to test with. Nothing listens or connects within a call there, so they are made
// ahead: before each test, and before a program begins. No test runner is here.
import {
  AF_INET,
  AF_UNIX,
  encodeSockaddr,
  must,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOCKADDR_STORAGE_SIZE,
} from '@netfd/syscall'
import { backend, kernel } from '@netfd/syscall/internal'

const FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC
const LOOPBACK = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })

/** So many pairs a test may have. */
const PAIRS = 32
const pairs: [number, number][] = []
const LISTENERS = 2
const listeners: number[] = []
/** What the pairs come from, one for each file. */
let origin: number | null = null

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Asks again, turn after turn, until the answer is no error. */
async function eventually(ask: () => number): Promise<number> {
  for (;;) {
    const n = ask()
    if (n >= 0) return n
    await nextTurn()
  }
}

const openSocket = (): number => must('socket', kernel.socket(AF_INET, SOCK_STREAM | FLAGS, 0))

async function listenAhead(): Promise<number> {
  const fd = openSocket()
  must('bind', kernel.bind(fd, LOOPBACK))
  must('listen', await kernel.listen(fd, 1024))
  return fd
}

function nameOf(fd: number): Uint8Array {
  const name = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  return name.slice(0, must('getsockname', kernel.getsockname(fd, name)))
}

async function connectAhead(from: number): Promise<[number, number]> {
  const client = startConnect(nameOf(from))
  const server = await eventually(() => kernel.accept4(from, FLAGS, undefined))
  const peer = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  await eventually(() => kernel.getpeername(client, peer))
  return [client, server]
}

let made: Promise<void> = Promise.resolve()

/** Makes what was taken, on the host backend: once for all tests that begin together. */
export function makeAhead(): Promise<void> {
  if (backend === 'host') made = made.then(fillUp)
  return made
}

async function fillUp(): Promise<void> {
  origin ??= await listenAhead()
  while (listeners.length < LISTENERS) listeners.push(await listenAhead())
  while (pairs.length < PAIRS) pairs.push(await connectAhead(origin))
}

/** Closes what was not taken. */
export function closeAhead(): void {
  for (const fd of [...pairs.splice(0).flat(), ...listeners.splice(0)]) kernel.close(fd)
  if (origin !== null) kernel.close(origin)
  origin = null
}

/** What was made ahead. */
function taken<T>(from: T[], what: string): T {
  const one = from.pop()
  if (one === undefined) throw new Error(`no more ${what} were made ahead of this test`)
  return one
}

/** Two numbers connected by TCP over loopback. */
export const hostPair = (): [number, number] => taken(pairs, 'pairs')

/** A listening socket's number on 127.0.0.1, and its address. */
export function hostListener(): { fd: number; address: Uint8Array } {
  const fd = taken(listeners, 'listeners')
  return { fd, address: nameOf(fd) }
}

/** The number of a client that is about to be connected. */
export function startConnect(address: Uint8Array): number {
  const fd = openSocket()
  kernel.connect(fd, address)
  return fd
}

/** Two numbers that are connected inside the process. */
export function memoryPair(type: number): [number, number] {
  const pair = new Int32Array(2)
  must('socketpair', kernel.socketpair(AF_UNIX, type | FLAGS, 0, pair))
  return pair as unknown as [number, number]
}
