// Go: net/fd_unix.go (connect) and tcpsock_posix.go (doDialTCP), with the kernel's rare answers injected.
import {
  EADDRNOTAVAIL,
  EALREADY,
  EBADF,
  ECONNREFUSED,
  EHOSTUNREACH,
  EINPROGRESS,
  EINTR,
  EINVAL,
  EISCONN,
  ENOTCONN,
  ETIMEDOUT,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { Dialer, dial, hook, TCPAddr } from '../src/index.js'
import { rejected } from './error-walk.js'
import {
  dialed,
  listening,
  pair,
  refusing,
  replace,
  socketLedger,
  track,
  until,
} from './support.js'

/** Has each entry called for real and answer something else, the first `times` times. */
function answers(name: 'connect' | 'getsockopt' | 'getpeername', value: number, times: number) {
  const before = hook[name] as (...args: unknown[]) => number
  const calls = { n: 0 }
  replace({
    [name]: (...args: unknown[]) => {
      const real = before(...args)
      return calls.n++ < times ? value : real
    },
  })
  return calls
}

/** Has the next dial find its handshake under way still, as it is to another host. */
const farAway = () => answers('getpeername', -ENOTCONN, 1)

describe('connect', () => {
  it.each([
    ['EINPROGRESS', -EINPROGRESS],
    ['EALREADY', -EALREADY],
    ['EINTR, and does not call again', -EINTR],
    ['0', 0],
    ['EISCONN', -EISCONN],
  ])('goes on after %s', async (_, value) => {
    const listener = await listening()
    const calls = answers('connect', value, 1)
    // What the kernel says at once must be true for the last two: so it is waited for first.
    if (value === 0 || value === -EISCONN) {
      const { setNonblock } = hook
      const { connect } = hook
      replace({
        connect: (fd, sockaddr) => {
          setNonblock(fd, 0)
          const r = connect(fd, sockaddr)
          setNonblock(fd, 1)
          return r
        },
      })
    }
    const conn = await dialed(listener.addr)
    expect(calls.n).toBe(1)
    expect(String(conn.remoteAddr)).toBe(String(listener.addr))
    expect(await conn.write('hello')).toBe(5)
  })

  it.each([
    ['ECONNREFUSED', ECONNREFUSED],
    ['EHOSTUNREACH', EHOSTUNREACH],
    ['EINVAL', EINVAL],
    ['ETIMEDOUT', ETIMEDOUT],
  ])('fails with %s, whether at once or later', async (code, errno) => {
    const ledger = socketLedger()
    const listener = await listening()
    answers('connect', -errno, 1)
    const atOnce = await rejected('dial', dial('tcp', String(listener.addr)))
    expect(atOnce).toMatchObject({ code, syscall: 'connect', timeout: code === 'ETIMEDOUT' })
    farAway()
    answers('getsockopt', errno, 1)
    const later = await rejected('dial', dial('tcp', String(listener.addr)))
    expect(later).toMatchObject({ code, syscall: 'connect', timeout: code === 'ETIMEDOUT' })
    expect(later.message).toBe(atOnce.message)
    expect(ledger.open.size).toBe(1)
  })

  it.each([
    ['EINPROGRESS', EINPROGRESS],
    ['EALREADY', EALREADY],
    ['EINTR', EINTR],
  ])('waits on while SO_ERROR is %s', async (_, value) => {
    // The socket is writable once more when its peer has closed: that is the edge it waits for.
    const listener = await listening()
    // The first connection is asked for its options.
    await pair(listener)
    farAway()
    const calls = answers('getsockopt', value, 1)
    const dialing = dial('tcp', String(listener.addr))
    const server = track(await listener.accept())
    await until(() => calls.n === 1)
    await server.reset()
    const error = await rejected('dial', dialing)
    expect(error).toMatchObject({ code: 'ECONNRESET', syscall: 'connect' })
    expect(calls.n).toBe(2)
  })

  it('is connected when SO_ERROR is EISCONN', async () => {
    const listener = await listening()
    farAway()
    answers('getsockopt', EISCONN, 1)
    const conn = await dialed(listener.addr)
    expect(String(conn.remoteAddr)).toBe(String(listener.addr))
  })

  it('reports a getsockopt that fails', async () => {
    const listener = await listening()
    farAway()
    answers('getsockopt', -EBADF, 1)
    const error = await rejected('dial', dial('tcp', String(listener.addr)))
    expect(error).toMatchObject({ code: 'EBADF', syscall: 'getsockopt' })
  })

  it('takes no wake-up without a peer for success', async () => {
    const listener = await listening()
    // Neither the look right after connect(2) nor the one after the first edge finds a peer.
    const calls = answers('getpeername', -ENOTCONN, 2)
    const dialing = dial('tcp', String(listener.addr))
    const server = track(await listener.accept())
    await until(() => calls.n === 2)
    // The edge that ends the wait.
    server.closeWrite()
    const conn = track(await dialing.catch((error: Error) => error as never))
    expect(calls.n).toBe(3)
    expect(String(conn.remoteAddr)).toBe(String(listener.addr))
  })

  it('names the address that was asked for when the kernel names no peer', async () => {
    const listener = await listening()
    answers('getsockopt', EISCONN, 1)
    replace({ getpeername: () => -ENOTCONN })
    const conn = await dialed(listener.addr)
    expect(String(conn.remoteAddr)).toBe(String(listener.addr))
  })

  it('closes the socket when the local address cannot be had', async () => {
    const listener = await listening()
    const ledger = socketLedger()
    replace({ getsockname: () => -EBADF })
    const error = await rejected('dial', dial('tcp', String(listener.addr)))
    expect(error).toMatchObject({ code: 'EBADF', syscall: 'getsockname' })
    expect(ledger).toMatchObject({ made: 1, open: new Set() })
  })
})

/** Makes the first dials connect to themselves, as far as their addresses tell. */
function selfConnects(times: number) {
  const { getsockname, getpeername } = hook
  const calls = { n: 0 }
  replace({
    getsockname: (fd, out) => (calls.n++ < times ? getpeername(fd, out) : getsockname(fd, out)),
  })
  return calls
}

describe('a dial whose local port the kernel chose', () => {
  it.each([1, 2])('is repeated after %i self-connections', async (times) => {
    const listener = await listening()
    const ledger = socketLedger()
    selfConnects(times)
    const conn = await dialed(listener.addr)
    expect(ledger).toMatchObject({ made: times + 1 })
    expect(ledger.open.size).toBe(1)
    expect(conn.localAddr.port).not.toBe(listener.addr.port)
  })

  it('takes the third result, whatever it is', async () => {
    const listener = await listening()
    const ledger = socketLedger()
    selfConnects(99)
    const conn = await dialed(listener.addr)
    expect(ledger.made).toBe(3)
    expect(String(conn.localAddr)).toBe(String(conn.remoteAddr))
  })

  it.each([
    [1, null],
    [2, null],
    [3, 'EADDRNOTAVAIL'],
  ])('is repeated after %i times EADDRNOTAVAIL, then: %s', async (times, code) => {
    const listener = await listening()
    const ledger = socketLedger()
    const calls = answers('connect', -EADDRNOTAVAIL, times)
    const dialing = dial('tcp', String(listener.addr))
    if (code === null) track(await dialing)
    else expect(await rejected('dial', dialing)).toMatchObject({ code, syscall: 'connect' })
    expect(calls.n).toBe(Math.min(times + 1, 3))
    expect(ledger.open.size).toBe(code === null ? 1 : 0)
  })
})

describe('a dial with a local port of its own', () => {
  it('is not repeated', async () => {
    const listener = await listening()
    const { port } = await refusing()
    const calls = answers('connect', -EADDRNOTAVAIL, 1)
    const dialer = new Dialer({ localAddr: new TCPAddr('127.0.0.1', port) })
    const error = await rejected('dial', dialer.dial('tcp', String(listener.addr)))
    expect(error.code).toBe('EADDRNOTAVAIL')
    expect(calls.n).toBe(1)
  })

  it('may connect to itself', async () => {
    const self = await refusing()
    const conn = await dialed(self, 'tcp', new Dialer({ localAddr: self }))
    expect(String(conn.localAddr)).toBe(String(conn.remoteAddr))
    await conn.write('echo')
    expect(await conn.read(new Uint8Array(8))).toBe(4)
  })
})
