import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import * as sys from '../src/index.js'
import { fileWith, own, ownBoth, tcpPair } from './fds.js'

/** What a child process has open: each descriptor with what /proc says it is. */
async function inherited(): Promise<Map<number, string>> {
  const child = spawn('/bin/ls', ['-l', '/proc/self/fd'], { stdio: ['ignore', 'pipe', 'inherit'] })
  let listing = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    listing += text
  })
  await once(child, 'close')
  const lines = [...listing.matchAll(/ (\d+) -> (.+)/g)]
  return new Map(lines.map(([, fd, target]) => [Number(fd), target ?? '']))
}

describe('a child process', () => {
  it('has none of our descriptors', async () => {
    const before = await inherited()
    const flags = sys.SOCK_STREAM | sys.SOCK_CLOEXEC
    own(sys.socket(sys.AF_INET, flags))
    ownBoth(sys.socketpair(sys.AF_UNIX, flags))
    ownBoth(sys.pipe2(sys.O_CLOEXEC))
    tcpPair()
    sys.closeOnExec(own(sys.eventfd(0)))
    own(sys.eventfd(0, sys.EFD_CLOEXEC))
    own(sys.dupCloexec(fileWith('x')))
    const watcher = sys.watch(own(sys.epollCreate1()), () => undefined)
    const after = await inherited()
    watcher.close()
    expect([...after.keys()]).toEqual([...before.keys()])
  })

  it('has one that was made without the flag', async () => {
    const fd = own(sys.eventfd(0))
    expect((await inherited()).get(fd)).toBe('anon_inode:[eventfd]')
  })
})
