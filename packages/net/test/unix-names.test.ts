// Go: net/unixsock_test.go. The names of local sockets, and what is said about them.
import { existsSync } from 'node:fs'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { UnixNetwork } from '../src/index.js'
import {
  Dialer,
  dial,
  dialUnix,
  ListenConfig,
  listen,
  listenUnix,
  OpError,
  TCPAddr,
  UnixAddr,
  UnixConn,
  UnixListener,
  UnixpacketConn,
} from '../src/index.js'
import { errorOf, PAST, track } from './support.js'
import type { Listening } from './unix-support.js'
import { freePath, listeningAt, unixPair } from './unix-support.js'

const both: readonly Listening[] = ['unix', 'unixpacket']
const classes = { unix: UnixConn, unixpacket: UnixpacketConn }
const named = (network: string): string => network

describe.each(both)('over %s', (network) => {
  it('two ends have the names that they were given (TestUnixConnLocalAndRemoteNames)', async () => {
    const listener = await listeningAt(network)
    expect(listener).toBeInstanceOf(UnixListener)
    for (const local of ['', freePath()]) {
      const laddr = local === '' ? null : new UnixAddr(local, network)
      const client = track(await dialUnix(network, laddr, listener.addr))
      const server = track(await listener.accept())
      expect(client).toBeInstanceOf(classes[network])
      expect(server).toBeInstanceOf(classes[network])
      const want = local === '' ? '@' : local
      expect([String(client.localAddr), String(client.remoteAddr)]).toEqual([
        want,
        String(listener.addr),
      ])
      expect([String(server.localAddr), String(server.remoteAddr)]).toEqual([
        String(listener.addr),
        want,
      ])
      expect(server.remoteAddr.network).toBe(network)
      expect(server.remoteAddr.bytes.length).toBe(local.length)
    }
  })

  it('"" to listen is a name of the kernel’s: @ and five digits (TestUnixAutobind)', async () => {
    const listener = await listeningAt(network, '')
    expect(String(listener.addr)).toMatch(/^@[0-9a-f]{5}$/)
    const client = track(await dial(network, String(listener.addr)))
    expect(client.remoteAddr.bytes).toEqual(listener.addr.bytes)
    await listener.close()
  })

  it('a listener of an abstract name is closed without a trace (TestUnixAutobindClose)', async () => {
    const listener = await listeningAt(network, '')
    await listener.close()
    const error = await errorOf(dial(network, String(listener.addr)))
    expect(error.message).toBe(`dial ${network} ${listener.addr}: connect: connection refused`)
  })

  it('"@" to listen is the name of one NUL', async () => {
    const listener = await listeningAt(network, '@')
    expect([...listener.addr.bytes]).toEqual([0])
    const client = track(await dial(network, '\0'))
    expect(String(client.remoteAddr)).toBe('@')
    expect([...client.remoteAddr.bytes]).toEqual([0])
  })

  it('an abstract name may hold NULs, and those at its end count', async () => {
    const name = `@netfd-${process.pid}-${network}`
    const listener = await listeningAt(network, `${name}\0`)
    expect(listener.addr.name).toBe(`${name}\0`)
    const error = await errorOf(dial(network, name))
    expect(error.message).toBe(`dial ${network} ${name}: connect: connection refused`)
    const client = track(await dial(network, `\0${name.slice(1)}\0`))
    expect(client.remoteAddr.name).toBe(`${name}\0`)
    const server = track(await listener.accept())
    expect(server.localAddr.name).toBe(`${name}\0`)
  })

  it('a name that the kernel has no room for is invalid, also one that it would cut', async () => {
    const long = `/${'a'.repeat(107)}`
    const wide = `@${'ü'.repeat(54)}`
    for (const name of [long, wide, '/tmp/a\0b']) {
      const listens = await errorOf(listen(network, name))
      expect(listens).toBeInstanceOf(OpError)
      expect(listens.message).toBe(`listen ${network} ${name}: bind: invalid argument`)
      const dials = await errorOf(dial(network, name))
      expect(dials.message).toBe(`dial ${network} ${name}: connect: invalid argument`)
      const local = new UnixAddr(name, network)
      const binds = await errorOf(dialUnix(network, local, new UnixAddr('@x', network)))
      expect(binds.message).toBe(`dial ${network} ${name}->@x: bind: invalid argument`)
    }
  })

  it('a name of 108 bytes with its @ can be listened on (TestUnixgramLinuxAbstractLongName)', async () => {
    const name = `@netfd-${network}-`.padEnd(108, 'x')
    const listener = await listeningAt(network, name)
    const client = track(await dial(network, name))
    const server = track(await listener.accept())
    expect([client.remoteAddr.name, server.localAddr.name]).toEqual([name, name])
  })

  it('nobody there, no socket there, another socket there', async () => {
    const path = freePath()
    const absent = await errorOf(dial(network, path))
    expect(absent.message).toBe(`dial ${network} ${path}: connect: no such file or directory`)
    expect(absent.code).toBe('ENOENT')
    const file = `${import.meta.dirname}/unix-names.test.ts`
    const noSocket = await errorOf(dial(network, file))
    expect(noSocket.message).toBe(`dial ${network} ${file}: connect: connection refused`)
    const other = network === 'unix' ? 'unixpacket' : 'unix'
    const listener = await listeningAt(other)
    const wrong = await errorOf(dial(network, String(listener.addr)))
    expect(wrong.message).toBe(
      `dial ${network} ${listener.addr}: connect: protocol wrong type for socket`,
    )
  })

  it('without a name there is nothing to dial', async () => {
    expect((await errorOf(dial(network, ''))).message).toBe(`dial ${network}: missing address`)
    const none = null as unknown as UnixAddr
    expect((await errorOf(dialUnix(network, null, none))).message).toBe(
      `dial ${network}: missing address`,
    )
    const empty = await errorOf(dialUnix(network, null, new UnixAddr('', network)))
    expect(empty.message).toBe(`dial ${network} : missing address`)
    const path = freePath()
    const laddr = new UnixAddr(path, network)
    const bound = await errorOf(dialUnix(network, laddr, new UnixAddr('', network)))
    expect(bound.message).toBe(`dial ${network} ${path}->: missing address`)
    expect(existsSync(path)).toBe(false)
    expect((await errorOf(listenUnix(network, none))).message).toBe(
      `listen ${network}: missing address`,
    )
  })

  it('a local address of another network does not match', async () => {
    for (const [localAddr, text] of [
      [new UnixAddr('/l', 'unixgram'), '/l'],
      [new TCPAddr('127.0.0.1', 0), '127.0.0.1:0'],
    ] as const) {
      const error = await errorOf(new Dialer({ localAddr }).dial(network, '@x'))
      expect(error.message).toBe(`dial ${network}: address ${text}: mismatched local address type`)
    }
  })

  it('the file of a client’s own name stays when it is closed, as in Go', async () => {
    const listener = await listeningAt(network)
    const localAddr = new UnixAddr(freePath(), network)
    const conn = await new Dialer({ localAddr }).dial(network, String(listener.addr))
    expect(conn.localAddr.name).toBe(localAddr.name)
    await conn.close()
    const again = await errorOf(dialUnix(network, localAddr, listener.addr))
    expect(again.message).toBe(
      `dial ${network} ${localAddr}->${listener.addr}: bind: address already in use`,
    )
  })

  it('an abort and a deadline end a dial before connect(2)', async () => {
    const listener = await listeningAt(network, '')
    const to = String(listener.addr)
    const aborted = await errorOf(dial(network, to, { signal: AbortSignal.abort() }))
    expect(aborted.message).toBe(`dial ${network} ${to}: operation was canceled`)
    const late = await errorOf(new Dialer({ timeout: -1 }).dial(network, to))
    expect(late.message).toBe(`dial ${network} ${to}: i/o timeout`)
    listener.setDeadline(PAST)
    const waited = await errorOf(listener.accept())
    expect(waited.message).toBe(`accept ${network} ${to}: i/o timeout`)
  })

  it('control is told the network and the name as they are (TestDialerControl)', async () => {
    const told: string[] = []
    const control = (...[net, address]: [string, string, unknown]) => {
      told.push(`${net} ${address}`)
    }
    const path = freePath()
    const listener = track(await new ListenConfig({ control }).listen(network, path))
    track(await new Dialer({ control }).dial(network, path))
    expect(told).toEqual([`${network} ${path}`, `${network} ${path}`])
    await listener.close()
  })

  it('an address of a protocol that has no names is refused', async () => {
    const tcp = new TCPAddr('127.0.0.1', 1) as unknown as UnixAddr
    await expect(dialUnix(network, null, tcp)).rejects.toThrow(
      'raddr must be a UnixAddr, got TCPAddr',
    )
    await expect(listenUnix(network, tcp)).rejects.toThrow('laddr must be a UnixAddr, got TCPAddr')
  })

  it('console.log shows the ends', async () => {
    const [client] = await unixPair(network, freePath())
    const name = network === 'unix' ? 'UnixConn' : 'UnixpacketConn'
    expect(inspect(client)).toBe(`${name} { @ -> ${client.remoteAddr}, open }`)
    const listener = await listeningAt(network, '')
    expect(inspect(listener)).toBe(`UnixListener { ${listener.addr}, open }`)
  })
})

it('there are no listeners for datagrams, and no other network has local names', async () => {
  const datagrams = await errorOf(listen(named('unixgram'), '/p'))
  expect(datagrams.message).toBe('listen unixgram /p: unknown network unixgram')
  const addr = new UnixAddr('/p', 'unix')
  const unix = named('unixgram') as Listening
  expect((await errorOf(listenUnix(unix, addr))).message).toBe(
    'listen unixgram /p: unknown network unixgram',
  )
  const tcp = named('tcp') as Listening
  expect((await errorOf(dialUnix(tcp, null, addr))).message).toBe(
    'dial tcp /p: unknown network tcp',
  )
})

it('a network must be a text', async () => {
  const none = null as unknown as UnixNetwork & Listening
  await expect(listenUnix(none, new UnixAddr('@x', 'unix'))).rejects.toThrow(TypeError)
  await expect(dial(none, '@x')).rejects.toThrow("'unixgram' or 'unixpacket', got null")
})
