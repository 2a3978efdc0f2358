// Go: net/udpsock_test.go and unixsock_test.go, as far as they are about the descriptor.
import {
  AF_INET,
  AF_UNIX,
  bind,
  close,
  connect,
  EAGAIN,
  ECONNREFUSED,
  EMSGSIZE,
  EPOLLERR,
  EPOLLOUT,
  encodeSockaddr,
  getsockname,
  MSG_TRUNC,
  SO_LINGER,
  SO_SNDBUF,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOL_SOCKET,
  socket,
  socketpair,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { BUDGET_OPS, budget } from '../src/budget.js'
import type { FD } from '../src/index.js'
import { hook } from '../src/testing.js'
import { adoptFD, countCalls, pattern, replace, turn, until, watchPromise } from './support.js'

const LOOPBACK = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })
const UDP = { stream: false, zeroReadIsEOF: false, message: true, net: 'udp' }

/** A socket of datagrams on a port of its own, and its address. */
function udp(): { fd: FD; address: Uint8Array } {
  const number = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
  bind(number, LOOPBACK)
  return { fd: adoptFD(number, UDP), address: getsockname(number) }
}

/** One that is connected to an address. */
function udpTo(address: Uint8Array): FD {
  const number = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
  bind(number, LOOPBACK)
  connect(number, address)
  return adoptFD(number, UDP)
}

/** Two ends of a pair of Unix sockets. */
function unixPair(type: number): [FD, FD] {
  const [a, b] = socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC)
  return [adoptFD(a), adoptFD(b)]
}

/** An address at which no socket is. */
function nobody(): Uint8Array {
  const number = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC)
  bind(number, LOOPBACK)
  const address = getsockname(number)
  close(number)
  return address
}

describe('reads of datagrams', () => {
  it('give what came, whose it is, and whether it was longer', async () => {
    const [a, b] = [udp(), udp()]
    await a.fd.writeTo(pattern(8), b.address)
    await a.fd.writeTo(pattern(9), b.address)
    const buf = new Uint8Array(8)
    expect(await b.fd.readFrom(buf)).toEqual({ n: 8, addr: a.address, truncated: false })
    expect(buf).toEqual(pattern(8))
    expect(await b.fd.readFrom(buf)).toEqual({ n: 8, addr: a.address, truncated: true })
  })

  it('of an empty one are 0 bytes and not the end', async () => {
    const [a, b] = [udp(), udp()]
    const to = udpTo(b.address)
    await a.fd.writeTo(new Uint8Array(0), b.address)
    await to.write(new Uint8Array(0))
    await to.write(pattern(3))
    expect(await b.fd.read(new Uint8Array(8))).toBe(0)
    expect(await b.fd.readFrom(new Uint8Array(8))).toMatchObject({ n: 0, truncated: false })
    expect(await b.fd.read(new Uint8Array(8))).toBe(3)
  })

  it('into no room take one by readFrom and readMsg, and none by read', async () => {
    const [a, b] = [udp(), udp()]
    const none = new Uint8Array(0)
    for (let i = 1; i <= 3; i++) await a.fd.writeTo(pattern(i), b.address)
    expect(await b.fd.read(none)).toBe(0)
    expect(await b.fd.readFrom(none)).toMatchObject({ n: 0, truncated: true })
    expect(await b.fd.readMsg(none, none)).toMatchObject({ n: 0, oobn: 0, flags: MSG_TRUNC })
    expect(await b.fd.read(new Uint8Array(8))).toBe(3)
  })

  it('wait for the next one, whatever came in the same edge', async () => {
    const [a, b] = [udp(), udp()]
    const first = watchPromise(b.fd.readFrom(new Uint8Array(8)))
    for (let i = 1; i <= 3; i++) await a.fd.writeTo(pattern(i), b.address)
    await until(() => first.state === 'resolved')
    const calls = countCalls('recvfrom')
    expect(await b.fd.readFrom(new Uint8Array(8))).toMatchObject({ n: 2 })
    expect(await b.fd.readFrom(new Uint8Array(8))).toMatchObject({ n: 3 })
    expect(calls.recvfrom).toBe(2)
    const last = watchPromise(b.fd.readFrom(new Uint8Array(8)))
    await turn()
    expect(last.state).toBe('pending')
    await a.fd.writeTo(pattern(4), b.address)
    await until(() => last.state === 'resolved')
  })

  it('of several callers are served in order, and end by deadline, abort and close', async () => {
    const [a, b] = [udp(), udp()]
    const got = [1, 2, 3].map(() => b.fd.readFrom(new Uint8Array(8)))
    for (let i = 1; i <= 3; i++) await a.fd.writeTo(pattern(i), b.address)
    expect((await Promise.all(got)).map(({ n }) => n)).toEqual([1, 2, 3])
    b.fd.setReadDeadline(1)
    await expect(b.fd.readFrom(new Uint8Array(8))).rejects.toMatchObject({
      code: 'ERR_DEADLINE_EXCEEDED',
    })
    b.fd.setReadDeadline(null)
    const aborter = new AbortController()
    const aborted = b.fd.readMsg(new Uint8Array(8), new Uint8Array(0), { signal: aborter.signal })
    aborter.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR' })
    const closed = b.fd.readFrom(new Uint8Array(8))
    await b.fd.close()
    await expect(closed).rejects.toMatchObject({ code: 'ERR_NET_CLOSED' })
    await expect(b.fd.writeTo(pattern(1), a.address)).rejects.toMatchObject({
      code: 'ERR_NET_CLOSED',
    })
  })

  it('of records end at an empty one, and of unnamed senders have no address', async () => {
    const [a, b] = unixPair(SOCK_SEQPACKET)
    await a.write(pattern(4))
    await a.write(new Uint8Array(0))
    expect(await b.readFrom(new Uint8Array(8))).toEqual({ n: 4, addr: null, truncated: false })
    expect(await b.readFrom(new Uint8Array(8))).toMatchObject({ n: null })
  })

  it('refuse what is no Uint8Array, and a buffer that lost its memory while they waited', async () => {
    const { fd, address } = udp()
    await expect(fd.readFrom('x' as unknown as Uint8Array)).rejects.toThrow(TypeError)
    await expect(fd.writeTo(null as unknown as Uint8Array, address)).rejects.toThrow(TypeError)
    await expect(fd.writeTo(pattern(1), new Uint8Array(1))).rejects.toThrow(RangeError)
    const buf = new Uint8Array(8)
    const waiting = fd.readFrom(buf)
    structuredClone(buf, { transfer: [buf.buffer] })
    await fd.writeTo(pattern(1), address)
    await expect(waiting).rejects.toThrow(TypeError)
    expect(await fd.readFrom(new Uint8Array(8))).toMatchObject({ n: 1 })
  })
})

describe('an error on a socket of datagrams', () => {
  it('is the next call’s, whichever that is, and the one after is clean', async () => {
    const fd = udpTo(nobody())
    const refused = { code: 'ECONNREFUSED' }
    const waiting = fd.read(new Uint8Array(8))
    await fd.write(pattern(1))
    await expect(waiting).rejects.toMatchObject(refused)
    await fd.write(pattern(1))
    await expect(fd.write(pattern(1))).rejects.toMatchObject({ ...refused, bytesWritten: 0 })
    expect(await fd.write(pattern(1))).toBe(1)
    await expect(fd.readFrom(new Uint8Array(8))).rejects.toMatchObject(refused)
  })

  it('that comes alone fails no read by itself, and is no hang-up', async () => {
    const { fd, address } = udp()
    const waiting = watchPromise(fd.readFrom(new Uint8Array(8)))
    const pd = (fd as unknown as { pd: { ready(events: number): void; hangup: boolean } }).pd
    pd.ready(EPOLLERR)
    pd.ready(EPOLLERR | EPOLLOUT)
    expect([waiting.state, pd.hangup]).toEqual(['pending', false])
    await fd.writeTo(pattern(2), address)
    await until(() => waiting.state === 'resolved')
  })

  it('ends nothing for good: EPIPE stays EPIPE', async () => {
    const { fd, address } = udp()
    const answers = [-ECONNREFUSED, -EMSGSIZE, 1]
    replace({ sendto: () => answers.shift() as number })
    const codes: unknown[] = []
    for (let i = 0; i < 3; i++) {
      codes.push(await fd.writeTo(pattern(1), address).catch((error) => error.code))
    }
    expect(codes).toEqual(['ECONNREFUSED', 'EMSGSIZE', 1])
  })
})

describe('a write on a socket of messages', () => {
  it('is one call, all or nothing', async () => {
    const { fd, address } = udp()
    const to = udpTo(address)
    const calls = countCalls('send')
    await to.write(pattern(60_000))
    expect(calls.send).toBe(1)
    await expect(to.write(new Uint8Array(65_508))).rejects.toMatchObject({ code: 'EMSGSIZE' })
    expect(await fd.read(new Uint8Array(65_536))).toBe(60_000)
  })

  it.each([SOCK_DGRAM, SOCK_SEQPACKET])(
    'of several buffers is one message on a socket of type %i',
    async (type) => {
      const [a, b] = unixPair(type)
      const parts = [pattern(3), new Uint8Array(0), pattern(4, 3)]
      expect(await a.writev(parts)).toBe(7)
      expect(await a.writeMsg(parts, null)).toBe(7)
      const buf = new Uint8Array(16)
      expect(await b.read(buf)).toBe(7)
      expect(buf.subarray(0, 7)).toEqual(pattern(7))
      expect(await b.read(buf)).toBe(7)
      const many = Array.from({ length: 1025 }, () => pattern(1))
      await expect(a.writev(many)).rejects.toMatchObject({ code: 'EMSGSIZE' })
      expect(await a.writev(many.slice(1))).toBe(1024)
    },
  )

  it('of an empty list is an empty datagram', async () => {
    const [a, b] = unixPair(SOCK_DGRAM)
    expect(await a.writev([])).toBe(0)
    expect(await b.read(new Uint8Array(4))).toBe(0)
  })

  it('waits for room, and is not sent twice', async () => {
    const [a, b] = unixPair(SOCK_DGRAM)
    a.setsockopt(SOL_SOCKET, SO_SNDBUF, 4096)
    let sent = 0
    let waiting = watchPromise(a.write(pattern(1000, sent)))
    while (waiting.state === 'pending' ? false : sent < 1000) {
      await turn()
      if (waiting.state === 'pending') break
      waiting = watchPromise(a.write(pattern(1000, ++sent)))
      await turn()
    }
    expect(waiting.state).toBe('pending')
    const buf = new Uint8Array(2000)
    for (let i = 0; i <= sent; i++) {
      expect(await b.read(buf)).toBe(1000)
      expect(buf.subarray(0, 1000)).toEqual(pattern(1000, i))
    }
    expect(waiting.state).toBe('resolved')
  })
})

describe('sockets of datagrams', () => {
  it('never linger', async () => {
    const { fd, address } = udp()
    const to = udpTo(address)
    to.setsockopt(SOL_SOCKET, SO_LINGER, new Uint8Array(Int32Array.of(1, 30).buffer))
    const calls = countCalls('shutdown', 'recv')
    await to.write(pattern(1))
    await to.close()
    expect([calls.shutdown, calls.recv]).toEqual([0, 0])
    expect(await fd.read(new Uint8Array(4))).toBe(1)
  })

  it('share their idle operations, and none of them holds what it was given', async () => {
    const [a, b] = [udp(), udp()]
    for (let i = 0; i < 100; i++) {
      await a.fd.writeTo(pattern(1), b.address)
      await b.fd.readFrom(new Uint8Array(4))
    }
    const { ReadFromOp } = await import('../src/op-message.js')
    const op = ReadFromOp.spares.get()
    expect(op.take()).toEqual({ n: expect.anything(), addr: null, truncated: false })
  })

  it('are put off when their turn is spent, like all others', async () => {
    const { fd, address } = udp()
    while (!budget.spent) budget.charge(0, BUDGET_OPS)
    const calls = countCalls('sendto')
    const sending = fd.writeTo(pattern(1), address)
    expect(calls.sendto).toBe(0)
    await sending
    expect(calls.sendto).toBe(1)
  })

  it('try again when the kernel was interrupted, and wait when it has nothing', async () => {
    const { fd, address } = udp()
    const { recvfrom } = hook
    const answers = [-4, -EAGAIN]
    replace({
      recvfrom: (...args) => answers.shift() ?? recvfrom(...args),
    })
    const reading = fd.readFrom(new Uint8Array(4))
    await fd.writeTo(pattern(2), address)
    expect(await reading).toMatchObject({ n: 2 })
  })
})
