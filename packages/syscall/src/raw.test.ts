import { describe, expect, it } from 'vitest'
import { loopback, nonblockingPair, own, ownBoth, thrown } from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

const buf = () => new Uint8Array(8)
const tcp = () => own(sys.socket(sys.AF_INET, sys.SOCK_STREAM | sys.SOCK_NONBLOCK))
const address = () => sys.encodeSockaddr(loopback('inet4'))
/** A number that no descriptor has. */
const CLOSED = 2 ** 30

type Row = [name: string, syscall: string, code: string, raw: () => unknown, cooked: () => unknown]

/** The same call through both entries, made to fail. */
const failing: Row[] = [
  ['socket', 'socket', 'EAFNOSUPPORT', () => raw.socket(255, 1), () => sys.socket(255, 1)],
  [
    'socketpair',
    'socketpair',
    'EOPNOTSUPP',
    () => raw.socketpair(sys.AF_INET, 1, 0, new Int32Array(2)),
    () => sys.socketpair(sys.AF_INET, 1),
  ],
  ['pipe2', 'pipe2', 'EINVAL', () => raw.pipe2(-1, new Int32Array(2)), () => sys.pipe2(-1)],
  ['eventfd', 'eventfd', 'EINVAL', () => raw.eventfd(0, -1), () => sys.eventfd(0, -1)],
  ['bind', 'bind', 'EBADF', () => raw.bind(CLOSED, address()), () => sys.bind(CLOSED, address())],
  ...both('connect', 'EBADF', (e) => e.connect(CLOSED, address())),
  ...both('listen', 'EBADF', (e) => e.listen(CLOSED, 1)),
  ...both('accept4', 'EINVAL', (e) => e.accept4(tcp(), 0)),
  ...both('accept', 'EINVAL', (e) => e.accept(tcp())),
  [
    'getsockname',
    'getsockname',
    'EBADF',
    () => raw.getsockname(CLOSED, buf()),
    () => sys.getsockname(CLOSED),
  ],
  [
    'getpeername',
    'getpeername',
    'ENOTCONN',
    () => raw.getpeername(tcp(), buf()),
    () => sys.getpeername(tcp()),
  ],
  ...both('shutdown', 'ENOTCONN', (e) => e.shutdown(tcp(), sys.SHUT_RD)),
  ...both('close', 'EBADF', (e) => e.close(CLOSED)),
  [
    'setNonblock',
    'fcntl',
    'EBADF',
    () => raw.setNonblock(CLOSED, 1),
    () => sys.setNonblock(CLOSED, true),
  ],
  ['closeOnExec', 'fcntl', 'EBADF', () => raw.closeOnExec(CLOSED), () => sys.closeOnExec(CLOSED)],
  ['dupCloexec', 'fcntl', 'EBADF', () => raw.dupCloexec(CLOSED), () => sys.dupCloexec(CLOSED)],
  ...both('fcntl', 'EBADF', (e) => e.fcntl(CLOSED, sys.F_GETFL)),
  [
    'ifNametoindex',
    'if_nametoindex',
    'ENODEV',
    () => raw.ifNametoindex('none'),
    () => sys.ifNametoindex('none'),
  ],
  [
    'ifIndextoname',
    'if_indextoname',
    'ENXIO',
    () => raw.ifIndextoname(0),
    () => sys.ifIndextoname(0),
  ],
  ...both('read', 'EBADF', (e) => e.read(CLOSED, buf())),
  ...both('write', 'EBADF', (e) => e.write(CLOSED, buf())),
  ...both('recv', 'EAGAIN', (e) => e.recv(nonblockingPair()[0], buf())),
  ...both('send', 'EPIPE', (e) => e.send(tcp(), buf())),
  ...both('readv', 'EBADF', (e) => e.readv(CLOSED, [buf()])),
  ...both('writev', 'EBADF', (e) => e.writev(CLOSED, [buf()])),
  ...both('sendmsg', 'EPIPE', (e) => e.sendmsg(tcp(), [buf()])),
  ...both('sendto', 'EPIPE', (e) => e.sendto(tcp(), buf())),
  [
    'recvfrom',
    'recvfrom',
    'ENOTCONN',
    () => raw.recvfrom(tcp(), buf()),
    () => sys.recvfrom(tcp(), buf()),
  ],
  ...both('recvmmsg', 'EBADF', (e) => e.recvmmsg(CLOSED, buf(), 8, 1, new Int32Array(4))),
  ...both('sendmmsg', 'EBADF', (e) => e.sendmmsg(CLOSED, buf(), 8, 0, 1, new Int32Array(4))),
  [
    'sendmmsgv',
    'sendmmsg',
    'EBADF',
    () => raw.sendmmsgv(CLOSED, [buf()], 0, 1),
    () => sys.sendmmsgv(CLOSED, [buf()], 0, 1),
  ],
  ...both('recvmsg', 'ENOTCONN', (e) => e.recvmsg(tcp(), [buf()])),
  ...both('splice', 'EINVAL', (e) => e.splice(tcp(), tcp(), 1)),
  ...both('sendfile', 'EBADF', (e) => e.sendfile(CLOSED, CLOSED, 0, 1)),
  ...both('setsockopt', 'ENOPROTOOPT', (e) => e.setsockopt(tcp(), sys.SOL_SOCKET, 9999, 1)),
  ...both('getsockopt', 'ENOPROTOOPT', (e) => e.getsockopt(tcp(), sys.SOL_SOCKET, 9999)),
  [
    'getsockoptBytes',
    'getsockopt',
    'EBADF',
    () => raw.getsockoptBytes(CLOSED, 1, 1, buf()),
    () => sys.getsockoptBytes(CLOSED, 1, 1, 8),
  ],
  [
    'epollCreate1',
    'epoll_create1',
    'EINVAL',
    () => raw.epollCreate1(-1),
    () => sys.epollCreate1(-1),
  ],
  [
    'epollCtl',
    'epoll_ctl',
    'EBADF',
    () => raw.epollCtl(CLOSED, sys.EPOLL_CTL_ADD, 0),
    () => sys.epollCtl(CLOSED, sys.EPOLL_CTL_ADD, 0),
  ],
  [
    'epollWait',
    'epoll_wait',
    'EINVAL',
    () => raw.epollWait(ownBoth(sys.pipe2())[0], new Int32Array(3)),
    () => sys.epollWait(ownBoth(sys.pipe2())[0], new Int32Array(3)),
  ],
]

/** One row of a call that both entries have with the same arguments. */
function both(
  name: string,
  code: string,
  call: (entry: typeof raw & typeof sys) => unknown,
): Row[] {
  const of = (entry: unknown) => () => call(entry as typeof raw & typeof sys)
  return [[name, name, code, of(raw), of(sys)]]
}

describe('the two entries', () => {
  it.each(failing)('%s fails alike: a number of one, an error of the other', (...row) => {
    const [, syscall, code, rawCall, cookedCall] = row
    expect(rawCall()).toBe(-sys.constants[code as 'EBADF'])
    expect(thrown(cookedCall)).toMatchObject({ code, syscall, name: 'SyscallError' })
    expect(thrown(cookedCall)).toBeInstanceOf(sys.SyscallError)
  })

  it('have the same calls, but for what only one of them is for', () => {
    const rawOnly = [
      'adopt',
      'disown',
      'closePool',
      'sendfilePool',
      'unsafeSetsockopt',
      'unsafeGetsockopt',
      'ensureNonblock',
      'giveBack',
      ...Object.keys(raw).filter((name) => name.startsWith('try')),
    ]
    const shared = Object.keys(raw).filter((name) => !rawOnly.includes(name))
    expect(failing.map(([name]) => name).sort()).toEqual(shared.sort())
    for (const name of shared) expect(sys).toHaveProperty(name)
    for (const name of rawOnly) expect(sys).not.toHaveProperty(name)
  })

  it('differ in nothing when a call works', () => {
    const [a, b] = nonblockingPair()
    expect(raw.write(a, new Uint8Array(3))).toBe(3)
    expect(sys.write(a, new Uint8Array(3))).toBe(3)
    expect(raw.read(b, new Uint8Array(4))).toBe(4)
    expect(sys.read(b, new Uint8Array(4))).toBe(2)
  })
})

describe('adopt and disown', () => {
  it('take an open descriptor and refuse any other', () => {
    const [a] = nonblockingPair()
    expect([raw.adopt(a), raw.adopt(a), raw.disown(a), raw.disown(a)]).toEqual([0, 0, 0, 0])
    expect(raw.adopt(CLOSED)).toBe(-sys.EBADF)
    // A list of numbers this high would have taken 256 MiB.
    expect(raw.adopt(2 ** 31 - 1)).toBe(-sys.EBADF)
    expect(raw.disown(2 ** 31 - 1)).toBe(0)
    const watcher = sys.watch(a, () => undefined)
    expect(raw.adopt(watcher.fd)).toBe(-sys.EBADF)
    watcher.close()
  })
})
