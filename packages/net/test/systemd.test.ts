// What a service manager hands to a process, and is told by it: sd_listen_fds(3), sd_notify(3).
import { spawn } from 'node:child_process'
import { close } from '@netfd/syscall'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  dial,
  fileConn,
  filePacketConn,
  listenFds,
  listenPacket,
  notify,
  ParseError,
  UDPConn,
  UnixgramConn,
} from '../src/index.js'
import { errorOf, replace, text, thrown, track } from './support.js'
import { freePath, unixPair } from './unix-support.js'

/** Sets variables of the environment until the test ends. */
function env(values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
    onTestFinished(() => {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    })
  }
}

describe('listenFds', () => {
  it('has the descriptors from 3 on with their names, and keeps them from children', () => {
    const kept: number[] = []
    replace({ closeOnExec: (fd) => kept.push(fd) })
    env({ LISTEN_PID: String(process.pid), LISTEN_FDS: '3', LISTEN_FDNAMES: 'http::log' })
    expect(listenFds()).toEqual([
      { fd: 3, name: 'http' },
      { fd: 4, name: 'unknown' },
      { fd: 5, name: 'log' },
    ])
    expect(kept).toEqual([3, 4, 5])
  })

  it('has none of another process, and none without a manager', () => {
    env({ LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: undefined })
    expect(listenFds()).toEqual([])
    env({ LISTEN_PID: undefined })
    expect(listenFds()).toEqual([])
    env({ LISTEN_PID: String(process.pid), LISTEN_FDS: undefined })
    expect(listenFds()).toEqual([])
  })

  it('refuses a number of them that are not all open', () => {
    env({ LISTEN_PID: String(process.pid), LISTEN_FDS: '999999' })
    expect(thrown(() => listenFds())).toMatchObject({ code: 'EBADF' })
  })

  it.each(['-1', 'x', '', '1.5', '99999999'])('refuses %j as a number', (LISTEN_FDS) => {
    env({ LISTEN_PID: String(process.pid), LISTEN_FDS })
    expect(() => listenFds()).toThrow(new ParseError('LISTEN_FDS', LISTEN_FDS))
  })
})

describe('notify', () => {
  it.each(['a path', 'an abstract name'])('tells the manager at %s', async (where) => {
    const manager = track(await listenPacket('unixgram', where === 'a path' ? freePath() : ''))
    manager.setPassCred(true)
    env({ NOTIFY_SOCKET: String(manager.localAddr) })
    expect(await notify('READY=1\nSTATUS=well')).toBe(true)
    const buf = new Uint8Array(64)
    const { n } = await manager.readFrom(buf)
    expect(text(buf.subarray(0, n))).toBe('READY=1\nSTATUS=well')
  })

  it('tells nobody where there is no manager', async () => {
    env({ NOTIFY_SOCKET: undefined })
    expect(await notify('READY=1')).toBe(false)
    env({ NOTIFY_SOCKET: '' })
    expect(await notify('READY=1')).toBe(false)
    await expect(notify(1 as unknown as string)).rejects.toThrow(TypeError)
  })

  it('fails where the manager is gone', async () => {
    const path = freePath()
    env({ NOTIFY_SOCKET: path })
    expect((await errorOf(notify('READY=1'))).message).toBe(
      `dial unixgram ${path}: connect: no such file or directory`,
    )
  })
})

describe('filePacketConn', () => {
  it('makes a socket of packets of a descriptor, and of a stream none', async () => {
    const udp = track(await listenPacket('udp', '127.0.0.1:0'))
    const unix = track(await listenPacket('unixgram', ''))
    const [stream] = await unixPair('unix')
    const [a, b, c] = [udp.dup(), unix.dup(), stream.dup()]
    const copies = [track(filePacketConn(a)), track(filePacketConn(b, 'unixgram'))]
    expect(copies[0]).toBeInstanceOf(UDPConn)
    expect(copies[1]).toBeInstanceOf(UnixgramConn)
    expect(track(fileConn(a, 'udp')).localAddr.port).toBe(udp.localAddr.port)
    expect(thrown(() => filePacketConn(c)).message).toBe(`file file+net fd ${c}: invalid argument`)
    for (const fd of [a, b, c]) close(fd)
    const sender = track(await dial('udp', String(udp.localAddr)))
    await sender.write('to the copy')
    expect(await copies[0]?.read(new Uint8Array(16))).toBe(11)
  })
})

describe('programs that speak these protocols', () => {
  it('logger writes to a log socket of ours', async () => {
    const log = track(await listenPacket('unixgram', freePath()))
    const logger = spawn('logger', ['-u', log.localAddr.name, '-t', 'netfd', 'hello from logger'])
    const ended = new Promise((resolve) => logger.once('close', resolve))
    const buf = new Uint8Array(1024)
    const { n } = await log.readFrom(buf)
    expect(text(buf.subarray(0, n))).toMatch(/^<\d+>.* netfd: hello from logger$/)
    expect(await ended).toBe(0)
  })
})
