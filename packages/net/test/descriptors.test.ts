// What /proc says about our descriptors: how they are registered, their flags, and who inherits them.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import {
  close,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  O_CLOEXEC,
  O_NONBLOCK,
} from '@netfd/syscall'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RawConn } from '../src/index.js'
import { listening, pair } from './support.js'

const fdOf = (has: { syscallConn(): RawConn }): number => has.syscallConn().control((fd) => fd)

const infoOf = (fd: number): string => readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')

const flagsOf = (fd: number): number =>
  Number.parseInt(/^flags:\s*(\d+)/m.exec(infoOf(fd))?.[1] ?? '', 8)

/** The events for which a descriptor is registered, in each epoll set of this process that has it. */
function registrationsOf(fd: number): string[] {
  const found: string[] = []
  for (const name of readdirSync('/proc/self/fd')) {
    const info = epollInfo(Number(name))
    for (const [, tfd, events] of info.matchAll(/^tfd: *(\d+) events: *([0-9a-f]+)/gm)) {
      if (Number(tfd) === fd) found.push(events as string)
    }
  }
  return found
}

function epollInfo(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).includes('eventpoll') ? infoOf(fd) : ''
  } catch (error) {
    // The descriptor that listed the directory is gone by now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Every kind of descriptor that this package makes, by name. */
async function everyKind(): Promise<Record<string, number>> {
  const listener = await listening()
  const [client, server] = await pair(listener)
  const dups = [client.dup(), listener.dup()] as const
  onTestFinished(() => {
    for (const fd of dups) close(fd)
  })
  return {
    dialed: fdOf(client),
    listening: fdOf(listener),
    accepted: fdOf(server),
    'a duplicate of a connection': dups[0],
    'a duplicate of a listener': dups[1],
  }
}

describe('a descriptor', () => {
  it('is registered once: IN|OUT|RDHUP|ET, to which the kernel adds ERR|HUP', async () => {
    const kinds = await everyKind()
    for (const kind of ['dialed', 'listening', 'accepted']) {
      expect([kind, registrationsOf(kinds[kind] as number)]).toEqual([kind, ['8000201d']])
    }
    const asked = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET
    expect((asked >>> 0).toString(16)).toBe('80002005')
    expect(((asked | EPOLLERR | EPOLLHUP) >>> 0).toString(16)).toBe('8000201d')
  })

  it('is no longer registered once it was closed', async () => {
    const [client, server] = await pair()
    const fd = fdOf(client)
    expect(registrationsOf(fd)).toHaveLength(1)
    const dup = client.dup()
    await client.close()
    // The duplicate keeps the socket open: only a deletion before the close can have ended it.
    expect(registrationsOf(fd)).toEqual([])
    close(dup)
    await server.close()
  })

  it('never blocks and is kept from child processes', async () => {
    for (const [kind, fd] of Object.entries(await everyKind())) {
      const flags = flagsOf(fd)
      expect([kind, flags & O_NONBLOCK, flags & O_CLOEXEC]).toEqual([kind, O_NONBLOCK, O_CLOEXEC])
    }
  })

  it('is in no child process', async () => {
    const kinds = await everyKind()
    const ours = Object.values(kinds).map((fd) => readlinkSync(`/proc/self/fd/${fd}`))
    // A shell, so that ls opens a directory of its own and finds what it was given.
    const theirs = execFileSync('sh', ['-c', 'ls -l /proc/self/fd'], { encoding: 'utf8' })
    expect(ours.every((socket) => socket.startsWith('socket:['))).toBe(true)
    expect(ours.filter((socket) => theirs.includes(socket))).toEqual([])
    expect(theirs).not.toContain('eventpoll')
  })
})
