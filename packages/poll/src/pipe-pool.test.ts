// Go: internal/poll/splice_linux_test.go.

import { existsSync } from 'node:fs'
import {
  F_GETFD,
  F_GETFL,
  F_GETPIPE_SZ,
  FD_CLOEXEC,
  fcntl,
  O_NONBLOCK,
  write,
} from '@netfd/syscall'
import { afterEach, describe, expect, it } from 'vitest'
import { countCalls } from '../test/support.js'
import type { Pipe } from './pipe-pool.js'
import { closeIdlePipes, PIPE_SIZE, putPipe, takePipe } from './pipe-pool.js'

afterEach(closeIdlePipes)

const take = (): Pipe => {
  const pipe = takePipe()
  if (pipe === null) throw new Error('no pipe')
  return pipe
}

const open = (pipe: Pipe): boolean => existsSync(`/proc/self/fd/${pipe.r}`)

describe('the pool of pipes', () => {
  it('makes pipes that are non-blocking, large, and kept from child processes', () => {
    const pipe = take()
    for (const fd of [pipe.r, pipe.w]) {
      expect(fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK)
      expect(fcntl(fd, F_GETFD)).toBe(FD_CLOEXEC)
    }
    expect([pipe.size, fcntl(pipe.r, F_GETPIPE_SZ)]).toEqual([PIPE_SIZE, PIPE_SIZE])
    putPipe(pipe, 0)
  })

  it('uses a pipe again (TestSplicePipePool)', () => {
    const calls = countCalls('pipe2')
    const pipe = take()
    putPipe(pipe, 0)
    expect(take()).toBe(pipe)
    putPipe(pipe, 0)
    expect(calls.pipe2).toBe(1)
  })

  it('closes a pipe with something left in it', () => {
    const pipe = take()
    write(pipe.w, new Uint8Array(1))
    putPipe(pipe, 1)
    expect(open(pipe)).toBe(false)
    const next = take()
    expect(next).not.toBe(pipe)
    putPipe(next, 0)
  })

  it('keeps a few and closes the rest (TestSplicePipePool)', () => {
    const pipes = Array.from({ length: 12 }, take)
    for (const pipe of pipes) putPipe(pipe, 0)
    expect(pipes.filter(open)).toHaveLength(8)
    closeIdlePipes()
    expect(pipes.filter(open)).toHaveLength(0)
  })
})
