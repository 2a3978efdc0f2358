// Go: net/unixsock_test.go and server_test.go, for datagrams.
import { existsSync, lstatSync } from 'node:fs'
import { inspect } from 'node:util'
import { close } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import {
  Dialer,
  dial,
  dialUnix,
  fileConn,
  ListenConfig,
  listen,
  listenPacket,
  listenUnixgram,
  PacketBatch,
  TCPAddr,
  UDPAddr,
  UnixAddr,
  UnixgramConn,
} from '../src/index.js'
import { countCalls, errorOf, PAST, text, track, turns } from './support.js'
import { directory, freePath } from './unix-support.js'

const receiving = async (name = ''): Promise<UnixgramConn> =>
  track(await listenPacket('unixgram', name))
/** Whether there is room in a receiver's queue, which a message takes then. */
async function went(conn: UnixgramConn, to: UnixAddr): Promise<boolean> {
  conn.setWriteTimeout(5)
  return await conn.writeTo('x', to).then(
    () => true,
    () => false,
  )
}
const named = (network: string): string => network
const UNNAMED = new UnixAddr('', 'unixgram')

describe('a socket of datagrams', () => {
  it('has the names that it was given (TestUnixgramConnLocalAndRemoteNames)', async () => {
    const path = freePath()
    const receiver = await receiving(path)
    expect(receiver).toBeInstanceOf(UnixgramConn)
    expect([receiver.localAddr.name, receiver.remoteAddr]).toEqual([path, null])
    const plain = track(await dial('unixgram', path))
    expect([String(plain.localAddr), String(plain.remoteAddr)]).toEqual(['@', path])
    const local = new UnixAddr(freePath(), 'unixgram')
    const own = track(await dialUnix('unixgram', local, receiver.localAddr))
    await own.write('x')
    const { addr } = await receiver.readFrom(new Uint8Array(8))
    expect(addr?.name).toBe(local.name)
    expect(inspect(own)).toBe(`UnixgramConn { ${local} -> ${path}, open }`)
  })

  it('that is dialed from a name to none is bound, and has no peer', async () => {
    const receiver = await receiving()
    const laddr = new UnixAddr(freePath(), 'unixgram')
    const told: string[] = []
    const control = (...[network, address]: [string, string, unknown]) => {
      told.push(`${network} ${address}`)
    }
    const conn = track(await new Dialer({ control }).dialUnix('unixgram', laddr, null))
    expect([conn.localAddr.name, conn.remoteAddr]).toEqual([laddr.name, null])
    expect(told).toEqual([`unixgram ${laddr}`])
    await conn.writeTo('x', receiver.localAddr)
    const { addr } = await receiver.readFrom(new Uint8Array(8))
    await receiver.writeTo('answer', addr as UnixAddr)
    expect(await conn.read(new Uint8Array(8))).toBe(6)
    const unnamed = track(await dialUnix('unixgram', new UnixAddr('@', 'unixgram'), UNNAMED))
    expect(unnamed.remoteAddr).toBe(null)
  })

  it('that is dialed to none needs a name, and time', async () => {
    const laddr = new UnixAddr(freePath(), 'unixgram')
    for (const from of [null, UNNAMED]) {
      const error = await errorOf(dialUnix('unixgram', from, null))
      expect(error.message).toMatch(/^dial unixgram ?: missing address$/)
    }
    const localAddr = new TCPAddr('127.0.0.1', 0)
    const other = await errorOf(new Dialer({ localAddr }).dialUnix('unixgram', null, null))
    expect(other.message).toBe('dial unixgram 127.0.0.1:0: unexpected address type')
    const late = await errorOf(new Dialer({ timeout: -1 }).dialUnix('unixgram', laddr, null))
    expect(late.message).toBe(`dial unixgram ${laddr}: i/o timeout`)
    const stop = new AbortController()
    const control = () => {
      stop.abort()
      return new Promise<void>(() => undefined)
    }
    const dialer = new Dialer({ control })
    const ended = await errorOf(dialer.dialUnix('unixgram', laddr, null, { signal: stop.signal }))
    expect(ended.code).toBe('ABORT_ERR')
    const over = dialUnix('unix', new UnixAddr(laddr.name, 'unix'), null)
    expect((await errorOf(over)).message).toBe(`dial unix ${laddr}: missing address`)
    expect(existsSync(laddr.name)).toBe(false)
  })

  it('is made at an address that is resolved already, with what listenPacket takes', async () => {
    const laddr = new UnixAddr(freePath(), 'unixgram')
    const conn = track(await listenUnixgram('unixgram', laddr, { mode: 0o600 }))
    expect(conn).toBeInstanceOf(UnixgramConn)
    expect([conn.localAddr.name, conn.remoteAddr]).toEqual([laddr.name, null])
    expect(lstatSync(laddr.name).mode & 0o777).toBe(0o600)
    await conn.close()
    const config = new ListenConfig({ unlinkStale: true })
    expect(track(await config.listenUnixgram('unixgram', laddr)).localAddr.name).toBe(laddr.name)
    const backlog = { backlog: 1 } as object
    await expect(listenUnixgram('unixgram', laddr, backlog)).rejects.toThrow(TypeError)
    const none = null as unknown as UnixAddr
    expect((await errorOf(listenUnixgram('unixgram', none))).message).toBe(
      'listen unixgram: missing address',
    )
    const wrong = listenUnixgram('unix' as 'unixgram', laddr)
    expect((await errorOf(wrong)).message).toBe(`listen unix ${laddr}: unknown network unix`)
    await expect(listenUnixgram(null as unknown as 'unixgram', laddr)).rejects.toThrow(
      "network must be 'unixgram', got null",
    )
  })

  it('gets a name from the kernel for "" (TestUnixgramAutobind)', async () => {
    expect(String((await receiving()).localAddr)).toMatch(/^@[0-9a-f]{5}$/)
  })

  it('has null as the sender without a name (TestReadUnixgramWithUnnamedSocket)', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    await sender.write(Uint8Array.of(1, 2, 3))
    const buf = new Uint8Array(64)
    expect(await receiver.readFrom(buf)).toEqual({ n: 3, addr: null, truncated: false })
  })

  it('sends and receives empty ones (TestUnixgramZeroBytePayload, …ZeroByteBuffer)', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    await sender.write('')
    expect(await receiver.read(new Uint8Array(8))).toBe(0)
    await sender.write('whole')
    expect(await receiver.readFrom(new Uint8Array(0))).toEqual({
      n: 0,
      addr: null,
      truncated: true,
    })
    receiver.setReadDeadline(PAST)
    expect((await errorOf(receiver.read(new Uint8Array(8)))).code).toBe('ETIMEDOUT')
  })

  it('answers a sender that has a name (TestUnixgramServer)', async () => {
    const server = await receiving(freePath())
    const client = await receiving('')
    await client.writeTo('ping', server.localAddr)
    const buf = new Uint8Array(8)
    const { n, addr } = await server.readFrom(buf)
    expect(text(buf.subarray(0, n))).toBe('ping')
    await server.writeTo('pong!', addr as UnixAddr)
    expect(await client.readFrom(buf)).toMatchObject({ n: 5 })
  })

  it('says what cannot be written, and to whom (TestUnixgramWrite)', async () => {
    const receiver = await receiving()
    const to = receiver.localAddr
    const conn = await receiving()
    const connected = track(await dial('unixgram', String(to)))
    const texts = [
      [
        connected.writeTo('x', to),
        `write unixgram @->${to}: use of WriteTo with pre-connected connection`,
      ],
      [
        connected.writeMsg(Buffer.from('x'), null, to),
        /use of WriteTo with pre-connected connection$/,
      ],
      [conn.writeTo('x', null as unknown as UnixAddr), /missing address$/],
      [conn.writeMsg(Buffer.from('x'), null), /missing address$/],
      [
        conn.writeTo('x', new UnixAddr(String(to), 'unix')),
        /: address family not supported by protocol$/,
      ],
      [
        conn.writeTo('x', new UDPAddr('127.0.0.1', 1) as unknown as UnixAddr),
        /address family not supported/,
      ],
      [conn.write('x'), /: write: transport endpoint is not connected$/],
      [
        conn.writeTo('x', new UnixAddr('/nowhere/s', 'unixgram')),
        /: sendto: no such file or directory$/,
      ],
    ] as const
    for (const [promise, text] of texts) {
      const { message } = await errorOf(promise)
      if (typeof text === 'string') expect(message).toBe(text)
      else expect(message).toMatch(text)
    }
    expect(await connected.writeMsg(Buffer.from('m'), null)).toBe(1)
    expect((await errorOf(conn.writeTo(1 as unknown as string, to))).name).toBe('TypeError')
    expect((await errorOf(conn.writeMsg(1 as unknown as Uint8Array, null, to))).name).toBe(
      'TypeError',
    )
  })

  it('takes no more than fits, and loses what a buffer has no room for', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    const limit = sender.getOption('sndBuf') - 32
    expect(await sender.write(new Uint8Array(limit))).toBe(limit)
    expect((await errorOf(sender.write(new Uint8Array(limit + 1)))).message).toMatch(
      /write: message too long$/,
    )
    expect(await receiver.readFrom(new Uint8Array(8))).toMatchObject({ n: 8, truncated: true })
  })

  it('refuses to write to a receiver that is gone', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    await receiver.close()
    expect((await errorOf(sender.write('x'))).code).toBe('ECONNREFUSED')
  })

  it('is read in a loop', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    for (const one of ['a', '', 'bc']) await sender.write(one)
    const got: string[] = []
    for await (const { data, addr } of receiver) {
      expect(addr).toBe(null)
      if (got.push(text(data)) === 3) break
    }
    expect(got).toEqual(['a', '', 'bc'])
  })

  it('is made of a descriptor', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    const fds = [receiver.dup(), sender.dup()]
    const [copy, connected] = fds.map((fd) => track(fileConn(fd, 'unixgram'))) as [
      UnixgramConn,
      UnixgramConn,
    ]
    for (const fd of fds) close(fd)
    await connected.write('hi')
    expect(await copy.read(new Uint8Array(8))).toBe(2)
    expect(copy.remoteAddr).toBe(null)
    const error = await errorOf(connected.writeTo('x', receiver.localAddr))
    expect(error.code).toBe('ERR_WRITE_TO_CONNECTED')
  })

  it('leaves its file, has the mode it is told, and clears what a dead one left', async () => {
    const path = freePath()
    const first = track(await listenPacket('unixgram', path, { mode: 0o600 }))
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect((await errorOf(listenPacket('unixgram', path, { unlinkStale: true }))).code).toBe(
      'EADDRINUSE',
    )
    await first.close()
    expect((await errorOf(listenPacket('unixgram', path))).message).toBe(
      `listen unixgram ${path}: bind: address already in use`,
    )
    track(await listenPacket('unixgram', path, { unlinkStale: true }))
  })

  it('is no listener, and no listener is one', async () => {
    expect((await errorOf(listen(named('unixgram'), '/p'))).message).toBe(
      'listen unixgram /p: unknown network unixgram',
    )
    for (const network of ['unix', 'unixpacket']) {
      expect((await errorOf(listenPacket(named(network), '/p'))).message).toBe(
        `listen ${network} /p: unknown network ${network}`,
      )
    }
    expect((await errorOf(listenPacket(named('tcp'), '127.0.0.1:0'))).message).toBe(
      'listen tcp 127.0.0.1:0: address 127.0.0.1:0: unexpected address type',
    )
  })
})

describe('a queue that is full', () => {
  it('holds a connected sender up until the peer reads', async () => {
    const receiver = await receiving()
    const sender = track(await dial('unixgram', String(receiver.localAddr)))
    const writes = Array.from({ length: 200 }, (_, i) => sender.write(String(i)))
    const buf = new Uint8Array(8)
    for (let i = 0; i < 200; i++) {
      const n = await receiver.read(buf)
      expect(text(buf.subarray(0, n))).toBe(String(i))
    }
    await Promise.all(writes)
  })

  it.each(['writeTo', 'writeMsg'] as const)(
    'of others’ messages holds %s up until there is room, though no edge tells of it',
    async (call) => {
      const receiver = await receiving()
      const to = receiver.localAddr
      const other = await receiving()
      const fill = new AbortController()
      const filling: Promise<unknown>[] = []
      for (let i = 0; i < 20; i++) {
        filling.push(other.writeTo('x', to, { signal: fill.signal }).catch(() => undefined))
      }
      const sender = await receiving()
      const ours =
        call === 'writeTo'
          ? sender.writeTo('ours', to)
          : sender.writeMsg(Buffer.from('ours'), null, to)
      fill.abort()
      const buf = new Uint8Array(8)
      let got = ''
      for (let i = 0; i < 30 && got !== 'ours'; i++) {
        got = text(buf.subarray(0, await receiver.read(buf)))
      }
      expect(got).toBe('ours')
      expect(await ours).toBe(4)
      await Promise.all(filling)
    },
  )

  it('ends with the deadline', async () => {
    const receiver = await receiving()
    const sender = await receiving()
    sender.setWriteTimeout(30)
    const to = receiver.localAddr
    const results = await Promise.allSettled(
      Array.from({ length: 14 }, () => sender.writeTo('x', to)),
    )
    const late = results.filter(({ status }) => status === 'rejected')
    expect(late.length).toBeGreaterThan(0)
    for (const one of late) {
      expect((one as PromiseRejectedResult).reason).toMatchObject({
        message: `write unixgram ${sender.localAddr}->${to}: i/o timeout`,
      })
    }
  })
})

describe('a batch', () => {
  it('has paths that are longer than an IP address', async () => {
    const [a, b] = [await receiving(freePath()), await receiving(`${freePath()}${'b'.repeat(60)}`)]
    const long = await receiving(`${directory()}/${'n'.repeat(60)}`)
    await a.writeTo('one', long.localAddr)
    await b.writeTo('two', long.localAddr)
    const nameless = track(await dial('unixgram', String(long.localAddr)))
    await nameless.write('three')
    const batch = new PacketBatch<UnixAddr>({ count: 4, size: 64 })
    expect(await long.readBatch(batch)).toBe(3)
    const names = [0, 1, 2].map((i) => batch.addr(i)?.name)
    expect(names).toEqual([a.localAddr.name, b.localAddr.name, undefined])
    batch.set(2, Buffer.from('three'), long.localAddr)
    expect(await long.writeBatch(batch)).toBe(3)
    const buf = new Uint8Array(8)
    expect(text(buf.subarray(0, await a.read(buf)))).toBe('one')
    expect(text(buf.subarray(0, await b.read(buf)))).toBe('two')
    expect(await long.readFrom(buf)).toEqual({ n: 5, addr: long.localAddr, truncated: false })
  })

  it('goes to one path, and keeps the addresses that it has when one is longer', async () => {
    const [a, b] = [await receiving(''), await receiving(`${directory()}/${'n'.repeat(60)}`)]
    const batch = new PacketBatch<UnixAddr>({ count: 3, size: 64 })
    batch.set(0, Buffer.from('x'), a.localAddr)
    batch.set(1, Buffer.from('y'), b.localAddr)
    expect([batch.addr(0)?.name, batch.addr(1)?.name]).toEqual([a.localAddr.name, b.localAddr.name])
    expect(await a.writeBatch(batch, b.localAddr)).toBe(2)
    const buf = new Uint8Array(8)
    expect([await b.read(buf), await b.read(buf)]).toEqual([1, 1])
  })
})

describe.each([
  ['writeTo', (conn: UnixgramConn, to: UnixAddr) => conn.writeTo('x', to)],
  ['writeMsg', (conn: UnixgramConn, to: UnixAddr) => conn.writeMsg(Buffer.from('x'), null, to)],
  ['writeBatch', (conn: UnixgramConn, to: UnixAddr) => conn.writeBatch([Buffer.from('x')], to)],
] as const)('%s into a queue that others have filled', (_, send) => {
  it('waits, without a try for each edge that its own tries raise', async () => {
    const [receiver, first, second] = [await receiving(), await receiving(), await receiving()]
    let full = 0
    while (await went(first, receiver.localAddr)) full++
    const calls = countCalls('sendto', 'sendmsg', 'sendmmsgv')
    const waiting = send(second, receiver.localAddr)
    // Each of them brings the edge of the try before it.
    await turns(1000)
    expect((calls.sendto ?? 0) + (calls.sendmsg ?? 0) + (calls.sendmmsgv ?? 0)).toBeLessThan(60)
    for (let i = 0; i < full; i++) await receiver.read(new Uint8Array(8))
    expect(await waiting).toBe(1)
  })
})
