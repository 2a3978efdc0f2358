// Raw access, duplicates, handing over, half-closes and lingering. Go: net/rawconn_test.go, file_test.go.
import { existsSync } from 'node:fs'
import {
  AF_INET,
  close,
  EAGAIN,
  F_GETFD,
  F_GETFL,
  FD_CLOEXEC,
  fcntl,
  getsockopt,
  O_NONBLOCK,
  SHUT_RD,
  SHUT_WR,
  SO_KEEPALIVE,
  SO_LINGER,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  setsockoptLinger,
  socket,
} from '@netfd/syscall'
import * as raw from '@netfd/syscall/raw'
import { afterAll, describe, expect, it } from 'vitest'
import { closeIdlePipes } from '../src/pipe-pool.js'
import { hook } from '../src/testing.js'
import {
  adoptFD,
  codeOf,
  connectTCP,
  countCalls,
  fill,
  linger,
  listenTCP,
  PAST,
  pattern,
  pipePair,
  readAll,
  readFull,
  replace,
  soon,
  TCP,
  tcpPair,
  turn,
  turns,
  unixPair,
  until,
  watchPromise,
} from './support.js'

afterAll(closeIdlePipes)

describe('rawRead and rawWrite', () => {
  it('move data in a loop of the caller (TestRawConnReadWrite)', async () => {
    const [a, b] = tcpPair()
    const want = pattern(3 << 20)
    let sent = 0
    let got = 0
    const into = new Uint8Array(want.length)
    const send = a.rawWrite((fd) => {
      while (sent < want.length) {
        const n = raw.send(fd, want, sent)
        if (n === -EAGAIN) return false
        sent += n
      }
      return true
    })
    const receive = b.rawRead((fd) => {
      while (got < want.length) {
        const n = raw.recv(fd, into, got)
        if (n === -EAGAIN) return false
        got += n
      }
      return true
    })
    await Promise.all([send, receive])
    expect(Buffer.compare(into, want)).toBe(0)
  })

  it('call at once, and again only after an edge', async () => {
    const [a, b] = tcpPair()
    await turns(3)
    let calls = 0
    const read = b.rawRead(() => ++calls === 2)
    await turns(5)
    expect(calls).toBe(1)
    await a.write(pattern(1))
    await read
    expect(calls).toBe(2)
  })

  it.each(['rawRead', 'rawWrite'] as const)(
    '%s obeys deadlines and close (TestRawConnReadWrite)',
    async (name) => {
      const [a] = tcpPair()
      await turns(3)
      a.setDeadline(soon(5))
      expect(await codeOf(a[name](() => false))).toBe('ERR_DEADLINE_EXCEEDED')
      let called = false
      a.setDeadline(PAST)
      const past = a[name](() => {
        called = true
        return true
      })
      expect([await codeOf(past), called]).toEqual(['ERR_DEADLINE_EXCEEDED', false])
      a.setDeadline(null)
      const wait = codeOf(a[name](() => false))
      await turn()
      await a.close()
      expect(await wait).toBe('ERR_NET_CLOSED')
    },
  )

  it('reject with what the function throws, and let the next one in', async () => {
    const [a] = tcpPair()
    const thrown = new Error('mine')
    const call = a.rawRead(() => {
      throw thrown
    })
    await expect(call).rejects.toBe(thrown)
    await a.rawRead(() => true)
  })

  it('throw from a function that was called again after an edge', async () => {
    const [a, b] = tcpPair()
    await turns(3)
    let calls = 0
    const read = b.rawRead(() => {
      if (++calls === 2) throw new Error('mine')
      return false
    })
    await turn()
    await a.write(pattern(1))
    await expect(read).rejects.toThrow('mine')
  })

  // It throws at every question, instanceof included.
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const THROWN: [string, unknown][] = [
    ['null', null],
    ['undefined', undefined],
    ['a number', 0],
    ['a text', 'text'],
    ['a symbol', Symbol('s')],
    ['an object with an odd message', { message: Symbol('m') }],
    ['a proxy that was revoked', proxy],
  ]

  it.each(THROWN)('reject with an Error even when %s is thrown', async (_, thrown) => {
    const [a, b] = tcpPair()
    const others = [tcpPair(), tcpPair()]
    await turns(3)
    const reads = others.map(([, d]) => d.read(new Uint8Array(1)))
    let calls = 0
    const atOnce = a.rawRead(() => {
      throw thrown
    })
    const woken = b.rawRead(() => {
      if (++calls === 2) throw thrown
      return false
    })
    for (const [c] of others) hook.write(c.sysfd, pattern(1))
    hook.write(a.sysfd, pattern(1))
    for (const call of [atOnce, woken]) {
      const error = await call.catch((e: unknown) => e)
      expect([error instanceof Error, (error as Error).cause === thrown]).toEqual([true, true])
    }
    // Neither the others of the same batch of events nor the next call is the worse for it.
    expect(await Promise.all(reads)).toEqual([1, 1])
    expect(await b.read(new Uint8Array(1))).toBe(1)
    await Promise.all([a.close(), b.close()])
  })

  it('let the function use the descriptor it is called for', async () => {
    const [a, b] = tcpPair()
    let inner: Promise<number | null> | undefined
    await b.rawRead(() => {
      inner = b.read(new Uint8Array(8))
      return true
    })
    await a.write(pattern(2))
    expect(await inner).toBe(2)
  })
})

describe('rawControl', () => {
  it('gives the number and returns what the function returns (TestRawConnControl)', () => {
    const [a] = tcpPair()
    expect(a.rawControl((fd) => [fd, getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE)])).toEqual([
      a.sysfd,
      0,
    ])
    expect(() =>
      a.rawControl(() => {
        throw new RangeError('mine')
      }),
    ).toThrow('mine')
  })

  it('does not wait for a read, and a close inside it comes after it', async () => {
    const [a] = tcpPair()
    const read = codeOf(a.read(new Uint8Array(1)))
    let close: Promise<void> | undefined
    const number = a.rawControl((fd) => {
      close = a.close()
      return existsSync(`/proc/self/fd/${fd}`) ? fd : -1
    })
    expect(number).toBeGreaterThan(-1)
    await close
    expect([await read, existsSync(`/proc/self/fd/${number}`)]).toEqual(['ERR_NET_CLOSED', false])
  })
})

describe('dup', () => {
  it('gives a number of one’s own, kept from child processes and non-blocking (TestFileConn)', async () => {
    const [a, b] = tcpPair()
    const number = a.dup()
    expect(fcntl(number, F_GETFD)).toBe(FD_CLOEXEC)
    expect(fcntl(number, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK)
    const second = adoptFD(number, TCP)
    await a.close()
    await second.write(pattern(4))
    expect(await readFull(b, 4)).toEqual(pattern(4))
    const read = b.read(new Uint8Array(1))
    await second.close()
    expect(await read).toBe(null)
  })

  it('against close never crashes nor leaks (TestFileCloseRace)', async () => {
    for (let i = 0; i < 50; i++) {
      const [a] = unixPair()
      const closing = i % 2 === 0 ? a.close() : undefined
      try {
        close(a.dup())
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_NET_CLOSED' })
      }
      await closing
    }
  })
})

describe('detach', () => {
  it('hands the number over: open, non-blocking, and good for another FD', async () => {
    const [a, b] = tcpPair()
    await a.write(pattern(3))
    await turns(2)
    const number = b.detach()
    expect([b.sysfd, b.closed, existsSync(`/proc/self/fd/${number}`)]).toEqual([-1, true, true])
    expect(fcntl(number, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK)
    const again = adoptFD(number, TCP)
    expect(await again.read(new Uint8Array(8))).toBe(3)
    expect(await codeOf(b.close())).toBe('ERR_NET_CLOSED')
    expect(() => b.detach()).toThrow(expect.objectContaining({ code: 'ERR_NET_CLOSED' }))
  })

  it('leaves a number that the end of the thread does not close', () => {
    const [a] = tcpPair()
    const disowned: number[] = []
    const { disown } = hook
    replace({
      disown: (fd) => {
        disowned.push(fd)
        return disown(fd)
      },
    })
    const number = a.detach()
    expect(disowned).toEqual([number])
    close(number)
  })

  it('rejects the calls that wait, and those that queue', async () => {
    const [a] = tcpPair()
    await fill(a)
    const calls = [
      a.read(new Uint8Array(1)),
      a.read(new Uint8Array(1)),
      a.write(new Uint8Array(1 << 20)),
      a.write(new Uint8Array(1)),
    ].map(codeOf)
    await turn()
    close(a.detach())
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'ERR_NET_CLOSED'))
  })

  it('is EBUSY while the descriptor is inside a call', async () => {
    const [a] = tcpPair()
    await a.rawRead(() => {
      expect(() => a.detach()).toThrow(
        expect.objectContaining({ code: 'EBUSY', syscall: 'detach' }),
      )
      return true
    })
    close(a.detach())
  })

  it('is EBUSY during a splice, for both ends', async () => {
    const [a, b] = tcpPair()
    const [c, d] = tcpPair()
    const splice = c.spliceFrom(b)
    await turns(3)
    for (const fd of [b, c]) {
      expect(() => fd.detach()).toThrow(expect.objectContaining({ code: 'EBUSY' }))
    }
    await a.close()
    expect(await splice).toBe(0)
    close(c.detach())
    await d.close()
  })
})

describe('shutdown', () => {
  it('of reading ends a read that waits (TestCloseRead)', async () => {
    const [a] = tcpPair()
    const read = a.read(new Uint8Array(8))
    await turn()
    a.shutdown(SHUT_RD)
    expect(await read).toBe(null)
    a.shutdown(SHUT_RD)
  })

  it('of writing is the peer’s end, and a broken pipe for who writes (TestCloseWrite)', async () => {
    const [a, b] = tcpPair()
    await a.write(pattern(5))
    a.shutdown(SHUT_WR)
    expect(await readAll(b)).toEqual(Buffer.from(pattern(5)))
    await expect(a.write(pattern(1))).rejects.toMatchObject({ code: 'EPIPE', syscall: 'write' })
    expect(await codeOf(a.write(new Uint8Array(0)))).toBe('EPIPE')
    await b.write(pattern(2))
    expect(await a.read(new Uint8Array(8))).toBe(2)
  })

  it('of what is not a socket is ENOTSOCK', () => {
    const [r] = pipePair()
    expect(() => r.shutdown(SHUT_WR)).toThrow(
      expect.objectContaining({ code: 'ENOTSOCK', syscall: 'shutdown' }),
    )
  })

  it('by the peer does not make a writer spin (TestEndlessWrite)', async () => {
    const [a, b] = tcpPair()
    await fill(a)
    b.shutdown(SHUT_WR)
    const calls = countCalls('send')
    const write = watchPromise(a.write(new Uint8Array(1 << 20)))
    await turns(50)
    expect(write.state).toBe('pending')
    // The half-close is at most one more edge.
    expect(calls.send).toBeLessThanOrEqual(4)
    await a.close()
    await turn()
    expect(write.error).toMatchObject({ code: 'ERR_NET_CLOSED' })
  })
})

describe('a reset', () => {
  it('is ECONNRESET, not the end and not temporary (TestNotTemporaryRead)', async () => {
    const [a, b] = tcpPair()
    const read = b.read(new Uint8Array(8))
    await turn()
    linger(a, 0)
    await a.close()
    await expect(read).rejects.toMatchObject({
      code: 'ECONNRESET',
      syscall: 'read',
      temporary: false,
      timeout: false,
    })
    await expect(b.read(new Uint8Array(8))).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('during a vector of writes is reported (TestWritevError)', async () => {
    const [a, b] = tcpPair()
    const chunk = new Uint8Array(1 << 20)
    const writev = a.writev(Array.from({ length: 1024 }, () => chunk))
    await turns(10)
    linger(b, 0)
    await b.close()
    const error = await writev.then(
      () => null,
      (e: { code: string; bytesWritten: number }) => e,
    )
    expect(['ECONNRESET', 'EPIPE']).toContain(error?.code)
    expect(error?.bytesWritten).toBeGreaterThan(0)
  })
})

describe('close of a socket that lingers', () => {
  it('shuts it down, and closes it when the peer has all of it', async () => {
    const [a, b] = tcpPair()
    linger(a, 60)
    const sent = await fill(a)
    const calls = countCalls('close', 'shutdown')
    const close = watchPromise(a.close())
    expect([a.sysfd, calls]).toEqual([-1, { close: 0, shutdown: 1 }])
    await turns(100)
    expect(close.state).toBe('pending')
    expect((await readAll(b)).length).toBe(sent)
    await until(() => close.state === 'resolved')
    expect(calls.close).toBe(1)
  })

  it('closes it when the time is over', async () => {
    const [a, b] = tcpPair()
    linger(a, 1)
    const sent = await fill(a)
    await a.close()
    expect((await readAll(b)).length).toBe(sent)
  })

  it('closes it when the connection has failed', async () => {
    const [a, b] = tcpPair()
    linger(a, 60)
    await fill(a)
    const close = a.close()
    linger(b, 0)
    await b.close()
    await close
  })

  it('resets at once when data is unread', async () => {
    const [a, b] = tcpPair()
    linger(a, 60)
    await fill(a)
    await b.write(pattern(10))
    const calls = countCalls('close', 'shutdown')
    const close = a.close()
    expect(calls).toEqual({ close: 1, shutdown: 0 })
    await close
    expect(await codeOf(readAll(b))).toBe('ECONNRESET')
  })

  it('does not wait for a peer that was never reached', async () => {
    const a = adoptFD(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC), TCP)
    a.rawControl((fd) => setsockoptLinger(fd, SOL_SOCKET, SO_LINGER, { on: true, seconds: 60 }))
    await a.close()
  })

  it('shuts down no connection that a duplicate shares, and waits for what was sent', async () => {
    const [a, b] = tcpPair()
    linger(a, 60)
    const copy = adoptFD(a.dup(), TCP)
    const sent = await fill(a)
    const close = watchPromise(a.close())
    await turns(100)
    expect(close.state).toBe('pending')
    expect((await readFull(b, sent)).length).toBe(sent)
    await until(() => close.state === 'resolved')
    await copy.write(pattern(3))
    await copy.close()
    expect((await readAll(b)).length).toBe(3)
  })

  it('is an ordinary close when it lingers for no time, or no code may have asked it to', async () => {
    const [a, b] = tcpPair()
    linger(a, 0)
    const calls = countCalls('close', 'shutdown', 'getsockoptBytes')
    await a.close()
    await b.close()
    expect(calls).toEqual({ close: 2, shutdown: 0, getsockoptBytes: 1 })
  })

  it.each(['rawControl', 'rawRead', 'rawWrite', 'dup'] as const)(
    'is noticed when the option was set through %s',
    async (way) => {
      const [a, b] = tcpPair()
      const set = (fd: number): boolean => {
        setsockoptLinger(fd, SOL_SOCKET, SO_LINGER, { on: true, seconds: 60 })
        return true
      }
      const sent = await fill(a)
      if (way === 'dup') {
        const number = a.dup()
        set(number)
        close(number)
      } else {
        await a[way](set)
      }
      const closing = watchPromise(a.close())
      await turns(100)
      expect(closing.state).toBe('pending')
      expect((await readAll(b)).length).toBe(sent)
      await until(() => closing.state === 'resolved')
    },
  )
})

describe('accept', () => {
  it('takes several connections of one edge', async () => {
    const { fd, address } = listenTCP()
    const listener = adoptFD(fd, TCP)
    const accepts = Array.from({ length: 3 }, () => listener.accept())
    await turns(3)
    const clients = [1, 2, 3, 4].map(() => connectTCP(address))
    const accepted = [...(await Promise.all(accepts)), await listener.accept()]
    for (const { sockaddr } of accepted) expect(sockaddr).toHaveLength(16)
    expect(new Set(accepted.map(({ fd: number }) => number)).size).toBe(4)
    for (const number of [...clients, ...accepted.map(({ fd: n }) => n)]) hook.close(number)
  })

  it('gives numbers that are kept from child processes, and do not block', async () => {
    const { fd, address } = listenTCP()
    const listener = adoptFD(fd, TCP)
    const client = connectTCP(address)
    const { fd: number } = await listener.accept()
    expect(fcntl(number, F_GETFD)).toBe(FD_CLOEXEC)
    expect(fcntl(number, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK)
    for (const n of [client, number]) close(n)
  })

  it('obeys deadlines, aborts and close, and loses no connection', async () => {
    const { fd, address } = listenTCP()
    const listener = adoptFD(fd, TCP)
    listener.setReadDeadline(soon(5))
    expect(await codeOf(listener.accept())).toBe('ERR_DEADLINE_EXCEEDED')
    listener.setReadDeadline(null)
    const abort = new AbortController()
    const aborted = codeOf(listener.accept({ signal: abort.signal }))
    await turn()
    const client = connectTCP(address)
    abort.abort()
    expect(await aborted).toBe('ABORT_ERR')
    const { fd: accepted } = await listener.accept()
    hook.close(accepted)
    hook.close(client)
    const last = codeOf(listener.accept())
    await turn()
    await listener.close()
    expect(await last).toBe('ERR_NET_CLOSED')
  })

  it('on what does not listen is EINVAL, of the call that said so last', async () => {
    const [a] = tcpPair()
    await expect(a.accept()).rejects.toMatchObject({ code: 'EINVAL', syscall: 'accept' })
  })
})

describe('arguments', () => {
  it.each([null, undefined, 'text', 5, new ArrayBuffer(4), [1, 2]])(
    '%j is no buffer',
    async (wrong) => {
      const [a] = unixPair()
      await expect(a.read(wrong as never)).rejects.toThrow(TypeError)
      await expect(a.write(wrong as never)).rejects.toThrow(TypeError)
      await expect(a.writev(wrong as never)).rejects.toThrow(TypeError)
      await expect(a.writev([wrong] as never)).rejects.toThrow(TypeError)
    },
  )

  it('are read before the call begins, so that a getter may make another', async () => {
    const [a, b] = unixPair()
    const [outer, inner] = [new Uint8Array(2), new Uint8Array(2)]
    let first: Promise<unknown> = Promise.resolve()
    const options = {
      get signal() {
        first = b.read(inner)
        return undefined
      },
    }
    const second = b.read(outer, options)
    await a.write(pattern(4))
    expect(await Promise.all([first, second])).toEqual([2, 2])
    expect([inner, outer]).toEqual([pattern(2), pattern(2, 2)])
  })

  it('are refused without the lock being kept', async () => {
    const [a, b] = unixPair()
    const { send } = hook
    replace({
      send: () => {
        throw new TypeError('refused')
      },
    })
    await expect(a.write(pattern(1))).rejects.toThrow('refused')
    replace({ send })
    await a.write(pattern(1))
    expect(await b.read(new Uint8Array(4))).toBe(1)
  })
})
