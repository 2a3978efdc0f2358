import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  hasIPv6,
  loopback,
  own,
  ownBoth,
  release,
  scratch,
  text,
  thrown,
} from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

const room = () => new Uint8Array(sys.SOCKADDR_STORAGE_SIZE)
const unixAddr = (path: string): sys.Sockaddr => ({ family: 'unix', path })

/** A UDP socket on the loopback address, and that address. */
function udp(family: 'inet4' | 'inet6' = 'inet4'): [number, Uint8Array] {
  const domain = family === 'inet4' ? sys.AF_INET : sys.AF_INET6
  const fd = own(sys.socket(domain, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
  sys.bind(fd, loopback(family))
  return [fd, sys.getsockname(fd)]
}

/** A unix datagram socket, bound when it has a name. */
function unixgram(path?: string): number {
  const fd = own(sys.socket(sys.AF_UNIX, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
  if (path !== undefined) sys.bind(fd, unixAddr(path))
  return fd
}

/** A unix socket that listens. */
function unixListener(path: string): number {
  const fd = own(sys.socket(sys.AF_UNIX, sys.SOCK_STREAM | sys.SOCK_CLOEXEC))
  sys.bind(fd, unixAddr(path))
  sys.listen(fd, 8)
  return fd
}

/** Connects to a listener from an address, or from none. */
function dialUnix(listener: number, from?: string): void {
  const fd = own(sys.socket(sys.AF_UNIX, sys.SOCK_STREAM | sys.SOCK_CLOEXEC))
  if (from !== undefined) sys.bind(fd, unixAddr(from))
  sys.connect(fd, sys.getsockname(listener))
}

describe.each(['accept4', 'accept'] as const)('the length that %s tells', (name) => {
  const accept = (fd: number, sockaddr?: Uint8Array, length?: Int32Array): number =>
    own(
      name === 'accept4' ? sys.accept4(fd, 0, sockaddr, length) : sys.accept(fd, sockaddr, length),
    )

  const peerOf = (from?: string): [Uint8Array, number] => {
    const listener = unixListener('')
    dialUnix(listener, from)
    const peer = room().fill(0xff)
    const length = new Int32Array(1)
    accept(listener, peer, length)
    return [peer, length[0] ?? -1]
  }

  it('is 2 for a client that has no name', () => {
    const [peer, length] = peerOf()
    expect(length).toBe(2)
    expect(sys.decodeSockaddr(peer, length)).toEqual(unixAddr(''))
    expect(peer.subarray(2).every((byte) => byte === 0)).toBe(true)
  })

  it('keeps every NUL of an abstract name', () => {
    const name = `\0netfd-${process.pid}\0\0`
    const [peer, length] = peerOf(name)
    expect(length).toBe(2 + name.length)
    expect(sys.decodeSockaddr(peer, length)).toEqual(unixAddr(name))
  })

  it('counts the NUL behind a path', () => {
    const path = join(scratch(), 'c')
    const [peer, length] = peerOf(path)
    expect(length).toBe(2 + path.length + 1)
    expect(sys.decodeSockaddr(peer, length)).toEqual(unixAddr(path))
  })

  it('exceeds a room that is too small, also one of no byte, and is 0 without room', () => {
    const listener = unixListener('')
    const length = new Int32Array(1)
    for (const [sockaddr, told] of [
      [new Uint8Array(4), 11],
      [new Uint8Array(0), 11],
      [undefined, 0],
    ] as const) {
      dialUnix(listener, `\0${String(process.pid).padStart(7, '0')}${sockaddr?.length ?? 1}`)
      accept(listener, sockaddr, length.fill(-1))
      expect(length[0]).toBe(told)
    }
  })
})

describe.runIf(hasIPv6)('recvfrom and sendto over IPv6', () => {
  it('tell the sender in 28 bytes', () => {
    const [a, from] = udp('inet6')
    const [b, to] = udp('inet6')
    expect(sys.sendto(a, bytes('six'), 0, 3, 0, to)).toBe(3)
    const name = room()
    expect(sys.recvfrom(b, new Uint8Array(8), 0, 8, 0, name).nameLength).toBe(28)
    expect(sys.decodeSockaddr(name)).toEqual(sys.decodeSockaddr(from))
  })
})

describe('recvfrom', () => {
  it('tells the sender and zeroes what lies behind its address', () => {
    const [a, from] = udp()
    const [b, to] = udp()
    expect(sys.sendto(a, bytes('xhello'), 1, 5, 0, to)).toBe(5)
    const name = room().fill(0xff)
    const buf = new Uint8Array(8)
    expect(sys.recvfrom(b, buf, 2, 6, 0, name)).toEqual({ bytes: 5, flags: 0, nameLength: 16 })
    expect(text(buf)).toBe('\0\0hello\0')
    expect(name.subarray(0, 16)).toEqual(from)
    expect(name.subarray(16).every((byte) => byte === 0)).toBe(true)
  })

  it('needs no room for the sender, and tells how much it would have needed', () => {
    const [b, to] = udp()
    for (const [name, nameLength] of [
      [undefined, 0],
      [new Uint8Array(0), 16],
      [new Uint8Array(4), 16],
    ] as const) {
      sys.sendto(b, bytes('x'), 0, 1, 0, to)
      expect(sys.recvfrom(b, new Uint8Array(8), 0, 8, 0, name).nameLength).toBe(nameLength)
    }
  })

  it('says that a datagram was cut, whose rest is gone', () => {
    const [b, to] = udp()
    sys.sendto(b, bytes('longer'), 0, 6, 0, to)
    const got = sys.recvfrom(b, new Uint8Array(3))
    expect(got).toEqual({ bytes: 3, flags: sys.MSG_TRUNC, nameLength: 0 })
    expect(raw.tryRecvfrom(b, new Uint8Array(3))).toBe(-sys.EAGAIN)
  })

  it('takes a datagram when the buffer is empty, and an empty datagram is 0', () => {
    const [b, to] = udp()
    sys.sendto(b, bytes('one'), 0, 3, 0, to)
    sys.sendto(b, new Uint8Array(0), 0, 0, 0, to)
    expect(sys.recvfrom(b, new Uint8Array(0))).toMatchObject({ bytes: 0, flags: sys.MSG_TRUNC })
    expect(sys.recvfrom(b, new Uint8Array(8))).toMatchObject({ bytes: 0, flags: 0 })
    expect(raw.tryRecvfrom(b, new Uint8Array(8))).toBe(-sys.EAGAIN)
  })

  it('may look at a datagram and leave it', () => {
    const [b, to] = udp()
    sys.sendto(b, bytes('stay'), 0, 4, 0, to)
    expect(sys.recvfrom(b, new Uint8Array(8), 0, 8, sys.MSG_PEEK).bytes).toBe(4)
    expect(sys.recvfrom(b, new Uint8Array(8)).bytes).toBe(4)
  })

  it('tells the name of a unix sender, and of one without a name that it has none', () => {
    const path = `\0netfd-to-${process.pid}`
    const b = unixgram(path)
    const from = `\0netfd-from-${process.pid}`
    for (const [a, name] of [
      [unixgram(), null],
      [unixgram(from), unixAddr(from)],
    ] as const) {
      sys.sendto(a, bytes('x'), 0, 1, 0, unixAddr(path))
      const peer = room()
      const { nameLength } = sys.recvfrom(b, new Uint8Array(8), 0, 8, 0, peer)
      expect(nameLength > 0 ? sys.decodeSockaddr(peer, nameLength) : null).toEqual(name)
    }
  })

  it('refuses a meta that is too short, and flags below zero', () => {
    const [b] = udp()
    const short = () => raw.recvfrom(b, room(), 0, 8, 0, room(), new Int32Array(1))
    expect(short).toThrow(RangeError)
    expect(() => raw.recvfrom(b, room(), 0, 8, -1)).toThrow(RangeError)
  })
})

describe('sendto', () => {
  it('sends to the first bytes of a room', () => {
    const [b, to] = udp()
    const name = room()
    name.set(to)
    expect(raw.sendto(b, bytes('x'), 0, 1, 0, name, to.length)).toBe(1)
    expect(sys.recvfrom(b, new Uint8Array(8)).bytes).toBe(1)
  })

  it.each([0, 1, 129, 1.5, -1])('refuses an address of %d bytes', (length) => {
    const [b] = udp()
    const send = () => raw.sendto(b, bytes('x'), 0, 1, 0, new Uint8Array(200), length)
    expect(send).toThrow(RangeError)
  })

  it('sends to the peer of a connected socket when it gets no address', () => {
    const [a] = udp()
    const [b, to] = udp()
    expect(thrown(() => sys.sendto(a, bytes('x'))).code).toBe('EDESTADDRREQ')
    sys.connect(a, to)
    expect(sys.sendto(a, bytes('peer'))).toBe(4)
    expect(sys.recvfrom(b, new Uint8Array(8)).bytes).toBe(4)
  })

  it('takes 65507 bytes and not one more', () => {
    const [b, to] = udp()
    sys.setsockopt(b, sys.SOL_SOCKET, sys.SO_SNDBUF, 1 << 20)
    const big = new Uint8Array(65508)
    expect(sys.sendto(b, big, 0, 65507, 0, to)).toBe(65507)
    expect(thrown(() => sys.sendto(b, big, 0, 65508, 0, to)).code).toBe('EMSGSIZE')
  })

  it('fails at port 0, at a family that is not the socket’s, and at a name nobody has', () => {
    const [b] = udp()
    const send = (fd: number, to: sys.Sockaddr) =>
      thrown(() => sys.sendto(fd, bytes('x'), 0, 1, 0, to)).code
    expect(send(b, loopback('inet4', 0))).toBe('EINVAL')
    expect(send(b, unixAddr('\0as long as an IPv4 one'))).toBe('EAFNOSUPPORT')
    expect(send(unixgram(), unixAddr(`\0netfd-none-${process.pid}`))).toBe('ECONNREFUSED')
    expect(send(unixgram(), unixAddr(join(scratch(), 'none')))).toBe('ENOENT')
  })

  it('raises no SIGPIPE', () => {
    const [a, b] = ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_STREAM))
    sys.shutdown(b, sys.SHUT_RDWR)
    expect(raw.sendto(a, bytes('x'))).toBe(-sys.EPIPE)
  })
})

describe('a connected UDP socket that is refused', () => {
  const refused = (): number => {
    const [gone, to] = udp()
    const [a] = udp()
    sys.connect(a, to)
    release(gone)
    // On the loopback the ICMP answer is there when the call returns.
    expect(sys.sendto(a, bytes('x'))).toBe(1)
    return a
  }

  it.each([
    ['send', (fd: number) => raw.sendto(fd, bytes('x'))],
    ['receive', (fd: number) => raw.recvfrom(fd, room())],
  ])('fails the next %s', (_, call) => {
    expect(call(refused())).toBe(-sys.ECONNREFUSED)
  })

  it('fails no other call', () => {
    const fd = refused()
    expect(raw.recvmsg(fd, room())).toBe(-sys.ECONNREFUSED)
    expect(raw.recvmsg(fd, room())).toBe(-sys.EAGAIN)
    expect(raw.sendmsg(fd, bytes('x'))).toBe(1)
  })
})

describe('a message with an address', () => {
  it('goes there and tells where it came from, with one buffer or several', () => {
    const [a, from] = udp()
    const [b, to] = udp()
    for (const bufs of [bytes('abc'), [bytes('a'), new Uint8Array(0), bytes('bc')]]) {
      expect(sys.sendmsg(a, bufs, 0, undefined, 0, 0, sys.decodeSockaddr(to))).toBe(3)
      const buf = new Uint8Array(8)
      const name = room().fill(0xff)
      const got = sys.recvmsg(b, buf, 0, undefined, name)
      expect(got).toEqual({ bytes: 3, flags: 0, nameLength: 16, controlLength: 0 })
      expect(text(buf)).toBe('abc\0\0\0\0\0')
      expect(name.subarray(0, 16)).toEqual(from)
      expect(name.subarray(16).every((byte) => byte === 0)).toBe(true)
    }
  })

  it('begins in the middle of one buffer too', () => {
    const [b, to] = udp()
    expect(sys.sendmsg(b, bytes('abc'), 0, undefined, 0, 2, to)).toBe(1)
    expect(sys.sendmsg(b, bytes('abc'), 0, undefined, 1, 0, to)).toBe(0)
    expect(() => raw.sendmsg(b, bytes('abc'), 0, undefined, 0, 4, to)).toThrow(RangeError)
    expect(() => raw.sendmsg(b, bytes('abc'), 0, undefined, 2, 0, to)).toThrow(RangeError)
    expect(() => raw.sendmsg(b, 'abc' as never, 0, undefined, 1)).toThrow(TypeError)
    const buf = new Uint8Array(8)
    expect(sys.recvmsg(b, [buf]).bytes).toBe(1)
    expect(text(buf)[0]).toBe('c')
    expect(sys.recvmsg(b, buf).bytes).toBe(0)
  })

  it('refuses a look at control data, which would bring each descriptor twice', () => {
    const [b] = udp()
    const control = new Uint8Array(64)
    expect(() => raw.recvmsg(b, room(), sys.MSG_PEEK, control)).toThrow(/MSG_PEEK/)
    expect(() => raw.recvmsg(b, room(), -1)).toThrow(RangeError)
    expect(raw.tryRecvmsg(b, room(), sys.MSG_PEEK)).toBe(-sys.EAGAIN)
  })

  it('tells the length of the name only where meta has a third place', () => {
    const [b, to] = udp()
    for (const meta of [new Int32Array(2), new Int32Array(3)]) {
      sys.sendto(b, bytes('x'), 0, 1, 0, to)
      raw.recvmsg(b, room(), 0, undefined, meta, room())
      expect([...meta]).toEqual([0, 0, 16].slice(0, meta.length))
    }
  })
})

describe('the try forms', () => {
  it('never wait, though O_NONBLOCK is off', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM))
    sys.bind(fd, loopback('inet4'))
    expect(raw.tryRecvfrom(fd, room())).toBe(-sys.EAGAIN)
    expect(raw.tryRecvmsg(fd, room())).toBe(-sys.EAGAIN)
    const [a] = ownBoth(sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM))
    let n = 0
    for (let i = 0; n >= 0 && i < 10_000; i++) n = raw.trySendto(a, bytes('x'))
    expect(n).toBe(-sys.EAGAIN)
  })
})
