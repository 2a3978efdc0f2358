import { describe, expect, it } from 'vitest'
import * as sys from './index.js'

describe('fmtEvents', () => {
  it.each([
    [0, '0'],
    [sys.EPOLLIN, 'EPOLLIN'],
    [0x80002005, 'EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET'],
    [0x80002005 | 0, 'EPOLLIN|EPOLLOUT|EPOLLRDHUP|EPOLLET'],
    [0x8000201f, 'EPOLLIN|EPOLLPRI|EPOLLOUT|EPOLLERR|EPOLLHUP|EPOLLRDHUP|EPOLLET'],
    [sys.EPOLLIN | 0x100, 'EPOLLIN|0x100'],
    [0xf0000000, 'EPOLLEXCLUSIVE|EPOLLWAKEUP|EPOLLONESHOT|EPOLLET'],
    [
      -1,
      'EPOLLIN|EPOLLPRI|EPOLLOUT|EPOLLERR|EPOLLHUP|EPOLLRDHUP|EPOLLEXCLUSIVE|EPOLLWAKEUP|EPOLLONESHOT|EPOLLET|0xfffdfe0',
    ],
  ])('prints %d as %s', (events, expected) => {
    expect(sys.fmtEvents(events)).toBe(expected)
  })
})

describe('fmtOpenFlags', () => {
  it.each([
    [0, 'O_RDONLY'],
    [1, 'O_WRONLY'],
    [0o4002, 'O_RDWR|O_NONBLOCK'],
    [sys.O_RDWR | sys.O_NONBLOCK | sys.O_CLOEXEC, 'O_RDWR|O_NONBLOCK|O_CLOEXEC'],
    [sys.O_WRONLY | sys.O_APPEND, 'O_WRONLY|O_APPEND'],
    [0o100000, 'O_RDONLY|0x8000'],
  ])('prints %d as %s', (flags, expected) => {
    expect(sys.fmtOpenFlags(flags)).toBe(expected)
  })

  it('prints what fcntl tells about a descriptor', () => {
    const [r, w] = sys.pipe2(sys.O_NONBLOCK)
    const shown = [r, w].map((fd) => sys.fmtOpenFlags(sys.fcntl(fd, sys.F_GETFL)))
    for (const fd of [r, w]) sys.close(fd)
    expect(shown).toEqual(['O_RDONLY|O_NONBLOCK', 'O_WRONLY|O_NONBLOCK'])
  })
})
