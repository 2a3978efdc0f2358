// Go: syscall/sockcmsg_unix.go. Control messages: what sendmsg(2) and recvmsg(2) carry beside the data.
import { constants } from './constants.js'
import { littleEndian } from './sockaddr.js'
import { SyscallError } from './syscall-error.js'

/** One message of the control data. */
export interface SocketControlMessage {
  /** The level, such as SOL_SOCKET. */
  readonly level: number
  /** The type at that level, such as SCM_RIGHTS. */
  readonly type: number
  /** What it says: a view of the control data, without the header. */
  readonly data: Uint8Array
}

// struct cmsghdr: a size_t, then two ints.
const HEADER = 16
const levelAt = 8
const typeAt = 12
const ALIGNMENT = 8

/** Rounds up to where the next message of control data may begin: a multiple of 8. C: `CMSG_ALIGN`. */
export function cmsgAlign(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}

/** The length that the header of a message with this many bytes of data says. Go: `CmsgLen`. */
export function cmsgLen(length: number): number {
  return HEADER + length
}

/** How many bytes of control data a message with this many bytes of data takes. Go: `CmsgSpace`. */
export function cmsgSpace(length: number): number {
  return HEADER + cmsgAlign(length)
}

/**
 * What stands in the way of reading control data or a message of it: EINVAL, as in Go.
 *
 * @internal
 */
export const malformed = (): SyscallError =>
  new SyscallError('parse control message', -constants.EINVAL)

/** A view for the numbers of a message's data, with room for `size` bytes at least. Else throws EINVAL. */
export function viewOfData({ data }: SocketControlMessage, size: number): DataView {
  if (data.length < size) throw malformed()
  return new DataView(data.buffer, data.byteOffset, data.length)
}

/** Throws EINVAL for a message of any other level and type. */
export function expectMessage(m: SocketControlMessage, level: number, ...types: number[]): void {
  if (m.level !== level || !types.includes(m.type)) throw malformed()
}

/**
 * The messages of control data, in order; pass the part that `controlLength` tells. Of unknown levels and
 * types too. Throws SyscallError with EINVAL for a header that cannot be. The last message is cut, and
 * still one, when recvmsg(2) had no room for all (MSG_CTRUNC). Go: `ParseSocketControlMessage`.
 *
 * ```ts
 * import * as sys from '@netfd/syscall'
 * const [a, b] = sys.socketpair(sys.AF_UNIX, sys.SOCK_STREAM)
 * sys.sendmsg(a, new Uint8Array(1), 0, sys.unixRights(a))
 * const control = new Uint8Array(sys.cmsgSpace(4))
 * const { controlLength } = sys.recvmsg(b, new Uint8Array(1), 0, control)
 * for (const message of sys.parseSocketControlMessage(control.subarray(0, controlLength))) {
 *   for (const fd of sys.parseUnixRights(message)) sys.close(fd)
 * }
 * for (const fd of [a, b]) sys.close(fd)
 * ```
 */
export function parseSocketControlMessage(control: Uint8Array): SocketControlMessage[] {
  const messages: SocketControlMessage[] = []
  const view = new DataView(control.buffer, control.byteOffset, control.length)
  let at = 0
  while (control.length - at >= HEADER) {
    const length = Number(view.getBigUint64(at, littleEndian))
    if (length < HEADER || length > control.length - at) throw malformed()
    messages.push({
      level: view.getInt32(at + levelAt, littleEndian),
      type: view.getInt32(at + typeAt, littleEndian),
      data: control.subarray(at + HEADER, at + length),
    })
    at += cmsgAlign(length)
  }
  return messages
}

/** Control data with one message. Join several with `joinControl`. */
export function socketControlMessage(level: number, type: number, data: Uint8Array): Uint8Array {
  const control = new Uint8Array(cmsgSpace(data.length))
  const view = new DataView(control.buffer)
  view.setBigUint64(0, BigInt(cmsgLen(data.length)), littleEndian)
  view.setInt32(levelAt, level, littleEndian)
  view.setInt32(typeAt, type, littleEndian)
  control.set(data, HEADER)
  return control
}

/** Control data with one message of `size` bytes, which `fill` writes through a view of them. */
export function messageOf(
  level: number,
  type: number,
  size: number,
  fill: (view: DataView) => void,
): Uint8Array {
  const data = new Uint8Array(size)
  fill(new DataView(data.buffer))
  return socketControlMessage(level, type, data)
}

/** Control data with the messages of all its parts, in order. */
export function joinControl(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + cmsgAlign(part.length), 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += cmsgAlign(part.length)
  }
  return joined
}
