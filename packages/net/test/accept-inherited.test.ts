// What an accepted socket has from its listener, so that no call has to give it or ask for it.
import * as nodeNet from 'node:net'
import { hook as pollHook } from '@netfd/poll/testing'
import {
  EPOLL_CTL_DEL,
  IPPROTO_TCP,
  SO_KEEPALIVE,
  SOL_SOCKET,
  setsockopt,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from '@netfd/syscall'
import { close } from '@netfd/syscall/raw'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RawConn, TCPConn, TCPListener } from '../src/index.js'
import { backend, Dialer, fileListener, hook } from '../src/index.js'
import { countCalls, dialed, listening, pair, replace, replacePoll, track } from './support.js'

// The last two are not to be had everywhere on the host backend: see the row `probes` of tools/capabilities.mjs.
const OPTIONS = (['noDelay', 'keepAlive', 'keepIdle', 'keepInterval', 'keepCount'] as const).slice(
  0,
  backend === 'epoll' || 'BoundSocket' in nodeNet ? 5 : 3,
)

const DEFAULTS = [true, true, 15, 15, 9].slice(0, OPTIONS.length)

/** The values that the kernel has. */
const valuesOf = (conn: TCPConn): (number | boolean)[] =>
  OPTIONS.map((option) => conn.getOption(option))

/** Counts the calls of net's hook until the test ends. */
function counted<K extends 'setsockopt' | 'getsockopt' | 'getsockname'>(
  name: K,
): { calls: number } {
  const counts = { calls: 0 }
  const call = hook[name] as (...args: unknown[]) => number
  replace({
    [name]: (...args: unknown[]) => {
      counts.calls++
      return call(...args)
    },
  })
  return counts
}

/** The end that a listener accepts of a connection from a client whose own options are left alone. */
async function accepted(listener: TCPListener, dialer = new Dialer()): Promise<TCPConn> {
  const { port } = listener.addr
  const host = listener.addr.ip === '::1' ? '[::1]' : '127.0.0.1'
  await dialed(`${host}:${port}`, 'tcp', dialer)
  return track(await listener.accept())
}

describe('the options of an accepted connection', () => {
  it.each([
    ['tcp', '127.0.0.1:0', false],
    ['tcp', '[::1]:0', false],
    ['tcp4', '0.0.0.0:0', false],
    ['tcp', ':0', false],
    ['tcp', '127.0.0.1:0', true],
  ])(
    'are those of the listener on %s %s, without a call (mptcp: %s)',
    async (network, address, mptcp) => {
      const listener = await listening(network, address, { mptcp })
      expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
      const asked = counted('getsockopt')
      await dialed(`${listener.addr.ip === '::1' ? '[::1]' : '127.0.0.1'}:${listener.addr.port}`)
      const set = counted('setsockopt')
      const before = asked.calls
      const conn = track(await listener.accept())
      expect([set.calls, asked.calls - before]).toEqual([0, 0])
      expect(valuesOf(conn)).toEqual(DEFAULTS)
    },
  )

  it('are the listener’s for Multipath TCP connections as well', async () => {
    const listener = await listening('tcp', '127.0.0.1:0', { mptcp: true })
    for (const mptcp of [false, true, false, true]) {
      const conn = await accepted(listener, new Dialer({ mptcp }))
      expect([conn.multipathTCP(), valuesOf(conn)]).toEqual([mptcp, DEFAULTS])
    }
  })

  it.each([
    [{ keepAlive: -1 }, [true, false]],
    [{ keepAlive: 7_000 }, [true, true, 7, 15, 9]],
    [
      { keepAliveConfig: { enable: true, idle: 3_000, interval: 2_000, count: 4 } },
      [true, true, 3, 2, 4],
    ],
  ])('are those of the ListenConfig: %j', async (options, values) => {
    const listener = await listening('tcp', '127.0.0.1:0', options)
    for (let i = 0; i < 3; i++) {
      const conn = await accepted(listener)
      expect(valuesOf(conn).slice(0, values.length)).toEqual(values.slice(0, OPTIONS.length))
    }
  })

  it('are set on each where the kernel does not hand them on', async () => {
    const listener = await listening()
    const { getsockopt: ask } = hook
    replace({
      getsockopt: (fd, level, optname) => (optname === TCP_KEEPCNT ? 3 : ask(fd, level, optname)),
    })
    for (let i = 0; i < 2; i++) {
      await dialed(listener.addr)
      const set = counted('setsockopt')
      track(await listener.accept())
      expect(set.calls).toBe(5)
    }
  })

  it('are set on each where the kernel refuses one of them', async () => {
    // More seconds than TCP_KEEPIDLE takes.
    const listener = await listening('tcp', '127.0.0.1:0', { keepAlive: 40_000_000 })
    for (let i = 0; i < 2; i++) {
      const conn = await accepted(listener)
      expect(valuesOf(conn).slice(0, 2)).toEqual([true, true])
    }
  })

  /** Sets the opposite of what a connection is to have. */
  const spoil = (fd: number): void => {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 0)
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, 0)
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 99)
  }

  it('do not depend on what a control callback set on the listener', async () => {
    const control = (_network: string, _address: string, raw: RawConn) => raw.control(spoil)
    const listener = await listening('tcp', '127.0.0.1:0', { control })
    for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
  })

  it('do not depend on what a caller that has the listener’s number sets later', async () => {
    const listener = await listening()
    for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
    listener.syscallConn().control(spoil)
    for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
  })

  it('do not depend on what the raw connection of the listener sets, before it listens or later', async () => {
    const spoilRaw = (raw: RawConn) => {
      raw.setOption('keepAlive', false)
      raw.setOption('keepIdle', 99)
    }
    const control = (_network: string, _address: string, raw: RawConn) => spoilRaw(raw)
    for (const o of [{ control }, {}]) {
      const listener = await listening('tcp', '127.0.0.1:0', o)
      for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
      spoilRaw(listener.syscallConn())
      for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
    }
  })

  it('do not depend on what is set through a duplicate of the listener', async () => {
    const listener = await listening()
    const copy = listener.dup()
    onTestFinished(() => void close(copy))
    spoil(copy)
    for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(listener))).toEqual(DEFAULTS)
  })

  it('do not depend on a listener that came from elsewhere', async () => {
    const listener = await listening()
    const copy = listener.dup()
    onTestFinished(() => void close(copy))
    spoil(copy)
    const adopted = track(fileListener(copy, 'tcp'))
    for (let i = 0; i < 2; i++) expect(valuesOf(await accepted(adopted))).toEqual(DEFAULTS)
  })
})

describe('the local address of an accepted connection', () => {
  it.each([
    ['tcp', '127.0.0.1:0', 0],
    ['tcp', '[::1]:0', 0],
    ['tcp4', '0.0.0.0:0', 1],
    ['tcp', ':0', 1],
  ])(
    'is that of the listener on %s %s, or asked for: %i calls',
    async (network, address, calls) => {
      const listener = await listening(network, address)
      const host = listener.addr.ip === '::1' ? '[::1]' : '127.0.0.1'
      const client = await dialed(`${host}:${listener.addr.port}`)
      const asked = counted('getsockname')
      const conn = track(await listener.accept())
      expect(asked.calls).toBe(calls)
      expect(String(conn.localAddr)).toBe(String(client.remoteAddr))
      expect(conn.localAddr).toBe(conn.localAddr)
    },
  )

  it('is asked for where a caller has the listener’s number, and may have made it transparent', async () => {
    const listener = await listening()
    listener.syscallConn().control(() => undefined)
    const asked = counted('getsockname')
    await accepted(listener)
    // One for the dialed end.
    expect(asked.calls).toBe(2)
  })
})

/** Counts what is deleted from epoll sets until the test ends. */
function deletions(): { calls: number } {
  const counts = { calls: 0 }
  const { epollCtl } = pollHook
  replacePoll({
    epollCtl: (epfd, op, ...rest) => {
      if (op === EPOLL_CTL_DEL) counts.calls++
      return epollCtl(epfd, op, ...rest)
    },
  })
  return counts
}

describe('the close of a connection', () => {
  it('ends its registration by itself', async () => {
    const deleted = deletions()
    const [client, server] = await pair()
    await Promise.all([client.close(), server.close()])
    expect(deleted.calls).toBe(0)
  })

  it.each<[string, (conn: TCPConn) => void]>([
    ['a caller was given its number', (conn) => void conn.syscallConn().control(() => undefined)],
    ['it may linger', (conn) => conn.setOption('linger', { on: true, seconds: 1 })],
    [
      'it has a duplicate',
      (conn) => {
        const copy = conn.dup()
        onTestFinished(() => void close(copy))
      },
    ],
  ])('takes it out of the poller first where %s', async (_, prepare) => {
    const [client] = await pair()
    prepare(client)
    const deleted = deletions()
    await client.close()
    expect(deleted.calls).toBe(1)
  })

  it('is preceded by it when the descriptor goes on as another’s', async () => {
    const [client] = await pair()
    const deleted = deletions()
    close(client.detach())
    expect(deleted.calls).toBe(1)
  })
})

describe('accepting', () => {
  it('looks at O_NONBLOCK only where another process may have the listener', async () => {
    const listener = await listening()
    const looks = countCalls('ensureNonblock')
    await accepted(listener)
    expect(looks.ensureNonblock).toBe(0)
    const copy = listener.dup()
    onTestFinished(() => void close(copy))
    await accepted(listener)
    expect(looks.ensureNonblock).toBeGreaterThan(0)
  })
})
