import type { TCPConn, TCPListener } from '@netfd/net'
import { dial, listen } from '@netfd/net'
import {
  close,
  EPOLL_CTL_ADD,
  EPOLLIN,
  epollCreate1,
  epollCtl,
  F_SETFD,
  fcntl,
  setNonblock,
  setOption,
} from '@netfd/syscall'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareWithGo } from './go-defaults.js'

let listener: TCPListener
let dialed: TCPConn
let accepted: TCPConn

beforeEach(async () => {
  listener = await listen('tcp', '127.0.0.1:0')
  dialed = await dial('tcp', `${listener.addr}`)
  accepted = await listener.accept()
})

afterEach(async () => {
  await Promise.all([dialed.close(), accepted.close(), listener.close()])
})

it('finds every socket as Go would have made it', () => {
  const facts = [
    ...listener.syscallConn().control((fd) => compareWithGo(fd, 'listening')),
    ...dialed.syscallConn().control((fd) => compareWithGo(fd, 'dialed')),
    ...accepted.syscallConn().control((fd) => compareWithGo(fd, 'accepted')),
  ]
  expect(facts.filter(({ ok }) => !ok)).toEqual([])
  expect(facts).toHaveLength(3 + 8 + 8)
})

it.each<[name: string, kernel: string, spoil: (fd: number) => void]>([
  ['open flags', 'O_RDWR|O_NONBLOCK', (fd) => fcntl(fd, F_SETFD, 0)],
  ['open flags', 'O_RDWR|O_CLOEXEC', (fd) => setNonblock(fd, false)],
  ['SO_REUSEADDR', 'on', (fd) => setOption(fd, 'reuseAddr', true)],
  ['TCP_NODELAY', 'off', (fd) => setOption(fd, 'noDelay', false)],
  ['SO_KEEPALIVE', 'off', (fd) => setOption(fd, 'keepAlive', false)],
  ['TCP_KEEPIDLE', '30 s', (fd) => setOption(fd, 'keepIdle', 30)],
  ['TCP_KEEPINTVL', '75 s', (fd) => setOption(fd, 'keepInterval', 75)],
  ['TCP_KEEPCNT', '3 probes', (fd) => setOption(fd, 'keepCount', 3)],
])('marks a %s of %s, and nothing else', (name, kernel, spoil) => {
  const facts = dialed.syscallConn().control((fd) => {
    spoil(fd)
    const found = compareWithGo(fd, 'dialed')
    setNonblock(fd, true)
    return found
  })
  const wrong = facts.filter(({ ok }) => !ok)
  expect(wrong.map((fact) => [fact.name, fact.kernel])).toEqual([[name, kernel]])
})

it('marks a socket that is in no epoll set, and one that is in another way', () => {
  const fd = dialed.dup()
  const other = epollCreate1(0)
  const events = () => compareWithGo(fd, 'dialed').find(({ name }) => name === 'epoll events')
  try {
    expect(events()).toMatchObject({ kernel: 'not registered', ok: false })
    epollCtl(other, EPOLL_CTL_ADD, fd, EPOLLIN, 0, 0)
    expect(events()).toMatchObject({ kernel: 'EPOLLIN|EPOLLERR|EPOLLHUP', ok: false })
  } finally {
    close(other)
    close(fd)
  }
})
