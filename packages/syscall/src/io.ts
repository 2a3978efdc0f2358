// Go: syscall/syscall_unix.go. Moving bytes, throwing SyscallError.
import * as raw from './raw.js'
import { must } from './syscall-error.js'

/**
 * read(2) into `buf[offset, offset + length)`: how many bytes came, 0 at the end of a file or stream.
 * Throws EAGAIN when a non-blocking descriptor has nothing.
 *
 * ```ts
 * import { close, pipe2, read, write } from '@netfd/syscall'
 * const [r, w] = pipe2()
 * write(w, new TextEncoder().encode('hello'))
 * console.assert(read(r, new Uint8Array(16)) === 5)
 * close(r)
 * close(w)
 * ```
 */
export function read(fd: number, buf: Uint8Array, offset?: number, length?: number): number {
  return must('read', raw.read(fd, buf, offset, length))
}

/** write(2) from `buf[offset, offset + length)`: how many bytes were taken, perhaps not all. */
export function write(fd: number, buf: Uint8Array, offset?: number, length?: number): number {
  return must('write', raw.write(fd, buf, offset, length))
}

/** recv(2): as `read`, on a socket, with MSG_ flags. */
export function recv(
  fd: number,
  buf: Uint8Array,
  offset?: number,
  length?: number,
  flags?: number,
): number {
  return must('recv', raw.recv(fd, buf, offset, length, flags))
}

/** send(2): as `write`, on a socket, with MSG_ flags; a peer that has gone is EPIPE, never a signal. */
export function send(
  fd: number,
  buf: Uint8Array,
  offset?: number,
  length?: number,
  flags?: number,
): number {
  return must('send', raw.send(fd, buf, offset, length, flags))
}

/** readv(2): fills up to 1024 buffers one after the other, from entry `start` at byte `offset`. */
export function readv(
  fd: number,
  bufs: readonly Uint8Array[],
  start?: number,
  offset?: number,
): number {
  return must('readv', raw.readv(fd, bufs, start, offset))
}

/** writev(2): writes up to 1024 buffers in one call, from entry `start` at byte `offset`. */
export function writev(
  fd: number,
  bufs: readonly Uint8Array[],
  start?: number,
  offset?: number,
): number {
  return must('writev', raw.writev(fd, bufs, start, offset))
}

/** splice(2): moves up to `length` bytes between a pipe and a descriptor inside the kernel. */
export function splice(fdIn: number, fdOut: number, length: number, flags = 0): number {
  return must('splice', raw.splice(fdIn, fdOut, length, flags))
}

/**
 * sendfile(2): sends up to `count` bytes of a file from `offset`, or from the file's own position
 * (which moves) when the offset is null. Runs on this thread; `sendfilePool` of the raw entry does not.
 */
export function sendfile(out: number, file: number, offset: number | null, count: number): number {
  return must('sendfile', raw.sendfile(out, file, offset ?? -1, count))
}
