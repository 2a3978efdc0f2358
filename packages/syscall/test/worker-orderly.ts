// A worker that makes descriptors in every way there is, tells their numbers, and ends when told.
import { parentPort } from 'node:worker_threads'
import { native } from '../src/binding.js'
import { cmsgSpace, parseSocketControlMessage } from '../src/cmsg.js'
import { parseUnixRights, unixRights } from '../src/cmsg-unix.js'
import {
  AF_INET,
  AF_UNIX,
  EPOLL_CLOEXEC,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_STREAM,
} from '../src/constants.js'
import * as raw from '../src/raw.js'
import { watch } from '../src/watch.js'

// Numbers of watchers are counted in each thread alone: these are not the main thread's.
const strangers = [1, 2, 3].map((id) => native.watchClose(id))

/** One descriptor of every call that makes some, adopted by that call. */
function newborn(): number[] {
  const stream = SOCK_STREAM | SOCK_CLOEXEC
  const [ends, pipe] = [new Int32Array(2), new Int32Array(2)]
  raw.socketpair(AF_UNIX, stream, 0, ends, true)
  raw.pipe2(0, pipe, true)
  const listener = raw.socket(AF_INET, stream, 0, true)
  raw.listen(listener, 2)
  const name = new Uint8Array(16)
  raw.getsockname(listener, name)
  const dialed = [0, 1].map(() => raw.socket(AF_INET, stream, 0, true))
  for (const fd of dialed) raw.connect(fd, name)
  const accepted = [
    raw.accept(listener, undefined, true),
    raw.accept4(listener, SOCK_CLOEXEC, undefined, true),
  ]
  const others = [
    raw.eventfd(0, 0, true),
    raw.epollCreate1(EPOLL_CLOEXEC, true),
    raw.dupCloexec(listener, true),
  ]
  return [...ends, ...pipe, listener, ...dialed, ...accepted, ...others]
}

/** Descriptors that came in messages, adopted by the calls that brought them; and what they came through. */
function received(): number[] {
  const ends = new Int32Array(2)
  raw.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends, true)
  const [a = -1, b = -1] = ends
  const byte = new Uint8Array(1)
  for (let i = 0; i < 3; i++) raw.sendmsg(a, byte, 0, unixRights(a, b))
  const space = cmsgSpace(8)
  // Nothing that is adopted has to be aligned.
  const one = new Uint8Array(space + 3).subarray(3)
  raw.recvmsg(b, byte, 0, one, undefined, undefined, true)
  const two = new Uint8Array(2 * space)
  raw.recvmmsg(b, new Uint8Array(2), 1, 2, new Int32Array(8), undefined, two, 0, true)
  const control = [one, two.subarray(0, space), two.subarray(space)]
  return [...ends, ...control.flatMap(parseSocketControlMessage).flatMap(parseUnixRights)]
}

const born = [...newborn(), ...received()]
const made = () => raw.eventfd(0)
const [adopted, kept, disowned, closed, pooled] = [made(), made(), made(), made(), made()]
for (const fd of [adopted, disowned, closed, pooled]) raw.adopt(fd)
const watched = watch(adopted, () => undefined).fd
raw.disown(disowned)
raw.close(closed)
await raw.closePool(pooled)

parentPort?.postMessage({ born, adopted, kept, disowned, closed, pooled, watched, strangers })
parentPort?.once('message', () => process.exit())
