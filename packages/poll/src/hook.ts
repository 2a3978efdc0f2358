// Go: internal/poll/hook_unix.go. The one door through which tests reach the kernel.
import { watch } from '@netfd/syscall'
import { hostCalls, kernel as sys } from '@netfd/syscall/internal'
import { viewOf } from './bytes.js'
import type { Poller } from './netpoll.js'
import { EpollPoller } from './netpoll-epoll.js'
import { HostPoller } from './netpoll-host.js'

/** A read or write of a regular file on the host's thread pool: bytes, or a negated errno. */
export type FileCall = (fd: number, buf: Uint8Array, offset: number) => Promise<number>

type Done = (error: NodeJS.ErrnoException | null, n: number) => void

/** Node's own file calls know their errno; anything else they report is passed on. */
const settle =
  (resolve: (n: number) => void, reject: (error: Error) => void): Done =>
  (error, n) => {
    if (error === null) resolve(n)
    else if (typeof error.errno === 'number') resolve(error.errno)
    else reject(error)
  }

/** As for every other call; the host's file calls refuse more than 2 GiB. */
const MAX_RW = 1 << 30

/** Not imported: that would load Node's streams as well, for a call that most programs never make. */
const fs = () => process.getBuiltinModule('node:fs')

const fileRead: FileCall = (fd, buf, offset) =>
  new Promise((resolve, reject) => {
    const bytes = viewOf(buf, offset)
    const length = Math.min(bytes.length, MAX_RW)
    fs().read(fd, bytes, 0, length, null, settle(resolve, reject))
  })

const fileWrite: FileCall = (fd, buf, offset) =>
  new Promise((resolve, reject) => {
    const bytes = viewOf(buf, offset)
    const length = Math.min(bytes.length, MAX_RW)
    fs().write(fd, bytes, 0, length, null, settle(resolve, reject))
  })

let poller: Poller | undefined

/**
 * Every call that reaches the kernel, in its form that never waits where there is one, and the poller of
 * this thread. Tests may swap an entry and put it back; production code never assigns one.
 */
export const hook = {
  read: sys.tryRead,
  write: sys.tryWrite,
  recv: sys.tryRecv,
  send: sys.trySend,
  writev: sys.tryWritev,
  sendmsg: sys.trySendmsg,
  recvmsg: sys.tryRecvmsg,
  recvfrom: sys.tryRecvfrom,
  sendto: sys.trySendto,
  recvmmsg: sys.recvmmsg,
  sendmmsg: sys.sendmmsg,
  sendmmsgv: sys.sendmmsgv,
  accept4: sys.accept4,
  accept: sys.accept,
  closeOnExec: sys.closeOnExec,
  setNonblock: sys.setNonblock,
  ensureNonblock: sys.ensureNonblock,
  shutdown: sys.shutdown,
  close: sys.close,
  /** On the host backend alone: a close that waits for what was sent. */
  closeSent: hostCalls?.closeSent,
  /** On the host backend alone: how many bytes of a connection the system has taken. */
  sent: hostCalls?.sent,
  /** On the host backend alone: the runtime's own socket. */
  release: hostCalls?.release,
  /** Names the option that an error is about, on the host backend alone. */
  aboutOption: hostCalls?.aboutOption,
  adopt: sys.adopt,
  disown: sys.disown,
  giveBack: sys.giveBack,
  setsockopt: sys.setsockopt,
  dupCloexec: sys.dupCloexec,
  fcntl: sys.fcntl,
  getsockopt: sys.getsockopt,
  getsockoptBytes: sys.getsockoptBytes,
  unsafeGetsockopt: sys.unsafeGetsockopt,
  pipe2: sys.pipe2,
  splice: sys.trySplice,
  sendfilePool: sys.sendfilePool,
  epollCreate1: sys.epollCreate1,
  epollCtl: sys.epollCtl,
  epollWait: sys.epollWait,
  watch,
  fileRead,
  fileWrite,
  poller: (): Poller => {
    poller ??= hostCalls === null ? new EpollPoller(hook) : new HostPoller(hostCalls)
    return poller
  },
}
