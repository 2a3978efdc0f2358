// Go: syscall/zsyscall_linux_amd64.go. The calls as the kernel answers them.
// Written by scripts/generate.mjs from the rows of native/*.cc: edit those.
import { native } from './binding.js'

// The kernel's convention: a call returns what the kernel returned, or errno negated. Wrong arguments
// throw TypeError or RangeError before the kernel is called. The throwing twins are in index.ts.
// What makes a descriptor takes `adopt` last: true adopts it within the call, so that a thread which is
// terminated right behind it leaves none open.
//
// The try calls are those of an event loop. They take and answer what their namesakes do, but never wait,
// even if O_NONBLOCK is off, which any process that shares the open file may have done: -EAGAIN then.
// Sockets go by MSG_DONTWAIT and pipes by RWF_NOWAIT; for what the kernel has no such flag, O_NONBLOCK is
// switched on.

/**
 * recvfrom(2): as `recv`, with the address of the sender in `name`, when given; the rest of that is
 * zeroed. `meta` receives the true length of the address, which may exceed the room, and the message's
 * flags: MSG_TRUNC when the datagram was longer than the room for it.
 */
export const recvfrom = native.recvfrom

/** `recvfrom` that never waits: MSG_DONTWAIT. */
export const tryRecvfrom = native.tryRecvfrom

/**
 * sendto(2): as `send`, to the address in the first `nameLength` bytes of `name`, by default all.
 * MSG_NOSIGNAL is always added.
 */
export const sendto = native.sendto

/** `sendto` that never waits: MSG_DONTWAIT. */
export const trySendto = native.trySendto

/**
 * sendmsg(2): as `writev`, on a socket, with flags, control data and the address it is for; `bufs` may be
 * one buffer. MSG_NOSIGNAL is always added.
 */
export const sendmsg = native.sendmsg

/** `sendmsg` that never waits: MSG_DONTWAIT. */
export const trySendmsg = native.trySendmsg

/**
 * recvmsg(2): fills `bufs`, which may be one buffer; `meta` receives the length of the control data and
 * the message's flags, and where it has a third place, the true length of the sender's address, which goes
 * into `name`. Descriptors that come have FD_CLOEXEC; `adopt` adopts them within the call.
 */
export const recvmsg = native.recvmsg

/** `recvmsg` that never waits: MSG_DONTWAIT. */
export const tryRecvmsg = native.tryRecvmsg

/** epoll_create1(2): a descriptor. */
export const epollCreate1 = native.epollCreate1

/** epoll_ctl(2): 0. Slot and generation come back with every event. */
export const epollCtl = native.epollCtl

/**
 * epoll_wait(2): how many events now stand in `ring`, three numbers each (slot, generation, events),
 * at most 128. The timeout is in milliseconds and 0 when left out.
 */
export const epollWait = native.epollWait

/** read(2) into `buf[offset, offset + length)`: how many bytes, 0 at the end. At most 1 GiB a call. */
export const read = native.read

/** `read` that never waits. */
export const tryRead = native.tryRead

/**
 * write(2) from `buf[offset, offset + length)`: how many bytes were taken. At most 1 GiB a call. A pipe
 * that has no reader is -EPIPE, never a SIGPIPE; so it is in `writev`, `splice` and `sendfile`.
 */
export const write = native.write

/** `write` that never waits. */
export const tryWrite = native.tryWrite

/** recv(2): as `read`, on a socket. */
export const recv = native.recv

/** `recv` that never waits: MSG_DONTWAIT. */
export const tryRecv = native.tryRecv

/** send(2): as `write`, on a socket. MSG_NOSIGNAL is always added. */
export const send = native.send

/** `send` that never waits: MSG_DONTWAIT. */
export const trySend = native.trySend

/** readv(2): fills up to 1024 buffers, from entry `start` at byte `offset`. */
export const readv = native.readv

/** writev(2): sends up to 1024 buffers, from entry `start` at byte `offset`. Empty ones are skipped. */
export const writev = native.writev

/** `writev` that never waits. */
export const tryWritev = native.tryWritev

/** splice(2) between a descriptor and a pipe: how many bytes were moved. */
export const splice = native.splice

/**
 * `splice` that never waits: O_NONBLOCK is switched on at both ends, or at the other one alone when `toPipe`
 * says that `fdOut` (true) or `fdIn` (false) is a pipe of the caller's, both of whose ends are open.
 */
export const trySplice = native.trySplice

/** sendfile(2) on this thread: how many bytes were moved. An offset of -1 moves the file's own. */
export const sendfile = native.sendfile

/**
 * recvmmsg(2): how many messages came, at most `count`, 1 to 128; it never waits. Message i is at i * size
 * of `slab`, which has room for a number of them, the capacity. `meta` receives four numbers of each: its
 * length, its flags, the true length of its address, and that of its control data. `names` (32 to 128
 * bytes a message) and `control` are divided by the capacity. Descriptors that come have FD_CLOEXEC;
 * `adopt` adopts them within the call.
 */
export const recvmmsg = native.recvmmsg

/**
 * sendmmsg(2): how many messages went, of `count` (1 to 128) from message `start` on; it never waits. They
 * lie as `recvmmsg` leaves them, and `meta` says how long each and its address and its control data is.
 * Where it stops, a call from there tells why. MSG_NOSIGNAL is always added.
 */
export const sendmmsg = native.sendmmsg

/**
 * sendmmsg(2) of `count` buffers (1 to 128) from entry `start` on, each a message, all to the same address:
 * how many went. It never waits. MSG_NOSIGNAL is always added.
 */
export const sendmmsgv = native.sendmmsgv

/**
 * close(2) on the thread pool, for what blocks: the number is free at once, a duplicate is closed in the
 * pool. Ends `adopt`. A socket that lingers keeps one thread of the pool for as long as its peer wants,
 * and the end of this thread waits for it; an `FD` of @netfd/poll lingers without.
 */
export const closePool = native.closePool

/**
 * sendfile(2) on the thread pool, for a file whose pages may have to come from disk; both numbers may be
 * closed while it runs. `out` is made non-blocking: a peer that does not read would hold the pool's thread,
 * and with it the end of the process.
 */
export const sendfilePool = native.sendfilePool

/** socket(2): a descriptor. Flags such as SOCK_NONBLOCK go into the type. */
export const socket = native.socket

/** socketpair(2): 0, with the two descriptors in `pair`. */
export const socketpair = native.socketpair

/** pipe2(2): 0, with the reading and the writing end in `pair`. */
export const pipe2 = native.pipe2

/** eventfd(2): a descriptor whose counter starts at `initial`. */
export const eventfd = native.eventfd

/** bind(2): 0. The address is a struct sockaddr, as `encodeSockaddr` makes it. */
export const bind = native.bind

/** connect(2): 0, or -EINPROGRESS on a non-blocking socket. */
export const connect = native.connect

/** listen(2): 0. */
export const listen = native.listen

/**
 * accept4(2): a descriptor. The peer's address goes into `sockaddr`, when given; the rest is zeroed. Its
 * true length, which may exceed the room, goes into `length[0]`: 0 without `sockaddr`.
 */
export const accept4 = native.accept4

/** `accept4` that never waits: O_NONBLOCK is switched on. */
export const tryAccept4 = native.tryAccept4

/** accept(2): as `accept4`, a descriptor without any flag. */
export const accept = native.accept

/** `accept` that never waits: O_NONBLOCK is switched on. */
export const tryAccept = native.tryAccept

/** getsockname(2): the length of the address now in `sockaddr`, in bytes. */
export const getsockname = native.getsockname

/** getpeername(2): the length of the address now in `sockaddr`, in bytes. */
export const getpeername = native.getpeername

/** shutdown(2): 0. */
export const shutdown = native.shutdown

/**
 * close(2): 0. Never retried, for Linux has released the number even after EINTR. Ends `adopt`. -EBADF
 * for the number that a Watcher has, which its own `close` closes.
 */
export const close = native.close

/** fcntl(2) with F_GETFL and F_SETFL: switches O_NONBLOCK on (1) or off (0). */
export const setNonblock = native.setNonblock

/**
 * Switches O_NONBLOCK on where it is off: 0. Of a descriptor that was adopted as borrowed, `close`,
 * `disown` and the end of the thread switch it off again.
 */
export const ensureNonblock = native.ensureNonblock

/**
 * Switches O_NONBLOCK off on every borrowed descriptor of this thread on which it was switched on: 0. For
 * the end of the process, which the addon is not told of.
 */
export const giveBack = native.giveBack

/** fcntl(2) with F_SETFD: sets FD_CLOEXEC. */
export const closeOnExec = native.closeOnExec

/** fcntl(2) with F_DUPFD_CLOEXEC: a new descriptor of the same open file. */
export const dupCloexec = native.dupCloexec

/** fcntl(2) for the commands whose argument is a number (F_GETFL, F_SETPIPE_SZ and so on). */
export const fcntl = native.fcntl

/** if_nametoindex(3): the index of a network interface, or -ENODEV. */
export const ifNametoindex = native.ifNametoindex

/** if_indextoname(3): the name of a network interface, or -ENXIO. */
export const ifIndextoname = native.ifIndextoname

/**
 * Has this thread close an open descriptor when it ends, unless it closes or disowns it before: 0. Not for
 * one that node:fs opened in a worker: Node closes that itself, so adopt a duplicate (`dupCloexec`).
 * `borrowed` is for one that was here before: what the try calls switch on is switched off again.
 */
export const adopt = native.adopt

/** Takes back `adopt`, for a descriptor that is handed over, with O_NONBLOCK as it came: 0. */
export const disown = native.disown

/**
 * setsockopt(2) with an int, a flag, a string or raw bytes: 0. Strings and bytes are for options that are
 * known to be plain data, those of `sockopt` and some more; for any other it throws RangeError.
 */
export const setsockopt = native.setsockopt

/** getsockopt(2) for an int: the value, or 0 with the value in `out`, which may then be negative. */
export const getsockopt = native.getsockopt

/**
 * getsockopt(2) for anything else: how many bytes the kernel wrote into `out`. Throws RangeError for an
 * option that is not known to be plain data.
 */
export const getsockoptBytes = native.getsockoptBytes

/**
 * setsockopt(2) with raw bytes for any option: 0. The kernel takes whatever stands where an option has an
 * address for one, and reads and writes there: wrong bytes corrupt the memory of the process.
 */
export const unsafeSetsockopt = native.unsafeSetsockopt

/** `getsockoptBytes` for any option, and as dangerous as `unsafeSetsockopt`: `out` may hold addresses. */
export const unsafeGetsockopt = native.unsafeGetsockopt
