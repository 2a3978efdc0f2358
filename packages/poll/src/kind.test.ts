import {
  AF_INET,
  AF_UNIX,
  close,
  eventfd,
  IPPROTO_ICMP,
  pipe2,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  socket,
  socketpair,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { countCalls } from '../test/support.js'
import { kindOf, STREAM } from './kind.js'

/** The kind of what `make` opens. */
function opened(make: () => number | [number, number]) {
  const made = make()
  const numbers = typeof made === 'number' ? [made] : made
  try {
    return kindOf(numbers[0] as number, {})
  } finally {
    for (const fd of numbers) close(fd)
  }
}

describe('kindOf', () => {
  const unix = (type: number) => () => socketpair(AF_UNIX, type | SOCK_CLOEXEC)

  const ip = (type: number, protocol?: number) => () =>
    socket(AF_INET, type | SOCK_CLOEXEC, protocol)
  it.each<[string, () => number | [number, number], string[]]>([
    ['a TCP socket', ip(SOCK_STREAM), ['socket', 'stream', 'zeroReadIsEOF', 'mortal']],
    ['a UDP socket', ip(SOCK_DGRAM), ['socket', 'message', 'datagram']],
    ['a Unix stream', unix(SOCK_STREAM), ['socket', 'zeroReadIsEOF', 'mortal']],
    ['a Unix datagram socket', unix(SOCK_DGRAM), ['socket', 'message', 'datagram']],
    [
      'a Unix packet socket',
      unix(SOCK_SEQPACKET),
      ['socket', 'zeroReadIsEOF', 'message', 'mortal'],
    ],
    ['a raw socket', ip(SOCK_RAW, IPPROTO_ICMP), ['socket', 'message', 'datagram']],
    ['a pipe', () => pipe2(), ['zeroReadIsEOF']],
    ['an eventfd', () => eventfd(0), ['zeroReadIsEOF']],
  ])('asks the kernel about %s', (_name, make, traits) => {
    const kind = opened(make)
    expect(Object.keys(kind).filter((key) => kind[key as keyof typeof kind])).toEqual(traits)
  })

  it('asks nothing when its maker says it all, and shares one object', () => {
    const calls = countCalls('getsockopt')
    const tcp = kindOf(99, { stream: true, net: 'tcp' })
    expect(tcp).toBe(STREAM)
    expect(kindOf(100, { stream: true, net: 'tcp4' })).toBe(tcp)
    expect(kindOf(100, { net: 'file' }).socket).toBe(false)
    const udp = { stream: false, zeroReadIsEOF: false, message: true, net: 'udp' }
    expect(kindOf(99, udp)).toBe(kindOf(100, { ...udp, net: 'unixgram' }))
    expect(calls.getsockopt).toBe(0)
  })

  it('believes its maker', () => {
    expect(kindOf(99, { stream: true, zeroReadIsEOF: false, net: 'unix' })).toEqual({
      socket: true,
      stream: true,
      zeroReadIsEOF: false,
      message: false,
      mortal: false,
      datagram: true,
    })
  })
})
