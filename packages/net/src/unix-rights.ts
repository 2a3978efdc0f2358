// Go: net/unixsock_posix.go (readMsg, writeMsg). What local sockets pass beside their bytes: descriptors, and who sends.
import { isUint8Array } from 'node:util/types'
import type { CallOptions } from '@netfd/poll'
import { notBytes, signalOf } from '@netfd/poll/internal'
import {
  cmsgSpace,
  EINVAL,
  MSG_CTRUNC,
  must,
  parseSocketControlMessage,
  parseUnixRights,
  SCM_PIDFD,
  SCM_RIGHTS,
  SO_PEERCRED,
  SOL_SOCKET,
  SyscallError,
  unixRights,
} from '@netfd/syscall'
import { checkOptions, kindOf } from './arguments.js'
import { ControlTruncatedError } from './errors.js'
import type { NetFD } from './fd.js'
import { hook } from './hook.js'
import { PeerNames } from './peer-names.js'
import type { UnixAddr } from './unixaddr.js'

/** What `readMsg` of a connection gives. */
export interface UnixMsg {
  /** How many bytes are in the buffer; null at the end. */
  n: number | null
  /** How many bytes of control data came. */
  oobn: number
  /** The MSG_ flags of the message, such as MSG_TRUNC and MSG_CTRUNC. */
  flags: number
  /** Whose it is, where the kernel says so. */
  addr: UnixAddr | null
}

/** What `sendFd` takes. */
export type SendFdOptions = CallOptions

/** What `receiveFd` takes. */
export interface ReceiveFdOptions extends CallOptions {
  /** How many descriptors there is room for, from 1 to 253, which is what it is when left out. */
  max?: number | undefined
}

/** What `receiveFd` gives. */
export interface ReceivedFds {
  /** How many bytes are in the buffer. */
  n: number
  /** The descriptors, which are the caller's. */
  fds: number[]
}

/** A process and its user and group: of which the kernel says so. */
export interface PeerCred {
  /** The process, as this one's namespace numbers it; 0 for one that it does not have. */
  pid: number
  /** The user. */
  uid: number
  /** The group. */
  gid: number
}

/** As many descriptors as the kernel takes in one message: SCM_MAX_FD. */
const MOST = 253
/** Room for what else a message may bring: credentials, a pidfd, a security context. */
const MORE = 512

const pathOf = (fd: NetFD) => new PeerNames<UnixAddr>((name) => fd.addrOf(name) as UnixAddr)

export function readMsg(
  fd: NetFD,
  buf: Uint8Array,
  oob: Uint8Array,
  o?: CallOptions,
): Promise<UnixMsg> {
  return fd.receiveMsg(pathOf(fd), buf, oob, false, o)
}

export function writeMsg(
  fd: NetFD,
  data: Uint8Array | readonly Uint8Array[],
  oob: Uint8Array | null,
  addr: UnixAddr | null,
  o?: CallOptions,
): Promise<number> {
  if (!isUint8Array(data) && !Array.isArray(data)) return fd.failing('write', notBytes(data))
  try {
    const sockaddr = addr === null ? null : fd.sockaddr(addr)
    return fd.sendMsg(data, oob, sockaddr, addr, o)
  } catch (error) {
    return fd.failing('write', error as Error, addr)
  }
}

/**
 * The numbers may be closed by the caller, and be other files', while the write waits for room: so it is
 * duplicates that are sent.
 */
export async function sendFd(
  fd: NetFD,
  fds: number | readonly number[],
  data: Uint8Array = new Uint8Array(0),
  o?: SendFdOptions,
): Promise<void> {
  checkOptions('sendFd', o, ['signal'])
  const numbers = typeof fds === 'number' ? [fds] : fds
  if (!Array.isArray(numbers) || numbers.length === 0 || !numbers.every(isNumber)) {
    throw new TypeError(`fd must be a descriptor's number or a list of them, got ${kindOf(fds)}`)
  }
  if (!isUint8Array(data)) throw notBytes(data)
  const copies: number[] = []
  try {
    if (numbers.length > MOST) throw new SyscallError('sendmsg', EINVAL)
    for (const number of numbers) copies.push(must('fcntl', hook.dupCloexec(number, true)))
  } catch (error) {
    closeAll(copies)
    throw fd.opError('write', error as Error, 0)
  }
  try {
    await fd.sendRights(data, unixRights(...copies), o)
  } finally {
    closeAll(copies)
  }
}

const isNumber = (fd: unknown): boolean => Number.isInteger(fd) && (fd as number) >= 0

/** Takes descriptors in. They are adopted within the call, so a thread that is terminated leaves none open. */
export async function receiveFd(
  fd: NetFD,
  buf: Uint8Array = new Uint8Array(0),
  o: ReceiveFdOptions = {},
): Promise<ReceivedFds | null> {
  checkOptions('receiveFd', o, ['max', 'signal'])
  const { max = MOST } = o
  if (!Number.isInteger(max) || max < 1 || max > MOST) {
    throw new RangeError(`max must be a whole number from 1 to ${MOST}, got ${String(max)}`)
  }
  const bare = isUint8Array(buf) && buf.length === 0
  const oob = new Uint8Array(cmsgSpace(4 * max) + MORE)
  const into = bare ? new Uint8Array(1) : buf
  const got = await fd.receiveMsg(pathOf(fd), into, oob, true, { signal: signalOf(o) })
  const fds = rightsOf(oob.subarray(0, got.oobn))
  if (fds.length > max || (got.flags & MSG_CTRUNC) !== 0) {
    closeAll(fds)
    throw fd.opError('read', new ControlTruncatedError())
  }
  if (got.n === null && fds.length === 0) return null
  return { n: bare ? 0 : (got.n ?? 0), fds }
}

/** The descriptors that were passed. One of the sender itself, which SO_PASSPIDFD brings, is closed. */
function rightsOf(control: Uint8Array): number[] {
  const messages = parseSocketControlMessage(control)
  const these = messages.filter(({ level }) => level === SOL_SOCKET)
  closeAll(these.filter(({ type }) => type === SCM_PIDFD).flatMap(pidfdOf))
  return these.filter(({ type }) => type === SCM_RIGHTS).flatMap(parseUnixRights)
}

/** None where the kernel could not make one, or had no room for it. */
const pidfdOf = ({ data }: { readonly data: Uint8Array }): number[] =>
  Array.from(new Int32Array(data.slice().buffer, 0, data.length >> 2)).filter((fd) => fd >= 0)

function closeAll(fds: readonly number[]): void {
  for (const fd of fds) hook.close(fd)
}

/** struct ucred: process, user, group. */
const UCRED = 12

export function peerCred(fd: NetFD): PeerCred | null {
  const cred = new Uint8Array(UCRED)
  const read = (sysfd: number) => hook.getsockoptBytes(sysfd, SOL_SOCKET, SO_PEERCRED, cred)
  must('getsockopt', fd.lend(read))
  const [pid = 0] = new Int32Array(cred.buffer, 0, 1)
  const [uid = 0, gid = 0] = new Uint32Array(cred.buffer, 4, 2)
  // No peer: no process, and the user that is none.
  return pid === 0 && uid === 2 ** 32 - 1 ? null : { pid, uid, gid }
}
