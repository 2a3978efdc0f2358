// Every entry of the addon with every kind of wrong argument in every place. The test runs this in its
// own process and once more in a child, where a crash is a failed test instead of a failed run.
import { native } from '../src/binding.js'
import {
  AF_INET,
  AF_UNIX,
  EPOLL_CTL_ADD,
  EPOLLIN,
  F_GETFL,
  SHUT_RD,
  SO_KEEPALIVE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../src/constants.js'
import { encodeSockaddr } from '../src/sockaddr.js'

type Arguments = unknown[]

// What a call opened, to be closed when it is over.
let opened: number[] = []

const open = (fd: number): number => {
  opened.push(fd)
  return fd
}

const tcp = () => open(native.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC))

const udp = () => open(native.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC))

const pair = (): [number, number] => {
  const fds = new Int32Array(2)
  native.socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds)
  const [a = -1, b = -1] = fds
  return [open(a), open(b)]
}

const listening = () => {
  const fd = tcp()
  native.bind(fd, loopback())
  native.listen(fd, 1)
  return fd
}

/** An epoll set with an event in it, so that no timeout makes it wait. */
const epoll = () => {
  const epfd = open(native.epollCreate1(0))
  native.epollCtl(epfd, EPOLL_CTL_ADD, open(native.eventfd(1)), EPOLLIN)
  return epfd
}

const loopback = () => encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })
const bytes = () => new Uint8Array(16)
const ints = () => new Int32Array(8)
const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length))

/** Right arguments for each entry, optional ones included, over fresh descriptors. */
export const right: Record<string, () => Arguments> = {
  socket: () => [AF_INET, SOCK_STREAM, 0, false],
  socketpair: () => [AF_UNIX, SOCK_STREAM, 0, new Int32Array(2), false],
  pipe2: () => [0, new Int32Array(2), false],
  eventfd: () => [0, 0, false],
  bind: () => [tcp(), loopback()],
  connect: () => [tcp(), loopback()],
  listen: () => [tcp(), 1],
  accept4: () => [listening(), 0, bytes(), false, new Int32Array(1)],
  accept: () => [listening(), bytes(), false, new Int32Array(1)],
  tryAccept4: () => [listening(), 0, bytes(), false, new Int32Array(1)],
  tryAccept: () => [listening(), bytes(), false, new Int32Array(1)],
  getsockname: () => [tcp(), bytes()],
  getpeername: () => [pair()[0], bytes()],
  shutdown: () => [pair()[0], SHUT_RD],
  close: () => [open(native.eventfd(0))],
  setNonblock: () => [tcp(), 1],
  ensureNonblock: () => [tcp()],
  giveBack: () => [],
  closeOnExec: () => [tcp()],
  dupCloexec: () => [tcp(), false],
  fcntl: () => [tcp(), F_GETFL, 0],
  ifNametoindex: () => ['lo'],
  ifIndextoname: () => [1],
  adopt: () => [tcp(), false],
  disown: () => [tcp()],
  read: () => [pair()[0], bytes(), 0, 8],
  write: () => [pair()[0], bytes(), 0, 8],
  recv: () => [pair()[0], bytes(), 0, 8, 0],
  send: () => [pair()[0], bytes(), 0, 8, 0],
  readv: () => [pair()[0], [bytes(), bytes()], 0, 0],
  writev: () => [pair()[0], [bytes(), bytes()], 0, 0],
  sendmsg: () => [udp(), [bytes(), bytes()], 0, new Uint8Array(0), 0, 0, loopback()],
  recvmsg: () => [udp(), [bytes()], 0, bytes(), new Int32Array(3), bytes(), false],
  tryRecvmsg: () => [udp(), [bytes()], 0, bytes(), new Int32Array(3), bytes(), false],
  recvfrom: () => [udp(), bytes(), 0, 8, 0, bytes(), new Int32Array(2)],
  tryRecvfrom: () => [udp(), bytes(), 0, 8, 0, bytes(), new Int32Array(2)],
  sendto: () => [udp(), bytes(), 0, 8, 0, loopback(), 16],
  trySendto: () => [udp(), bytes(), 0, 8, 0, loopback(), 16],
  recvmmsg: () => [udp(), new Uint8Array(32), 16, 2, ints(), new Uint8Array(64), bytes(), 0, false],
  sendmmsg: () => [udp(), new Uint8Array(32), 16, 0, 2, ints(), new Uint8Array(64), bytes(), 0],
  sendmmsgv: () => [udp(), [bytes(), bytes()], 0, 2, loopback(), 0],
  splice: () => [pair()[0], pair()[0], 8, 0],
  tryRead: () => [pair()[0], bytes(), 0, 8],
  tryWrite: () => [pair()[0], bytes(), 0, 8],
  tryRecv: () => [pair()[0], bytes(), 0, 8, 0],
  trySend: () => [pair()[0], bytes(), 0, 8, 0],
  tryWritev: () => [pair()[0], [bytes(), bytes()], 0, 0],
  trySendmsg: () => [udp(), [bytes(), bytes()], 0, new Uint8Array(0), 0, 0, loopback()],
  trySplice: () => [pair()[0], pair()[0], 8, 0, false],
  sendfile: () => [pair()[0], pair()[0], 0, 8],
  sendfilePool: () => [pair()[0], pair()[0], 0, 8],
  closePool: () => [open(native.eventfd(0))],
  setsockopt: () => [tcp(), SOL_SOCKET, SO_KEEPALIVE, 1],
  getsockopt: () => [tcp(), SOL_SOCKET, SO_KEEPALIVE, new Int32Array(1)],
  getsockoptBytes: () => [tcp(), SOL_SOCKET, SO_KEEPALIVE, bytes()],
  unsafeSetsockopt: () => [tcp(), SOL_SOCKET, SO_KEEPALIVE, bytes()],
  unsafeGetsockopt: () => [tcp(), SOL_SOCKET, SO_KEEPALIVE, bytes()],
  epollCreate1: () => [0, false],
  epollCtl: () => [epoll(), EPOLL_CTL_ADD, pair()[0], EPOLLIN, 0, 0],
  epollWait: () => [epoll(), new Int32Array(6), 0],
  watchOpen: () => [pair()[0], () => undefined, shared(3)],
  watchRef: () => [1],
  watchClose: () => [1],
  threadOpen: () => [pair()[0], () => undefined, new Int32Array(1), () => undefined],
  threadRef: () => [1, 1],
  threadClose: () => [1],
}

const detach = (view: ArrayBufferView): void => {
  if (view.buffer instanceof ArrayBuffer) {
    structuredClone(view.buffer, { transfer: [view.buffer] })
  }
}

const detached = <T extends ArrayBufferView>(view: T): T => {
  detach(view)
  return view
}

/** Detaches whatever the same call was given, the views inside lists too. */
const detachAll = (args: Arguments): void => {
  for (const arg of args.flat()) {
    if (ArrayBuffer.isView(arg) && arg.byteLength > 0) detach(arg)
  }
}

/** A list whose second element is got by running `get`. */
const withGetter = (get: () => unknown) => Object.defineProperty([bytes()], 1, { get })

class Thrown extends Error {}

const fail = (): never => {
  throw new Thrown()
}

/** A view over memory that shrank below it. */
const shrunk = (): Uint8Array => {
  const options = { maxByteLength: 64 } as unknown as undefined
  const memory = new (ArrayBuffer as new (n: number, o?: undefined) => ArrayBuffer)(64, options)
  const view = new Uint8Array(memory, 32)
  ;(memory as ArrayBuffer & { resize(n: number): void }).resize(8)
  return view
}

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

class Posing extends Uint8Array {
  override get length() {
    return 2 ** 30
  }
  override get byteLength() {
    return 2 ** 30
  }
  override get byteOffset() {
    return 2 ** 30
  }
}

/** Wrong values by name; each is made anew, and may look at the other arguments of the call. */
export const wrong: Record<string, (args: Arguments) => unknown> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  '1.5': () => 1.5,
  '-1': () => -1,
  '-2^31 - 1': () => -(2 ** 31) - 1,
  '2^31': () => 2 ** 31,
  '2^32': () => 2 ** 32,
  '2^53': () => 2 ** 53,
  Infinity: () => Number.POSITIVE_INFINITY,
  '-Infinity': () => Number.NEGATIVE_INFINITY,
  'an empty string': () => '',
  'a string of digits': () => '1',
  'a long string': () => 'x'.repeat(1 << 20),
  'a lone surrogate': () => '\ud800',
  'a string of NULs': () => '\0\0\0',
  'an object': () => ({}),
  'an object without a prototype': () => Object.create(null),
  'an empty list': () => [],
  'a list of numbers': () => [1, 2, 3],
  'a sparse list': () => new Array(2 ** 32 - 1),
  'a symbol': () => Symbol('s'),
  'a BigInt': () => 10n,
  'a function': () => fail,
  'a class': () => Posing,
  'a boxed number': () => Object(1),
  'an object whose valueOf throws': () => ({ valueOf: fail, toString: fail }),
  'a detached Uint8Array': () => detached(bytes()),
  'a detached Int32Array': () => detached(new Int32Array(4)),
  'an empty Uint8Array': () => new Uint8Array(0),
  'a shared Uint8Array': () => new Uint8Array(new SharedArrayBuffer(16)),
  'a shared Int32Array': () => shared(4),
  'a Uint8Array that shrank': shrunk,
  'a Uint8Array that poses': () => new Posing(4),
  'a Uint8Array without a prototype': () => Object.setPrototypeOf(bytes(), null),
  'a Uint8ClampedArray': () => new Uint8ClampedArray(16),
  'an Int32Array': () => new Int32Array(4),
  'a Float64Array': () => new Float64Array(4),
  'a BigInt64Array': () => new BigInt64Array(4),
  // Newer than the Node-API of Node 22: its kind is unknown there.
  'a Float16Array': () => {
    const { Float16Array } = globalThis as { Float16Array?: new (length: number) => unknown }
    return Float16Array ? new Float16Array(4) : null
  },
  'a DataView': () => new DataView(new ArrayBuffer(16)),
  'an ArrayBuffer': () => new ArrayBuffer(16),
  'a proxy of a list': () => new Proxy([bytes()], {}),
  'a proxy of a Uint8Array': () => new Proxy(bytes(), {}),
  'a revoked proxy': revoked,
  'a list with a proxy in it': () => [bytes(), new Proxy(bytes(), {})],
  'a list with a detached view': () => [bytes(), detached(bytes())],
  'a list with a shared view': () => [new Uint8Array(new SharedArrayBuffer(4))],
  'a list whose getter throws': () => withGetter(fail),
  'a list whose getter detaches everything': (args) =>
    withGetter(() => {
      detachAll(args)
      return bytes()
    }),
  'a list whose getter empties it': () => {
    const list: unknown[] = [bytes(), bytes(), bytes()]
    return Object.defineProperty(list, 0, {
      get: () => {
        list.length = 1
        return bytes()
      },
    })
  },
  'a list that calls the addon': () =>
    withGetter(() => {
      native.writev(-0, [])
      return bytes()
    }),
}

const isWhole = (result: unknown): boolean => typeof result === 'number' && Number.isInteger(result)

/** What is wrong with how a call ended, or null. */
async function judge(call: () => unknown): Promise<string | null> {
  try {
    const result = await call()
    if (isWhole(result) || typeof result === 'string') return null
    return `returned ${String(result)}`
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof Thrown) {
      return null
    }
    return `threw ${String(error)}`
  }
}

const keep = (fd: unknown): void => void open(fd as number)
const keepPair = (pair: unknown): void => void opened.push(...(pair as Int32Array).subarray(0, 2))

/** What becomes of descriptors and watchers when a call works after all. */
const worked: Record<string, (result: number, args: Arguments) => void> = {
  socket: keep,
  eventfd: keep,
  accept4: keep,
  accept: keep,
  dupCloexec: keep,
  epollCreate1: keep,
  socketpair: (_, args) => keepPair(args[3]),
  pipe2: (_, args) => keepPair(args[1]),
  close: (_, args) => {
    opened = opened.filter((fd) => fd !== args[0])
  },
  closePool: (_, args) => {
    opened = opened.filter((fd) => fd !== args[0])
  },
  watchOpen: (id) => native.watchClose(id),
  threadOpen: (id) => native.threadClose(id),
}

/** Calls one entry; closes what that made. */
async function attempt(name: string, args: Arguments): Promise<string | null> {
  const entry = native[name as 'socket'] as unknown as (...args: Arguments) => unknown
  const problem = await judge(async () => {
    const result = await entry(...args)
    if (typeof result === 'number' && result >= 0) worked[name]?.(result, args)
    return result
  })
  for (const fd of opened) native.close(fd)
  opened = []
  return problem
}

/** Everything wrong with one entry, a sentence each. */
export async function problemsOf(name: string): Promise<string[]> {
  const found: string[] = []
  const make = right[name]
  if (make === undefined) return [`${name} is not in the table`]
  const note = (what: string, problem: string | null) => {
    if (problem !== null) found.push(`${name} with ${what} ${problem}`)
  }
  const count = make().length
  await attempt(name, make())
  for (let i = 0; i <= count; i++) {
    for (const [what, value] of Object.entries(wrong)) {
      const args = make()
      args[i] = value(args)
      note(`${what} as argument ${i}`, await attempt(name, args))
    }
  }
  for (let length = 0; length < count; length++) {
    note(`${length} arguments`, await attempt(name, make().slice(0, length)))
  }
  note('40 arguments', await attempt(name, [...make(), ...new Array(40).fill(null)]))
  return found
}

/** Those that take no argument, and answer with a table. */
const TABLES = ['constants', 'errnos']

/** The entries that take arguments. */
export const entries = Object.keys(native).filter(
  (name) => typeof native[name as 'socket'] === 'function' && !TABLES.includes(name),
)
