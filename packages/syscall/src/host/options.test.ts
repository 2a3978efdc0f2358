import { describe, expect, it } from 'vitest'
import { ENOTSUP } from '../backend.js'
import {
  EINVAL,
  ENOPROTOOPT,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEPORT,
  SO_SNDBUF,
  SOL_SOCKET,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_NODELAY,
  TCP_USER_TIMEOUT,
} from '../constants.js'
import { encodeLinger } from '../sockopt.js'
import { BoundSocket, Options } from './options.js'

const set = (level: number, optname: number, value: number | boolean | string | Uint8Array) =>
  new Options().set(null, level, optname, value)

describe('an option', () => {
  it.each([
    ['TCP_NODELAY', IPPROTO_TCP, TCP_NODELAY],
    ['SO_KEEPALIVE', SOL_SOCKET, SO_KEEPALIVE],
  ])('%s is set and asked for', (_, level, optname) => {
    const options = new Options()
    expect(options.ask(level, optname)).toBe(0)
    expect(options.set(null, level, optname, true)).toBe(0)
    expect(options.ask(level, optname)).toBe(1)
    expect(options.set(null, level, optname, Uint8Array.of(0, 0, 0, 0))).toBe(0)
    expect(options.ask(level, optname)).toBe(0)
  })

  it.each([
    ['SO_RCVBUF', SOL_SOCKET, SO_RCVBUF],
    ['SO_SNDBUF', SOL_SOCKET, SO_SNDBUF],
    ['TCP_USER_TIMEOUT', IPPROTO_TCP, TCP_USER_TIMEOUT],
    ['that no system has', 9999, 1],
  ])('%s is refused', (_, level, optname) => {
    expect(set(level, optname, 1)).toBe(-ENOPROTOOPT)
    expect(new Options().ask(level, optname)).toBeUndefined()
  })

  it('takes a string nowhere', () => {
    expect(set(IPPROTO_TCP, TCP_NODELAY, '1')).toBe(-ENOPROTOOPT)
  })

  it.each([0, -1, 32_768, Number.NaN])('TCP_KEEPIDLE is not %d', (value) => {
    expect(set(IPPROTO_TCP, TCP_KEEPIDLE, value)).toBe(-EINVAL)
  })

  it('has the interval and the count of probes where the runtime takes them', () => {
    const wanted = BoundSocket === undefined ? -ENOPROTOOPT : 0
    expect(set(IPPROTO_TCP, TCP_KEEPINTVL, 5)).toBe(wanted)
    expect(set(IPPROTO_TCP, TCP_KEEPCNT, 5)).toBe(wanted)
  })

  it('SO_REUSEPORT is refused where the runtime would ignore it, and may be off everywhere', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const takes = major > 22 || (major === 22 && minor >= 12)
    expect(set(SOL_SOCKET, SO_REUSEPORT, 1)).toBe(takes ? 0 : -ENOTSUP)
    expect(set(SOL_SOCKET, SO_REUSEPORT, 0)).toBe(0)
  })

  it('SO_LINGER resets with no time, and waits for none', () => {
    const options = new Options()
    const linger = (on: boolean, seconds: number) =>
      options.set(null, SOL_SOCKET, SO_LINGER, encodeLinger({ on, seconds }))
    expect([linger(true, 0), options.resets]).toEqual([0, true])
    const out = new Uint8Array(8)
    expect(options.askBytes(SOL_SOCKET, SO_LINGER, out)).toBe(8)
    expect(out).toEqual(encodeLinger({ on: true, seconds: 0 }))
    expect([linger(true, 3), options.resets]).toEqual([-ENOPROTOOPT, true])
    expect([linger(false, 3), options.resets]).toEqual([0, false])
    expect(options.set(null, SOL_SOCKET, SO_LINGER, 1)).toBe(-EINVAL)
  })

  it('is inherited, and changes nothing where it came from', () => {
    const from = new Options()
    from.set(null, IPPROTO_TCP, TCP_NODELAY, 1)
    const to = new Options()
    to.inherit(from)
    to.set(null, IPPROTO_TCP, TCP_NODELAY, 0)
    expect([from, to].map((options) => options.ask(IPPROTO_TCP, TCP_NODELAY))).toEqual([1, 0])
  })
})
