// Go: net/rawconn_test.go and file_test.go. The descriptor itself: lent, duplicated, handed over.
import { closeSync, openSync } from 'node:fs'
import {
  AF_INET,
  AF_VSOCK,
  close,
  connect,
  EAGAIN,
  ENOPROTOOPT,
  encodeSockaddr,
  F_GETFL,
  getsockopt,
  O_NONBLOCK,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  socket,
} from '@netfd/syscall'
import { fcntl, recv, send } from '@netfd/syscall/raw'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TCPConn } from '../src/index.js'
import { fileConn, fileListener, filePacketConn } from '../src/index.js'
import { rejected, throws } from './error-walk.js'
import {
  dialed,
  listening,
  PAST,
  pair,
  replacePoll,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

/** One recv(2) into `buf`, as the callback of RawConn.read has it; the outcome is in `got`. */
const receiving = (buf: Uint8Array) => {
  const got = { n: 0, calls: 0 }
  const attempt = (fd: number): boolean => {
    got.calls++
    got.n = recv(fd, buf)
    return got.n !== -EAGAIN
  }
  return { got, attempt }
}

describe('a raw connection', () => {
  it('moves data, calling back until it is done (TestRawConnReadWrite)', async () => {
    const [client, server] = await pair()
    const buf = new Uint8Array(16)
    const { got, attempt } = receiving(buf)
    const reading = server.syscallConn().read(attempt)
    await turns(3)
    expect(got).toEqual({ n: -EAGAIN, calls: 1 })
    let sent = 0
    await client.syscallConn().write((fd) => {
      sent = send(fd, Buffer.from('hello'))
      return sent !== -EAGAIN
    })
    await reading
    expect([sent, got.n, got.calls]).toEqual([5, 5, 2])
    expect(Buffer.from(buf.subarray(0, 5)).toString()).toBe('hello')
  })

  it('minds the deadline, also one in the past (TestRawConnReadWrite)', async () => {
    const [client] = await pair()
    const { got, attempt } = receiving(new Uint8Array(8))
    const raw = client.syscallConn()
    client.setReadDeadline(Date.now() + 5)
    const error = await rejected('raw-read', raw.read(attempt))
    expect(error.message).toBe(
      `raw-read tcp ${client.localAddr}->${client.remoteAddr}: i/o timeout`,
    )
    const calls = got.calls
    expect((await rejected('raw-read', raw.read(attempt))).timeout).toBe(true)
    expect(got.calls).toBe(calls)
    client.setWriteDeadline(PAST)
    expect(
      (
        await rejected(
          'raw-write',
          raw.write(() => true),
        )
      ).timeout,
    ).toBe(true)
  })

  it('can be aborted, and closed', async () => {
    const [client] = await pair()
    const abort = new AbortController()
    const aborted = client.syscallConn().read(() => false, abort)
    const closed = client.syscallConn().write(() => false)
    abort.abort()
    expect((await rejected('raw-read', aborted)).code).toBe('ABORT_ERR')
    await client.close()
    expect((await rejected('raw-write', closed)).code).toBe('ERR_NET_CLOSED')
  })

  it('lends the descriptor, and fails after close (TestRawConnControl)', async () => {
    const [client] = await pair()
    const raw = client.syscallConn()
    expect(raw.control((fd) => getsockopt(fd, SOL_SOCKET, SO_TYPE))).toBe(SOCK_STREAM)
    const mine = new Error('mine')
    expect(() =>
      raw.control(() => {
        throw mine
      }),
    ).toThrow(mine)
    await client.close()
    const error = throws('raw-control', () => raw.control(() => undefined))
    expect(error.message).toBe(
      `raw-control tcp ${client.localAddr}: use of closed network connection`,
    )
    expect(client.syscallConn()).toBeDefined()
    expect(
      (
        await rejected(
          'raw-read',
          raw.read(() => true),
        )
      ).code,
    ).toBe('ERR_NET_CLOSED')
  })

  it('sets and gets options by name, without lending the number', async () => {
    const [client, server] = await pair()
    const raw = client.syscallConn()
    raw.setOption('noDelay', false)
    expect(raw.getOption('noDelay')).toBe(false)
    expect(client.getOption('noDelay')).toBe(false)
    expect(() => raw.setOption('noDelay', 'yes' as never)).toThrow(TypeError)
    replacePoll({ setsockopt: () => -ENOPROTOOPT, getsockopt: () => -ENOPROTOOPT })
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}`
    const refused = throws('set', () => raw.setOption('noDelay', true))
    expect(refused).toMatchObject({ code: 'ENOPROTOOPT' })
    expect(refused.message).toBe(`set ${ends}: setsockopt: protocol not available`)
    expect(throws('get', () => raw.getOption('noDelay')).code).toBe('ENOPROTOOPT')
    await client.close()
    expect(throws('set', () => raw.setOption('noDelay', true)).code).toBe('ERR_NET_CLOSED')
    expect(throws('get', () => raw.getOption('noDelay')).code).toBe('ERR_NET_CLOSED')
    await server.close()
  })

  it('that has read by itself leaves nothing behind for the next read to miss', async () => {
    const [client, server] = await pair()
    await client.write('ab')
    const buf = new Uint8Array(64)
    expect(await server.read(buf)).toBe(2)
    const reading = server.syscallConn().read(receiving(buf).attempt)
    await client.write('cd')
    await reading
    await client.write('ef')
    expect(await server.read(buf)).toBe(2)
  })
})

/** A duplicate that is closed after the test. */
function dupOf(has: { dup(): number }): number {
  const fd = has.dup()
  onTestFinished(() => close(fd))
  return fd
}

const echoes = async (a: TCPConn, b: TCPConn): Promise<void> => {
  await a.write('ping')
  expect(await b.read(new Uint8Array(8))).toBe(4)
  await b.write('pong')
  expect(await a.read(new Uint8Array(8))).toBe(4)
}

describe('dup, fileConn and fileListener', () => {
  it.each([
    ['tcp', '127.0.0.1:0'],
    ['tcp', '[::1]:0'],
    ['tcp4', '127.0.0.1:0'],
    ['tcp6', '[::1]:0'],
  ])(
    'make a connection of a %s one on %s, which outlives it (TestFileConn)',
    async (network, address) => {
      const listener = await listening(network, address)
      const client = await dialed(listener.addr, network)
      const server = track(await listener.accept())
      const fd = dupOf(client)
      const copy = track(fileConn(fd, 'tcp'))
      expect(String(copy.localAddr)).toBe(String(client.localAddr))
      expect(String(copy.remoteAddr)).toBe(String(client.remoteAddr))
      await echoes(client, server)
      await client.close()
      await echoes(copy, server)
      const error = throws('set', () => copy.setUserTimeout(-1))
      expect(error.message.startsWith('set tcp ')).toBe(true)
    },
  )

  it.each(['tcp', 'tcp4', 'tcp6'])(
    'make a listener of a %s one, which outlives it (TestFileListener)',
    async (network) => {
      const listener = await listening(network, ':0')
      const fd = dupOf(listener)
      const copy = track(fileListener(fd, 'tcp'))
      expect(String(copy.addr)).toBe(String(listener.addr))
      await listener.close()
      const client = await dialed(copy.addr, network)
      await echoes(client, track(await copy.accept()))
    },
  )

  it('share O_NONBLOCK with the original, and never switch it off (TestFileFdBlocks)', async () => {
    const [client] = await pair()
    const fd = dupOf(client)
    const flags = () => fcntl(fd, F_GETFL, 0) & O_NONBLOCK
    expect(flags()).toBe(O_NONBLOCK)
    const copy = fileConn(fd, 'tcp')
    await copy.close()
    expect(flags()).toBe(O_NONBLOCK)
  })

  it('wait for no descriptor that blocks, and leave it as it is', async () => {
    const listener = await listening()
    const { port } = listener.addr
    const fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)
    onTestFinished(() => close(fd))
    connect(fd, encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port }))
    expect(fcntl(fd, F_GETFL, 0) & O_NONBLOCK).toBe(0)
    const client = track(fileConn(fd, 'tcp'))
    await echoes(client, track(await listener.accept()))
    expect(fcntl(fd, F_GETFL, 0) & O_NONBLOCK).toBe(0)
  })

  it('refuse what is no socket of theirs (TestFileError)', async () => {
    const cases: [number, (fd: number) => void, string][] = [
      [openSync('/dev/null', 'r'), closeSync, 'getsockopt: socket operation on non-socket'],
      [socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC), close, 'socket: protocol not supported'],
    ]
    for (const [fd, end, message] of cases) {
      for (const make of [fileConn, fileListener, filePacketConn] as ((fd: number) => unknown)[]) {
        expect(thrownMessage(() => make(fd))).toBe(`file file+net fd ${fd}: ${message}`)
      }
      end(fd)
    }
    const datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC)
    expect(thrownMessage(() => fileListener(datagrams))).toBe(
      `file file+net fd ${datagrams}: socket: invalid argument`,
    )
    close(datagrams)
    expect(thrownMessage(() => fileConn(1_000_000))).toBe(
      'file file+net fd 1000000: fcntl: bad file descriptor',
    )
  })

  it('are refused after close (TestFileError)', async () => {
    const [client] = await pair()
    await client.close()
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}: use of closed network connection`
    expect(throws('file', () => client.dup()).message).toBe(`file ${ends}`)
    expect(throws('file', () => client.detach()).message).toBe(`file ${ends}`)
  })

  it('may race with close and leave nothing open (TestFileCloseRace)', async () => {
    for (let i = 0; i < 50; i++) {
      const [client, server] = await pair()
      const closing = i % 2 === 0 ? client.close() : turns(1).then(() => client.close())
      try {
        close(client.dup())
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_NET_CLOSED' })
      }
      await closing
      await server.close()
    }
  })
})

describe('detach', () => {
  it('hands the descriptor over, open and connected, and ends what waits', async () => {
    const [client, server] = await pair()
    const waiting = client.read(new Uint8Array(8))
    const watched = watchPromise(waiting)
    const fd = client.detach()
    expect((await rejected('read', waiting)).code).toBe('ERR_NET_CLOSED')
    expect(watched.settlements).toBe(1)
    await rejected('close', client.close())
    const again = track(fileConn(fd, 'tcp'))
    close(fd)
    await echoes(again, server)
  })

  it('leaves a linger with the socket, which blocks no close of what it is made into', async () => {
    const [client, server] = await pair()
    client.setLinger(5)
    const fd = client.detach()
    const again = track(fileConn(fd, 'tcp'))
    close(fd)
    // Not through the raw connection, after which every close looks for a linger.
    const writing = rejected('write', again.write(new Uint8Array(16 << 20)))
    await turns(3)
    const closing = watchPromise(again.close())
    await writing
    await turns(3)
    // It waits for its peer, and the loop turns all the same.
    expect(closing.state).toBe('pending')
    const buf = new Uint8Array(1 << 16)
    while ((await server.read(buf)) !== null);
    await until(() => closing.state !== 'pending')
    expect(closing.state).toBe('resolved')
  })
})

function thrownMessage(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as Error).message
  }
  return 'nothing was thrown'
}
