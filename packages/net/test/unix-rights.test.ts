// Go: net/unixsock_test.go and unixsock_readmsg_test.go. Descriptors and credentials over local sockets.
import { readdirSync } from 'node:fs'
import { hook as pollHook } from '@netfd/poll/testing'
import {
  close,
  cmsgSpace,
  F_GETFD,
  FD_CLOEXEC,
  fcntl,
  MSG_CTRUNC,
  parseSocketControlMessage,
  parseUnixCredentials,
  parseUnixRights,
  pipe2,
  SOL_SOCKET,
  setsockopt,
  unixRights,
} from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import type { UnixConn, UnixgramConn, UnixpacketConn } from '../src/index.js'
import { dial, fileConn, hook, listenPacket, UnixAddr } from '../src/index.js'
import { errorOf, pair, replacePoll, text, thrown, track } from './support.js'
import { unixPair } from './unix-support.js'

type Passing = UnixConn | UnixpacketConn | UnixgramConn

const makers: Record<string, () => Promise<[Passing, Passing]>> = {
  unix: () => unixPair('unix'),
  unixpacket: () => unixPair('unixpacket'),
  unixgram: async () => {
    const receiver = track(await listenPacket('unixgram', ''))
    return [track(await dial('unixgram', String(receiver.localAddr))), receiver]
  },
}

const openFds = (): number => readdirSync('/proc/self/fd').length
const usePipe = (f: (r: number, w: number) => Promise<void>): Promise<void> => {
  const [r, w] = pipe2()
  return f(r, w).finally(() => {
    close(r)
    close(w)
  })
}

/** Since Linux 6.5: each message brings a descriptor of its sender's process. */
const SO_PASSPIDFD = 76

it('a descriptor of the sender itself, which was asked for apart, does not stay open', async () => {
  const [sender, receiver] = await unixPair('unix')
  receiver.syscallConn().control((fd) => setsockopt(fd, SOL_SOCKET, SO_PASSPIDFD, 1))
  const before = openFds()
  await sender.sendFd([0, 1])
  const got = await receiver.receiveFd()
  expect(got?.fds).toHaveLength(2)
  for (const fd of got?.fds ?? []) close(fd)
  expect(openFds()).toBe(before)
})

describe.each(Object.keys(makers))('over %s', (network) => {
  const ends = makers[network] as () => Promise<[Passing, Passing]>

  it('a descriptor passes with data (TestUnixConnReadMsgUnixSCMRightsCloseOnExec)', async () => {
    const [from, to] = await ends()
    await usePipe(async (r) => {
      await from.sendFd(r, Buffer.from('with it'))
      const buf = new Uint8Array(16)
      const got = await to.receiveFd(buf)
      expect(got?.n).toBe(7)
      expect(text(buf.subarray(0, 7))).toBe('with it')
      const [fd = -1] = got?.fds ?? []
      expect(fd).not.toBe(r)
      expect(fcntl(fd, F_GETFD, 0) & FD_CLOEXEC).toBe(FD_CLOEXEC)
      close(fd)
    })
  })

  it('descriptors pass without data, and several at once', async () => {
    const [from, to] = await ends()
    const before = openFds()
    await usePipe(async (r, w) => {
      await from.sendFd(r)
      await from.sendFd([r, w])
      const one = await to.receiveFd()
      const two = await to.receiveFd(new Uint8Array(4))
      expect([one?.n, one?.fds.length, two?.fds.length]).toEqual([0, 1, 2])
      for (const fd of [...(one?.fds ?? []), ...(two?.fds ?? [])]) close(fd)
    })
    expect(openFds()).toBe(before)
  })

  it('more of them than there is room for are closed, all of them', async () => {
    const [from, to] = await ends()
    const before = openFds()
    await usePipe(async (r, w) => {
      await from.sendFd([r, w, r, w, r])
      const error = await errorOf(to.receiveFd(new Uint8Array(4), { max: 2 }))
      expect(error.message).toMatch(
        /^read unix\w* .*more descriptors came than there was room for$/,
      )
      expect(error.code).toBe('ERR_CONTROL_TRUNCATED')
    })
    expect(openFds()).toBe(before)
    await expect(to.receiveFd(undefined, { max: 254 })).rejects.toThrow(RangeError)
  })

  it('fewer than were sent, for this process can have no more, are closed as well', async () => {
    const [from, to] = await ends()
    const before = openFds()
    const { recvmsg } = pollHook
    replacePoll({
      recvmsg: (...args) => {
        const n = recvmsg(...args)
        const [, , , , meta] = args
        if (meta != null && n >= 0) meta[1] = MSG_CTRUNC
        return n
      },
    })
    await usePipe(async (r) => {
      await from.sendFd(r)
      expect((await errorOf(to.receiveFd())).code).toBe('ERR_CONTROL_TRUNCATED')
    })
    expect(openFds()).toBe(before)
  })

  it('as many as 253 pass at once, and no more', async () => {
    const [from, to] = await ends()
    const before = openFds()
    await usePipe(async (r) => {
      await from.sendFd(Array<number>(253).fill(r))
      const got = await to.receiveFd()
      expect(got?.fds.length).toBe(253)
      for (const fd of got?.fds ?? []) close(fd)
      const error = await errorOf(from.sendFd(Array<number>(254).fill(r)))
      expect(error.message).toMatch(/sendmsg: invalid argument$/)
    })
    expect(openFds()).toBe(before)
  })

  it('a number that is not open sends nothing', async () => {
    const [from, to] = await ends()
    const before = openFds()
    await usePipe(async (r) => {
      expect((await errorOf(from.sendFd([r, 1_000_000]))).code).toBe('EBADF')
    })
    await expect(from.sendFd([])).rejects.toThrow(TypeError)
    await expect(from.sendFd('1' as unknown as number)).rejects.toThrow(TypeError)
    await expect(from.sendFd(-1)).rejects.toThrow(TypeError)
    await expect(from.sendFd(0, 'x' as unknown as Uint8Array)).rejects.toThrow(TypeError)
    expect(openFds()).toBe(before)
    await from.write('next')
    expect(await to.read(new Uint8Array(8))).toBe(4)
  })

  it('one that no control data is read for is closed by the kernel', async () => {
    const [from, to] = await ends()
    const before = openFds()
    await usePipe(async (r) => {
      await from.sendFd(r, Buffer.from('x'))
      expect(await to.read(new Uint8Array(8))).toBe(1)
    })
    expect(openFds()).toBe(before)
  })

  it('readMsg and writeMsg have the control data themselves', async () => {
    const [from, to] = await ends()
    await usePipe(async (r, w) => {
      const sent = await from.writeMsg([Buffer.from('ab'), Buffer.from('c')], unixRights(r, w))
      expect(sent).toBe(3)
      const oob = new Uint8Array(cmsgSpace(8))
      const buf = new Uint8Array(8)
      const { n, oobn, flags } = await to.readMsg(buf, oob)
      expect([n, flags]).toEqual([3, 0])
      const [message] = parseSocketControlMessage(oob.subarray(0, oobn))
      const fds = parseUnixRights(message as NonNullable<typeof message>)
      expect(fds.length).toBe(2)
      for (const fd of fds) close(fd)
      await from.writeMsg(new Uint8Array(1), unixRights(r, w))
      // Those that there is room for are installed, and are the caller's.
      const small = new Uint8Array(cmsgSpace(4) - 4)
      const cut = await to.readMsg(buf, small)
      expect(cut.flags & MSG_CTRUNC).toBe(MSG_CTRUNC)
      const [first] = parseSocketControlMessage(small.subarray(0, cut.oobn))
      const came = parseUnixRights(first as NonNullable<typeof first>)
      expect(came.length).toBe(1)
      for (const fd of came) close(fd)
      const none = await errorOf(from.writeMsg(1 as unknown as Uint8Array, null))
      expect(none).toBeInstanceOf(TypeError)
    })
  })

  it('the sender is named to who asks', async () => {
    const [from, to] = await ends()
    to.setPassCred(true)
    expect(to.getOption('passCred')).toBe(true)
    await from.write('who')
    const oob = new Uint8Array(64)
    const { oobn } = await to.readMsg(new Uint8Array(8), oob)
    const [message] = parseSocketControlMessage(oob.subarray(0, oobn))
    const cred = parseUnixCredentials(message as NonNullable<typeof message>)
    expect(cred).toEqual({ pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() })
    expect(thrown(() => to.setPassCred(1 as unknown as boolean))).toBeInstanceOf(TypeError)
  })

  it('a write that waits sends what the number was when it was called', async () => {
    const [from, to] = await ends()
    // Full: no write goes before a read.
    const filling = Array.from({ length: 2_000 }, () => from.write(new Uint8Array(1_000)))
    const [r, w] = pipe2()
    const sending = from.sendFd(r, Buffer.from('fd'))
    close(r)
    close(w)
    const buf = new Uint8Array(1_000)
    let fds: number[] = []
    let reads = 0
    while (fds.length === 0 && reads++ < 10_000) fds = (await to.receiveFd(buf))?.fds ?? []
    await Promise.all([...filling, sending])
    expect(fds.length).toBe(1)
    for (const fd of fds) close(fd)
  })
})

describe.each(['unix', 'unixpacket'] as const)('a connection over %s', (network) => {
  it('knows who its peer is', async () => {
    const [client, server] = await unixPair(network)
    const us = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() }
    expect([client.peerCred(), server.peerCred()]).toEqual([us, us])
    await client.close()
    expect(thrown(() => client.peerCred()).code).toBe('ERR_NET_CLOSED')
  })

  it('ends for receiveFd and readMsg as for read', async () => {
    const [client, server] = await unixPair(network)
    await client.close()
    expect(await server.receiveFd()).toBe(null)
    const { n } = await server.readMsg(new Uint8Array(8), new Uint8Array(32))
    expect(n).toBe(null)
  })

  it('brings bytes of before with a descriptor, and stops behind its message', async () => {
    const [client, server] = await unixPair(network)
    await client.write('abc')
    await usePipe(async (r) => client.sendFd(r, Buffer.from('def')))
    await client.write('ghi')
    const buf = new Uint8Array(16)
    const read: string[] = []
    for (let left = 9; left > 0; ) {
      const got = await server.receiveFd(buf)
      read.push(`${text(buf.subarray(0, got?.n))}${got?.fds.length === 1 ? '+fd' : ''}`)
      left -= got?.n ?? left
      for (const fd of got?.fds ?? []) close(fd)
    }
    expect(read).toEqual(network === 'unix' ? ['abcdef+fd', 'ghi'] : ['abc', 'def+fd', 'ghi'])
  })

  it('refuses an address of a stream, which is connected', async () => {
    const [client] = await unixPair(network)
    const addr = new UnixAddr('@x', network)
    const sent = client.writeMsg(Buffer.from('x'), null, addr)
    if (network === 'unix') {
      expect((await errorOf(sent)).message).toMatch(
        /sendmsg: transport endpoint is already connected$/,
      )
    } else expect(await sent).toBe(1)
  })
})

it('of an unconnected socket there is no peer', async () => {
  const { peerCred } = await import('../src/unix-rights.js')
  const conn = track(await listenPacket('unixgram', ''))
  const lend = <T>(f: (fd: number) => T): T => conn.syscallConn().control(f)
  expect(peerCred({ lend } as unknown as Parameters<typeof peerCred>[0])).toBe(null)
})

it('data that does not fit at once goes on, and the descriptor came with its first byte', async () => {
  const [client, server] = await unixPair('unix')
  const size = 4 << 20
  await usePipe(async (r) => {
    const sending = client.sendFd(r, new Uint8Array(size))
    let left = size
    let came = 0
    const buf = new Uint8Array(1 << 16)
    while (left > 0) {
      const got = await server.receiveFd(buf)
      if (left === size) came = got?.fds.length ?? 0
      left -= got?.n ?? left
      for (const fd of got?.fds ?? []) close(fd)
    }
    await sending
    expect([left, came]).toEqual([0, 1])
  })
})

it('a TCP connection passes and goes on', async () => {
  const [client, server] = await pair()
  const [from, to] = await unixPair('unix')
  await client.write('before ')
  const fd = server.detach()
  await from.sendFd(fd)
  close(fd)
  const got = await to.receiveFd()
  const [passed = -1] = got?.fds ?? []
  const conn = track(fileConn(passed, 'tcp'))
  close(passed)
  await client.write('after')
  const buf = new Uint8Array(12)
  await conn.readFull(buf)
  expect(text(buf)).toBe('before after')
})

it('the copies are closed when the write fails', async () => {
  const [client, server] = await unixPair('unix')
  await server.close()
  const before = openFds()
  await usePipe(async (r) => {
    expect((await errorOf(client.sendFd(r))).code).toBe('EPIPE')
  })
  expect(openFds()).toBe(before)
  const closed: number[] = []
  replacePoll({ sendmsg: () => -12 })
  const { close: closeHook } = hook
  hook.close = (fd) => {
    closed.push(fd)
    return closeHook(fd)
  }
  const [other] = await unixPair('unix')
  await usePipe(async (r) => {
    expect((await errorOf(other.sendFd(r))).code).toBe('ENOMEM')
  }).finally(() => {
    hook.close = closeHook
  })
  expect(closed.length).toBe(1)
})
