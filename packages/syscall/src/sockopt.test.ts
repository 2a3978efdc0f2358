import { describe, expect, it } from 'vitest'
import { isRoot, listening, own, tcpPair, text, thrown } from '../test/fds.js'
import * as sys from './index.js'
import * as raw from './raw.js'

const tcp = () => own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))

describe('setsockopt and getsockopt', () => {
  it('take and give an int', () => {
    const fd = tcp()
    sys.setsockopt(fd, sys.IPPROTO_TCP, sys.TCP_KEEPIDLE, 77)
    expect(sys.getsockopt(fd, sys.IPPROTO_TCP, sys.TCP_KEEPIDLE)).toBe(77)
  })

  it.each([
    [true, 1],
    [false, 0],
  ])('take %s for a flag', (on, expected) => {
    const fd = tcp()
    sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_KEEPALIVE, on)
    expect(sys.getsockopt(fd, sys.SOL_SOCKET, sys.SO_KEEPALIVE)).toBe(expected)
  })

  it('tell a value of -1 from an error', () => {
    const fd = tcp()
    sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_PEEK_OFF, -1)
    expect(sys.getsockopt(fd, sys.SOL_SOCKET, sys.SO_PEEK_OFF)).toBe(-1)
    const out = new Int32Array(1)
    expect(raw.getsockopt(fd, sys.SOL_SOCKET, sys.SO_PEEK_OFF, out)).toBe(0)
    expect(out[0]).toBe(-1)
  })

  it('the raw entry gives the value itself when nothing is passed for it', () => {
    expect(raw.getsockopt(tcp(), sys.SOL_SOCKET, sys.SO_TYPE)).toBe(sys.SOCK_STREAM)
  })

  it('an int of one byte is read as one', () => {
    const fd = tcp()
    sys.setsockopt(fd, sys.IPPROTO_IP, sys.IP_TTL, Uint8Array.of(200))
    expect(sys.getsockopt(fd, sys.IPPROTO_IP, sys.IP_TTL)).toBe(200)
  })

  it('an unsigned value with its top bit set is the same 32 bits', () => {
    const fd = tcp()
    sys.setsockopt(fd, sys.IPPROTO_TCP, sys.TCP_NOTSENT_LOWAT, 2 ** 32 - 2)
    expect(sys.getsockopt(fd, sys.IPPROTO_TCP, sys.TCP_NOTSENT_LOWAT)).toBe(-2)
  })

  it('take a name as a string and give it back as bytes', () => {
    const fd = tcp()
    const available = text(sys.getsockoptBytes(fd, sys.IPPROTO_TCP, sys.TCP_CONGESTION, 16))
    expect(available).toMatch(/^[a-z]+\0/)
    sys.setsockopt(fd, sys.IPPROTO_TCP, sys.TCP_CONGESTION, 'reno')
    const name = sys.getsockoptBytes(fd, sys.IPPROTO_TCP, sys.TCP_CONGESTION, 16)
    expect(text(name)).toBe('reno'.padEnd(16, '\0'))
    expect(
      thrown(() => sys.setsockopt(fd, sys.IPPROTO_TCP, sys.TCP_CONGESTION, 'none')),
    ).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt' })
    expect(() => sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_MARK, 'x'.repeat(256))).toThrow(
      RangeError,
    )
  })

  it.runIf(isRoot)('an empty string takes a name back', () => {
    const fd = tcp()
    const device = () => sys.getsockoptBytes(fd, sys.SOL_SOCKET, sys.SO_BINDTODEVICE, 16)
    sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_BINDTODEVICE, 'lo')
    expect(text(device())).toBe('lo\0')
    sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_BINDTODEVICE, '')
    expect(device()).toHaveLength(0)
  })

  it('take and give raw bytes, and cut the answer where the kernel stopped', () => {
    const fd = tcp()
    const linger = new Uint8Array(new Int32Array([1, 9]).buffer)
    sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_LINGER, linger)
    expect(sys.getsockoptBytes(fd, sys.SOL_SOCKET, sys.SO_LINGER, 64)).toEqual(linger)
    expect(sys.getsockoptBytes(fd, sys.SOL_SOCKET, sys.SO_LINGER, 4)).toEqual(linger.slice(0, 4))
    expect(sys.getsockoptBytes(fd, sys.SOL_SOCKET, sys.SO_LINGER, 0)).toEqual(new Uint8Array(0))
  })

  it('an option that no kernel has is ENOPROTOOPT', () => {
    const fd = tcp()
    const expected = { code: 'ENOPROTOOPT', message: 'setsockopt: protocol not available' }
    expect(thrown(() => sys.setsockopt(fd, sys.SOL_SOCKET, 999_999, 1))).toMatchObject(expected)
    expect(thrown(() => sys.getsockopt(fd, sys.IPPROTO_TCP, 999_999))).toMatchObject({
      code: 'ENOPROTOOPT',
      syscall: 'getsockopt',
    })
  })

  it.each([
    ['null', null],
    ['undefined', undefined],
    ['an object', { on: true }],
    ['an Int32Array', new Int32Array(2)],
    ['a BigInt', 1n],
  ])('refuse %s as a value', (_what, value) => {
    const fd = tcp()
    expect(() =>
      sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_KEEPALIVE, value as unknown as number),
    ).toThrow(TypeError)
  })

  it.each([1.5, Number.NaN, 2 ** 32, -(2 ** 31) - 1])('refuse the number %d', (value) => {
    const fd = tcp()
    expect(() => sys.setsockopt(fd, sys.SOL_SOCKET, sys.SO_MARK, value)).toThrow(RangeError)
  })

  const SOL_MPTCP = 284
  const MPTCP_FULL_INFO = 4
  it.each([
    ['TCP_ZEROCOPY_RECEIVE', sys.IPPROTO_TCP, sys.TCP_ZEROCOPY_RECEIVE],
    ['MPTCP_FULL_INFO', SOL_MPTCP, MPTCP_FULL_INFO],
    ['IPT_SO_SET_REPLACE', sys.IPPROTO_IP, 64],
    ['IP6T_SO_SET_REPLACE', sys.IPPROTO_IPV6, 64],
    ['ARPT_SO_SET_REPLACE', sys.IPPROTO_IP, 96],
    ['EBT_SO_SET_ENTRIES', sys.IPPROTO_IP, 128],
    ['EBT_SO_GET_INIT_ENTRIES', sys.IPPROTO_IP, 131],
    ['SO_ATTACH_FILTER and SO_GET_FILTER', sys.SOL_SOCKET, sys.SO_ATTACH_FILTER],
    ['SO_ATTACH_REUSEPORT_CBPF', sys.SOL_SOCKET, sys.SO_ATTACH_REUSEPORT_CBPF],
    ['TCP_AO_GET_KEYS', sys.IPPROTO_TCP, 41],
    ['RDS_GET_MR', 276, 2],
  ])(
    'refuse %s, for which the kernel writes beside the bytes it is given',
    (_name, level, optname) => {
      const [fd] = tcpPair()
      const wild = new Uint8Array(64).fill(0x41)
      expect(() => raw.getsockoptBytes(fd, level, optname, wild)).toThrow(/no more than its bytes/)
      expect(() => raw.setsockopt(fd, level, optname, wild)).toThrow(RangeError)
      expect(() => raw.getsockopt(fd, level, optname)).toThrow(RangeError)
      expect(() => raw.setsockopt(fd, level, optname, 1)).toThrow(RangeError)
    },
  )

  const SOL_XDP = 283
  const SOL_SCTP = 132
  const SOL_PACKET = 263
  it.each([
    ['XDP_UMEM_REG', SOL_XDP, 4],
    ['SCTP_SOCKOPT_CONNECTX3', SOL_SCTP, 111],
    ['PACKET_FANOUT_DATA', SOL_PACKET, 22],
    ['what comes after the last option of a socket', sys.SOL_SOCKET, 84],
    ['what comes after the last option of TCP', sys.IPPROTO_TCP, 47],
    ['the first of iptables for IPv6', sys.IPPROTO_IPV6, 65],
    ['a negative number', sys.SOL_SOCKET, -1],
    ['a level that nothing has', 9999, 1],
  ])(
    'refuse bytes and strings for %s, which is not known to be plain data',
    (_name, level, optname) => {
      const [fd] = tcpPair()
      const wild = new Uint8Array(64).fill(0x41)
      const refused = (door: string) => `option ${optname} of level ${level} needs ${door}`
      for (const value of [wild, 'AAAA', new Uint8Array(0)]) {
        const set = thrown(() => raw.setsockopt(fd, level, optname, value))
        expect(set).toBeInstanceOf(RangeError)
        expect(set.message).toContain(refused('unsafeSetsockopt'))
      }
      const get = thrown(() => raw.getsockoptBytes(fd, level, optname, wild))
      expect(get).toBeInstanceOf(RangeError)
      expect(get.message).toContain(refused('unsafeGetsockopt'))
      expect(wild).toEqual(new Uint8Array(64).fill(0x41))
      // No pointer fits into an int.
      expect(raw.setsockopt(fd, level, optname, 1)).toBeLessThan(0)
      expect(raw.getsockopt(fd, level, optname)).toBeLessThan(0)
    },
  )

  it('know every option of the table to be plain data', () => {
    const closed = 2 ** 30
    for (const { level, optname } of Object.values<sys.Sockopt>(sys.sockopt)) {
      expect(raw.setsockopt(closed, level, optname, new Uint8Array(4))).toBe(-sys.EBADF)
      expect(raw.getsockoptBytes(closed, level, optname, new Uint8Array(4))).toBe(-sys.EBADF)
    }
  })

  it('say what has to be done for a row of one’s own', () => {
    const row = { ...sys.sockopt.cookie, optname: 84 }
    expect(() => sys.getOption(tcp(), row)).toThrow(/option 84 of level 1 needs unsafeGetsockopt/)
  })

  it('the unsafe ones take any option, in bytes alone', () => {
    const fd = tcp()
    const idle = (seconds: number) => new Uint8Array(Int32Array.of(seconds).buffer)
    expect(raw.unsafeSetsockopt(fd, sys.IPPROTO_TCP, sys.TCP_KEEPIDLE, idle(77))).toBe(0)
    const out = new Uint8Array(8)
    expect(raw.unsafeGetsockopt(fd, sys.IPPROTO_TCP, sys.TCP_KEEPIDLE, out)).toBe(4)
    expect(out.subarray(0, 4)).toEqual(idle(77))
    // struct sock_fprog without instructions: the kernel looks at the length alone.
    expect(raw.unsafeSetsockopt(fd, sys.SOL_SOCKET, sys.SO_ATTACH_FILTER, new Uint8Array(16))).toBe(
      -sys.EINVAL,
    )
    expect(raw.unsafeGetsockopt(fd, sys.SOL_SOCKET, 84, out)).toBeLessThan(0)
    expect(() =>
      raw.unsafeSetsockopt(fd, sys.SOL_SOCKET, sys.SO_KEEPALIVE, 1 as unknown as Uint8Array),
    ).toThrow(TypeError)
  })

  const MCAST_JOIN_SOURCE_GROUP = 46
  const MCAST_MSFILTER = 48
  const IPV4 = Uint8Array.from([2, 0, 0, 0])

  it('refuse to ask for more sources of a group than there is room for', () => {
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_CLOEXEC))
    const group = [232, 1, 2, 3]
    // struct group_source_req: the interface, the group, a source.
    for (let i = 1; i <= 8; i++) {
      const join = new Uint8Array(8 + 128 + 128)
      join[0] = 1
      join.set([...IPV4, ...group], 8)
      join.set([...IPV4, 10, 0, 0, i], 8 + 128)
      expect(raw.setsockopt(fd, sys.IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, join)).toBe(0)
    }
    // struct group_filter: the interface, the group, mode, how many sources there is room for, and those.
    const filter = (room: number, said: number) => {
      const out = new Uint8Array(144 + room * 128)
      out[0] = 1
      out.set([...IPV4, ...group], 8)
      new DataView(out.buffer).setUint32(140, said, true)
      return out
    }
    for (const level of [sys.IPPROTO_IP, sys.IPPROTO_IPV6]) {
      for (const [room, said] of [
        [0, 1],
        [2, 8],
        [8, 2 ** 32 - 1],
      ] as const) {
        const ask = () => raw.getsockoptBytes(fd, level, MCAST_MSFILTER, filter(room, said))
        expect(ask).toThrow(RangeError)
      }
    }
    const out = filter(8, 8)
    expect(raw.getsockoptBytes(fd, sys.IPPROTO_IP, MCAST_MSFILTER, out)).toBe(out.length)
    expect([out[140], out[144]]).toEqual([8, sys.AF_INET])
    // struct ip_msfilter: the group, the interface, mode, how many, and addresses of four bytes.
    const short = new Uint8Array(16 + 4)
    new DataView(short.buffer).setUint32(12, 2, true)
    expect(() => raw.getsockoptBytes(fd, sys.IPPROTO_IP, sys.IP_MSFILTER, short)).toThrow(
      RangeError,
    )
  })

  it('leave the other options of these levels alone', () => {
    const [fd] = tcpPair()
    const got = raw.getsockoptBytes(fd, sys.IPPROTO_IP, sys.SO_ORIGINAL_DST, new Uint8Array(16))
    expect([16, -sys.ENOENT, -sys.ENOPROTOOPT]).toContain(got)
    expect(raw.getsockopt(fd, SOL_MPTCP, sys.MPTCP_INFO)).toBe(-sys.EOPNOTSUPP)
  })
})

describe('linger', () => {
  it.each([
    { on: true, seconds: 0 },
    { on: true, seconds: 7 },
    { on: false, seconds: 0 },
  ])('comes back as it was set: %o', (linger) => {
    const fd = tcp()
    sys.setsockoptLinger(fd, sys.SOL_SOCKET, sys.SO_LINGER, linger)
    expect(sys.getsockoptLinger(fd, sys.SOL_SOCKET, sys.SO_LINGER)).toEqual(linger)
  })

  it('refuses seconds that are not a C int', () => {
    for (const seconds of [1.5, Number.NaN, 2 ** 31]) {
      expect(() =>
        sys.setsockoptLinger(tcp(), sys.SOL_SOCKET, sys.SO_LINGER, { on: true, seconds }),
      ).toThrow(new RangeError('seconds must be a whole number of 32 bits'))
    }
  })
})

describe('timeval', () => {
  it.each([
    { seconds: 0, microseconds: 0 },
    { seconds: 3, microseconds: 500_000 },
    { seconds: 100_000, microseconds: 0 },
  ])('comes back as it was set: %o', (value) => {
    const fd = tcp()
    for (const optname of [sys.SO_RCVTIMEO, sys.SO_SNDTIMEO]) {
      sys.setsockoptTimeval(fd, sys.SOL_SOCKET, optname, value)
      expect(sys.getsockoptTimeval(fd, sys.SOL_SOCKET, optname)).toEqual(value)
    }
  })

  it('of a million microseconds is EDOM', () => {
    const value = { seconds: 0, microseconds: 1_000_000 }
    expect(
      thrown(() => sys.setsockoptTimeval(tcp(), sys.SOL_SOCKET, sys.SO_RCVTIMEO, value)).code,
    ).toBe('EDOM')
  })

  it('is not what another option holds', () => {
    expect(() => sys.getsockoptTimeval(tcp(), sys.SOL_SOCKET, sys.SO_KEEPALIVE)).toThrow(
      new RangeError('this option has 4 bytes, not a struct of 16'),
    )
  })
})

describe('a pending error', () => {
  it('is told once by SO_ERROR', () => {
    const listener = listening()
    const address = sys.getsockname(listener)
    const fd = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM | sys.SOCK_NONBLOCK))
    sys.shutdown(listener, sys.SHUT_RDWR)
    expect([-sys.EINPROGRESS, -sys.ECONNREFUSED]).toContain(raw.connect(fd, address))
    const epfd = own(sys.epollCreate1())
    sys.epollCtl(epfd, sys.EPOLL_CTL_ADD, fd, sys.EPOLLOUT)
    sys.epollWait(epfd, new Int32Array(3), -1)
    const told = sys.getsockopt(fd, sys.SOL_SOCKET, sys.SO_ERROR)
    expect(sys.errnoName(told)).toBe('ECONNREFUSED')
    expect(sys.getsockopt(fd, sys.SOL_SOCKET, sys.SO_ERROR)).toBe(0)
  })
})
