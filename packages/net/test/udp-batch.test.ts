// Go: golang.org/x/net/ipv4, ReadBatch and WriteBatch; and segments that the kernel cuts and joins.

import { hook as pollHook } from '@netfd/poll/testing'
import { EAGAIN, EINVAL, EIO, ENETUNREACH } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { OpError, UDPConn } from '../src/index.js'
import { dial, listenPacket, PacketBatch, UDPAddr } from '../src/index.js'
import {
  countCalls,
  errorOf,
  PAST,
  pattern,
  replacePoll,
  text,
  thrown,
  track,
  turn,
  until,
  watchPromise,
} from './support.js'

const packets = async (address = '127.0.0.1:0'): Promise<UDPConn> =>
  track(await listenPacket('udp', address))
const dialed = async (peer: UDPConn): Promise<UDPConn> =>
  track(await dial('udp', String(peer.localAddr)))
const room = (n = 64): Uint8Array => new Uint8Array(n)

/** A batch of so many packets, packet `i` of `i + 1` bytes. */
function numbered(n: number, to?: UDPAddr): PacketBatch {
  const batch = new PacketBatch({ count: n, size: 256 })
  for (let i = 0; i < n; i++) batch.set(i, pattern(i + 1, i), to)
  return batch
}

/** Reads until so many packets have come; their lengths. */
async function lengths(conn: UDPConn, batch: PacketBatch, want: number): Promise<number[]> {
  const got: number[] = []
  while (got.length < want) {
    const n = await conn.readBatch(batch)
    for (let i = 0; i < n; i++) got.push(batch.data(i).length)
  }
  return got
}

/** Makes the edge that tells of room: the socket's own came as it was made, and is used up. */
const roomFor = (conn: UDPConn): void => {
  ;(conn as unknown as { fd: { pd: { ready(events: number): void } } }).fd.pd.ready(4)
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

describe('a batch', () => {
  it('of packets comes in one call, each with its bytes and its sender', async () => {
    const server = await packets()
    const [a, b] = [await dialed(server), await dialed(server)]
    await a.write('one')
    await a.write('')
    await b.write(pattern(100))
    const batch = new PacketBatch({ count: 8, size: 64 })
    await until(() => true)
    const calls = countCalls('recvmmsg')
    expect(await server.readBatch(batch)).toBe(3)
    expect(calls.recvmmsg).toBe(1)
    expect([batch.length, batch.capacity]).toEqual([3, 8])
    expect([text(batch.data(0)), batch.data(1).length, batch.data(2).length]).toEqual([
      'one',
      0,
      64,
    ])
    expect([0, 1, 2].map((i) => batch.truncated(i))).toEqual([false, false, true])
    expect(batch.addr(0)).toEqual(a.localAddr)
    expect(batch.addr(1)).toBe(batch.addr(0))
    expect(batch.addr(2)).toEqual(b.localAddr)
    expect(thrown(() => batch.data(3))).toBeInstanceOf(RangeError)
  })

  it('goes back to where its packets came from, over both families', async () => {
    const server = await packets(':0')
    const port = server.localAddr.port
    const four = track(await dial('udp', `127.0.0.1:${port}`))
    const six = track(await dial('udp', `[::1]:${port}`))
    await four.write('four')
    await six.write('six')
    const batch = new PacketBatch()
    expect(await server.readBatch(batch)).toBe(2)
    batch.set(0, Buffer.from('4'))
    expect(await server.writeBatch(batch)).toBe(2)
    const buf = room()
    expect(text(buf.subarray(0, await four.read(buf)))).toBe('4')
    expect(text(buf.subarray(0, await six.read(buf)))).toBe('six')
  })

  it('is written to each address, to one, or to the peer', async () => {
    const [server, other] = [await packets(), await packets()]
    const client = await packets()
    const batch = numbered(4, server.localAddr)
    batch.set(3, pattern(9), other.localAddr)
    expect(await client.writeBatch(batch)).toBe(4)
    const got = new PacketBatch({ count: 32 })
    expect(await lengths(server, got, 3)).toEqual([1, 2, 3])
    expect(await lengths(other, got, 1)).toEqual([9])
    expect(await client.writeBatch(numbered(2), server.localAddr)).toBe(2)
    expect(await lengths(server, got, 2)).toEqual([1, 2])
    const connected = await dialed(server)
    expect(await connected.writeBatch(batch)).toBe(4)
    expect(await lengths(server, got, 4)).toEqual([1, 2, 3, 9])
    expect(await connected.writeBatch(batch)).toBe(4)
  })

  it('may be a list, longer than one call takes', async () => {
    const server = await packets()
    const client = await packets()
    const list = Array.from({ length: 200 }, (_, i) => pattern((i % 50) + 1))
    const calls = countCalls('sendmmsgv')
    expect(await client.writeBatch(list, server.localAddr)).toBe(200)
    expect(calls.sendmmsgv).toBe(2)
    expect((await lengths(server, new PacketBatch({ count: 128 }), 200)).slice(0, 50)).toEqual(
      upTo(50),
    )
    expect(await client.writeBatch([], server.localAddr)).toBe(0)
    expect(await client.writeBatch(new PacketBatch(), server.localAddr)).toBe(0)
  })

  it('that came short is proof that the queue is empty: the next waits without a call', async () => {
    const server = await packets()
    const client = await dialed(server)
    const batch = new PacketBatch({ count: 4 })
    const first = server.readBatch(batch)
    await client.writeBatch([room(1), room(1)])
    await first
    const calls = countCalls('recvmmsg')
    const waiting = watchPromise(server.readBatch(batch))
    await turn()
    expect([calls.recvmmsg, waiting.state]).toEqual([0, 'pending'])
    await client.write('x')
    await until(() => waiting.state === 'resolved')
    expect([calls.recvmmsg, waiting.value]).toEqual([1, 1])
    await client.writeBatch([room(1), room(1), room(1), room(1)])
    const full = await lengths(server, batch, 4)
    expect(full.length).toBe(4)
    const before = calls.recvmmsg
    const after = watchPromise(server.readBatch(batch))
    expect(calls.recvmmsg - before).toBeLessThanOrEqual(1)
    await client.write('y')
    await until(() => after.state === 'resolved')
  })

  it('has no packet between two', () => {
    const batch = numbered(3)
    for (const i of [0.5, 1.25, '1', true, null, [1], Number.NaN]) {
      expect(thrown(() => batch.data(i as number))).toBeInstanceOf(RangeError)
      expect(thrown(() => batch.addr(i as number))).toBeInstanceOf(RangeError)
    }
  })

  it('is not a call’s that an address began while it was asked', async () => {
    const server = await packets()
    const batch = numbered(2, server.localAddr)
    const asked = {
      get ip() {
        batch.clear()
        return '127.0.0.1'
      },
      port: 9,
      zone: '',
      network: 'udp',
    }
    expect(thrown(() => batch.set(1, room(1), asked as unknown as UDPAddr))).toBeInstanceOf(
      RangeError,
    )
    expect(batch.length).toBe(0)
  })

  it('is one call’s at a time', async () => {
    const server = await packets()
    const batch = numbered(1)
    const waiting = server.readBatch(batch)
    const inUse = 'the batch is in use'
    await expect(server.readBatch(batch)).rejects.toThrow(inUse)
    await expect(server.writeBatch(batch, server.localAddr)).rejects.toThrow(inUse)
    expect(thrown(() => batch.set(0, room(1))).message).toContain(inUse)
    expect(thrown(() => batch.clear()).message).toContain(inUse)
    for (const call of [
      'data',
      'addr',
      'truncated',
      'flags',
      'control',
      'info',
      'segmentSize',
    ] as const) {
      expect(thrown(() => batch[call](0)).message).toContain(inUse)
    }
    expect(thrown(() => [...batch]).message).toContain(inUse)
    await server.writeTo('x', server.localAddr)
    expect(await waiting).toBe(1)
    batch.clear()
    expect(batch.length).toBe(0)
    server.setReadDeadline(PAST)
    expect((await errorOf(server.readBatch(batch))).code).toBe('ETIMEDOUT')
    batch.set(0, room(1))
    await server.close()
    expect((await errorOf(server.readBatch(batch))).code).toBe('ERR_NET_CLOSED')
    batch.clear()
  })

  it('says how far it came when one of its packets fails, and which', async () => {
    const [server, other] = [await packets(), await packets()]
    const client = await packets()
    const batch = numbered(4, server.localAddr)
    batch.set(2, pattern(3), other.localAddr)
    const { sendmmsg } = pollHook
    let calls = 0
    replacePoll({
      sendmmsg: (fd, slab, size, start, count, meta, names, control) => {
        calls++
        if (start === 2) return -ENETUNREACH
        return sendmmsg(fd, slab, size, start, Math.min(count, 1), meta, names, control)
      },
    })
    const error = await errorOf<OpError>(client.writeBatch(batch))
    expect(error.message).toBe(
      `write udp ${client.localAddr}->${other.localAddr}: sendmmsg: network is unreachable`,
    )
    expect([error.messagesWritten, error.bytesWritten, calls]).toEqual([2, 3, 3])
    expect(batch.length).toBe(4)
  })

  it('that is a list has the bytes that it had when the write began to wait', async () => {
    const server = await packets()
    const client = await dialed(server)
    replacePoll({ sendmmsgv: () => -EAGAIN })
    const list = [pattern(9), Buffer.from(pattern(9))]
    const writing = errorOf(client.writeBatch(list))
    structuredClone(list[0]?.buffer, { transfer: [list[0]?.buffer as ArrayBuffer] })
    roomFor(client)
    expect((await writing).message).toContain('detached or resized')
  })

  it('that is filled anew goes where it is said to, and nowhere else', async () => {
    const server = await packets()
    const client = await packets()
    const batch = numbered(2, server.localAddr)
    batch.set(1, pattern(1), null)
    expect(batch.addr(1)).toBe(null)
    batch.clear()
    batch.set(0, pattern(1))
    expect(batch.addr(0)).toBe(null)
    await expect(client.writeBatch(batch)).rejects.toThrow('missing address')
  })

  it('waits for room, and goes on where it stopped', async () => {
    const server = await packets()
    const client = await dialed(server)
    const { sendmmsg } = pollHook
    const answers: (number | null)[] = [null, -EAGAIN, null]
    replacePoll({
      sendmmsg: (fd, slab, size, start, count, meta, names, control) => {
        const answer = answers.shift()
        if (answer === -EAGAIN) return answer
        return sendmmsg(fd, slab, size, start, start === 0 ? 1 : count, meta, names, control)
      },
    })
    const writing = client.writeBatch(numbered(3))
    roomFor(client)
    expect(await writing).toBe(3)
    expect(await lengths(server, new PacketBatch(), 3)).toEqual([1, 2, 3])
  })

  it('refuses what is none, and what does not fit', async () => {
    const conn = await packets()
    const { localAddr } = conn
    const wrong = (value: unknown) => value as PacketBatch
    await expect(conn.readBatch(wrong([]))).rejects.toThrow(
      'batch must be a PacketBatch, got Array',
    )
    await expect(conn.writeBatch(wrong(null), localAddr)).rejects.toThrow(TypeError)
    await expect(conn.writeBatch(wrong([5]), localAddr)).rejects.toThrow(TypeError)
    await expect(conn.writeBatch([room(1)])).rejects.toThrow('missing address')
    await expect(conn.writeBatch(numbered(1))).rejects.toThrow('missing address')
    const client = await dialed(conn)
    await expect(client.writeBatch([room(1)], localAddr)).rejects.toThrow('pre-connected')
    for (const o of [{ count: 0 }, { count: 129 }, { size: 0 }, { control: -1 }, { count: 1.5 }]) {
      expect(thrown(() => new PacketBatch(o))).toBeInstanceOf(RangeError)
    }
    expect(thrown(() => new PacketBatch({ sizes: 1 } as object))).toBeInstanceOf(TypeError)
    const batch = new PacketBatch({ count: 2, size: 4 })
    for (const call of [
      () => batch.set(1, room(1)),
      () => batch.set(-1, room(1)),
      () => batch.set(0, room(5)),
      () => batch.set(0, 5),
      () => batch.set(0, room(1), null, room(8)),
    ]) {
      expect(thrown(call)).toBeInstanceOf(RangeError)
    }
    expect(thrown(() => batch.set(0, 'text' as never))).toBeInstanceOf(TypeError)
    expect(batch.length).toBe(0)
  })
})

describe('writeSegments', () => {
  it('has the kernel cut what it is given, in one call for 64 packets', async () => {
    const server = await packets()
    const client = await dialed(server)
    const calls = countCalls('sendmsg', 'sendmmsgv')
    expect(await client.writeSegments(pattern(1000), 300)).toBe(1000)
    expect(await lengths(server, new PacketBatch(), 4)).toEqual([300, 300, 300, 100])
    expect(await client.writeSegments(pattern(100), 300)).toBe(100)
    expect(await client.writeSegments(pattern(100 * 65), 100)).toBe(6500)
    expect((await lengths(server, new PacketBatch(), 66)).every((n) => n === 100)).toBe(true)
    expect([calls.sendmsg, calls.sendmmsgv]).toEqual([4, 0])
    // Of these fewer than 64 are as long as one datagram may be.
    server.setReadBuffer(1 << 20)
    expect(await client.writeSegments(pattern(60 * 1200), 1200)).toBe(60 * 1200)
    expect(calls.sendmsg).toBe(6)
    expect((await lengths(server, new PacketBatch(), 60)).every((n) => n === 1200)).toBe(true)
    const free = await packets()
    expect(await free.writeSegments(pattern(5), 2, server.localAddr)).toBe(5)
    expect(await lengths(server, new PacketBatch(), 3)).toEqual([2, 2, 1])
  })

  it.each([EIO, EINVAL])('cuts itself where a device cannot (errno %i)', async (errno) => {
    const server = await packets()
    const client = await packets()
    const { sendmsg } = pollHook
    let cuts = 0
    replacePoll({
      sendmsg: (...args) => {
        if (args[3] === undefined) return sendmsg(...args)
        cuts++
        return -errno
      },
    })
    const calls = countCalls('sendmmsgv')
    for (let i = 0; i < 2; i++) {
      expect(await client.writeSegments(pattern(1000), 300, server.localAddr)).toBe(1000)
    }
    expect([cuts, calls.sendmmsgv]).toEqual([1, 2])
    expect(await lengths(server, new PacketBatch(), 8)).toEqual([
      300, 300, 300, 100, 300, 300, 300, 100,
    ])
    expect(await client.writeSegments(room(0), 300, server.localAddr)).toBe(0)
    expect(await server.read(room(1))).toBe(0)
  })

  it('keeps to the kernel’s cutting when it is the address that is wrong', async () => {
    const server = await packets()
    const client = await packets()
    const nowhere = new UDPAddr('127.0.0.1', 0)
    const error = await errorOf<OpError>(client.writeSegments(pattern(9), 2, nowhere))
    expect(error.message).toContain('->127.0.0.1:0: sendmsg: invalid argument')
    const calls = countCalls('sendmmsgv')
    await client.writeSegments(pattern(9), 3, server.localAddr)
    expect(calls.sendmmsgv).toBe(0)
  })

  it('refuses what is no size, no bytes and no address', async () => {
    const conn = await packets()
    for (const size of [0, 1.5, 65_508]) {
      await expect(conn.writeSegments(room(1), size, conn.localAddr)).rejects.toThrow(RangeError)
    }
    await expect(conn.writeSegments('x' as never, 1, conn.localAddr)).rejects.toThrow(TypeError)
    await expect(conn.writeSegments(room(1), 1)).rejects.toThrow('missing address')
  })
})

describe('setGRO', () => {
  it('joins packets, and tells their size; what gives one packet is refused', async () => {
    const server = await packets()
    const client = await dialed(server)
    server.setGRO(true)
    const batch = new PacketBatch({ count: 4, size: 65_535, control: 32 })
    await client.writeSegments(pattern(1000), 300)
    expect(await server.readBatch(batch)).toBe(1)
    expect([batch.data(0).length, batch.segmentSize(0)]).toEqual([1000, 300])
    expect([...batch].map(({ data }) => data.length)).toEqual([300, 300, 300, 100])
    await client.write('alone')
    expect(await server.readBatch(batch)).toBe(1)
    expect(batch.segmentSize(0)).toBe(5)
    expect([...batch].map(({ addr }) => addr)).toEqual([client.localAddr])
    const refused = { code: 'ERR_GRO' }
    await expect(server.read(room())).rejects.toMatchObject(refused)
    await expect(server.readFrom(room())).rejects.toMatchObject(refused)
    expect(thrown(() => server[Symbol.asyncIterator]())).toMatchObject(refused)
    const bare = new PacketBatch({ size: 65_535 })
    await expect(server.readBatch(bare)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('the batch needs 24 bytes of control'),
    })
    await expect(server.readMsg(room(), room(16))).rejects.toMatchObject(refused)
    const short = new PacketBatch({ size: 700, control: 32 })
    await client.writeSegments(pattern(1000), 300)
    expect(await server.readBatch(short)).toBe(1)
    // The last of those for which there was room is the one that is cut off.
    expect([...short].map(({ data, truncated }) => [data.length, truncated])).toEqual([
      [300, false],
      [300, false],
      [100, true],
    ])
    server.setGRO(false)
    await client.write('x')
    expect(await server.read(room())).toBe(1)
  })

  it('has its size behind what receiveInfo has asked for, and wants room for both', async () => {
    const server = await packets()
    const client = await dialed(server)
    server.setGRO(true)
    server.receiveInfo({ timestamp: true, drops: true, dst: true, ttl: true, tos: true })
    const of = (control: number): PacketBatch => new PacketBatch({ size: 65_535, control })
    await expect(server.readBatch(of(79))).rejects.toMatchObject({ code: 'ERR_GRO' })
    for (const control of [80, 128]) {
      const batch = of(control)
      await client.writeSegments(pattern(1000), 300)
      expect(await server.readBatch(batch)).toBe(1)
      expect(batch.segmentSize(0)).toBe(300)
    }
    server.receiveInfo({ timestamp: false, drops: false })
    const batch = of(24)
    await client.writeSegments(pattern(1000), 300)
    expect(await server.readBatch(batch)).toBe(1)
    expect(batch.segmentSize(0)).toBe(300)
  })
})
