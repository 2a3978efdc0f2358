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
import { kindOf } from './kind.js'

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

  it.each<[string, () => number | [number, number], boolean, boolean, boolean]>([
    ['a TCP socket', () => socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC), true, true, true],
    ['a UDP socket', () => socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC), true, false, false],
    ['a Unix stream', unix(SOCK_STREAM), true, false, true],
    ['a Unix datagram socket', unix(SOCK_DGRAM), true, false, false],
    ['a Unix packet socket', unix(SOCK_SEQPACKET), true, false, true],
    [
      'a raw socket',
      () => socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP),
      true,
      false,
      false,
    ],
    ['a pipe', () => pipe2(), false, false, true],
    ['an eventfd', () => eventfd(0), false, false, true],
  ])('asks the kernel about %s', (_name, make, isSocket, stream, zeroReadIsEOF) => {
    const mortal = isSocket && zeroReadIsEOF
    expect(opened(make)).toEqual({ socket: isSocket, stream, zeroReadIsEOF, mortal })
  })

  it('asks nothing when its maker says it all, and shares one object', () => {
    const calls = countCalls('getsockopt')
    const tcp = kindOf(99, { stream: true, net: 'tcp' })
    expect(tcp).toEqual({ socket: true, stream: true, zeroReadIsEOF: true, mortal: true })
    expect(kindOf(100, { stream: true, net: 'tcp4' })).toBe(tcp)
    expect(kindOf(100, { net: 'file' }).socket).toBe(false)
    expect(calls.getsockopt).toBe(0)
  })

  it('believes its maker', () => {
    expect(kindOf(99, { stream: true, zeroReadIsEOF: false, net: 'unix' })).toEqual({
      socket: true,
      stream: true,
      zeroReadIsEOF: false,
      mortal: false,
    })
  })
})
