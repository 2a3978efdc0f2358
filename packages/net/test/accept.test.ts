// Go: net/listen_test.go, timeout_test.go and error_test.go. Accepting, and what may go wrong with it.

import { hook as pollHook } from '@netfd/poll/testing'
import {
  close,
  EBADF,
  ECONNABORTED,
  ECONNRESET,
  EMFILE,
  ENETDOWN,
  ENFILE,
  ENOBUFS,
  ENOMEM,
  ENOSPC,
  EPROTO,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { nextDelay } from '../src/accept-again.js'
import type { RawConn, TCPConn, TCPListener } from '../src/index.js'
import { dial, NetClosingError } from '../src/index.js'
import { rejected, throws } from './error-walk.js'
import {
  countCalls,
  dialed,
  listening,
  never,
  PAST,
  replace,
  replacePoll,
  socketLedger,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

/** Has the next calls of accept4(2) answer these errnos, one each. */
function failing(...errnos: number[]): void {
  const { accept4 } = pollHook
  replacePoll({
    accept4: (...args) => -(errnos.shift() ?? 0) || accept4(...args),
  })
}

/** Has accept4(2) fail until the test ends; how many times it was called. */
function failingFor(errno: number): { calls: number } {
  const tries = { calls: 0 }
  replacePoll({
    accept4: () => {
      tries.calls++
      return -errno
    },
  })
  return tries
}

/** Runs `f` and gives the warnings of this package that came while it ran. */
async function warningsOf(f: () => Promise<unknown>): Promise<(Error & { code?: string })[]> {
  const warnings: (Error & { code?: string })[] = []
  const keep = (warning: Error & { code?: string }) => {
    if (warning.code?.startsWith('NETFD_')) warnings.push(warning)
  }
  process.on('warning', keep)
  await f()
  await turns(2)
  process.off('warning', keep)
  return warnings
}

/** The first connection of a loop over a listener. */
async function firstOf(listener: TCPListener): Promise<TCPConn | null> {
  for await (const conn of listener) return track(conn)
  return null
}

describe('accept', () => {
  it('passes over a connection that was aborted while it waited (TestAcceptIgnoreAbortedConnRequest)', async () => {
    const listener = await listening()
    failing(ECONNABORTED, ECONNABORTED)
    const client = await dialed(listener.addr)
    const server = track(await listener.accept())
    expect(String(server.remoteAddr)).toBe(String(client.localAddr))
  })

  it('reports EMFILE, and the listener goes on (TestAcceptError)', async () => {
    const listener = await listening()
    failing(EMFILE)
    const client = await dialed(listener.addr)
    const error = await rejected('accept', listener.accept())
    expect(error.message).toBe(`accept tcp ${listener.addr}: accept4: too many open files`)
    expect(error).toMatchObject({ code: 'EMFILE', temporary: true, timeout: false })
    const server = track(await listener.accept())
    expect(String(server.remoteAddr)).toBe(String(client.localAddr))
  })

  it.each([
    ['epoll_ctl', () => replacePoll({ epollCtl: () => -ENOMEM }), 'epoll_ctl'],
    ['getsockname', () => replace({ getsockname: () => -ENOMEM }), 'getsockname'],
  ])('closes what it cannot use: %s fails', async (_, breakIt, syscall) => {
    // One that is bound to all addresses asks for the one that it was reached at.
    const listener = await listening('tcp4', '0.0.0.0:0')
    await dialed(`127.0.0.1:${listener.addr.port}`)
    const ledger = socketLedger()
    breakIt()
    const error = await listener.accept().catch((error: NodeJS.ErrnoException) => error)
    expect(error).toMatchObject({ name: 'OpError', op: 'accept', code: 'ENOMEM', syscall })
    expect(ledger).toMatchObject({ made: 1, open: new Set() })
  })

  it('calls accept4(2) only while a caller asks', async () => {
    const listener = await listening()
    const calls = countCalls('accept4')
    const clients = [await dialed(listener.addr), await dialed(listener.addr)]
    await turns(5)
    expect(calls.accept4).toBe(0)
    for await (const conn of listener) {
      track(conn)
      await turns(5)
      expect(calls.accept4).toBe(1)
      break
    }
    await turns(5)
    expect(calls.accept4).toBe(1)
    expect(clients).toHaveLength(2)
  })

  it('serves ten callers at once, and close releases the rest (TestTCPConcurrentAccept)', async () => {
    const listener = await listening()
    const accepts = Array.from({ length: 10 }, () => listener.accept())
    const ends = Promise.allSettled(accepts)
    const clients: TCPConn[] = []
    for (let i = 0; i < 6; i++) clients.push(await dialed(listener.addr))
    const served = (await Promise.all(accepts.slice(0, 6))).map(track)
    // In the order in which they asked.
    expect(served.map((conn) => String(conn.remoteAddr))).toEqual(
      clients.map((conn) => String(conn.localAddr)),
    )
    await listener.close()
    const refused = (await ends).slice(6)
    expect(refused.map((end) => (end as PromiseRejectedResult).reason.code)).toEqual(
      Array(4).fill('ERR_NET_CLOSED'),
    )
  })

  it('can be aborted, and the next one takes the connection', async () => {
    const listener = await listening()
    const abort = new AbortController()
    const aborted = listener.accept(abort)
    const waiting = listener.accept()
    abort.abort()
    expect((await rejected('accept', aborted)).code).toBe('ABORT_ERR')
    const client = await dialed(listener.addr)
    expect(String(track(await waiting).remoteAddr)).toBe(String(client.localAddr))
  })
})

describe('a deadline of a listener', () => {
  it('that has passed fails although a connection is queued (TestAcceptTimeout)', async () => {
    const listener = await listening()
    await dialed(listener.addr)
    listener.setDeadline(PAST)
    for (let i = 0; i < 2; i++) {
      const error = await rejected('accept', listener.accept())
      expect(error.message).toBe(`accept tcp ${listener.addr}: i/o timeout`)
      expect(error).toMatchObject({ code: 'ETIMEDOUT', timeout: true, temporary: true })
    }
    listener.setDeadline(null)
    track(await listener.accept())
  })

  it.each([1, 20, 100])('in %i ms ends an accept (TestAcceptTimeoutMustReturn)', async (ms) => {
    const listener = await listening()
    listener.setDeadline(new Date(Date.now() + ms))
    expect((await rejected('accept', listener.accept())).timeout).toBe(true)
  })

  it('that is lifted lets accepts wait again, until close (TestAcceptTimeoutMustNotReturn)', async () => {
    const listener = await listening()
    listener.setDeadline(PAST)
    expect((await rejected('accept', listener.accept())).timeout).toBe(true)
    listener.setDeadline(null)
    const accept = listener.accept()
    const watched = watchPromise(accept)
    await turns(20)
    expect(watched.state).toBe('pending')
    await listener.close()
    const error = await rejected('accept', accept)
    expect(error.timeout).toBe(false)
  })

  it('set while an accept waits ends that one', async () => {
    const listener = await listening()
    listener.setDeadline(never())
    const accept = listener.accept()
    listener.setDeadline(PAST)
    expect((await rejected('accept', accept)).timeout).toBe(true)
  })
})

describe('close of a listener', () => {
  it('ends accepts, with ErrClosed, and those after it (TestListenerClose, TestTCPListenAfterClose)', async () => {
    const listener = await listening()
    const accept = listener.accept()
    await listener.close()
    for (const call of [accept, listener.accept()]) {
      const error = await rejected('accept', call)
      expect(error.message).toBe(`accept tcp ${listener.addr}: use of closed network connection`)
      expect(error.cause).toBeInstanceOf(NetClosingError)
    }
    const again = await rejected('close', listener.close())
    expect(again.message).toBe(`close tcp ${listener.addr}: use of closed network connection`)
    expect(throws('set', () => listener.setDeadline(null)).code).toBe('ERR_NET_CLOSED')
    expect(throws('file', () => listener.dup()).code).toBe('ERR_NET_CLOSED')
    const control = () => listener.syscallConn().control(() => undefined)
    expect(throws('raw-control', control).code).toBe('ERR_NET_CLOSED')
    // Disposing is silent on what is closed already.
    await listener[Symbol.asyncDispose]()
  })

  it('never hands out a connection that was queued (TestListenerClose)', async () => {
    const listener = await listening()
    const client = await dialed(listener.addr)
    await listener.close()
    await rejected('accept', listener.accept())
    const error = await rejected('read', client.read(new Uint8Array(8)))
    expect(error.code).toBe('ECONNRESET')
  })

  it('leaves the address free at once, with an accept in flight (TestClosingListener)', async () => {
    const listener = await listening()
    const accept = listener.accept().catch((error: NodeJS.ErrnoException) => error.code)
    await listener.close()
    expect(await accept).toBe('ERR_NET_CLOSED')
    expect((await dial('tcp', String(listener.addr)).catch((error) => error)).code).toBe(
      'ECONNREFUSED',
    )
    await listening('tcp', String(listener.addr))
  })

  it('leaves accepted connections alone', async () => {
    const listener = await listening()
    const client = await dialed(listener.addr)
    const server = track(await listener.accept())
    await listener.close()
    await client.write('hello')
    expect(await server.read(new Uint8Array(8))).toBe(5)
  })

  it('is not needed to leave a loop that waits, which takes no connection then', async () => {
    const listener = await listening()
    const conns = listener[Symbol.asyncIterator]()
    const waiting = conns.next()
    await turns(3)
    expect(await conns.return(undefined)).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    const client = await dialed(listener.addr)
    const accepted = track(await listener.accept())
    expect(String(accepted.remoteAddr)).toBe(String(client.localAddr))
  })

  it('ends a loop over it, and leaving a loop does not close it', async () => {
    const listener = await listening()
    await dialed(listener.addr)
    for await (const conn of listener) {
      track(conn)
      break
    }
    const loop = (async () => {
      let n = 0
      for await (const conn of listener) {
        track(conn)
        n++
      }
      return n
    })()
    await dialed(listener.addr)
    await turns(20)
    await listener.close()
    expect(await loop).toBe(1)
  })
})

describe('a loop over a listener', () => {
  it.each([
    ['EMFILE', EMFILE],
    ['ENFILE', ENFILE],
    ['ENOBUFS', ENOBUFS],
    ['ENOMEM', ENOMEM],
    ['ECONNRESET', ECONNRESET],
    ['ENETDOWN', ENETDOWN],
    ['EPROTO', EPROTO],
  ])('goes on after %s, with which accept rejects', async (code, errno) => {
    const listener = await listening()
    const client = await dialed(listener.addr)
    failing(errno, errno, errno)
    const error = await rejected('accept', listener.accept())
    expect(error).toMatchObject({ code, temporary: true, timeout: false })
    const warnings = await warningsOf(async () => {
      expect(String((await firstOf(listener))?.remoteAddr)).toBe(String(client.localAddr))
    })
    expect(warnings).toEqual([
      expect.objectContaining({
        name: 'AcceptWarning',
        code: 'NETFD_ACCEPT',
        message: `${error.message}; the loop over the listener goes on`,
      }),
    ])
  })

  it('goes on when a connection can be accepted and not be watched', async () => {
    const listener = await listening()
    const clients = [await dialed(listener.addr), await dialed(listener.addr)]
    const { epollCtl } = pollHook
    const errnos = [ENOSPC]
    replacePoll({ epollCtl: (...args) => -(errnos.shift() ?? 0) || epollCtl(...args) })
    const conn = await firstOf(listener)
    expect(String(conn?.remoteAddr)).toBe(String(clients[1]?.localAddr))
  })

  it('warns once for each listener', async () => {
    const listeners = [await listening(), await listening()]
    const warnings = await warningsOf(async () => {
      for (const listener of [...listeners, ...listeners]) {
        await dialed(listener.addr)
        failing(EMFILE, EMFILE)
        await firstOf(listener)
      }
    })
    expect(warnings).toHaveLength(2)
  })

  it('ends with an error that does not pass', async () => {
    const listener = await listening()
    failing(EBADF)
    await dialed(listener.addr)
    expect((await rejected('accept', firstOf(listener))).code).toBe('EBADF')
  })

  it('can be left while it waits to try again, and asks no more', async () => {
    const listener = await listening()
    const tries = failingFor(EMFILE)
    const conns = listener[Symbol.asyncIterator]()
    const waiting = conns.next()
    await until(() => tries.calls > 0)
    await turns(1)
    expect(await conns.return(undefined)).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
  })

  it('ends with the listener while it waits to try again', async () => {
    const listener = await listening()
    const tries = failingFor(EMFILE)
    const waiting = firstOf(listener)
    await until(() => tries.calls > 0)
    await listener.close()
    expect(await waiting).toBe(null)
  })

  it('ends at the deadline while it waits to try again', async () => {
    const listener = await listening()
    const tries = failingFor(EMFILE)
    const waiting = firstOf(listener)
    await until(() => tries.calls > 0)
    listener.setDeadline(PAST)
    expect((await rejected('accept', waiting)).code).toBe('ETIMEDOUT')
  })
})

it('waits 5 ms, then twice as long each time, up to a second', () => {
  const delays = [0]
  for (let i = 0; i < 10; i++) delays.push(nextDelay(delays.at(-1) as number))
  expect(delays).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
})

it('a listener has every method of Go’s (TestTCPListenerSpecificMethods)', async () => {
  const listener = await listening('tcp4', '127.0.0.1:0')
  listener.setDeadline(never())
  const raw: RawConn = listener.syscallConn()
  expect(raw.control((fd) => fd)).toBeGreaterThan(2)
  let ran = false
  const run = () => {
    ran = true
    return true
  }
  for (const call of [raw.read(run), raw.write(run)]) {
    await expect(call).rejects.toMatchObject({ code: 'EINVAL' })
  }
  expect(ran).toBe(false)
  const client = await dialed(listener.addr, 'tcp4')
  const server = track(await listener.accept())
  expect(String(client.remoteAddr)).toBe(String(listener.addr))
  expect(server.localAddr.port).toBe(listener.addr.port)
  const fd = listener.dup()
  expect(fd).toBeGreaterThan(2)
  close(fd)
})

it('a listener’s control with a linger makes accepted connections linger', async () => {
  const listener = await listening('tcp', '127.0.0.1:0', {
    control: (_network, _address, raw) => raw.setOption('linger', { on: true, seconds: 1 }),
  })
  const client = await dialed(listener.addr)
  const server = await listener.accept()
  const calls = countCalls('shutdown')
  await server.close()
  expect(calls.shutdown).toBe(1)
  await client.close()
})
