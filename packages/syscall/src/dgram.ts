// Go: syscall/syscall_linux.go, its Recvfrom, Sendto, Recvmsg and SendmsgN, throwing SyscallError.
import * as raw from './raw.js'
import type { Sockaddr } from './sockaddr.js'
import { sockaddrOf } from './sockaddr.js'
import { must } from './syscall-error.js'

/** What `recvfrom` tells besides the data. */
export interface RecvfromResult {
  /** How many bytes of data came. */
  readonly bytes: number
  /** The MSG_ flags of the message: MSG_TRUNC when it was longer than the room for it. */
  readonly flags: number
  /** The length of the sender's address, in bytes, which may exceed the room; 0 when there is none. */
  readonly nameLength: number
}

/**
 * recvfrom(2): as `recv`, with the sender's address in `name`, as `decodeSockaddr` takes it, when given.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const fd = sys.socket(sys.AF_INET, sys.SOCK_DGRAM)
 * sys.bind(fd, { family: 'inet4', addr: '127.0.0.1', port: 0 })
 * sys.sendto(fd, new TextEncoder().encode('ping'), 0, 4, 0, sys.getsockname(fd))
 * const name = new Uint8Array(sys.SOCKADDR_STORAGE_SIZE)
 * const { bytes, nameLength } = sys.recvfrom(fd, new Uint8Array(64), 0, 64, 0, name)
 * console.log(bytes, sys.decodeSockaddr(name, nameLength)) // 4 { family: 'inet4', ... }
 * sys.close(fd)
 * ```
 */
export function recvfrom(
  fd: number,
  buf: Uint8Array,
  offset?: number,
  length?: number,
  flags?: number,
  name?: Uint8Array,
): RecvfromResult {
  const meta = new Int32Array(2)
  const bytes = must('recvfrom', raw.recvfrom(fd, buf, offset, length, flags, name, meta))
  return { bytes, flags: meta[1] ?? 0, nameLength: meta[0] ?? 0 }
}

/** sendto(2): as `send`, to an address; without one, to the peer of a connected socket. */
export function sendto(
  fd: number,
  buf: Uint8Array,
  offset?: number,
  length?: number,
  flags?: number,
  name?: Sockaddr | Uint8Array,
): number {
  const to = name && sockaddrOf(name)
  return must('sendto', raw.sendto(fd, buf, offset, length, flags, to))
}

/**
 * sendmsg(2): as `writev`, on a socket, with MSG_ flags, control data, and the address it is for. One
 * buffer needs no list.
 */
export function sendmsg(
  fd: number,
  bufs: readonly Uint8Array[] | Uint8Array,
  flags?: number,
  control?: Uint8Array,
  start?: number,
  offset?: number,
  name?: Sockaddr | Uint8Array,
): number {
  const to = name && sockaddrOf(name)
  return must('sendmsg', raw.sendmsg(fd, bufs, flags, control, start, offset, to))
}

/** What `recvmsg` tells besides the data. */
export interface RecvmsgResult extends RecvfromResult {
  /** How many bytes of control data came. MSG_CTRUNC among the flags says that there was more. */
  readonly controlLength: number
}

/**
 * recvmsg(2): fills `bufs`, which may be one buffer, `control` and the sender's address in `name`.
 * Descriptors that arrive are kept from child processes. Throws RangeError for MSG_PEEK with room for control
 * data, which would bring each descriptor twice.
 */
export function recvmsg(
  fd: number,
  bufs: readonly Uint8Array[] | Uint8Array,
  flags?: number,
  control?: Uint8Array,
  name?: Uint8Array,
): RecvmsgResult {
  const meta = new Int32Array(3)
  const bytes = must('recvmsg', raw.recvmsg(fd, bufs, flags, control, meta, name))
  return { bytes, flags: meta[1] ?? 0, nameLength: meta[2] ?? 0, controlLength: meta[0] ?? 0 }
}

/**
 * recvmmsg(2): how many messages came, at most `count` (1 to 128). Never waits: throws EAGAIN when there is
 * none. Message i lies at `i * size` of `slab`, and `meta` has four numbers of each: its length, its flags,
 * the length of its address, and that of its control data. `names` (32 to 128 bytes a message) and `control`
 * are divided by how many messages the slab has room for, whatever the count.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const [a, b] = sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM)
 * const bufs = ['one', 'two'].map((text) => new TextEncoder().encode(text))
 * console.assert(sys.sendmmsgv(a, bufs, 0, 2) === 2)
 * const slab = new Uint8Array(32 * 2048)
 * const meta = new Int32Array(32 * 4)
 * const n = sys.recvmmsg(b, slab, 2048, 32, meta)
 * for (let i = 0; i < n; i++) console.log(slab.subarray(i * 2048, i * 2048 + (meta[i * 4] ?? 0)))
 * for (const fd of [a, b]) sys.close(fd)
 * ```
 */
export function recvmmsg(
  fd: number,
  slab: Uint8Array,
  size: number,
  count: number,
  meta: Int32Array,
  names?: Uint8Array,
  control?: Uint8Array,
  flags?: number,
): number {
  return must('recvmmsg', raw.recvmmsg(fd, slab, size, count, meta, names, control, flags))
}

/**
 * sendmmsg(2): how many messages went, of `count` (1 to 128) from message `start` on, which lie as `recvmmsg`
 * leaves them. Never waits. It stops at the first that fails: a call from there says why. But a connected
 * socket that was refused loses that error, for each call says that one went.
 */
export function sendmmsg(
  fd: number,
  slab: Uint8Array,
  size: number,
  start: number,
  count: number,
  meta: Int32Array,
  names?: Uint8Array,
  control?: Uint8Array,
  flags?: number,
): number {
  const n = raw.sendmmsg(fd, slab, size, start, count, meta, names, control, flags)
  return must('sendmmsg', n)
}

/** sendmmsg(2) of `count` buffers from entry `start` on, each a message, to one address. Never waits. */
export function sendmmsgv(
  fd: number,
  bufs: readonly Uint8Array[],
  start: number,
  count: number,
  name?: Sockaddr | Uint8Array,
  flags?: number,
): number {
  const to = name && sockaddrOf(name)
  return must('sendmmsg', raw.sendmmsgv(fd, bufs, start, count, to, flags))
}
