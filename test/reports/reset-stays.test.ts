// The kernel tells of a reset once, to the first call, and says "end" from then on. A connection that
// was killed must never look like one that ended.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TCPConn } from '@netfd/net'
import { copyBoth, pipe } from '@netfd/net'
import { hook } from '@netfd/poll/testing'
import {
  EACCES,
  EAGAIN,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINTR,
  ENETDOWN,
  ENETUNREACH,
  ENOBUFS,
  ENOMEM,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPIPE,
  EPROTO,
  ETIMEDOUT,
  errnoName,
  getsockopt,
  SO_ERROR,
  SOCK_DGRAM,
  SOL_SOCKET,
  sockopt,
} from '@netfd/syscall'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { chain, errorOf, pair } from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import {
  adoptFD,
  linger,
  putBack,
  readFull,
  replace,
  tcpPair,
  turns,
  unixPair,
} from '../../packages/poll/test/support.js'

afterAll(closeIdlePipes)

const room = () => new Uint8Array(64)

/** A connection whose peer sent `said` and then reset it. */
async function killed(said = ''): Promise<TCPConn> {
  const [conn, peer] = await pair()
  if (said !== '') await peer.write(said)
  await peer.reset()
  return conn
}

const codeOf = async (promise: Promise<unknown>): Promise<unknown> => (await errorOf(promise)).code

/**
 * The first splice to a socket moves ten bytes, and `peer`, to which they go, resets the connection within the
 * call: its next attempt takes the errno along, as splice_to_socket of the kernel does.
 */
function cutShort(peer: TCPConn): void {
  const { splice } = hook
  let first = true
  replace({
    splice: (r, w, length, flags, toPipe) => {
      if (toPipe || !first) return splice(r, w, length, flags, toPipe)
      first = false
      const n = splice(r, w, 10, flags, toPipe)
      void peer.reset()
      getsockopt(w, SOL_SOCKET, SO_ERROR)
      return n
    },
  })
}

describe('a reset stays', () => {
  it('for the read after the write that took it', async () => {
    const conn = await killed()
    expect(await codeOf(conn.write('x'))).toBe('ECONNRESET')
    expect(await errorOf(conn.read(room()))).toMatchObject({ code: 'ECONNRESET', syscall: 'read' })
  })

  it('for every call after the read that took it', async () => {
    const conn = await killed()
    for (let i = 0; i < 3; i++) {
      expect(await codeOf(conn.read(room()))).toBe('ECONNRESET')
      expect(await errorOf(conn.write('x'))).toMatchObject({
        code: 'ECONNRESET',
        syscall: 'write',
        bytesWritten: 0,
      })
      expect(await codeOf(conn.writev([Uint8Array.of(1)]))).toBe('ECONNRESET')
      expect(await codeOf(conn.readFull(room()))).toBe('ECONNRESET')
    }
  })

  it('behind what had arrived before it', async () => {
    const conn = await killed('half')
    expect(await codeOf(conn.write('x'))).toBe('ECONNRESET')
    const buf = room()
    expect(await conn.read(buf)).toBe(4)
    expect(await codeOf(conn.read(buf))).toBe('ECONNRESET')
    expect(await codeOf(conn.write('x'))).toBe('ECONNRESET')
  })

  it('for a read that waits when a write takes it', async () => {
    const [conn, peer] = await pair()
    const read = conn.read(room())
    await turns(2)
    void peer.reset()
    const write = conn.write('x')
    expect([await codeOf(write), await codeOf(read)]).toEqual(['ECONNRESET', 'ECONNRESET'])
  })

  it('for a loop over the connection', async () => {
    const conn = await killed('half')
    await conn.write('x').catch(() => undefined)
    let got = ''
    const loop = async () => {
      for await (const piece of conn) got += Buffer.from(piece)
    }
    expect(await codeOf(loop())).toBe('ECONNRESET')
    expect(got).toBe('half')
  })

  it('for a transfer from it, spliced', async () => {
    const { from, src, dst } = await chain()
    await from.write('half')
    await from.reset()
    await src.write('x').catch(() => undefined)
    expect(await errorOf(dst.readFrom(src))).toMatchObject({ code: 'ECONNRESET', bytesWritten: 4 })
  })

  it('for a transfer from it, relayed', async () => {
    const { from, src, dst, to } = await chain()
    const transfer = errorOf(dst.readFrom(src))
    for (let i = 0; i < 20; i++) {
      await from.write('ping')
      await readFull(to, 4)
    }
    void from.reset()
    await src.write('x').catch(() => undefined)
    expect(await transfer).toMatchObject({ code: 'ECONNRESET', bytesWritten: 80 })
  })

  it('for a transfer to it, and what follows', async () => {
    const { from, src, dst, to } = await chain()
    await to.reset()
    await dst.read(room()).catch(() => undefined)
    const transfer = errorOf(dst.readFrom(src))
    await from.write('ping')
    expect(await transfer).toMatchObject({ code: 'ECONNRESET' })
    expect(await codeOf(dst.write('x'))).toBe('ECONNRESET')
  })

  it('for a transfer to it whose relayed piece finds it', async () => {
    const { from, src, dst, to } = await chain()
    const transfer = errorOf(dst.readFrom(src))
    for (let i = 0; i < 20; i++) {
      await from.write('ping')
      await readFull(to, 4)
    }
    void to.reset()
    await from.write('ping')
    expect((await transfer).code).toBe('ECONNRESET')
    expect(await codeOf(dst.read(room()))).toBe('ECONNRESET')
  })

  it('for a file that is sent to it', async () => {
    const conn = await killed()
    await conn.read(room()).catch(() => undefined)
    const file = await open(fileURLToPath(import.meta.url))
    expect(await errorOf(conn.readFrom(file))).toMatchObject({ code: 'ECONNRESET' })
    await file.close()
  })

  it('for the read after a file that takes the reset along and says how much went', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'netfd-reset-')), 'file')
    writeFileSync(path, new Uint8Array(400_000))
    onTestFinished(() => rmSync(dirname(path), { recursive: true }))
    const [conn, peer] = await pair()
    // The peer leaves what it is sent unread, and half of its own message is on its way.
    const message = peer.write(new Uint8Array(1_500_000)).catch(() => 0)
    const closed = peer.close()
    await using file = await open(path)
    expect(await errorOf(conn.readFrom(file))).toMatchObject({ code: 'ECONNRESET' })
    const rest = async () => {
      while ((await conn.read(room())) !== null);
    }
    expect(await codeOf(rest())).toBe('ECONNRESET')
    await Promise.all([message, closed])
  })

  it('for the transfer whose splice takes it along and says how much went, and what follows', async () => {
    const { from, src, dst, to } = await chain()
    cutShort(to)
    await from.write(new Uint8Array(1000))
    expect(await errorOf(dst.readFrom(src))).toMatchObject({
      code: 'ECONNRESET',
      bytesWritten: 10,
      bytesRead: 1000,
    })
    expect(await codeOf(dst.read(room()))).toBe('ECONNRESET')
    expect(await codeOf(dst.write('x'))).toBe('ECONNRESET')
  })

  it('for a read that waits when a splice takes it along', async () => {
    const { from, src, dst, to } = await chain()
    cutShort(to)
    const read = codeOf(dst.read(room()))
    const transfer = dst.readFrom(src, { limit: 1000 })
    await from.write(new Uint8Array(1000))
    expect(await codeOf(transfer)).toBe('ECONNRESET')
    expect(await read).toBe('ECONNRESET')
  })

  it('for the transfer and the read after it, when the kernel itself cuts a splice short', async () => {
    const { from, src, dst, to } = await chain()
    // A splice sends sixteen pages at once: a message each, for between two of them lies what another
    // connection was sent.
    const [other, sink] = await pair()
    for (let i = 0; i < 64; i++) {
      await from.write(new Uint8Array(100))
      await other.write(new Uint8Array(100))
    }
    // The peer leaves what it is sent unread, and half of its own message is on its way.
    const message = to.write(new Uint8Array(1_500_000)).catch(() => 0)
    const closed = to.close()
    expect(await errorOf(dst.readFrom(src))).toMatchObject({ code: 'ECONNRESET' })
    const rest = async () => {
      while ((await dst.read(room())) !== null);
    }
    expect(await codeOf(rest())).toBe('ECONNRESET')
    await Promise.all([message, closed, other.close(), sink.close()])
  })

  it('for both ways of copyBoth when a splice of one takes it along', async () => {
    const { from, src, dst, to } = await chain()
    cutShort(to)
    await from.write(new Uint8Array(1000))
    expect(await codeOf(copyBoth(src, dst))).toBe('ECONNRESET')
    expect(await codeOf(dst.read(room()))).toBe('ECONNRESET')
  })

  it('for both ways of a proxy: half an answer does not look whole', async () => {
    // As the example tcp-proxy does it: client - a, b - server.
    const [client, a] = await pair()
    const [b, server] = await pair()
    const pump = async (from: TCPConn, to: TCPConn) => {
      await to.readFrom(from)
      to.closeWrite()
    }
    const pumps = [pump(a, b), pump(b, a)]
    const both = Promise.all(pumps).catch(() => Promise.all([a.reset(), b.reset()]))
    await turns(2)
    // In one tick, so that the proxy sees all of it in one batch.
    const said = [server.write('half an ans'), server.reset(), client.write('more')]
    await Promise.all(said)
    await both
    expect(await Promise.allSettled(pumps)).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'ECONNRESET' }) },
      { status: 'rejected', reason: expect.objectContaining({ code: 'ECONNRESET' }) },
    ])
    const read = async () => {
      for (;;) if ((await client.read(room())) === null) return 'the end'
    }
    expect(await read().catch(({ code }) => code)).toBe('ECONNRESET')
  })

  it('on a unix socket whose peer left bytes unread', async () => {
    const [conn, peer] = pipe()
    await conn.write('unread')
    await peer.close()
    expect(await codeOf(conn.write('x'))).toBe('EPIPE')
    for (let i = 0; i < 2; i++) expect(await codeOf(conn.read(room()))).toBe('ECONNRESET')
    expect(await codeOf(conn.write('x'))).toBe('ECONNRESET')
    await conn.close()
  })
})

describe('an end stays an end', () => {
  it('when it was read before the reset came', async () => {
    const [conn, peer] = await pair()
    peer.closeWrite()
    expect(await conn.read(room())).toBe(null)
    await peer.reset()
    expect(await codeOf(conn.write('x'))).toMatch(/EPIPE|ECONNRESET/)
    expect(await conn.read(room())).toBe(null)
  })

  it('when it was read before the connection was killed', async () => {
    const [a, b] = tcpPair()
    await b.close()
    expect(await a.read(room())).toBe(null)
    replace({ send: () => -ETIMEDOUT })
    expect(await codeOf(a.write(room()))).toBe('ETIMEDOUT')
    expect(await a.read(room())).toBe(null)
    replace({ send: () => -EPIPE })
    expect(await codeOf(a.write(room()))).toBe('ETIMEDOUT')
  })

  it('when writing was ended by this side, and data goes on coming', async () => {
    const [conn, peer] = await pair()
    conn.closeWrite()
    expect(await codeOf(conn.write('x'))).toBe('EPIPE')
    await peer.write('still here')
    expect(await conn.read(room())).toBe(10)
    await peer.close()
    expect(await conn.read(room())).toBe(null)
    expect(await codeOf(conn.write('x'))).toBe('EPIPE')
  })

  it('when reading was ended by this side', async () => {
    const [conn] = await pair()
    conn.closeRead()
    expect(await conn.read(room())).toBe(null)
    expect(await conn.write('x')).toBe(1)
  })

  it('of a unix socket whose peer had read everything', async () => {
    const [conn, peer] = pipe()
    await peer.write('bye')
    await peer.close()
    expect(await codeOf(conn.write('x'))).toBe('EPIPE')
    expect(await conn.read(room())).toBe(3)
    expect(await conn.read(room())).toBe(null)
    await conn.close()
  })
})

const DEADLY = [
  ECONNRESET,
  ETIMEDOUT,
  ECONNABORTED,
  ECONNREFUSED,
  EHOSTUNREACH,
  EHOSTDOWN,
  ENETUNREACH,
  ENETDOWN,
  ENONET,
  EPROTO,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EACCES,
]

describe('an end before a reset that a splice takes along', () => {
  it('is read as the end it is', async () => {
    const { from, src, dst, to } = await chain()
    await to.write('whole')
    to.closeWrite()
    cutShort(to)
    await from.write(new Uint8Array(1000))
    expect(await errorOf(dst.readFrom(src))).toMatchObject({ bytesWritten: 10 })
    expect(await dst.read(room())).toBe(5)
    expect(await dst.read(room())).toBe(null)
  })

  it('leaves the EPIPE that the kernel says, once all has been read', async () => {
    const { from, src, dst, to } = await chain()
    to.closeWrite()
    cutShort(to)
    await from.write(new Uint8Array(1000))
    expect(await codeOf(dst.readFrom(src))).toBe('EPIPE')
    expect(await dst.read(room())).toBe(null)
  })
})

describe('what kills a connection', () => {
  it.each(DEADLY.map((errno) => [errnoName(errno), errno] as const))(
    '%s does',
    async (name, errno) => {
      const [a, b] = tcpPair()
      replace({ send: () => -errno })
      expect(await codeOf(a.write(room()))).toBe(name)
      putBack()
      replace({ send: () => -EPIPE })
      await b.close()
      expect(await codeOf(a.read(room()))).toBe(name)
      expect(await codeOf(a.write(room()))).toBe(name)
    },
  )

  it.each([EPIPE, ENOBUFS, ENOMEM].map((errno) => [errnoName(errno), errno] as const))(
    '%s does not',
    async (name, errno) => {
      const [a, b] = tcpPair()
      replace({ send: () => -errno })
      expect(await codeOf(a.write(room()))).toBe(name)
      putBack()
      expect(await a.write(Uint8Array.of(1))).toBe(1)
      expect(await b.read(room())).toBe(1)
      await b.close()
      expect(await a.read(room())).toBe(null)
    },
  )

  it.each([EAGAIN, EINTR].map((errno) => [errnoName(errno), errno] as const))(
    '%s is not even seen',
    async (_name, errno) => {
      const [a, b] = tcpPair()
      const { recv } = hook
      let n = 0
      replace({ recv: (...args) => (n++ === 0 ? -errno : recv(...args)) })
      const read = a.read(room())
      await b.close()
      expect(await read).toBe(null)
    },
  )

  it('kills no datagram socket', async () => {
    const [a, b] = unixPair(SOCK_DGRAM)
    replace({ send: () => -EHOSTUNREACH })
    expect(await codeOf(a.write(room()))).toBe('EHOSTUNREACH')
    putBack()
    expect(await b.write(Uint8Array.of(1))).toBe(1)
    expect(await a.read(room())).toBe(1)
    replace({ send: () => -EPIPE })
    expect(await codeOf(a.write(room()))).toBe('EPIPE')
  })

  it('is forgotten once raw calls may have made another connection of the socket', async () => {
    const [a, b] = tcpPair()
    replace({ send: () => -ECONNRESET })
    expect(await codeOf(a.write(room()))).toBe('ECONNRESET')
    a.rawControl(() => undefined)
    await b.close()
    expect(await a.read(room())).toBe(null)
  })

  it('is kept also when the option SO_ERROR took it', async () => {
    const [a, b] = tcpPair()
    linger(b, 0)
    await b.close()
    expect(a.getsockopt(SOL_SOCKET, SO_ERROR)).toBe(ECONNRESET)
    expect(await codeOf(a.read(room()))).toBe('ECONNRESET')
    expect(await codeOf(a.write(room()))).toBe('ECONNRESET')
  })

  it('is kept also when a program took it as bytes', async () => {
    const conn = await killed()
    const bytes = { ...sockopt.error, type: 'bytes' } as const
    expect(new Int32Array((conn.getOption(bytes) as Uint8Array).slice().buffer)[0]).toBe(ECONNRESET)
    expect(await codeOf(conn.read(room()))).toBe('ECONNRESET')
  })

  it('is kept also when getOption took it', async () => {
    const conn = await killed()
    expect(conn.getOption('error')).toBe(ECONNRESET)
    expect(await codeOf(conn.read(room()))).toBe('ECONNRESET')
  })

  it('is no business of another connection', () => {
    const [a] = tcpPair()
    expect(adoptFD(a.dup()).getsockopt(SOL_SOCKET, SO_ERROR)).toBe(0)
  })
})
