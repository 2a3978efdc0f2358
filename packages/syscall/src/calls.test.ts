import { openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  fileWith,
  hasIPv6,
  listening,
  loopback,
  nonblockingPair,
  own,
  ownBoth,
  release,
  scratch,
  tcpPair,
  thrown,
} from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

const flagsOf = (fd: number) => ({
  nonblock: (sys.fcntl(fd, sys.F_GETFL) & sys.O_NONBLOCK) !== 0,
  cloexec: (sys.fcntl(fd, sys.F_GETFD) & sys.FD_CLOEXEC) !== 0,
})

const none = { nonblock: false, cloexec: false }
const both = { nonblock: true, cloexec: true }

describe('descriptors', () => {
  const makers: [name: string, flags: number, make: (flags: number) => number[]][] = [
    ['socket', sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC, (f) => [sys.socket(sys.AF_INET, 1 | f)]],
    ['socketpair', sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC, (f) => sys.socketpair(sys.AF_UNIX, 1 | f)],
    ['pipe2', sys.O_NONBLOCK | sys.O_CLOEXEC, (f) => sys.pipe2(f)],
    ['eventfd', sys.EFD_NONBLOCK | sys.EFD_CLOEXEC, (f) => [sys.eventfd(0, f)]],
  ]

  it.each(makers)('%s takes its flags, and has none without them', (_name, flags, make) => {
    for (const fd of make(0)) expect(flagsOf(own(fd))).toEqual(none)
    for (const fd of make(flags)) expect(flagsOf(own(fd))).toEqual(both)
  })

  it('socket passes the kernel’s refusal on', () => {
    const error = thrown(() => sys.socket(255, sys.SOCK_STREAM))
    expect(error).toMatchObject({
      code: 'EAFNOSUPPORT',
      syscall: 'socket',
      message: 'socket: address family not supported by protocol',
    })
  })

  it('eventfd counts from its initial value, all 32 bits of it', () => {
    const fd = own(sys.eventfd(2 ** 32 - 1))
    const counter = new BigUint64Array(1)
    expect(sys.read(fd, new Uint8Array(counter.buffer))).toBe(8)
    expect(counter[0]).toBe(2n ** 32n - 1n)
  })

  it('eventfd as a semaphore gives one at a time', () => {
    const fd = own(sys.eventfd(2, sys.EFD_SEMAPHORE | sys.EFD_NONBLOCK))
    const counter = new BigUint64Array(1)
    for (const expected of [8, 8, -sys.EAGAIN]) {
      expect(raw.read(fd, new Uint8Array(counter.buffer))).toBe(expected)
    }
    expect(counter[0]).toBe(1n)
  })

  it('dupCloexec shares the open file but not the number', () => {
    const [a, b] = nonblockingPair()
    const copy = own(sys.dupCloexec(a))
    expect(copy).not.toBe(a)
    expect(flagsOf(copy)).toEqual(both)
    sys.setNonblock(copy, false)
    expect(flagsOf(a).nonblock).toBe(false)
    release(a)
    expect(sys.write(copy, new Uint8Array(3))).toBe(3)
    expect(sys.read(b, new Uint8Array(9))).toBe(3)
  })

  it('setNonblock and closeOnExec switch one flag and leave the other', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    sys.setNonblock(fd, true)
    expect(flagsOf(fd)).toEqual({ nonblock: true, cloexec: false })
    sys.closeOnExec(fd)
    sys.setNonblock(fd, false)
    expect(flagsOf(fd)).toEqual({ nonblock: false, cloexec: true })
  })

  it('fcntl takes numbers and refuses commands that take a pointer', () => {
    const [r] = ownBoth(sys.pipe2())
    const size = sys.fcntl(r, sys.F_SETPIPE_SZ, 1 << 17)
    expect(size).toBe(1 << 17)
    expect(sys.fcntl(r, sys.F_GETPIPE_SZ)).toBe(size)
    const F_GETLK = 5
    expect(() => sys.fcntl(r, F_GETLK)).toThrow(RangeError)
    // Its signal would end the process.
    const O_ASYNC = 0o20000
    expect(() => sys.fcntl(r, sys.F_SETFL, O_ASYNC | sys.O_NONBLOCK)).toThrow(RangeError)
    expect(thrown(() => sys.fcntl(r, sys.F_DUPFD_CLOEXEC, -1)).code).toBe('EINVAL')
  })

  it('close gives the number back, and a second one is EBADF', () => {
    const fd = sys.eventfd(0)
    sys.close(fd)
    expect(thrown(() => sys.close(fd))).toMatchObject({ code: 'EBADF', syscall: 'close' })
  })
})

describe('addresses', () => {
  const places: [name: string, domain: number, address: () => sys.Sockaddr][] = [
    ['127.0.0.1', sys.AF_INET, () => loopback('inet4')],
    ['::1', sys.AF_INET6, () => loopback('inet6')],
    ['a unix path', sys.AF_UNIX, () => ({ family: 'unix', path: join(scratch(), 's') })],
    [
      'an abstract unix name',
      sys.AF_UNIX,
      () => ({ family: 'unix', path: `\0netfd-${process.pid}\0x` }),
    ],
  ]

  it.each(places)('binds, listens, connects and accepts on %s', (name, domain, address) => {
    if (name === '::1' && !hasIPv6) return console.info('skipped: this machine has no IPv6')
    const listener = own(sys.socket(domain, sys.SOCK_STREAM))
    sys.bind(listener, address())
    sys.listen(listener, 4)
    const bound = sys.getsockname(listener)
    expect(sys.decodeSockaddr(bound).family).toBe(address().family)

    const dialed = own(sys.socket(domain, sys.SOCK_STREAM))
    sys.connect(dialed, sys.decodeSockaddr(bound))
    const peer = new Uint8Array(128).fill(0xff)
    const flags = sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC
    const accepted = own(sys.accept4(listener, flags, peer))
    expect(flagsOf(accepted)).toEqual(both)

    expect(sys.getpeername(dialed)).toEqual(bound)
    expect(sys.getsockname(accepted)).toEqual(bound)
    const dialer = sys.getsockname(dialed)
    expect(sys.getpeername(accepted)).toEqual(dialer)
    expect(peer.subarray(0, dialer.length)).toEqual(dialer)
    // Nothing of an earlier, longer address is left behind the new one.
    expect(peer.subarray(dialer.length).every((byte) => byte === 0)).toBe(true)
  })

  it('accept gives a descriptor without flags, whatever the listener has', () => {
    const listener = listening()
    sys.setNonblock(listener, true)
    expect(thrown(() => sys.accept(listener))).toMatchObject({ code: 'EAGAIN', syscall: 'accept' })
    const dialed = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    sys.connect(dialed, sys.getsockname(listener))
    const peer = new Uint8Array(16)
    const accepted = own(sys.accept(listener, peer))
    expect(flagsOf(accepted)).toEqual(none)
    expect(peer).toEqual(sys.getsockname(dialed))
  })

  it('accept4 says EAGAIN on an idle listener and EINVAL on a socket that does not listen', () => {
    const listener = listening()
    sys.setNonblock(listener, true)
    expect(raw.accept4(listener, 0)).toBe(-sys.EAGAIN)
    const idle = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    expect(thrown(() => sys.accept4(idle, 0))).toMatchObject({ code: 'EINVAL', syscall: 'accept4' })
  })

  it('connect to a port without a listener is ECONNREFUSED', () => {
    const listener = listening()
    const address = sys.getsockname(listener)
    release(listener)
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    expect(thrown(() => sys.connect(fd, address)).message).toBe('connect: connection refused')
  })

  it('connect of a non-blocking socket is EINPROGRESS, then SO_ERROR is 0', () => {
    const listener = listening()
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM | sys.SOCK_NONBLOCK))
    const error = thrown(() => sys.connect(fd, sys.getsockname(listener)))
    expect(error.code).toBe('EINPROGRESS')
    const epfd = own(sys.epollCreate1())
    sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, fd, sys.EPOLLOUT)
    expect(sys.epollWait(epfd, new Int32Array(3), -1)).toBe(1)
    expect(sys.getsockopt(fd, sys.SOL_SOCKET, sys.SO_ERROR)).toBe(0)
  })

  it('bind to an address in use is EADDRINUSE', () => {
    const listener = listening()
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    const error = thrown(() => sys.bind(fd, sys.getsockname(listener)))
    expect(error.message).toBe('bind: address already in use')
  })

  it('getpeername without a peer is ENOTCONN', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    expect(thrown(() => sys.getpeername(fd))).toMatchObject({ code: 'ENOTCONN' })
  })

  it('tells the whole length of a name that did not fit, and fills only the room it had', () => {
    const [dialed] = tcpPair()
    const around = new Uint8Array(8).fill(0xee)
    expect(raw.getsockname(dialed, around.subarray(2, 6))).toBe(16)
    expect([...around.subarray(0, 2), ...around.subarray(6)]).toEqual([0xee, 0xee, 0xee, 0xee])
    expect([...around.subarray(2, 4)]).toEqual([sys.AF_INET, 0])
  })

  it('refuses an address that no kernel has', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    for (const size of [0, 1, 129]) {
      expect(() => sys.bind(fd, new Uint8Array(size))).toThrow(RangeError)
    }
    expect(() => raw.getsockname(fd, new Uint8Array(0))).toThrow(RangeError)
  })
})

describe('shutdown', () => {
  it('ends writing: the peer reads the end, and further writes are EPIPE', () => {
    const [a, b] = tcpPair()
    sys.shutdown(a, sys.SHUT_WR)
    expect(sys.read(b, new Uint8Array(1))).toBe(0)
    expect(thrown(() => sys.send(a, new Uint8Array(1))).code).toBe('EPIPE')
    expect(sys.write(b, new Uint8Array(4))).toBe(4)
    expect(sys.read(a, new Uint8Array(9))).toBe(4)
  })

  it('of a socket without a peer is ENOTCONN', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    expect(thrown(() => sys.shutdown(fd, sys.SHUT_RDWR))).toMatchObject({
      code: 'ENOTCONN',
      syscall: 'shutdown',
    })
  })
})

describe('interfaces', () => {
  it('knows the loopback interface by name and by index', () => {
    const index = sys.ifNametoindex('lo')
    expect(index).toBeGreaterThan(0)
    expect(sys.ifIndextoname(index)).toBe('lo')
  })

  it.each([
    ['unknown', 'netfd-none'],
    ['empty', ''],
    ['longer than any, though its start is "lo"', `lo${'o'.repeat(40)}`],
    ['with a NUL behind "lo"', 'lo\0'],
    ['of 16 bytes', 'l'.repeat(16)],
  ])('says ENODEV for a name that is %s', (_what, name) => {
    const error = thrown(() => sys.ifNametoindex(name))
    expect(error).toMatchObject({ code: 'ENODEV', syscall: 'if_nametoindex' })
  })

  it('says ENXIO for an index that no interface has', () => {
    const error = thrown(() => sys.ifIndextoname(2 ** 31 - 1))
    expect(error).toMatchObject({ code: 'ENXIO', syscall: 'if_indextoname' })
  })
})

describe('epoll', () => {
  const add = (epfd: number, fd: number, ...rest: [events: number, slot?: number, gen?: number]) =>
    sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, fd, ...rest)

  it('makes a set that child processes do not get, unless told otherwise', () => {
    expect(flagsOf(own(sys.epollCreate1())).cloexec).toBe(true)
    expect(flagsOf(own(sys.epollCreate1(0))).cloexec).toBe(false)
  })

  it.each([
    [0, 0],
    [1, 2],
    [0x7fffffff, 0x7fffffff],
    [-(2 ** 31), -1],
    [-1, -(2 ** 31)],
  ])('gives slot %d and generation %d back with the event', (slot, generation) => {
    const epfd = own(sys.epollCreate1())
    add(epfd, own(sys.eventfd(1)), sys.EPOLLIN, slot, generation)
    const ring = new Int32Array(3)
    expect(sys.epollWait(epfd, ring)).toBe(1)
    expect([...ring]).toEqual([slot, generation, sys.EPOLLIN])
  })

  it('takes numbers above 2^31 for the same 32 bits', () => {
    const epfd = own(sys.epollCreate1())
    add(epfd, own(sys.eventfd(1)), sys.EPOLLIN, 2 ** 32 - 1, 2 ** 31)
    const ring = new Int32Array(3)
    sys.epollWait(epfd, ring)
    expect([...ring.subarray(0, 2)]).toEqual([-1, -(2 ** 31)])
  })

  it('fills at most 128 events, and no more than the ring holds', () => {
    const epfd = own(sys.epollCreate1())
    for (let i = 0; i < 200; i++) add(epfd, own(sys.eventfd(1)), sys.EPOLLIN, i)
    const ring = new Int32Array(3 * 200).fill(-7)
    expect(sys.epollWait(epfd, ring)).toBe(128)
    expect(ring.subarray(3 * 128).every((word) => word === -7)).toBe(true)
    expect(sys.epollWait(epfd, ring.subarray(0, 3 * 5 + 2))).toBe(5)
    expect(() => sys.epollWait(epfd, new Int32Array(2))).toThrow(RangeError)
  })

  it('reports a level again and an edge once', () => {
    const epfd = own(sys.epollCreate1())
    const level = own(sys.eventfd(1))
    const edge = own(sys.eventfd(1))
    add(epfd, level, sys.EPOLLIN, 1)
    add(epfd, edge, sys.EPOLLIN | sys.EPOLLET, 2)
    const ring = new Int32Array(9)
    const seen = () =>
      Array.from({ length: sys.epollWait(epfd, ring) }, (_, i) => ring[3 * i]).sort()
    expect(seen()).toEqual([1, 2])
    expect(seen()).toEqual([1])
    sys.write(edge, new Uint8Array(new BigUint64Array([1n]).buffer))
    expect(seen()).toEqual([1, 2])
  })

  it('modifies and deletes what was added, and refuses the rest', () => {
    const epfd = own(sys.epollCreate1())
    const [a] = nonblockingPair()
    const code = (op: number, fd: number) => thrown(() => sys.epollCtl(epfd, op, fd, 0)).code
    expect(code(sys.EPOLL_CTL_DEL, a)).toBe('ENOENT')
    add(epfd, a, sys.EPOLLIN)
    expect(code(sys.EPOLL_CTL_ADD, a)).toBe('EEXIST')
    const ring = new Int32Array(3)
    expect(sys.epollWait(epfd, ring)).toBe(0)
    sys.epollCtl(epfd, sys.EPOLL_CTL_MOD, a, sys.EPOLLOUT, 9)
    expect(sys.epollWait(epfd, ring)).toBe(1)
    expect(ring[0]).toBe(9)
    sys.epollCtl(epfd, sys.EPOLL_CTL_DEL, a)
    expect(sys.epollWait(epfd, ring)).toBe(0)
    expect(code(sys.EPOLL_CTL_ADD, fileWith('x'))).toBe('EPERM')
    expect(thrown(() => sys.epollWait(a, ring))).toMatchObject({ code: 'EINVAL' })
  })
})

describe('a descriptor of another kind', () => {
  it('is ENOTSOCK to calls on sockets', () => {
    const fd = own(openSync('/dev/null', 'r'))
    const calls: [name: string, call: () => unknown][] = [
      ['bind', () => sys.bind(fd, loopback('inet4'))],
      ['connect', () => sys.connect(fd, loopback('inet4'))],
      ['listen', () => sys.listen(fd, 1)],
      ['accept4', () => sys.accept4(fd, 0)],
      ['getsockname', () => sys.getsockname(fd)],
      ['shutdown', () => sys.shutdown(fd, sys.SHUT_RD)],
      ['send', () => sys.send(fd, new Uint8Array(1))],
      ['recv', () => sys.recv(fd, new Uint8Array(1))],
    ]
    for (const [syscall, call] of calls) {
      expect(thrown(call)).toMatchObject({ code: 'ENOTSOCK', syscall })
    }
  })
})
