// Every call fails in every way that it can: nothing hangs, nothing leaks, and the error says what it was.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { constants } from '@netfd/syscall'
import * as sys from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import { FD } from '../src/index.js'
import { EpollPoller } from '../src/netpoll-epoll.js'
import { closeIdlePipes } from '../src/pipe-pool.js'
import { hook } from '../src/testing.js'
import { FakePoller } from './netpoll-fake.js'
import {
  adoptFD,
  codeOf,
  connectTCP,
  listenTCP,
  pattern,
  pipePair,
  putBack,
  readAll,
  readFull,
  replace,
  tcpPair,
  turns,
  unixPair,
} from './support.js'

type Hook = typeof hook
type Call = keyof Hook
type Name = keyof typeof constants

const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
const path = join(dir, 'file')
writeFileSync(path, pattern(100_000))
const file = openSync(path, 'r')

afterAll(() => {
  closeSync(file)
  closeIdlePipes()
  rmSync(dir, { recursive: true })
})

/** Lets `call` answer with these numbers first, one a call, before it works as ever. */
function script(call: Call, ...answers: number[]): void {
  const original = hook[call] as (...args: unknown[]) => unknown
  const pooled = call === 'sendfilePool' || call.startsWith('file')
  const scripted = (...args: unknown[]): unknown => {
    const answer = answers.shift()
    if (answer === undefined) return original(...args)
    return pooled ? Promise.resolve(answer) : answer
  }
  replace({ [call]: scripted } as Partial<Hook>)
}

interface Subject {
  name: string
  /** The entries of the hook that it reaches. */
  calls: Call[]
  /** What the failing call is named in an error. */
  syscall: string
  /** Runs to its end, with whatever it takes. */
  run(): Promise<unknown>
}

async function accepting(): Promise<void> {
  const { fd, address } = listenTCP()
  const client = connectTCP(address)
  const listener = adoptFD(fd)
  try {
    sys.close((await listener.accept()).fd)
  } finally {
    sys.close(client)
  }
}

const SUBJECTS: Subject[] = [
  {
    name: 'a read from a socket',
    calls: ['recv'],
    syscall: 'read',
    run: async () => {
      const [a, b] = tcpPair()
      await a.write(pattern(10))
      expect(await readFull(b, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a read from a pipe',
    calls: ['read'],
    syscall: 'read',
    run: async () => {
      const [r, w] = pipePair()
      await w.write(pattern(10))
      expect(await readFull(r, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a write to a socket',
    calls: ['send'],
    syscall: 'write',
    run: async () => {
      const [a, b] = unixPair()
      await a.write(pattern(10))
      expect(await readFull(b, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a read of a datagram',
    calls: ['recvfrom'],
    syscall: 'recvfrom',
    run: async () => {
      const [a, b] = unixPair(sys.SOCK_DGRAM)
      await a.write(pattern(10))
      expect(await b.readFrom(new Uint8Array(16))).toMatchObject({ n: 10 })
    },
  },
  {
    name: 'a read of a message',
    calls: ['recvmsg'],
    syscall: 'recvmsg',
    run: async () => {
      const [a, b] = unixPair(sys.SOCK_DGRAM)
      await a.write(pattern(10))
      expect(await b.readMsg(new Uint8Array(16), new Uint8Array(16))).toMatchObject({ n: 10 })
    },
  },
  {
    name: 'a write of a datagram',
    calls: ['sendto'],
    syscall: 'sendto',
    run: async () => {
      const fd = adoptFD(sys.socket(sys.AF_INET, sys.SOCK_DGRAM | sys.SOCK_NONBLOCK))
      const to = sys.encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 9 })
      expect(await fd.writeTo(pattern(10), to)).toBe(10)
    },
  },
  {
    name: 'a write of a message',
    calls: ['sendmsg'],
    syscall: 'sendmsg',
    run: async () => {
      const [a, b] = unixPair(sys.SOCK_DGRAM)
      expect(await a.writeMsg(pattern(10), null)).toBe(10)
      expect(await b.read(new Uint8Array(16))).toBe(10)
    },
  },
  {
    name: 'a write to a pipe',
    calls: ['write'],
    syscall: 'write',
    run: async () => {
      const [r, w] = pipePair()
      await w.write(pattern(10))
      expect(await readFull(r, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a vector to a socket',
    calls: ['sendmsg'],
    syscall: 'writev',
    run: async () => {
      const [a, b] = unixPair()
      await a.writev([pattern(4), pattern(6, 4)])
      expect(await readFull(b, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a vector to a pipe',
    calls: ['writev'],
    syscall: 'writev',
    run: async () => {
      const [r, w] = pipePair()
      await w.writev([pattern(4), pattern(6, 4)])
      expect(await readFull(r, 10)).toEqual(pattern(10))
    },
  },
  { name: 'an accept', calls: ['accept4'], syscall: 'accept4', run: accepting },
  {
    name: 'a splice',
    calls: ['splice'],
    syscall: 'splice',
    run: async () => {
      const [a, b] = tcpPair()
      const [c, d] = tcpPair()
      await a.write(pattern(10))
      expect(await c.spliceFrom(b, 10)).toBe(10)
      expect(await readFull(d, 10)).toEqual(pattern(10))
    },
  },
  {
    name: 'a sendfile',
    calls: ['sendfilePool'],
    syscall: 'sendfile',
    run: async () => {
      const [a, b] = tcpPair()
      expect(await a.sendFile(file, 0, 1000)).toBe(1000)
      expect(await readFull(b, 1000)).toEqual(pattern(1000))
    },
  },
]

const EACH = SUBJECTS.flatMap((subject) => subject.calls.map((call) => ({ ...subject, call })))

describe('a call that fails', () => {
  it.each(EACH)('$name: EINTR is tried again', async ({ call, run }) => {
    script(call, -sys.EINTR, -sys.EINTR, -sys.EINTR)
    await run()
  })

  it.each(EACH)('$name: a storm of EAGAIN is waited out', async ({ call, run }) => {
    const poller = new FakePoller('restless')
    replace({ poller: () => poller })
    script(call, ...Array.from({ length: 50 }, () => -sys.EAGAIN))
    await run()
    poller.stop()
  })

  const ERRNOS: Name[] = ['ENOMEM', 'ENOBUFS', 'EIO', 'EMFILE', 'EBADF', 'ECONNRESET', 'EPIPE']

  it.each(EACH.flatMap((e) => ERRNOS.map((errno) => ({ ...e, errno }))))(
    "$name: $errno is the caller's, once",
    async ({ call, run, errno, syscall }) => {
      script(call, -sys.constants[errno])
      await expect(run()).rejects.toMatchObject({
        name: 'SyscallError',
        code: errno,
        errno: -sys.constants[errno],
        syscall,
      })
      // Nothing of it is left: the same again works.
      putBack()
      await run()
    },
  )

  it('passes over connections that were aborted while they were queued', async () => {
    script('accept4', -sys.ECONNABORTED, -sys.ECONNABORTED, -sys.EINTR, -sys.ECONNABORTED)
    await accepting()
  })

  it('accepts the next connection after EMFILE', async () => {
    const { fd, address } = listenTCP()
    const client = connectTCP(address)
    const listener = adoptFD(fd)
    script('accept4', -sys.EMFILE)
    expect(await codeOf(listener.accept())).toBe('EMFILE')
    sys.close((await listener.accept()).fd)
    sys.close(client)
  })

  const AT_INIT: [Call, Name, string][] = [
    ['epollCreate1', 'EMFILE', 'epoll_create1'],
    ['epollCtl', 'ENOMEM', 'epoll_ctl'],
    ['epollCtl', 'ENOSPC', 'epoll_ctl'],
    ['epollCtl', 'EEXIST', 'epoll_ctl'],
  ]

  it.each(AT_INIT)("%s: %s at init leaves the descriptor the caller's", (call, errno, syscall) => {
    if (call === 'epollCreate1') {
      const poller = new EpollPoller(hook)
      replace({ poller: () => poller })
    }
    const [a, b] = sys.socketpair(sys.AF_UNIX, sys.SOCK_STREAM | sys.SOCK_CLOEXEC)
    script(call, -sys.constants[errno])
    const fd = new FD(a)
    expect(() => fd.init()).toThrow(expect.objectContaining({ code: errno, syscall }))
    expect(fd.pollable).toBe(false)
    sys.close(a)
    sys.close(b)
  })

  it('at the watcher is reported by init', () => {
    const poller = new EpollPoller({
      ...hook,
      watch: () => {
        throw new sys.SyscallError('watch', sys.ENOMEM)
      },
    })
    replace({ poller: () => poller })
    const [a, b] = sys.socketpair(sys.AF_UNIX, sys.SOCK_STREAM | sys.SOCK_CLOEXEC)
    expect(() => new FD(a).init()).toThrow(expect.objectContaining({ code: 'ENOMEM' }))
    sys.close(a)
    sys.close(b)
  })

  it.each<Name>(['EIO', 'EINTR', 'ENOSPC'])(
    'close: %s is told, and nothing is closed twice',
    async (errno) => {
      const [a] = unixPair()
      let closes = 0
      const { close } = hook
      replace({
        close: (fd) => {
          closes++
          close(fd)
          return -sys.constants[errno]
        },
      })
      await expect(a.close()).rejects.toMatchObject({ code: errno, syscall: 'close' })
      expect(await codeOf(a.close())).toBe('ERR_NET_CLOSED')
      expect([closes, a.sysfd]).toEqual([1, -1])
    },
  )

  const SYNC: [Call, string, (fd: FD) => unknown][] = [
    ['shutdown', 'shutdown', (fd) => fd.shutdown(sys.SHUT_WR)],
    ['setsockopt', 'setsockopt', (fd) => fd.setsockopt(sys.SOL_SOCKET, sys.SO_KEEPALIVE, 1)],
    ['getsockopt', 'getsockopt', (fd) => fd.getsockopt(sys.SOL_SOCKET, sys.SO_KEEPALIVE)],
    ['getsockoptBytes', 'getsockopt', (fd) => fd.getsockoptBytes(sys.SOL_SOCKET, sys.SO_LINGER, 8)],
    ['dupCloexec', 'fcntl', (fd) => fd.dup()],
  ]

  it.each(SYNC)('%s: is thrown as a SyscallError of %s', (call, syscall, run) => {
    const [a] = unixPair()
    script(call, -sys.ENOBUFS)
    expect(() => run(a)).toThrow(expect.objectContaining({ code: 'ENOBUFS', syscall }))
  })

  it('pipe2: EMFILE makes spliceFrom go through memory, with nothing lost', async () => {
    closeIdlePipes()
    const [a, b] = tcpPair()
    const [c, d] = tcpPair()
    script('pipe2', -sys.EMFILE)
    const want = pattern(300_000)
    const [, moved, got] = await Promise.all([
      a.write(want).then(() => a.close()),
      c.spliceFrom(b),
      readFull(d, want.length),
    ])
    expect([moved, Buffer.compare(got, want)]).toEqual([want.length, 0])
  })

  it('fcntl: a pipe that cannot grow is used as it is', async () => {
    closeIdlePipes()
    const [a, b] = tcpPair()
    const [c, d] = tcpPair()
    script('fcntl', -sys.EPERM)
    const want = pattern(300_000)
    const [, moved, got] = await Promise.all([
      a.write(want).then(() => a.close()),
      c.spliceFrom(b),
      readFull(d, want.length),
    ])
    expect([moved, Buffer.compare(got, want)]).toEqual([want.length, 0])
    closeIdlePipes()
  })

  it('inside a write tells how much was taken before', async () => {
    const [a] = tcpPair()
    const { send } = hook
    let calls = 0
    replace({ send: (fd, buf, at) => (++calls > 3 ? -sys.ECONNRESET : send(fd, buf, at, 100)) })
    await expect(a.write(pattern(1000))).rejects.toMatchObject({
      code: 'ECONNRESET',
      bytesWritten: 300,
    })
  })

  it('a write that the kernel takes nothing of is an unexpected end', async () => {
    const [a] = tcpPair()
    replace({ send: () => 0, sendmsg: () => 0 })
    const error = { code: 'ERR_UNEXPECTED_EOF', bytesWritten: 0, message: 'unexpected EOF' }
    await expect(a.write(pattern(10))).rejects.toMatchObject(error)
    await expect(a.writev([pattern(10)])).rejects.toMatchObject(error)
  })

  it('an exception inside a call ends that call alone', async () => {
    const [a, b] = unixPair()
    const { recv } = hook
    replace({
      recv: () => {
        throw new RangeError('refused')
      },
    })
    await expect(a.read(new Uint8Array(1))).rejects.toThrow('refused')
    replace({ recv })
    await b.write(pattern(1))
    expect(await a.read(new Uint8Array(1))).toBe(1)
  })
})

describe('a kernel that moves one byte a call', () => {
  const single = (): void => {
    const { recv, send, read, write, writev, sendmsg } = hook
    replace({
      recv: (fd, buf) => recv(fd, buf, 0, 1),
      read: (fd, buf) => read(fd, buf, 0, 1),
      send: (fd, buf, at = 0) => send(fd, buf, at, Math.min(1, buf.length - at)),
      write: (fd, buf, at = 0) => write(fd, buf, at, Math.min(1, buf.length - at)),
      writev: (fd, bufs, i = 0, at = 0) => writev(fd, [one(bufs, i, at)]),
      sendmsg: (fd, bufs, _f, _c, i = 0, at = 0) => sendmsg(fd, one([bufs].flat(), i, at)),
    })
  }
  const one = (bufs: readonly Uint8Array[], i: number, at: number): Uint8Array =>
    (bufs[i] ?? new Uint8Array(0)).subarray(at, at + 1)

  // Such a kernel breaks the promise behind the skipped read, so the sockets are no streams here.
  const PAIRS: [string, () => [FD, FD]][] = [
    ['TCP', () => tcpPair({ net: 'tcp', stream: false })],
    ['a socketpair', () => unixPair()],
    ['a pipe', () => [...pipePair()].reverse() as [FD, FD]],
  ]

  it.each(PAIRS)('loses and doubles nothing over %s', async (_name, make) => {
    single()
    const [a, b] = make()
    const want = pattern(3000)
    const send = async () => {
      await a.write(want.subarray(0, 1000))
      await a.writev([want.subarray(1000, 1001), new Uint8Array(0), want.subarray(1001)])
      await a.close()
    }
    const [, got] = await Promise.all([send(), readAll(b, 100)])
    expect(Buffer.compare(got, want)).toBe(0)
    await turns(1)
  })
})
