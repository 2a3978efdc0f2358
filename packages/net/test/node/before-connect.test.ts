// A Duplex before it has a connection: what is asked of it waits, and what is set is kept.
import { once } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { TCPConn } from '../../src/index.js'
import { Dialer } from '../../src/index.js'
import { dialDuplex } from '../../src/node/index.js'
import {
  blackHole,
  fakeTime,
  listening,
  noSuchHost,
  readAll,
  refusing,
  replace,
  socketLedger,
  text,
  track,
  turns,
} from '../support.js'
import { event, told, tracked } from './streams.js'

describe('a Duplex that is not connected', () => {
  it('is pending, then connecting, then open, and tells connect before ready', async () => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex())
    const list = told(duplex)
    const state = () => [duplex.pending, duplex.connecting, duplex.readyState]
    expect(state()).toEqual([true, false, 'closed'])
    expect([duplex.conn, duplex.address(), duplex.remoteAddress]).toEqual([null, {}, undefined])
    const ready = event(duplex, 'ready')
    expect(duplex.connect(addr.port, addr.ip)).toBe(duplex)
    expect(state()).toEqual([true, true, 'opening'])
    await ready
    expect(state()).toEqual([false, false, 'open'])
    expect(list).toEqual(['connect', 'ready'])
  })

  it.each(['port and host', 'an object'])('connects to %s, and calls back once', async (form) => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex())
    const called = new Promise<void>((resolve) => {
      if (form === 'an object') duplex.connect({ port: addr.port, host: addr.ip }, resolve)
      else duplex.connect(addr.port, addr.ip, resolve)
    })
    await called
    const { ip, port } = (duplex.conn as TCPConn).localAddr
    expect(duplex.address()).toEqual({ address: ip, port, family: 'IPv4' })
    expect(duplex).toMatchObject({
      remoteAddress: addr.ip,
      remotePort: addr.port,
      remoteFamily: 'IPv4',
      localAddress: ip,
      localPort: port,
      localFamily: 'IPv4',
    })
  })

  it('takes localhost when no host is named', async () => {
    const listener = await listening('tcp', 'localhost:0')
    const duplex = tracked(dialDuplex())
    await new Promise<void>((resolve) => duplex.connect(listener.addr.port, resolve))
    expect(duplex.remotePort).toBe(listener.addr.port)
  })

  it('dials at once when a port is given', async () => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex({ host: addr.ip, port: addr.port }))
    expect(duplex.connecting).toBe(true)
    await event(duplex, 'connect')
  })

  it('holds writes and the end until there is a connection', async () => {
    const listener = await listening()
    const duplex = tracked(dialDuplex())
    const written = new Promise((resolve) => duplex.write('one ', resolve))
    duplex.write('two ')
    duplex.end('three')
    expect(duplex.bytesWritten).toBe(13)
    duplex.connect(listener.addr.port, listener.addr.ip)
    const peer = track(await listener.accept())
    expect(text(await readAll(peer))).toBe('one two three')
    expect((await written) ?? null).toBeNull()
  })

  it('sends an end alone', async () => {
    const listener = await listening()
    const duplex = tracked(dialDuplex())
    duplex.end()
    duplex.connect(listener.addr.port, listener.addr.ip)
    const peer = track(await listener.accept())
    expect(text(await readAll(peer))).toBe('')
  })

  it('keeps what is set, and sets it before connect is told', async () => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex({ setup: (conn) => conn.setKeepAlivePeriod(70_000) }))
    duplex.setNoDelay(false).setKeepAlive(false).ref().unref()
    const seen: unknown[] = []
    duplex.connect(addr.port, addr.ip, () => {
      const conn = duplex.conn as TCPConn
      const options = ['noDelay', 'keepAlive', 'keepIdle'] as const
      seen.push(...options.map((option) => conn.getOption(option)))
    })
    await event(duplex, 'ready')
    expect(seen).toEqual([false, false, 70])
    duplex.ref()
  })

  it('leaves interval and count of keep-alive as they are', async () => {
    const { addr } = await listening()
    const keepAliveConfig = { enable: true, idle: 30_000, interval: 7_000, count: 4 }
    const duplex = tracked(dialDuplex({ host: addr.ip, port: addr.port, keepAliveConfig }))
    await event(duplex, 'connect')
    const options = ['keepAlive', 'keepIdle', 'keepInterval', 'keepCount'] as const
    const all = () => options.map((option) => duplex.conn?.getOption(option))
    duplex.setKeepAlive(true, 1_000)
    expect(all()).toEqual([true, 1, 7, 4])
    duplex.setKeepAlive({ enable: true, initialDelay: 2_000, interval: 3_000, count: 5 })
    expect(all()).toEqual([true, 2, 3, 5])
    duplex.setKeepAlive()
    expect(all()).toEqual([false, 2, 3, 5])
  })

  it('sets the options and calls setup before the client sees it', async () => {
    const { addr } = await listening()
    const order: string[] = []
    const setup = (conn: TCPConn) => {
      order.push(`setup ${conn.getOption('userTimeout')} ${conn.getOption('priority')}`)
    }
    const to = { host: addr.ip, port: addr.port }
    const duplex = tracked(
      dialDuplex({ ...to, userTimeout: 20_000, options: { priority: 4 }, setup }),
    )
    duplex.once('connect', () => order.push('connect'))
    await event(duplex, 'ready')
    expect(order).toEqual(['setup 20000 4', 'connect'])
  })

  it('reads what it was asked for before', async () => {
    const listener = await listening()
    const duplex = tracked(dialDuplex())
    const data = event(duplex, 'data')
    duplex.connect(listener.addr.port, listener.addr.ip)
    const peer = track(await listener.accept())
    await peer.write('hello')
    expect(String(await data)).toBe('hello')
  })
})

describe('a dial of a Duplex', () => {
  it('is given up by destroy, without an error, and leaves no socket', async () => {
    const ledger = socketLedger()
    const { address } = await blackHole()
    const left = new Set(ledger.open)
    const [host, port] = address.split(':') as [string, string]
    const duplex = dialDuplex({ host, port: Number(port) })
    const list = told(duplex)
    const failed = new Promise((resolve) => duplex.write('held', resolve))
    duplex.destroy()
    expect(duplex.connecting).toBe(false)
    await event(duplex, 'close')
    expect(list).toEqual(['close false'])
    expect(await failed).toMatchObject({ code: 'ERR_NET_CLOSED' })
    expect(ledger.open).toEqual(left)
  })

  it('is given up by its signal', async () => {
    const { address } = await blackHole()
    const [host, port] = address.split(':') as [string, string]
    const abort = new AbortController()
    const duplex = dialDuplex({ host, port: Number(port), signal: abort.signal })
    const list = told(duplex)
    abort.abort()
    await event(duplex, 'close')
    expect(list).toEqual(['error ABORT_ERR', 'close true'])
  })

  it('is not begun once the signal is aborted', async () => {
    const ledger = socketLedger()
    const duplex = dialDuplex({ host: '127.0.0.1', port: 1, signal: AbortSignal.abort() })
    const list = told(duplex)
    await event(duplex, 'close')
    expect([list, ledger.made]).toEqual([['error ABORT_ERR', 'close true'], 0])
  })

  it('that fails destroys it with the error that Node would give', async () => {
    const { ip, port } = await refusing()
    const duplex = tracked(dialDuplex({ host: ip, port }))
    const list = told(duplex)
    const [error] = (await once(duplex, 'error')) as [NodeJS.ErrnoException]
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: ip,
      port,
    })
    expect(list).toEqual(['error ECONNREFUSED', 'close true'])
    expect([duplex.connecting, duplex.pending]).toEqual([false, true])
  })

  it('fails when the name is not known', async () => {
    replace({ lookup: noSuchHost })
    const duplex = tracked(dialDuplex({ host: 'nowhere.test', port: 1 }))
    const [error] = (await once(duplex, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ENOTFOUND')
  })

  it('fails with what setup throws, and leaves no socket', async () => {
    const { addr } = await listening()
    const ledger = socketLedger()
    const setup = (conn: TCPConn) => {
      void conn.close()
      throw new Error('not like this')
    }
    const duplex = dialDuplex({ host: addr.ip, port: addr.port, setup })
    const [error] = (await once(duplex, 'error')) as [Error]
    expect(error.message).toBe('not like this')
    expect([ledger.made, ledger.open.size]).toEqual([1, 0])
  })

  it('takes no connection that comes when it is destroyed already', async () => {
    const { addr } = await listening()
    const ledger = socketLedger()
    const setup = () => void duplex.destroy()
    const duplex = dialDuplex({ host: addr.ip, port: addr.port, setup })
    const list = told(duplex)
    await event(duplex, 'close')
    expect([list, ledger.made, ledger.open.size]).toEqual([['close false'], 1, 0])
  })

  it('may take 10 s when no dialer is given', async () => {
    fakeTime()
    const { address } = await blackHole()
    const [host, port] = address.split(':') as [string, string]
    const duplex = tracked(dialDuplex({ host, port: Number(port) }))
    const list = told(duplex)
    const closed = event(duplex, 'close')
    vi.advanceTimersByTime(9_999)
    await turns(5)
    expect(list).toEqual([])
    vi.advanceTimersByTime(2)
    await closed
    expect(list).toEqual(['error ETIMEDOUT', 'close true'])
  })

  it('takes the dialer that is given', async () => {
    const { address } = await blackHole()
    const [host, port] = address.split(':') as [string, string]
    const dialer = new Dialer({ timeout: -1 })
    const duplex = dialDuplex({ host, port: Number(port), dialer })
    const [error] = (await once(duplex, 'error')) as [NodeJS.ErrnoException]
    expect(error).toMatchObject({ code: 'ETIMEDOUT', timeout: true })
  })

  it('refuses a second one, as a connected socket does', async () => {
    const { addr } = await listening()
    const dialing = tracked(dialDuplex({ host: addr.ip, port: addr.port }))
    dialing.connect(addr.port)
    expect(await event(dialing, 'error')).toMatchObject({ code: 'EALREADY' })
    const open = tracked(dialDuplex({ host: addr.ip, port: addr.port }))
    await event(open, 'connect')
    open.connect(addr.port)
    expect(await event(open, 'error')).toMatchObject({ code: 'EISCONN' })
    expect(() => open.connect(addr.port)).toThrow(
      expect.objectContaining({ code: 'ERR_NET_CLOSED' }),
    )
  })

  it('is given up by a reset; where there is none, that is an error', async () => {
    const { address } = await blackHole()
    const [host, port] = address.split(':') as [string, string]
    const dialing = dialDuplex({ host, port: Number(port) })
    const list = told(dialing)
    dialing.resetAndDestroy()
    await event(dialing, 'close')
    expect(list).toEqual(['close false'])
    const idle = tracked(dialDuplex())
    idle.resetAndDestroy()
    expect(await event(idle, 'error')).toMatchObject({ code: 'ERR_NET_CLOSED' })
  })

  it('goes on when the kernel refuses what a client sets', async () => {
    const { addr } = await listening()
    const duplex = tracked(dialDuplex({ host: addr.ip, port: addr.port }))
    await event(duplex, 'connect')
    // More seconds than the kernel counts.
    expect(duplex.setKeepAlive(true, 2 ** 30)).toBe(duplex)
    expect(duplex.conn?.getOption('keepIdle')).toBe(15)
    await duplex.conn?.close()
    expect(duplex.setNoDelay().setKeepAlive(true)).toBe(duplex)
  })
})
