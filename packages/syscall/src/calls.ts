// Go: syscall/syscall_linux.go. The calls on descriptors, throwing SyscallError.
import { constants } from './constants.js'
import * as raw from './raw.js'
import type { Sockaddr } from './sockaddr.js'
import { SOCKADDR_STORAGE_SIZE, sockaddrOf } from './sockaddr.js'
import { must, SyscallError } from './syscall-error.js'

/** Runs a call that answers with two descriptors. */
function pairOf(name: string, call: (pair: Int32Array) => number): [number, number] {
  const pair = new Int32Array(2)
  must(name, call(pair))
  return [pair[0] ?? -1, pair[1] ?? -1]
}

/** Runs a call that answers with an address. */
function nameOf(name: string, call: (room: Uint8Array) => number): Uint8Array {
  const room = new Uint8Array(SOCKADDR_STORAGE_SIZE)
  return room.slice(0, must(name, call(room)))
}

/**
 * socket(2): a new descriptor. SOCK_NONBLOCK and SOCK_CLOEXEC go into the type.
 *
 * ```ts
 * import { AF_INET, close, SOCK_CLOEXEC, SOCK_STREAM, socket } from '@netfd/syscall'
 * close(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC))
 * ```
 */
export function socket(domain: number, type: number, protocol = 0): number {
  return must('socket', raw.socket(domain, type, protocol))
}

/** socketpair(2): two connected descriptors. */
export function socketpair(domain: number, type: number, protocol = 0): [number, number] {
  return pairOf('socketpair', (pair) => raw.socketpair(domain, type, protocol, pair))
}

/** pipe2(2): the reading end and the writing end of a pipe. */
export function pipe2(flags = 0): [number, number] {
  return pairOf('pipe2', (pair) => raw.pipe2(flags, pair))
}

/** eventfd(2): a counter that can be polled. */
export function eventfd(initial: number, flags = 0): number {
  return must('eventfd', raw.eventfd(initial, flags))
}

/** bind(2): gives a socket its local address. */
export function bind(fd: number, address: Sockaddr | Uint8Array): void {
  must('bind', raw.bind(fd, sockaddrOf(address)))
}

/** connect(2). A non-blocking socket throws EINPROGRESS: wait until it is writable, then ask SO_ERROR. */
export function connect(fd: number, address: Sockaddr | Uint8Array): void {
  must('connect', raw.connect(fd, sockaddrOf(address)))
}

/** listen(2): lets a bound socket accept connections, `backlog` of them waiting. */
export function listen(fd: number, backlog: number): void {
  must('listen', raw.listen(fd, backlog))
}

/**
 * accept4(2): the next connection's descriptor, made with `flags`; its peer's address in `sockaddr`, and
 * the true length of that in `length[0]`: 2 for the unnamed peer of a unix socket.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const listener = sys.socket(sys.AF_UNIX, sys.SOCK_STREAM)
 * sys.bind(listener, { family: 'unix', path: '' }) // the kernel chooses a name
 * sys.listen(listener, 1)
 * const client = sys.socket(sys.AF_UNIX, sys.SOCK_STREAM)
 * sys.connect(client, sys.getsockname(listener))
 * const peer = new Uint8Array(sys.SOCKADDR_STORAGE_SIZE)
 * const length = new Int32Array(1)
 * const fd = sys.accept4(listener, sys.SOCK_CLOEXEC, peer, length)
 * console.log(sys.decodeSockaddr(peer, length[0])) // { family: 'unix', path: '' }
 * for (const one of [fd, client, listener]) sys.close(one)
 * ```
 */
export function accept4(
  fd: number,
  flags: number,
  sockaddr?: Uint8Array,
  length?: Int32Array,
): number {
  return must('accept4', raw.accept4(fd, flags, sockaddr, false, length))
}

/** accept(2): as `accept4`, the next connection's descriptor, blocking and inherited by children. */
export function accept(fd: number, sockaddr?: Uint8Array, length?: Int32Array): number {
  return must('accept', raw.accept(fd, sockaddr, false, length))
}

/** getsockname(2): the local address as a struct sockaddr, for `decodeSockaddr`. */
export function getsockname(fd: number): Uint8Array {
  return nameOf('getsockname', (room) => raw.getsockname(fd, room))
}

/** getpeername(2): the peer's address as a struct sockaddr, for `decodeSockaddr`. */
export function getpeername(fd: number): Uint8Array {
  return nameOf('getpeername', (room) => raw.getpeername(fd, room))
}

/** shutdown(2): ends reading (SHUT_RD), writing (SHUT_WR) or both (SHUT_RDWR). */
export function shutdown(fd: number, how: number): void {
  must('shutdown', raw.shutdown(fd, how))
}

/** close(2). Blocks when the socket lingers; `closePool` of the raw entry does not. */
export function close(fd: number): void {
  must('close', raw.close(fd))
}

/** Switches O_NONBLOCK, which all duplicates of a descriptor share. See fcntl(2). */
export function setNonblock(fd: number, on: boolean): void {
  must('fcntl', raw.setNonblock(fd, on ? 1 : 0))
}

/** Keeps the descriptor from child processes. See fcntl(2), FD_CLOEXEC. */
export function closeOnExec(fd: number): void {
  must('fcntl', raw.closeOnExec(fd))
}

/** A duplicate that child processes do not get. See fcntl(2), F_DUPFD_CLOEXEC. */
export function dupCloexec(fd: number): number {
  return must('fcntl', raw.dupCloexec(fd))
}

/** fcntl(2) for commands whose argument is a number; others throw RangeError. */
export function fcntl(fd: number, cmd: number, arg = 0): number {
  return must('fcntl', raw.fcntl(fd, cmd, arg))
}

/** The index of a network interface: the scope id of its link-local addresses. See if_nametoindex(3). */
export function ifNametoindex(name: string): number {
  return must('if_nametoindex', raw.ifNametoindex(name))
}

/** The name of the network interface with this index. See if_indextoname(3). */
export function ifIndextoname(index: number): string {
  const name = raw.ifIndextoname(index)
  if (typeof name === 'number') throw new SyscallError('if_indextoname', name)
  return name
}

/** epoll_create1(2): an epoll descriptor, kept from child processes unless told otherwise. */
export function epollCreate1(flags: number = constants.EPOLL_CLOEXEC): number {
  return must('epoll_create1', raw.epollCreate1(flags))
}

/** epoll_ctl(2). `slot` and `generation` come back with every event of this descriptor. */
export function epollCtl(
  epfd: number,
  op: number,
  fd: number,
  events = 0,
  slot = 0,
  generation = 0,
): void {
  must('epoll_ctl', raw.epollCtl(epfd, op, fd, events, slot, generation))
}

/**
 * epoll_wait(2): how many events now stand in `ring`, each as slot, generation, events; at most 128.
 * A timeout (ms) other than 0 blocks this thread.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const epfd = sys.epollCreate1()
 * const fd = sys.eventfd(1)
 * sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, fd, sys.EPOLLIN, 7, 1)
 * const ring = new Int32Array(3 * 16)
 * console.assert(sys.epollWait(epfd, ring) === 1 && ring[0] === 7)
 * sys.close(fd)
 * sys.close(epfd)
 * ```
 */
export function epollWait(epfd: number, ring: Int32Array, timeout = 0): number {
  return must('epoll_wait', raw.epollWait(epfd, ring, timeout))
}
