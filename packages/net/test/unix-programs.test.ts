// Programs of the system that speak over local sockets. Debian: apt-get install systemd socat rsyslog.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { close } from '@netfd/syscall'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { UnixgramConn } from '../src/index.js'
import { dial, dialUnix, listenPacket, notify, UnixAddr } from '../src/index.js'
import { Piped } from './piped.js'
import { program, Running } from './program.js'
import { refusing, text, track, until } from './support.js'
import { directory } from './unix-support.js'

/** The names of a socket that a manager may listen on. */
const names = () => [join(directory(), 'notify'), `@netfd-notify-${process.pid}`]

/** The text of the next message, with the descriptors that it brings. */
async function next(conn: UnixgramConn): Promise<[text: string, fds: number[]]> {
  const buf = new Uint8Array(1024)
  const { n, fds } = await conn.receiveFd(buf)
  return [text(buf.subarray(0, n)), fds]
}

describe('systemd-notify', () => {
  it('tells a socket of ours, and waits until its descriptor is closed', async () => {
    for (const name of names()) {
      const manager = track(await listenPacket('unixgram', name))
      const NOTIFY_SOCKET = name
      const told = new Piped(['systemd-notify', '--ready', '--status=up and running'], {
        NOTIFY_SOCKET,
      })
      const [state, none] = await next(manager)
      expect([state.trimEnd().split('\n').toSorted(), none]).toEqual([
        ['READY=1', 'STATUS=up and running'],
        [],
      ])
      // The end of a pipe: that we close it says that the message has been seen.
      const [barrier, fds] = await next(manager)
      expect([barrier.trimEnd(), fds.length]).toEqual(['BARRIER=1', 1])
      close(fds[0] as number)
      await told.ended
    }
  })

  it('is who it says it is, for the kernel names its sender', async () => {
    const [name = ''] = names()
    const manager = track(await listenPacket('unixgram', name))
    manager.setPassCred(true)
    const told = new Piped(['systemd-notify', '--no-block', 'X_NETFD=1'], { NOTIFY_SOCKET: name })
    const [buf, oob] = [new Uint8Array(64), new Uint8Array(64)]
    const { n, oobn, flags } = await manager.readMsg(buf, oob)
    expect([text(buf.subarray(0, n)).trimEnd(), oobn > 0, flags]).toEqual(['X_NETFD=1', true, 0])
    await told.ended
  })
})

describe('notify', () => {
  it('tells a program that listens as a manager does', async () => {
    const before = process.env.NOTIFY_SOCKET
    onTestFinished(() => {
      if (before === undefined) delete process.env.NOTIFY_SOCKET
      else process.env.NOTIFY_SOCKET = before
    })
    for (const name of names()) {
      const at = name.startsWith('@') ? `ABSTRACT-RECV:${name.slice(1)}` : `UNIX-RECV:${name}`
      const manager = new Piped(['socat', '-d', '-d', '-u', at, '-'])
      await manager.says(/starting data transfer/)
      process.env.NOTIFY_SOCKET = name
      const state = 'READY=1\nSTATUS=serving\nMAINPID=1\n'
      expect(await notify(state)).toBe(true)
      expect(String(await manager.first(state.length))).toBe(state)
    }
  })
})

describe('systemd-socket-activate', () => {
  let service = ''

  beforeAll(() => {
    service = program('activated-child.ts')
  })

  /** Starts the service as soon as there is work on one of its sockets. */
  function activated(fds: string[], how: string[], ...args: string[]): Running {
    const listen = fds.flatMap((at) => ['-l', at])
    const node = [process.execPath, service, ...args]
    return new Running(['systemd-socket-activate', ...how, ...listen, ...node])
  }

  /** Dials until it listens, of which it says nothing on stdout. */
  async function dialed(network: 'tcp' | 'unix', address: string) {
    for (;;) {
      try {
        return track(await dial(network, address))
      } catch (error) {
        if (!['ENOENT', 'ECONNREFUSED'].includes(String((error as { code?: string }).code)))
          throw error
      }
    }
  }

  it('hands over listeners of TCP and of a path', async () => {
    const tcp = String(await refusing())
    const path = join(directory(), 'activated')
    const running = activated([tcp, path], ['--fdname=web:local'])
    const conns = [await dialed('tcp', tcp), await dialed('unix', path)]
    expect(await running.line()).toBe('web local')
    const answers = ['TCPListener heard hello', 'UnixListener heard hello']
    for (const [i, conn] of conns.entries()) {
      await conn.write('hello')
      const buf = new Uint8Array(64)
      const n = await conn.readFull(buf.subarray(0, answers[i]?.length))
      expect(text(buf.subarray(0, n))).toBe(answers[i])
    }
    expect(await running.line()).toBe('served')
    expect((await running.ended).code).toBe(0)
    // Whose file it is, is the manager's business.
    expect(existsSync(path)).toBe(true)
  })

  it('hands over sockets of datagrams, with the first one in them', async () => {
    const udp = String(await refusing())
    const path = join(directory(), 'activated')
    const running = activated([udp, path], ['--datagram', '--fdname=dns:log'], 'datagrams')
    const laddr = new UnixAddr('@', 'unixgram')
    await until(() => existsSync(path))
    const conn = track(await dialUnix('unixgram', laddr, new UnixAddr(path, 'unixgram')))
    await conn.write('a line')
    expect(await running.line()).toBe('dns log')
    const buf = new Uint8Array(64)
    expect(text(buf.subarray(0, await conn.read(buf)))).toBe('UnixgramConn heard a line')
    const asking = track(await dial('udp', udp))
    await asking.write('a question')
    expect(text(buf.subarray(0, await asking.read(buf)))).toBe('UDPConn heard a question')
    expect(await running.line()).toBe('served')
    expect((await running.ended).code).toBe(0)
  })
})

describe('a log that is written to', () => {
  const LINE = '<13>Nov 26 12:00:00 netfd: a line of the log'

  it('is socat’s, as a socket like /dev/log', async () => {
    const path = join(directory(), 'log')
    const log = new Piped(['socat', '-d', '-d', '-u', `UNIX-RECV:${path}`, '-'])
    await log.says(/starting data transfer/)
    const conn = track(await dial('unixgram', path))
    await conn.write(LINE)
    expect(String(await log.first(LINE.length))).toBe(LINE)
  })

  it('is rsyslogd’s, which takes it apart', async () => {
    const dir = directory()
    const path = join(dir, 'log')
    const conf = join(dir, 'rsyslog.conf')
    writeFileSync(
      conf,
      `global(workDirectory="${dir}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${path}" CreatePath="off" RateLimit.Interval="0")
template(name="t" type="string" string="%syslogfacility-text%.%syslogseverity-text% %programname%:%msg%\\n")
action(type="omfile" file="/dev/stdout" template="t")
`,
    )
    // It opens /dev/stdout by that name, which a socket, as Node gives to its children, does not bear.
    const start = 'exec rsyslogd -n -iNONE -f "$0" > >(exec cat)'
    const daemon = new Running(['bash', '-c', start, conf])
    await until(() => existsSync(path))
    const conn = track(await dial('unixgram', path))
    await conn.write(LINE)
    const lines = [await daemon.line()]
    while (!lines.at(-1)?.includes('netfd')) lines.push(await daemon.line())
    expect(lines.at(-1)).toBe('user.notice netfd: a line of the log')
    for (let i = 0; i < 500; i++) await conn.write(`<30>Nov 26 12:00:00 netfd: line ${i}`)
    for (let i = 0; i < 500; i++) expect(await daemon.line()).toBe(`daemon.info netfd: line ${i}`)
  })
})
