import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasIPv6, loopback, own, ownBoth, thrown } from '../test/fds.js'
import * as sys from './index.js'

const byte = fc.integer({ min: 0, max: 255 })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const fd = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const family = fc.constantFrom('inet4', 'inet6')
const inet4 = fc.tuple(byte, byte, byte, byte).map((ip) => sys.formatIP(Uint8Array.from(ip)))
const inet6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((ip) => sys.formatIP(ip))
const message = fc.record({
  level: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  type: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  data: fc.uint8Array({ maxLength: 40 }),
})

/** The one message of control data, over memory that begins anywhere. */
function only(control: Uint8Array): sys.SocketControlMessage {
  const room = new Uint8Array(control.length + 3)
  room.set(control, 3)
  const [first, ...more] = sys.parseSocketControlMessage(room.subarray(3))
  expect(more).toEqual([])
  if (first === undefined) throw new Error('there is no message')
  return first
}

const code = (call: () => unknown): string | undefined => thrown(call).code

describe('the sizes of control data', () => {
  it('are those of the macros', () => {
    expect([0, 1, 8, 9].map(sys.cmsgAlign)).toEqual([0, 8, 8, 16])
    expect([0, 1, 4, 12].map(sys.cmsgLen)).toEqual([16, 17, 20, 28])
    expect([0, 1, 4, 12].map(sys.cmsgSpace)).toEqual([16, 24, 24, 32])
  })
})

describe('parseSocketControlMessage', () => {
  const join = (all: readonly sys.SocketControlMessage[]) =>
    sys.joinControl(
      ...all.map(({ level, type, data }) => sys.socketControlMessage(level, type, data)),
    )

  it('gives back what was put in, in order, of levels nobody knows too', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (all) => {
        expect(sys.parseSocketControlMessage(join(all))).toEqual(all)
      }),
    )
  })

  it('parses every cut of what is whole, or throws EINVAL', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (all) => {
        const whole = join(all)
        for (let length = 0; length <= whole.length; length++) {
          const cut = whole.subarray(0, length)
          let got: sys.SocketControlMessage[] = []
          try {
            got = sys.parseSocketControlMessage(cut)
          } catch (error) {
            expect(error).toMatchObject({ code: 'EINVAL', name: 'SyscallError' })
          }
          expect(got).toEqual(all.slice(0, got.length))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('throws EINVAL, or ends, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        // Small lengths, so that more than one header is looked at.
        for (let i = 1; i < 8 && i < bytes.length; i++) bytes[i] = 0
        try {
          const got = sys.parseSocketControlMessage(bytes)
          expect(got.length).toBeLessThanOrEqual(bytes.length / 16)
        } catch (error) {
          expect(error).toMatchObject({ code: 'EINVAL' })
        }
      }),
    )
  })

  it('needs no padding behind the last message', () => {
    const control = sys.socketControlMessage(1, 2, Uint8Array.of(3))
    expect(sys.parseSocketControlMessage(control.subarray(0, 17))).toEqual([
      { level: 1, type: 2, data: Uint8Array.of(3) },
    ])
  })

  it('refuses a length beyond 4 GiB as it refuses a short one', () => {
    for (const [at, byte] of [
      [0, 15],
      [0, 25],
      [4, 1],
      [7, 255],
    ] as const) {
      const control = sys.socketControlMessage(1, 2, new Uint8Array(8))
      control[at] = byte
      expect(code(() => sys.parseSocketControlMessage(control))).toBe('EINVAL')
    }
  })

  it('gives views of the control data, and no copies', () => {
    const control = sys.socketControlMessage(1, 2, new Uint8Array(4))
    const [first] = sys.parseSocketControlMessage(control)
    control[16] = 7
    expect(first?.data).toEqual(Uint8Array.of(7, 0, 0, 0))
  })
})

describe('what is encoded', () => {
  it('comes back: descriptors', () => {
    fc.assert(
      fc.property(fc.array(fd, { maxLength: 10 }), (fds) => {
        expect(sys.parseUnixRights(only(sys.unixRights(...fds)))).toEqual(fds)
      }),
    )
  })

  it('comes back: credentials', () => {
    fc.assert(
      fc.property(fc.record({ pid: fd, uid: uint32, gid: uint32 }), (who) => {
        expect(sys.parseUnixCredentials(only(sys.unixCredentials(who)))).toEqual(who)
      }),
    )
  })

  it('comes back: interface and addresses of IPv4', () => {
    fc.assert(
      fc.property(fc.record({ ifIndex: uint32, spec: inet4, addr: inet4 }), (info) => {
        expect(sys.parsePktInfo(only(sys.pktInfo(info)))).toEqual(info)
      }),
    )
  })

  it('comes back: interface and address of IPv6', () => {
    fc.assert(
      fc.property(fc.record({ ifIndex: uint32, addr: fc.oneof(inet6, inet4) }), (info) => {
        expect(sys.parsePktInfo(only(sys.pktInfo(info, 'inet6')))).toEqual(info)
      }),
    )
  })

  it('comes back: traffic class, hops and the size of segments', () => {
    fc.assert(
      fc.property(byte, family, fc.integer({ min: 0, max: 0xffff }), (n, of, size) => {
        expect(sys.parseTOS(only(sys.tos(n, of)))).toBe(n)
        if (n > 0) expect(sys.parseTTL(only(sys.ttl(n, of)))).toBe(n)
        expect(sys.parseSegmentSize(only(sys.segmentSize(size)))).toBe(size)
      }),
    )
  })

  it('takes the source of an IPv6 packet from spec where there is no addr', () => {
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1, spec: '::1' }, 'inet6'))).addr).toBe(
      '::1',
    )
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1 }, 'inet6'))).addr).toBe('::')
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1 }))).spec).toBe('0.0.0.0')
    // The family is the address's, so that one program answers peers of both.
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1, spec: '::2' }))).addr).toBe('::2')
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1, addr: '::2' }))).addr).toBe('::2')
    expect(sys.parsePktInfo(only(sys.pktInfo({ ifIndex: 1, spec: '127.0.0.2' }))).spec).toBe(
      '127.0.0.2',
    )
  })
})

describe('what cannot be encoded', () => {
  it.each([-1, 1.5, 2 ** 33, Number.NaN])('is refused with RangeError: %d', (n) => {
    const calls = [
      () => sys.unixRights(0, n),
      () => sys.unixCredentials({ pid: n, uid: 0, gid: 0 }),
      () => sys.unixCredentials({ pid: 0, uid: n, gid: 0 }),
      () => sys.unixCredentials({ pid: 0, uid: 0, gid: n }),
      () => sys.pktInfo({ ifIndex: n }),
      () => sys.tos(n),
      () => sys.ttl(n),
      () => sys.segmentSize(n),
    ]
    for (const call of calls) expect(call).toThrow(RangeError)
  })

  it('is refused: a hop limit of 0, which the kernel does not take either', () => {
    expect(() => sys.ttl(0)).toThrow(RangeError)
  })

  it('is refused with TypeError: an address of the other family, and no address', () => {
    expect(() => sys.pktInfo({ ifIndex: 0, spec: '::1' }, 'inet4')).toThrow(TypeError)
    expect(() => sys.pktInfo({ ifIndex: 0, addr: 'here' })).toThrow(TypeError)
    expect(() => sys.pktInfo({ ifIndex: 0, addr: 'here' }, 'inet6')).toThrow(TypeError)
  })
})

/** Each decoder with a message it takes, built by hand where no encoder is. */
const decoders: [name: string, decode: (m: sys.SocketControlMessage) => unknown, Uint8Array][] = [
  [
    'parseUnixCredentials',
    sys.parseUnixCredentials,
    sys.unixCredentials({ pid: 1, uid: 2, gid: 3 }),
  ],
  ['parsePktInfo', sys.parsePktInfo, sys.pktInfo({ ifIndex: 1 })],
  ['parsePktInfo of IPv6', sys.parsePktInfo, sys.pktInfo({ ifIndex: 1 }, 'inet6')],
  ['parseTTL', sys.parseTTL, sys.ttl(64)],
  ['parseTTL of IPv6', sys.parseTTL, sys.ttl(64, 'inet6')],
  ['parseTOS of IPv6', sys.parseTOS, sys.tos(4, 'inet6')],
  ['parseSegmentSize', sys.parseSegmentSize, sys.segmentSize(1200)],
  [
    'parseSegmentSize of GRO',
    sys.parseSegmentSize,
    sys.socketControlMessage(sys.SOL_UDP, sys.UDP_GRO, new Uint8Array(4)),
  ],
  [
    'parseTimestamp',
    sys.parseTimestamp,
    sys.socketControlMessage(sys.SOL_SOCKET, sys.SCM_TIMESTAMPNS, new Uint8Array(16)),
  ],
  [
    'parseTimestamp of three',
    sys.parseTimestamp,
    sys.socketControlMessage(sys.SOL_SOCKET, sys.SCM_TIMESTAMPING, new Uint8Array(48)),
  ],
  [
    'parseDrops',
    sys.parseDrops,
    sys.socketControlMessage(sys.SOL_SOCKET, sys.SO_RXQ_OVFL, new Uint8Array(4)),
  ],
  [
    'parseExtendedErr',
    sys.parseExtendedErr,
    sys.socketControlMessage(sys.IPPROTO_IP, sys.IP_RECVERR, new Uint8Array(16)),
  ],
  [
    'parseExtendedErr of IPv6',
    sys.parseExtendedErr,
    sys.socketControlMessage(sys.IPPROTO_IPV6, sys.IPV6_RECVERR, new Uint8Array(16)),
  ],
]

describe.each(decoders)('%s', (_, decode, control) => {
  const whole = only(control)

  it('takes its message', () => {
    expect(() => decode(whole)).not.toThrow()
  })

  it('throws EINVAL for a message that was cut anywhere but to its first byte', () => {
    for (let length = 2; length < whole.data.length; length++) {
      const cut = { ...whole, data: whole.data.subarray(0, length) }
      expect(code(() => decode(cut))).toBe('EINVAL')
    }
    expect(code(() => decode({ ...whole, data: new Uint8Array(0) }))).toBe('EINVAL')
  })

  it('throws EINVAL for a message of another level or type', () => {
    expect(code(() => decode({ ...whole, level: 77 }))).toBe('EINVAL')
    expect(code(() => decode({ ...whole, type: 77 }))).toBe('EINVAL')
  })
})

describe('parseUnixRights', () => {
  it('gives the descriptors that are whole', () => {
    const cut = { ...only(sys.unixRights(3, 4)), data: Uint8Array.of(3, 0, 0, 0, 4, 0) }
    expect(sys.parseUnixRights(cut)).toEqual([3])
    expect(code(() => sys.parseUnixRights({ ...cut, type: 77 }))).toBe('EINVAL')
  })
})

describe('parseTimestamp', () => {
  const times = (...numbers: bigint[]) =>
    new Uint8Array(BigInt64Array.from(numbers.flatMap((n) => [n, n])).buffer)
  const time = (type: number, data: Uint8Array) =>
    sys.parseTimestamp({ level: sys.SOL_SOCKET, type, data })

  it('has microseconds turned into nanoseconds', () => {
    expect(time(sys.SCM_TIMESTAMP, times(7n))).toEqual({ seconds: 7, nanoseconds: 7000 })
    expect(time(sys.SCM_TIMESTAMPNS, times(7n))).toEqual({ seconds: 7, nanoseconds: 7 })
  })

  it('prefers the time of the kernel to that of the device', () => {
    expect(time(sys.SCM_TIMESTAMPING, times(1n, 0n, 2n)).seconds).toBe(1)
    expect(time(sys.SCM_TIMESTAMPING, times(0n, 0n, 2n)).seconds).toBe(2)
  })
})

/** Two UDP sockets, the first connected to the second, which has these options on. */
function udpPair(of: 'inet4' | 'inet6', level: number, ...options: number[]): [number, number] {
  const domain = of === 'inet4' ? sys.AF_INET : sys.AF_INET6
  const make = () => own(sys.socket(domain, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
  const [a, b] = [make(), make()]
  sys.bind(b, loopback(of))
  for (const option of options) sys.setsockopt(b, level, option, true)
  sys.connect(a, sys.getsockname(b))
  return [a, b]
}

/** Receives one message with its control data. */
function receive(from: number, flags = 0): sys.SocketControlMessage[] {
  const control = new Uint8Array(512)
  const { controlLength } = sys.recvmsg(from, new Uint8Array(64), flags, control)
  return sys.parseSocketControlMessage(control.subarray(0, controlLength))
}

const lo = sys.ifNametoindex('lo')

describe('what the kernel sends along', () => {
  it('over IPv4: where a packet came by, its hops and its traffic class, which is one byte', () => {
    const { IP_PKTINFO, IP_RECVTTL, IP_RECVTOS } = sys
    const [a, b] = udpPair('inet4', sys.IPPROTO_IP, IP_PKTINFO, IP_RECVTTL, IP_RECVTOS)
    const control = sys.joinControl(sys.ttl(33), sys.tos(0x2a), sys.pktInfo({ ifIndex: 0 }))
    sys.sendmsg(a, new Uint8Array(3), 0, control)
    const got = receive(b)
    const of = (type: number) =>
      got.find((m) => m.type === type) ?? { level: 0, type: 0, data: new Uint8Array() }
    const spec = '127.0.0.1'
    expect(sys.parsePktInfo(of(IP_PKTINFO))).toEqual({ ifIndex: lo, spec, addr: spec })
    expect(sys.parseTTL(of(sys.IP_TTL))).toBe(33)
    expect(of(sys.IP_TOS).data).toEqual(Uint8Array.of(0x2a))
    expect(sys.parseTOS(of(sys.IP_TOS))).toBe(0x2a)
    expect(got.map(({ data }) => data.length).sort()).toEqual([1, 12, 4])
  })

  it.runIf(hasIPv6)('over IPv6: the same, as three ints and an address', () => {
    const { IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS } = sys
    const level = sys.IPPROTO_IPV6
    const [a, b] = udpPair('inet6', level, IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS)
    const control = sys.joinControl(
      sys.ttl(33, 'inet6'),
      sys.tos(0x2a, 'inet6'),
      sys.pktInfo({ ifIndex: lo, addr: '::1' }, 'inet6'),
    )
    sys.sendmsg(a, new Uint8Array(3), 0, control)
    const told = new Map(receive(b).map((m) => [m.type, m]))
    const of = (type: number) => told.get(type) ?? { level: 0, type: 0, data: new Uint8Array() }
    expect(sys.parsePktInfo(of(sys.IPV6_PKTINFO))).toEqual({ ifIndex: lo, addr: '::1' })
    expect(sys.parseTTL(of(sys.IPV6_HOPLIMIT))).toBe(33)
    expect(sys.parseTOS(of(sys.IPV6_TCLASS))).toBe(0x2a)
  })

  it('sends from the address that is asked for', () => {
    const [, b] = udpPair('inet4', sys.IPPROTO_IP)
    const a = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC))
    const control = sys.pktInfo({ ifIndex: 0, spec: '127.0.0.9' })
    sys.sendmsg(a, new Uint8Array(1), 0, control, 0, 0, sys.getsockname(b))
    const name = new Uint8Array(sys.SOCKADDR_STORAGE_SIZE)
    sys.recvfrom(b, new Uint8Array(1), 0, 1, 0, name)
    expect(sys.decodeSockaddr(name)).toMatchObject({ addr: '127.0.0.9' })
  })

  it.each([
    ['SO_TIMESTAMPNS', sys.SO_TIMESTAMPNS, sys.SCM_TIMESTAMPNS],
    ['SO_TIMESTAMP', sys.SO_TIMESTAMP, sys.SCM_TIMESTAMP],
  ])('has the time with %s', (_, option, type) => {
    const [a, b] = udpPair('inet4', sys.SOL_SOCKET, option)
    sys.send(a, new Uint8Array(1))
    const [message] = receive(b)
    if (message === undefined) throw new Error('no control data came')
    expect(message).toMatchObject({ level: sys.SOL_SOCKET, type })
    const { seconds, nanoseconds } = sys.parseTimestamp(message)
    expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(60)
    expect(nanoseconds).toBeLessThan(1e9)
  })

  it('is cut with a header that looks whole when there is no room, and says so', () => {
    const [a, b] = udpPair('inet4', sys.SOL_SOCKET, sys.SO_TIMESTAMPNS)
    sys.send(a, new Uint8Array(1))
    const control = new Uint8Array(20)
    const { controlLength, flags } = sys.recvmsg(b, new Uint8Array(1), 0, control)
    expect([flags, controlLength]).toEqual([sys.MSG_CTRUNC, 20])
    const cut = only(control)
    expect(cut.data).toHaveLength(4)
    expect(code(() => sys.parseTimestamp(cut))).toBe('EINVAL')
  })

  it('tells of packets that were dropped', () => {
    const [a, b] = udpPair('inet4', sys.SOL_SOCKET, sys.SO_RXQ_OVFL)
    sys.setsockopt(b, sys.SOL_SOCKET, sys.SO_RCVBUF, 1)
    const data = new Uint8Array(1200)
    for (let i = 0; i < 50; i++) sys.send(a, data)
    receive(b)
    sys.send(a, data)
    let drops = 0
    // Behind those that came before the first loss; an empty queue fails the test.
    while (drops === 0) {
      const [message] = receive(b)
      if (message !== undefined) drops = sys.parseDrops(message)
    }
    expect(drops).toBeGreaterThan(0)
  })

  it('joins datagrams and cuts what is to be many', () => {
    const [a, b] = udpPair('inet4', sys.SOL_SOCKET)
    sys.setsockopt(b, sys.SOL_UDP, sys.UDP_GRO, true)
    sys.sendmsg(a, new Uint8Array(1000), 0, sys.segmentSize(300))
    const control = new Uint8Array(64)
    const got = sys.recvmsg(b, new Uint8Array(65_535), 0, control)
    expect(got.bytes).toBe(1000)
    expect(sys.parseSegmentSize(only(control.subarray(0, got.controlLength)))).toBe(300)
    sys.send(a, new Uint8Array(10))
    expect(sys.recvmsg(b, new Uint8Array(65_535), 0, control).controlLength).toBe(0)
  })

  it.runIf(hasIPv6)(
    'of an IPv4 packet on a dual-stack socket: a mapped address, and IP_TOS',
    () => {
      const b = own(sys.socket(sys.AF_INET6, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
      sys.setsockopt(b, sys.IPPROTO_IPV6, sys.IPV6_V6ONLY, false)
      sys.bind(b, { family: 'inet6', addr: '::', port: 0, scopeId: 0, flowinfo: 0 })
      sys.setsockopt(b, sys.IPPROTO_IPV6, sys.IPV6_RECVPKTINFO, true)
      sys.setsockopt(b, sys.IPPROTO_IP, sys.IP_PKTINFO, true)
      sys.setsockopt(b, sys.IPPROTO_IP, sys.IP_RECVTOS, true)
      const { port } = sys.decodeSockaddr(sys.getsockname(b)) as sys.SockaddrInet6
      const a = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC))
      sys.sendto(a, new Uint8Array(1), 0, 1, 0, loopback('inet4', port))
      const got = receive(b)
      const infos = got.filter(({ data }) => data.length > 4).map(sys.parsePktInfo)
      const addr = '127.0.0.1'
      expect(infos).toHaveLength(2)
      expect(infos).toContainEqual({ ifIndex: lo, addr })
      expect(infos).toContainEqual({ ifIndex: lo, addr, spec: addr })
      expect(got).toContainEqual({
        level: sys.IPPROTO_IP,
        type: sys.IP_TOS,
        data: Uint8Array.of(0),
      })
    },
  )
})

describe('the error queue', () => {
  it('tells which address refused, and is empty after that', () => {
    const [, gone] = udpPair('inet4', sys.SOL_SOCKET)
    const to = sys.getsockname(gone)
    sys.connect(gone, to)
    const a = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC))
    sys.setsockopt(a, sys.IPPROTO_IP, sys.IP_RECVERR, true)
    // A socket that is connected to itself takes packets of no one else.
    expect(sys.sendto(a, new Uint8Array(3), 0, 3, 0, to)).toBe(3)
    const control = new Uint8Array(512)
    const name = new Uint8Array(sys.SOCKADDR_STORAGE_SIZE)
    const got = sys.recvmsg(a, new Uint8Array(64), sys.MSG_ERRQUEUE, control, name)
    expect(got).toMatchObject({ bytes: 3, flags: sys.MSG_ERRQUEUE, nameLength: 16 })
    expect(name.subarray(0, 16)).toEqual(to)
    const [message] = sys.parseSocketControlMessage(control.subarray(0, got.controlLength))
    if (message === undefined) throw new Error('no control data came')
    expect(sys.parseExtendedErr(message)).toEqual({
      errno: -sys.ECONNREFUSED,
      code: 'ECONNREFUSED',
      origin: sys.SO_EE_ORIGIN_ICMP,
      type: 3,
      icmpCode: 3,
      info: 0,
      data: 0,
      offender: loopback('inet4'),
    })
    expect(code(() => receive(a, sys.MSG_ERRQUEUE))).toBe('EAGAIN')
    // Reading the queue to its end has cleared what was pending.
    expect(sys.sendto(a, new Uint8Array(3), 0, 3, 0, to)).toBe(3)
  })

  it('has no offender for an error of this machine', () => {
    const [a] = udpPair('inet4', sys.SOL_SOCKET)
    sys.setsockopt(a, sys.IPPROTO_IP, sys.IP_RECVERR, true)
    expect(code(() => sys.send(a, new Uint8Array(65_508)))).toBe('EMSGSIZE')
    const [message] = receive(a, sys.MSG_ERRQUEUE)
    if (message === undefined) throw new Error('no control data came')
    expect(sys.parseExtendedErr(message)).toMatchObject({
      code: 'EMSGSIZE',
      origin: sys.SO_EE_ORIGIN_LOCAL,
      info: 65_535,
      offender: null,
    })
  })
})

describe('wrong control data', () => {
  const udp = () => udpPair('inet4', sys.SOL_SOCKET)[0]
  const send = (fd: number, control: Uint8Array) =>
    code(() => sys.sendmsg(fd, new Uint8Array(1), 0, control))
  const of = (level: number, type: number, ...data: number[]) =>
    sys.socketControlMessage(level, type, Uint8Array.from(data))

  it('is EINVAL: an unknown type, a hop limit of one byte or of 0, a traffic class of 256', () => {
    for (const control of [
      of(sys.SOL_SOCKET, 999),
      of(sys.IPPROTO_IP, 999),
      of(sys.IPPROTO_IP, sys.IP_TTL, 64),
      of(sys.IPPROTO_IP, sys.IP_TTL, 0, 0, 0, 0),
      of(sys.IPPROTO_IP, sys.IP_TOS, 0, 1, 0, 0),
    ]) {
      expect(send(udp(), control)).toBe('EINVAL')
    }
  })

  it('is ignored: any other level, and descriptors over UDP', () => {
    const fd = udp()
    expect(sys.sendmsg(fd, new Uint8Array(1), 0, of(999, 1))).toBe(1)
    expect(sys.sendmsg(fd, new Uint8Array(1), 0, sys.unixRights(fd))).toBe(1)
  })

  it('is ENOBUFS when there is more than the kernel takes', () => {
    const much = sys.socketControlMessage(999, 1, new Uint8Array(1 << 20))
    expect(send(udp(), much)).toBe('ENOBUFS')
  })

  it('is EINVAL: 254 descriptors; EBADF: one that is not open, and nothing is sent', () => {
    const [from, to] = ownBoth(
      sys.socketpair(sys.AF_UNIX, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK | sys.SOCK_CLOEXEC),
    )
    expect(send(from, sys.unixRights(...new Array<number>(254).fill(from)))).toBe('EINVAL')
    expect(send(from, sys.unixRights(2 ** 30))).toBe('EBADF')
    expect(code(() => receive(to))).toBe('EAGAIN')
  })
})
